// The field of 2^255 − 19 on four lanes, for the *_avx2.cpp files alone: an element has ten limbs of 26 and 25 bits in
// turn, and a vector holds one limb of four independent elements, in the low half of each 64-bit lane.
//
// Bounds. "Carried": even limbs < 2^26 + 2^13, odd limbs < 2^25 + 2^13; mul, square and carry give that. A sum of two
// carried elements, or a difference (which adds 2p), is below 3·2^26 and 3·2^25. mul takes a first factor below 6·2^26
// and a second one below 3.2·2^26 (odd limbs half of that); the second's 19-fold then fits 32 bits and all sums fit 64.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "curve_constants.hpp"

namespace aether::crypto::avx2 {

using V = __m256i;
using Mask = V;  // lanes of all ones or none

struct Fe {
  V limb[10];
};

// The same with limbs 2i and 2i + 1 in the halves of lane i: how points lie in memory.
struct Packed {
  V pair[5];
};

#define AETHER_AVX2_INLINE [[gnu::always_inline]] inline

AETHER_AVX2_INLINE V splat(std::uint64_t x) { return _mm256_set1_epi64x(static_cast<long long>(x)); }

// Limb i of 2p.
constexpr std::uint64_t double_p(std::size_t i) { return i == 0 ? 0x7ffffda : i % 2 == 0 ? 0x7fffffe : 0x3fffffe; }

void mul(Fe& out, const Fe& f, const Fe& g);
void square(Fe& out, const Fe& f);  // a sum of two carried elements, at most
void carry(Fe& out, const Fe& f);   // limbs below 2^58
// x^((p − 5)/8) of two carried vectors at a time, whose chains hide each other's latency.
void pow_p58(Fe (&out)[2], const Fe (&x)[2]);
// The canonical limbs of an element with limbs below 2^30.
void freeze(Fe& out, const Fe& f);

AETHER_AVX2_INLINE void add(Fe& out, const Fe& f, const Fe& g) {
  for (std::size_t i = 0; i < 10; ++i) out.limb[i] = _mm256_add_epi64(f.limb[i], g.limb[i]);
}

// f − g + 2p, for g of at most 2p in each limb.
AETHER_AVX2_INLINE void sub(Fe& out, const Fe& f, const Fe& g) {
  for (std::size_t i = 0; i < 10; ++i)
    out.limb[i] = _mm256_sub_epi64(_mm256_add_epi64(f.limb[i], splat(double_p(i))), g.limb[i]);
}

// 2p − f.
AETHER_AVX2_INLINE void negate(Fe& out, const Fe& f) {
  for (std::size_t i = 0; i < 10; ++i) out.limb[i] = _mm256_sub_epi64(splat(double_p(i)), f.limb[i]);
}

// b in the lanes of the mask, else a.
AETHER_AVX2_INLINE V select(V a, V b, Mask mask) { return _mm256_blendv_epi8(a, b, mask); }

AETHER_AVX2_INLINE void select(Fe& out, const Fe& a, const Fe& b, Mask mask) {
  for (std::size_t i = 0; i < 10; ++i) out.limb[i] = select(a.limb[i], b.limb[i], mask);
}

// One constant in every lane.
AETHER_AVX2_INLINE void splat(Fe& out, const FieldConstant& limbs) {
  for (std::size_t i = 0; i < 10; ++i) out.limb[i] = splat(limbs[i]);
}

// The lanes whose canonical limbs are all zero, and those that are odd.
AETHER_AVX2_INLINE Mask is_zero(const Fe& canonical) {
  V any = canonical.limb[0];
  for (std::size_t i = 1; i < 10; ++i) any = _mm256_or_si256(any, canonical.limb[i]);
  return _mm256_cmpeq_epi64(any, _mm256_setzero_si256());
}

AETHER_AVX2_INLINE Mask is_odd(const Fe& canonical) {
  return _mm256_cmpeq_epi64(_mm256_and_si256(canonical.limb[0], splat(1)), splat(1));
}

// The odd limbs come out clean; the even ones keep their neighbour in the high half, which products ignore.
AETHER_AVX2_INLINE void widen(Fe& out, const Packed& p) {
  for (std::size_t i = 0; i < 5; ++i) {
    out.limb[2 * i] = p.pair[i];
    out.limb[2 * i + 1] = _mm256_srli_epi64(p.pair[i], 32);
  }
}

// Of an element with clean limbs.
AETHER_AVX2_INLINE void pack(Packed& out, const Fe& f) {
  for (std::size_t i = 0; i < 5; ++i)
    out.pair[i] = _mm256_or_si256(f.limb[2 * i], _mm256_slli_epi64(f.limb[2 * i + 1], 32));
}

AETHER_AVX2_INLINE V double_p_pair(std::size_t i) { return splat(double_p(2 * i) | double_p(2 * i + 1) << 32); }

AETHER_AVX2_INLINE void add(Packed& out, const Packed& f, const Packed& g) {
  for (std::size_t i = 0; i < 5; ++i) out.pair[i] = _mm256_add_epi32(f.pair[i], g.pair[i]);
}

AETHER_AVX2_INLINE void sub(Packed& out, const Packed& f, const Packed& g) {
  for (std::size_t i = 0; i < 5; ++i)
    out.pair[i] = _mm256_sub_epi32(_mm256_add_epi32(f.pair[i], double_p_pair(i)), g.pair[i]);
}

}  // namespace aether::crypto::avx2
