// The batch equation on a kernel. What depends on one signature alone (its points, its challenge, its coefficient) is
// computed once; whether a part of the batch holds is then one multi-scalar multiplication.
#pragma once

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

 private:
  struct Sum {
    std::size_t first, last;
    avx2::ExtendedPoint point;
  };

  void draw_coefficients(const Hash& seed);
  avx2::ExtendedPoint sum(std::size_t first, std::size_t last) const;

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
