#include "scalar.hpp"

#include <bit>
#include <cstring>

#include "aether/base/checked.hpp"

namespace aether::crypto::scalar {

namespace {

constexpr std::uint64_t kTopMask = (std::uint64_t{1} << 60) - 1;  // of the word with bit 252

// a + b and a − b modulo 2^256; the carry or borrow out.
bool add_words(Words& out, const Words& a, const Words& b) {
  u128 carry = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    carry += static_cast<u128>(a[i]) + b[i];
    out[i] = static_cast<std::uint64_t>(carry);
    carry >>= 64;
  }
  return carry != 0;
}

bool subtract_words(Words& out, const Words& a, const Words& b) {
  std::uint64_t borrow = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const u128 difference = static_cast<u128>(a[i]) - b[i] - borrow;
    out[i] = static_cast<std::uint64_t>(difference);
    borrow = static_cast<std::uint64_t>(difference >> 64) & 1;
  }
  return borrow != 0;
}

// x mod 2^252, and c·⌊x/2^252⌋ where c = L − 2^252: x = low − folded modulo L.
template <std::size_t N>
struct Folded {
  Words low;
  std::array<std::uint64_t, N - 1> product;
};

template <std::size_t N>
Folded<N> fold(const std::array<std::uint64_t, N>& x) {
  Folded<N> out{{x[0], x[1], x[2], x[3] & kTopMask}, {}};
  for (std::size_t i = 0; i + 3 < N; ++i) {
    const std::uint64_t high = x[i + 3] >> 60 | (i + 4 < N ? x[i + 4] << 4 : 0);
    u128 carry = static_cast<u128>(high) * kOrder[0] + out.product[i];
    out.product[i] = static_cast<std::uint64_t>(carry);
    carry = (carry >> 64) + static_cast<u128>(high) * kOrder[1] + out.product[i + 1];
    out.product[i + 1] = static_cast<std::uint64_t>(carry);
    if (i + 2 < N - 1) out.product[i + 2] = static_cast<std::uint64_t>(carry >> 64);
  }
  return out;
}

}  // namespace

Words load(std::span<const std::uint8_t, 32> bytes) {
  static_assert(std::endian::native == std::endian::little);
  Words out;
  std::memcpy(out.data(), bytes.data(), bytes.size());
  return out;
}

bool is_canonical(const Words& a) {
  Words difference;
  return subtract_words(difference, a, kOrder);
}

Words reduce(const std::array<std::uint64_t, 8>& wide) {
  // wide = low₀ − p₀, p₀ = low₁ − p₁, p₁ = low₂ − p₂ (p₂ below 2^132), so wide = low₀ − low₁ + low₂ − p₂.
  const auto first = fold(wide);            // p₀ below 2^385
  const auto second = fold(first.product);  // p₁ below 2^259
  const std::array<std::uint64_t, 5> p1 = {second.product[0], second.product[1], second.product[2], second.product[3],
                                           second.product[4]};
  const auto third = fold(p1);
  constexpr Words kTwice = {kOrder[0] << 1, kOrder[1] << 1 | kOrder[0] >> 63, kOrder[1] >> 63, kOrder[3] << 1};
  Words sum;
  add_words(sum, first.low, third.low);
  add_words(sum, sum, kTwice);
  subtract_words(sum, sum, second.low);
  subtract_words(sum, sum, third.product);
  // Now 0 < sum < 2^255: take off ⌊sum/2^252⌋·L, which may be once too often.
  const auto last = fold(sum);
  const bool negative = subtract_words(sum, last.low, {last.product[0], last.product[1], last.product[2], 0});
  if (negative) add_words(sum, sum, kOrder);
  return sum;
}

Words from_signed(const Words& a) {
  Words out = a;
  if (a[3] >> 63 != 0) add_words(out, a, kOrder);
  return out;
}

Words add(const Words& a, const Words& b) {
  Words out, reduced;
  add_words(out, a, b);
  return subtract_words(reduced, out, kOrder) ? out : reduced;
}

Words negate(const Words& a) {
  Words out;
  subtract_words(out, kOrder, a);
  return a == Words{} ? a : out;
}

Words multiply(const Words& a, const Words& b) {
  std::array<std::uint64_t, 8> wide{};
  for (std::size_t i = 0; i < 4; ++i) {
    u128 carry = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      carry += static_cast<u128>(a[i]) * b[j] + wide[i + j];
      wide[i + j] = static_cast<std::uint64_t>(carry);
      carry >>= 64;
    }
    wide[i + 4] = static_cast<std::uint64_t>(carry);
  }
  return reduce(wide);
}

}  // namespace aether::crypto::scalar
