// The same parity as the Cauchy matrix, in far fewer products where k·r is large.
//
// Shards are values at points of the field: shard i at the element i. Let V be a subspace, s(x) = Π_{v ∈ V} (x + v),
// which is linear and constant on each coset of V, and f the polynomial of degree < |V| with the values d_j on a coset
// c + V. Lagrange's formula gives, for every x outside of it,
//
//   Σ_j d_j/(x + j) = f(x)·w/(s(x) + s(c)),   w = Π_{0 ≠ v ∈ V} v,
//
// and the factor is one constant for all x of another coset. So the data shards of a coset contribute to all parity of
// another by an inverse transform, a scaling and a transform, the transforms being additive FFTs in the basis of Lin,
// Chung and Han ("Novel polynomial basis", FOCS 2014). V = {0 … 63}, transformed as 8 × 8; data and parity that share
// such a coset meet in the same way by V = {0 … 7}, and what shares even that, by the matrix.
//
// In that basis X_m = Π_{bits l of m} ŝ_l(x), with s_l that of {0 … 2^l − 1} and ŝ_l = s_l/s_l(2^l), the transform's
// step for the half-size 2^l at the coset that begins with b is (p, q) → (p + ŝ_l(b)·q, p + ŝ_l(b)·q + q).
#pragma once

#include <cstddef>
#include <cstdint>

namespace aether::erasure {

// Of a constant: its products with 0 … 15 and with 0, 16 … 240.
struct alignas(32) Product {
  std::uint8_t low[16], high[16];
};

// The factors of three layers over eight points, by the distance of the pairs: one, two and four.
struct Step8 {
  Product first[4], middle[2], last;
};

struct CauchyTables {
  Step8 inner[32];  // within the eight that begin with 8·i
  Step8 outer[4];   // between the eights of the 64 that begin with 64·i
  // w/(s(x) + s(c)) for the coset that begins with c and an x of another, at [(c ⊕ x)/|V|], since s is linear.
  Product scale64[4];
  Product scale8[32];
  Product inverse[256];  // V = {0}
};
extern const CauchyTables kCauchyTables;

// Whether the kernel is faster than k·r products. It never fails to be right.
[[nodiscard]] bool cauchy_pays(unsigned k, unsigned r);

namespace avx2 {

// As Code::encode.
void encode(unsigned k, unsigned r, const std::uint8_t* const* data, std::size_t size, std::uint8_t* const* parity);

}  // namespace avx2
}  // namespace aether::erasure
