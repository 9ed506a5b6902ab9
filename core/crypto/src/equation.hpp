// The batch equation on AVX2. What depends on one signature alone (its points, its challenge, its coefficient) is
// computed once; whether a part of the batch holds is then one multi-scalar multiplication.
#pragma once

#include <vector>

#include "batch.hpp"
#include "edwards_avx2.hpp"

namespace aether::crypto {

class Equation {
 public:
  // Of the batch's signatures [first, last).
  Equation(const Batch& batch, std::size_t first, std::size_t last);

  // Whether the signatures [first, last) hold; positions are the batch's.
  bool holds(std::size_t first, std::size_t last);

 private:
  using Integer = avx2::Integer256;
  struct Sum {
    std::size_t first, last;
    avx2::ExtendedPoint point;
  };

  void draw_coefficients(const Hash& seed);
  void set_scalars(std::size_t i, const Integer& challenge, const Integer& s);
  avx2::ExtendedPoint sum(std::size_t first, std::size_t last) const;

  // For each signature: z; z·k and z·s modulo L; A and R; whether A, R or s has no meaning.
  std::size_t offset_;
  std::vector<Integer> z_, zk_, zs_;
  std::vector<avx2::AffinePoint> keys_, nonces_;
  std::vector<std::uint8_t> bad_;
  std::vector<Sum> known_;
};

}  // namespace aether::crypto
