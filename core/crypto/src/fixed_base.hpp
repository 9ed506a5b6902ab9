// Sums Σ sᵢ·Pᵢ over points that stay the same: with the multiples 2^(12 d)·Pᵢ at hand, every digit of every scalar
// falls into one set of buckets (Pippenger's method with one window).
#pragma once

#include <blst.h>

#include <span>
#include <vector>

#include "aether/base/task_pool.hpp"

namespace aether::crypto {

class FixedBase {
 public:
  // At least 2 points of G1, none of them infinity.
  explicit FixedBase(std::span<const blst_p1_affine> points);

  // A scalar for each point, below 2^255. The tasks are as many as the pool is wide; the sum is the same for all.
  [[nodiscard]] blst_p1 sum(std::span<const blst_scalar> scalars, TaskPool& pool) const;

 private:
  std::size_t count_;
  std::vector<blst_p1_affine> multiples_;  // at d·count_ + i: 2^(12 d)·Pᵢ
};

}  // namespace aether::crypto
