// Elementary functions from IEEE basic operations alone, so that every machine and compiler gives the same bits (libm's
// differ by processor). Errors are below 2^−50 relative, of sin and cos absolute; arguments are finite.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace aether::models {

namespace portable {

inline constexpr double kLn2High = 0x1.62e42feep-1, kLn2Low = 0x1.a39ef35793c76p-33;  // high: 32 bits, times n exact
inline constexpr double kInvLn2 = 0x1.71547652b82fep0;

// 1/n! for n = 0 … 13.
inline constexpr std::array<double, 14> kInvFactorial = [] {
  std::array<double, 14> out{1.0};
  double factorial = 1;
  for (std::size_t n = 1; n < out.size(); ++n) out[n] = 1 / (factorial *= static_cast<double>(n));
  return out;
}();

// Nearest integer, ties away from zero; |x| < 2^51.
inline double nearest(double x) { return static_cast<double>(static_cast<std::int64_t>(x + (x < 0 ? -0.5 : 0.5))); }

// 2^n for n in [−1022, 1023].
inline double power_of_two(std::int64_t n) { return std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52); }

}  // namespace portable

// e^x; 0 below −708, at most e^709.
inline double exp_of(double x) {
  if (x < -708) return 0;
  if (x > 709) x = 709;
  const double n = portable::nearest(x * portable::kInvLn2);
  const double r = (x - n * portable::kLn2High) - n * portable::kLn2Low;  // |r| ≤ ln 2 / 2
  double sum = 0;
  for (std::size_t i = portable::kInvFactorial.size(); i-- > 0;) sum = sum * r + portable::kInvFactorial[i];
  return sum * portable::power_of_two(static_cast<std::int64_t>(n));
}

// ln x for x ≥ 2^−1022: x = m·2^n with m in [√½, √2), ln m = 2·atanh((m − 1)/(m + 1)).
inline double log_of(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  std::int64_t n = static_cast<std::int64_t>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & ((std::uint64_t{1} << 52) - 1)) | std::uint64_t{1023} << 52);
  if (m >= 0x1.6a09e667f3bcdp0) {
    m /= 2;
    ++n;
  }
  const double t = (m - 1) / (m + 1), t2 = t * t;  // t² ≤ 0.0295
  double sum = 0;
  for (int k = 21; k >= 1; k -= 2) sum = sum * t2 + 1.0 / k;
  const auto count = static_cast<double>(n);
  return count * portable::kLn2High + (count * portable::kLn2Low + 2 * t * sum);
}

struct Turn {
  double cos = 1;
  double sin = 0;
};

// cos and sin of an angle in [0, 2^20].
inline Turn turn_of(double angle) {
  constexpr double kHalfPiHigh = 0x1.921fb544p0, kHalfPiLow = 0x1.0b4611a626331p-34;  // high: 32 bits, times n exact
  constexpr double kTwoOverPi = 0x1.45f306dc9c883p-1;
  const double n = portable::nearest(angle * kTwoOverPi);
  const double r = (angle - n * kHalfPiHigh) - n * kHalfPiLow;  // |r| ≤ π/4
  const double r2 = r * r;
  double c = 0, s = 0;
  for (int k = 16; k >= 0; k -= 2) {  // Horner's rule over r²: cos = Σ (−1)^i r^2i/(2i)!, sin = r·Σ (−1)^i r^2i/(2i+1)!
    c = 1 - c * r2 / ((k + 1.0) * (k + 2.0));
    s = 1 - s * r2 / ((k + 2.0) * (k + 3.0));
  }
  s *= r;
  switch (static_cast<std::int64_t>(n) & 3) {
    case 0: return {c, s};
    case 1: return {-s, c};
    case 2: return {-c, -s};
    default: return {s, -c};
  }
}

}  // namespace aether::models
