#include "aether/base/checked.hpp"

namespace aether {
namespace {

struct U256 {
  u128 high = 0;
  u128 low = 0;
};

U256 multiply(u128 a, u128 b) {
  const u128 mask = ~std::uint64_t{0};
  const u128 a0 = a & mask, a1 = a >> 64, b0 = b & mask, b1 = b >> 64;
  const u128 p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0, p11 = a1 * b1;
  const u128 middle = (p00 >> 64) + (p01 & mask) + (p10 & mask);  // < 3·2^64
  return {p11 + (p01 >> 64) + (p10 >> 64) + (middle >> 64), (p00 & mask) | (middle << 64)};
}

}  // namespace

std::optional<u128> mul_div(u128 a, u128 b, u128 c, Rounding rounding) {
  if (c == 0) return std::nullopt;
  const U256 product = multiply(a, b);
  if (product.high >= c) return std::nullopt;  // quotient ≥ 2^128
  u128 remainder = product.high;
  u128 quotient = product.low;
  if (remainder == 0) {
    quotient = product.low / c;
    remainder = product.low % c;
  } else {
    // Binary long division; the remainder stays below c, its shifted-out bit is `carry`.
    for (int i = 0; i < 128; ++i) {
      const bool carry = (remainder >> 127) != 0;
      remainder = (remainder << 1) | (quotient >> 127);
      quotient <<= 1;
      if (carry || remainder >= c) {
        remainder -= c;
        quotient |= 1;
      }
    }
  }
  if (rounding == Rounding::up && remainder != 0) return checked_add<u128>(quotient, 1);
  return quotient;
}

}  // namespace aether
