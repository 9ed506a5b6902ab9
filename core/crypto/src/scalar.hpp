// Integers modulo L = 2^252 + 27742317777372353535851937790883648493, the order of edwards25519's base point, as four
// little-endian words. For public values: the time depends on them.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace aether::crypto::scalar {

using Words = std::array<std::uint64_t, 4>;

inline constexpr Words kOrder = {0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000};

[[nodiscard]] Words load(std::span<const std::uint8_t, 32> bytes);
[[nodiscard]] bool is_canonical(const Words& a);  // a < L
[[nodiscard]] Words reduce(const std::array<std::uint64_t, 8>& wide);
// Of canonical values.
[[nodiscard]] Words add(const Words& a, const Words& b);
[[nodiscard]] Words multiply(const Words& a, const Words& b);
[[nodiscard]] Words negate(const Words& a);

// Factors of [−2^127, 2^127), as two's complement words of which the last three bear the sign.
[[nodiscard]] Words multiply_signed(const Words& factor, const Words& b);

// A sum of such products, reduced once: at most 2^60 of them.
class SignedSum {
 public:
  void add(const Words& factor, const Words& b);
  [[nodiscard]] Words reduced() const;

 private:
  std::array<std::uint64_t, 8> sums_[2] = {};  // of magnitudes: of products to add, and to take away
};

}  // namespace aether::crypto::scalar
