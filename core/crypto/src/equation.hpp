// The batch equation on a kernel. What depends on one signature alone (its points, its challenge, its coefficient) is
// computed once; whether a part of the batch holds is then one multi-scalar multiplication.
#pragma once

#include <optional>
#include <vector>

#include "batch.hpp"
#include "msm.hpp"

namespace aether::crypto {

template <class Kernel>
class Equation {
 public:
  // Of the batch's signatures [first, last).
  Equation(const Batch& batch, std::size_t first, std::size_t last);

  // Whether the signatures [first, last) hold; positions are the batch's.
  bool holds(std::size_t first, std::size_t last);

  // Of signatures that do not hold: the one that keeps them from it, if all others hold; nothing if there are more, or
  // one without a meaning. An error eᵢ stands in the sum as zᵢ·eᵢ, so that the sum with weights i is a multiple of the
  // sum by one i alone, but for a chance of 2^-128 for each i.
  std::optional<std::size_t> only_forgery(std::size_t first, std::size_t last);

 private:
  struct Sum {
    std::size_t first, last;
    avx2::ExtendedPoint point;
  };

  void draw_coefficients(const Hash& seed);
  bool all_meaningful(std::size_t first, std::size_t last) const;
  const avx2::ExtendedPoint& sum(std::size_t first, std::size_t last);
  avx2::ExtendedPoint new_sum(std::size_t first, std::size_t last) const;
  avx2::ExtendedPoint weighted_sum(std::size_t first, std::size_t last) const;

  // For each signature: z; z·k modulo L; s; A and R; whether A, R or s has no meaning.
  std::size_t offset_;
  std::vector<Integer256> z_, zk_, s_;
  std::vector<typename Kernel::AffinePoint> keys_, nonces_;
  std::vector<std::uint8_t> bad_;
  std::vector<Sum> known_;
};

extern template class Equation<Avx2>;
extern template class Equation<Ifma>;

}  // namespace aether::crypto
