// Multi-scalar multiplication by Pippenger's buckets, on any kernel. For public values: the time depends on them.
#pragma once

#include "kernels.hpp"

namespace aether::crypto {

// Little-endian words of a two's complement integer.
using Integer256 = std::array<std::uint64_t, 4>;

// Points with coefficients in [−2^(bits − 1), 2^(bits − 1)); bits at most 254.
template <class Kernel>
struct MsmTerms {
  std::span<const typename Kernel::AffinePoint> points;
  std::span<const Integer256> coefficients;
  int bits;
};

// The sum of coefficient·point over all terms.
template <class Kernel>
[[nodiscard]] avx2::ExtendedPoint msm(std::span<const MsmTerms<Kernel>> terms);

extern template avx2::ExtendedPoint msm(std::span<const MsmTerms<Avx2>>);
extern template avx2::ExtendedPoint msm(std::span<const MsmTerms<Ifma>>);

}  // namespace aether::crypto
