// The parts of a multi-scalar multiplication that run on AVX-512 IFMA: msm_avx2.hpp's, with eight windows in the lanes.
#pragma once

#include "edwards_ifma.hpp"
#include "msm_avx2.hpp"

namespace aether::crypto::ifma {

// Y − X, Y + X, Z and T = X·Y/Z, each as five limbs.
struct alignas(32) Bucket {
  std::array<std::uint64_t, 20> words{};
};

inline constexpr Bucket kIdentity = [] {
  Bucket p;
  p.words[0] = p.words[5] = p.words[10] = 1;
  return p;
}();

void fill_buckets(std::span<Bucket> buckets, std::span<const AffinePoint> points, std::span<const std::int16_t> digits);
void fold_buckets(std::span<const Bucket> buckets, std::span<avx2::CachedPoint, 8> sums);
[[nodiscard]] avx2::ExtendedPoint combine_windows(std::span<const avx2::CachedPoint> sums, int width);

}  // namespace aether::crypto::ifma
