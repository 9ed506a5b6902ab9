// The field of degree 12 over BLS12-381's base field on eight lanes, for the bls_*_ifma.cpp files alone.
//
// Fp12 = Fp2[w] / (w^6 − ξ), ξ = 1 + i; blst's tower fp12[j][k] holds the coefficient of w^(j + 2k). One vector has the
// real and one the imaginary parts of the six coefficients, in lanes 0, 1, 2 and 4, 5, 6: so w^k and w^(k+3), which the
// cyclotomic squaring takes together, stand in the same place of the two halves. Lanes 3 and 7 hold anything carried.
//
// Everything here takes and gives carried elements (bls_field_ifma.hpp).
#pragma once

#include <blst.h>

#include "bls_field_ifma.hpp"

namespace aether::crypto::bls {

inline constexpr std::uint64_t kMinusZ = 0xd201000000010000;  // of the curve's parameter z, which is negative

// reduce(), of one to three, once in the program.
template <std::size_t N>
void reduce_columns(Fe* const (&out)[N], const Columns* const (&c)[N]);

struct Fp12 {
  Fe re, im;
};

constexpr std::size_t lane_of(std::size_t power) { return power < 3 ? power : power + 1; }

// blst's R is 2^384. put() sets a lane to an element as blst holds it, to_ours() makes all lanes ours.
void put(Fe& out, std::size_t lane, const blst_fp& f);
void to_ours(Fe& f);

[[nodiscard]] Fp12 one();
[[nodiscard]] Fp12 from_blst(const blst_fp12& f);
[[nodiscard]] blst_fp12 to_blst(const Fp12& f);

void mul(Fp12& out, const Fp12& f, const Fp12& g);
void square(Fp12& out, const Fp12& f);
// f^(p^6): the inverse, where f is cyclotomic.
void conjugate(Fp12& f);
// The square, where f is cyclotomic: its order divides p^4 − p² + 1.
void cyclotomic_square(Fp12& f);

// A coefficient in Fp2: lanes of vectors that hold its real part, its imaginary part and their sum.
struct Coefficient {
  const Fe *re, *im, *sum;
  std::size_t re_lane, im_lane, sum_lane;
};
// f·(c[0] + c[1]·w² + c[2]·w³).
void mul_by_line(Fp12& f, const Coefficient (&c)[3]);

}  // namespace aether::crypto::bls
