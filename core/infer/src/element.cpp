#include "aether/infer/element.hpp"

#include <algorithm>

namespace aether::infer {

std::uint64_t isqrt(std::uint64_t x) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 62; bit != 0; bit >>= 2) {
    if (x >= root + bit) {
      x -= root + bit;
      root = (root >> 1) + bit;
    } else {
      root >>= 1;
    }
  }
  return root;
}

RowScale quantise_row(std::span<const std::int16_t> x, std::span<std::int8_t> out) {
  std::int32_t peak = 0;
  for (const std::int16_t value : x) peak = std::max(peak, value < 0 ? -std::int32_t{value} : std::int32_t{value});
  const RowScale scale = row_scale(static_cast<std::uint64_t>(peak));
  const std::int64_t reciprocal = row_reciprocal(scale.a);
  for (std::size_t i = 0; i < x.size(); ++i) out[i] = quantise(x[i], scale.e, reciprocal);
  return scale;
}

int norm_shift(std::uint64_t peak) { return std::max(0, static_cast<int>(std::bit_width(peak)) - 23); }

RowScale normed_scale(RowScale scale, std::uint64_t squares, std::uint64_t eps, int h) {
  const std::uint64_t sum = std::max<std::uint64_t>(1, squares + (eps >> (2 * h)));
  const int t = (62 - static_cast<int>(std::bit_width(sum))) >> 1;
  const std::uint64_t root = isqrt(sum << (2 * t));  // in [2^30, 2^31)
  const std::uint64_t quotient = (std::uint64_t{scale.a} << 46) / root;
  const int k = std::max(0, static_cast<int>(std::bit_width(quotient)) - 15);
  return {static_cast<std::uint32_t>(quotient >> k), scale.e + t + k - 46};
}

RowScale norm_row(std::span<const std::int32_t> x, std::span<const std::int16_t> gain, std::uint64_t eps,
                  std::span<std::int8_t> out) {
  std::uint64_t peak = 0;
  for (const std::int32_t value : x) peak = std::max(peak, magnitude(value));
  const int h = norm_shift(peak);

  // |x'| ≤ 2^23 and d ≤ 8 192: Σx'² ≤ 2^59; EPS ≤ 2^61. |z| ≤ 2^38.
  std::uint64_t squares = 0, z_peak = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::int64_t shifted = x[i] >> h;
    squares += static_cast<std::uint64_t>(shifted * shifted);
    z_peak = std::max(z_peak, magnitude(shifted * gain[i]));
  }
  const RowScale scale = row_scale(z_peak);
  const std::int64_t reciprocal = row_reciprocal(scale.a);
  for (std::size_t i = 0; i < x.size(); ++i) {
    out[i] = quantise(std::int64_t{x[i] >> h} * gain[i], scale.e, reciprocal);
  }
  return normed_scale(scale, squares, eps, h);
}

std::int32_t dot(std::span<const std::int8_t> x, std::span<const std::int8_t> w) {
  std::int32_t sum = 0;
  const std::size_t n = std::min(x.size(), w.size());
  for (std::size_t i = 0; i < n; ++i) sum += std::int32_t{x[i]} * w[i];
  return sum;
}

}  // namespace aether::infer
