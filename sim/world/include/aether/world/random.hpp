// The only source of chance in the simulator: xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number
// generators", 2018), seeded by SplitMix64 (Steele, Lea and Flood, 2014). Integers only, so a seed means the same on
// every compiler.
//
// Two draws never stand in one expression: the order of their evaluation would be the compiler's.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace aether::sim {

// A bijection of 64-bit numbers that mixes well.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

inline constexpr std::uint64_t kMillion = 1'000'000;

class Random {
 public:
  explicit constexpr Random(std::uint64_t seed) {
    for (std::uint64_t& word : state_) word = mix(seed++ * 0x9e3779b97f4a7c15u);
  }

  constexpr std::uint64_t next() {
    const std::uint64_t result = rotate(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotate(state_[3], 45);
    return result;
  }

  // Uniform in 0 … n − 1; n > 0. What would favour small numbers is drawn again.
  constexpr std::uint64_t below(std::uint64_t n) {
    const std::uint64_t unfair = (0 - n) % n;
    std::uint64_t drawn = next();
    while (drawn < unfair) drawn = next();
    return drawn % n;
  }
  // Uniform in low … high, both included.
  constexpr std::uint64_t between(std::uint64_t low, std::uint64_t high) { return low + below(high - low + 1); }
  constexpr bool chance(std::uint64_t of_a_million) { return below(kMillion) < of_a_million; }

  // One that is independent of what this one draws later.
  constexpr Random fork() { return Random(next()); }

  template <class T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  static constexpr std::uint64_t rotate(std::uint64_t x, int by) { return (x << by) | (x >> (64 - by)); }

  std::uint64_t state_[4]{};
};

}  // namespace aether::sim
