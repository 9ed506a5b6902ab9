// The field of 2^255 − 19 on eight lanes, for the *_ifma.cpp files alone: an element has five limbs of 51 bits, and a
// vector holds one limb of eight independent elements.
//
// Bounds. "Carried": limbs below 2^51 + 2^16; mul, square and carry give that. Factors have limbs below 2^52, which is
// all that a multiplier reads: a carried element, or 2p less one. A sum or difference of carried elements is no factor
// before it is carried again. A product that is not carried yet, a `Wide`, has limbs of at most 267·2^52; three of
// them, or two and the bias of a difference, stay below 6·2^60.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "curve_constants.hpp"

namespace aether::crypto::ifma {

using V = __m512i;
using Mask = __mmask8;  // a bit a lane

struct Fe {
  V limb[5];
};

struct Wide {
  V limb[5];
};

#define AETHER_IFMA_INLINE [[gnu::always_inline]] inline

AETHER_IFMA_INLINE V splat(std::uint64_t x) { return _mm512_set1_epi64(static_cast<long long>(x)); }

inline constexpr std::uint64_t kLimbMask = (std::uint64_t{1} << 51) - 1;

// Limb i of 2p, and of 1024p.
constexpr std::uint64_t double_p(std::size_t i) { return 2 * (i == 0 ? kLimbMask - 18 : kLimbMask); }
constexpr std::uint64_t wide_bias(std::size_t i) { return 512 * double_p(i); }

// 2^255 = 19. A compiler that knows the factor would make five shifts and sums of one multiplication.
AETHER_IFMA_INLINE V times_19(V x) {
  V factor = splat(19);
  asm("" : "+v"(factor));
  return _mm512_mullo_epi64(x, factor);
}

// One round of carries side by side, of limbs below 6·2^60.
AETHER_IFMA_INLINE void carry(V (&out)[5], const V (&x)[5]) {
  V over[5];
#pragma GCC unroll 5
  for (std::size_t i = 0; i < 5; ++i) over[i] = _mm512_srli_epi64(x[i], 51);
  out[0] = _mm512_madd52lo_epu64(_mm512_and_si512(x[0], splat(kLimbMask)), over[4], splat(19));
#pragma GCC unroll 4
  for (std::size_t i = 1; i < 5; ++i) out[i] = _mm512_add_epi64(_mm512_and_si512(x[i], splat(kLimbMask)), over[i - 1]);
}
AETHER_IFMA_INLINE void carry(Fe& out, const Fe& f) {
  V x[5] = {f.limb[0], f.limb[1], f.limb[2], f.limb[3], f.limb[4]};
  carry(out.limb, x);
}
AETHER_IFMA_INLINE void carry(Fe& out, const Wide& f) { carry(out.limb, f.limb); }

// Columns 0 to 9 of a product, at 2^51 each, into five.
AETHER_IFMA_INLINE void wrap(Wide& out, const V (&h)[10]) {
#pragma GCC unroll 5
  for (std::size_t i = 0; i < 5; ++i) out.limb[i] = _mm512_add_epi64(h[i], times_19(h[i + 5]));
}

// The high half of a product of two limbs stands at 2^52, so it counts twice in the next column.
AETHER_IFMA_INLINE void mul(Wide& out, const Fe& f, const Fe& g) {
  V h[10] = {};
#pragma GCC unroll 5
  for (std::size_t i = 0; i < 5; ++i)
#pragma GCC unroll 5
    for (std::size_t j = 0; j < 5; ++j) h[i + j + 1] = _mm512_madd52hi_epu64(h[i + j + 1], f.limb[i], g.limb[j]);
#pragma GCC unroll 9
  for (std::size_t i = 1; i < 10; ++i) h[i] = _mm512_add_epi64(h[i], h[i]);
#pragma GCC unroll 5
  for (std::size_t i = 0; i < 5; ++i)
#pragma GCC unroll 5
    for (std::size_t j = 0; j < 5; ++j) h[i + j] = _mm512_madd52lo_epu64(h[i + j], f.limb[i], g.limb[j]);
  wrap(out, h);
}
AETHER_IFMA_INLINE void mul_inline(Fe& out, const Fe& f, const Fe& g) {
  Wide wide;
  mul(wide, f, g);
  carry(out, wide);
}

// h = 2·(2·high + low of fᵢ·fⱼ, i < j, and high of fᵢ²) + low of fᵢ².
AETHER_IFMA_INLINE void square_inline(Fe& out, const Fe& f) {
  V h[10] = {};
#pragma GCC unroll 5
  for (std::size_t i = 0; i < 5; ++i)
#pragma GCC unroll 5
    for (std::size_t j = i + 1; j < 5; ++j) h[i + j + 1] = _mm512_madd52hi_epu64(h[i + j + 1], f.limb[i], f.limb[j]);
#pragma GCC unroll 7
  for (std::size_t i = 2; i < 9; ++i) h[i] = _mm512_add_epi64(h[i], h[i]);
#pragma GCC unroll 5
  for (std::size_t i = 0; i < 5; ++i) {
#pragma GCC unroll 5
    for (std::size_t j = i + 1; j < 5; ++j) h[i + j] = _mm512_madd52lo_epu64(h[i + j], f.limb[i], f.limb[j]);
    h[2 * i + 1] = _mm512_madd52hi_epu64(h[2 * i + 1], f.limb[i], f.limb[i]);
  }
#pragma GCC unroll 9
  for (std::size_t i = 1; i < 10; ++i) h[i] = _mm512_add_epi64(h[i], h[i]);
#pragma GCC unroll 5
  for (std::size_t i = 0; i < 5; ++i) h[2 * i] = _mm512_madd52lo_epu64(h[2 * i], f.limb[i], f.limb[i]);
  Wide wide;
  wrap(wide, h);
  carry(out, wide);
}

void mul(Fe& out, const Fe& f, const Fe& g);
void square(Fe& out, const Fe& f);
// x^((p − 5)/8) of two vectors at a time, whose chains hide each other's latency.
void pow_p58(Fe (&out)[2], const Fe (&x)[2]);
// The canonical limbs of an element with limbs below 6·2^60.
void freeze(Fe& out, const Fe& f);

AETHER_IFMA_INLINE void add(V (&out)[5], const V (&f)[5], const V (&g)[5]) {
#pragma GCC unroll 5
  for (std::size_t i = 0; i < 5; ++i) out[i] = _mm512_add_epi64(f[i], g[i]);
}
AETHER_IFMA_INLINE void add(Fe& out, const Fe& f, const Fe& g) { add(out.limb, f.limb, g.limb); }
AETHER_IFMA_INLINE void add(Wide& out, const Wide& f, const Wide& g) { add(out.limb, f.limb, g.limb); }

// f − g + 2p, for g of at most 2p in each limb; f − g + 1024p of products.
AETHER_IFMA_INLINE void sub(Fe& out, const Fe& f, const Fe& g) {
#pragma GCC unroll 5
  for (std::size_t i = 0; i < 5; ++i)
    out.limb[i] = _mm512_sub_epi64(_mm512_add_epi64(f.limb[i], splat(double_p(i))), g.limb[i]);
}
AETHER_IFMA_INLINE void sub(Wide& out, const Wide& f, const Wide& g) {
#pragma GCC unroll 5
  for (std::size_t i = 0; i < 5; ++i)
    out.limb[i] = _mm512_sub_epi64(_mm512_add_epi64(f.limb[i], splat(wide_bias(i))), g.limb[i]);
}

// 2p − f.
AETHER_IFMA_INLINE void negate(Fe& out, const Fe& f) {
#pragma GCC unroll 5
  for (std::size_t i = 0; i < 5; ++i) out.limb[i] = _mm512_sub_epi64(splat(double_p(i)), f.limb[i]);
}

// b in the lanes of the mask, else a.
AETHER_IFMA_INLINE void select(Fe& out, const Fe& a, const Fe& b, Mask mask) {
#pragma GCC unroll 5
  for (std::size_t i = 0; i < 5; ++i) out.limb[i] = _mm512_mask_mov_epi64(a.limb[i], mask, b.limb[i]);
}

// One constant in every lane.
AETHER_IFMA_INLINE void splat(Fe& out, const FieldConstant& limbs) {
#pragma GCC unroll 5
  for (std::size_t i = 0; i < 5; ++i)
    out.limb[i] = splat(limbs[2 * i] + (static_cast<std::uint64_t>(limbs[2 * i + 1]) << 26));
}

// The lanes whose canonical limbs are all zero, and those that are odd.
AETHER_IFMA_INLINE Mask is_zero(const Fe& canonical) {
  V any = canonical.limb[0];
#pragma GCC unroll 4
  for (std::size_t i = 1; i < 5; ++i) any = _mm512_or_si512(any, canonical.limb[i]);
  return _mm512_testn_epi64_mask(any, any);
}
AETHER_IFMA_INLINE Mask is_odd(const Fe& canonical) { return _mm512_test_epi64_mask(canonical.limb[0], splat(1)); }

}  // namespace aether::crypto::ifma
