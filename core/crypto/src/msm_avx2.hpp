// The parts of a multi-scalar multiplication that run on AVX2. Each lane has another window of the same points, with
// its own buckets, so four windows share every load of a point and lanes never meet in a bucket.
#pragma once

#include "edwards_avx2.hpp"

namespace aether::crypto::avx2 {

// Y − X, Y + X, 2Z and 2d·T, each as ten limbs.
struct alignas(32) CachedPoint {
  std::array<std::uint32_t, 40> words{};
};

inline constexpr ExtendedPoint kIdentity = [] {
  ExtendedPoint p;
  p.words[10] = p.words[20] = 1;
  return p;
}();

// Buckets of four windows: lane l's are buckets[l·size] to buckets[l·size + size − 1], at 0 the one that counts
// nothing. Adds each point, times the sign of its digit, to the bucket of its digit's magnitude, for four digits a
// point.
void fill_buckets(std::span<ExtendedPoint> buckets, std::span<const AffinePoint> points,
                  std::span<const std::int16_t> digits);
// The sum of magnitude·bucket in each window.
void fold_buckets(std::span<const ExtendedPoint> buckets, std::span<CachedPoint, 4> sums);
// The sum of 2^(width·j)·sums[j].
[[nodiscard]] ExtendedPoint combine_windows(std::span<const CachedPoint> sums, int width);

}  // namespace aether::crypto::avx2
