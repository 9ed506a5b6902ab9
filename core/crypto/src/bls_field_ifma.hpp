// The base field of BLS12-381 on eight lanes of AVX-512 IFMA, for the bls_*_ifma.cpp files alone: an element has eight
// limbs of 49 bits, and a vector holds one limb of eight independent elements. Montgomery's form with R = 2^392.
//
// Bounds. "Carried": limbs 0 to 6 in [0, 2^49 + 2^14), the last one not negative, the value below 2.25p; that is what
// products and settle() give. A factor's limbs lie in [0, 2^52), which is all that a multiplier reads: so sums of up to
// seven carried elements are factors as they are, and f − g + 8p (minus()) of sums of two. Other linear combinations
// are taken limb by limb, with signs and without carries, and settled before they are factors.
//
// A product of limbs is split at 2^52, a limb ends at 2^49: high halves have columns of their own and count 8 times.
#pragma once

#include <immintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace aether::crypto::bls {

using V = __m512i;
using Mask = __mmask8;  // a bit a lane

inline constexpr std::size_t kLimbs = 8;
inline constexpr unsigned kLimbBits = 49;
inline constexpr unsigned kRBits = kLimbs * kLimbBits;
inline constexpr std::uint64_t kLimbMask = (std::uint64_t{1} << kLimbBits) - 1;

struct Fe {
  V limb[kLimbs];
};

// A sum of products: Σ (low[k] + 8·high[k − 1])·2^(49k), modulo 2^64 in each, signed.
struct Columns {
  V low[2 * kLimbs - 1];
  V high[2 * kLimbs - 1];
};

#define AETHER_IFMA_INLINE [[gnu::always_inline]] inline
#define AETHER_LIMBS _Pragma("GCC unroll 8") for (std::size_t i = 0; i < kLimbs; ++i)

// --- constants -------------------------------------------------------------------------------------------------------
using Limbs = std::array<std::uint64_t, kLimbs>;

inline constexpr std::array<std::uint64_t, 6> kModulus = {0xb9feffffffffaaab, 0x1eabfffeb153ffff, 0x6730d2a0f6b0f624,
                                                          0x64774b84f38512bf, 0x4b1ba7b6434bacd7, 0x1a0111ea397fe69a};

constexpr Limbs limbs_of(const std::array<std::uint64_t, 6>& words) {
  Limbs out{};
  for (std::size_t i = 0; i < kLimbs; ++i) {
    const std::size_t bit = kLimbBits * i, word = bit / 64, shift = bit % 64;
    out[i] = words[word] >> shift;
    if (shift > 64 - kLimbBits && word + 1 < 6) out[i] |= words[word + 1] << (64 - shift);
    out[i] &= kLimbMask;
  }
  return out;
}

inline constexpr Limbs kP = limbs_of(kModulus);

// 2^n mod p.
constexpr Limbs power_of_two(unsigned n) {
  Limbs x{1};
  for (; n > 0; --n) {
    Limbs less{};
    std::uint64_t carry = 0, borrow = 0;
    for (std::size_t i = 0; i < kLimbs; ++i) {
      const std::uint64_t twice = 2 * x[i] + carry;
      carry = twice >> kLimbBits;
      x[i] = twice & kLimbMask;
      const std::uint64_t difference = x[i] - kP[i] - borrow;
      borrow = difference >> 63;
      less[i] = difference & kLimbMask;
    }
    if (borrow == 0) x = less;
  }
  return x;
}

// −1/p mod 2^52, by Newton's iteration.
inline constexpr std::uint64_t kMinusInverseOfP = [] {
  std::uint64_t inverse = 1;
  for (int i = 0; i < 6; ++i) inverse *= 2 - kModulus[0] * inverse;
  return (0 - inverse) & ((std::uint64_t{1} << 52) - 1);
}();

// times·p with `lent` taken from each limb for the one below, so that limbs of either sign become positive.
constexpr Limbs lending_multiple(std::uint64_t times, unsigned lent_bits) {
  Limbs out{};
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < kLimbs; ++i) {
    const std::uint64_t product = times * kP[i] + carry;
    const bool last = i + 1 == kLimbs;
    carry = last ? 0 : product >> kLimbBits;
    out[i] = (last ? product : product & kLimbMask) + (last ? 0 : std::uint64_t{1} << (kLimbBits + lent_bits)) -
             (i == 0 ? 0 : std::uint64_t{1} << lent_bits);
  }
  return out;
}

inline constexpr Limbs kMinusBias = lending_multiple(8, 2);     // limbs in [2^51 − 4, 2^51 + 2^49)
inline constexpr Limbs kProductBias = lending_multiple(1, 12);  // 2^61 and more
inline constexpr Limbs kSettleBias = lending_multiple(64, 9);   // 2^58 and more
// ⌊2^52 / (p's last limb + 1)⌋.
inline constexpr std::uint64_t kQuotient = (std::uint64_t{1} << 52) / (kP[7] + 1);

// --- vectors ---------------------------------------------------------------------------------------------------------
AETHER_IFMA_INLINE V splat(std::uint64_t x) { return _mm512_set1_epi64(static_cast<long long>(x)); }

AETHER_IFMA_INLINE void splat(Fe& out, const Limbs& limbs) { AETHER_LIMBS out.limb[i] = splat(limbs[i]); }

// One limb of one element in memory, in every lane.
AETHER_IFMA_INLINE V lane(const Fe& f, std::size_t i, std::size_t at) {
  return _mm512_set1_epi64(reinterpret_cast<const long long*>(&f.limb[i])[at]);
}

// Limbs in [0, 2^63), but for the last, which has any sign that its carry makes up for: one round of carries side by
// side.
AETHER_IFMA_INLINE void carry(Fe& out, const V (&x)[kLimbs]) {
  V over[kLimbs];
  AETHER_LIMBS over[i] = _mm512_srli_epi64(x[i], kLimbBits);
  AETHER_LIMBS {
    const V kept = i + 1 == kLimbs ? x[i] : _mm512_and_si512(x[i], splat(kLimbMask));
    out.limb[i] = i == 0 ? kept : _mm512_add_epi64(kept, over[i - 1]);
  }
}

// Of a linear combination: limbs within ± 2^57, the value within ± 64p. Carried, and below 1.01p: the quotient is that
// by p, rounded down, or one less.
AETHER_IFMA_INLINE void settle(Fe& out, const Fe& f) {
  V x[kLimbs];
  AETHER_LIMBS x[i] = _mm512_add_epi64(f.limb[i], splat(kSettleBias[i]));
  const V top = _mm512_add_epi64(x[7], _mm512_srli_epi64(x[6], kLimbBits));
  const V quotient = _mm512_madd52hi_epu64(_mm512_setzero_si512(), top, splat(kQuotient));
  AETHER_LIMBS x[i] = _mm512_sub_epi64(x[i], _mm512_mullo_epi64(quotient, splat(kP[i])));
  carry(out, x);
}

AETHER_IFMA_INLINE void add(Fe& out, const Fe& f, const Fe& g) {
  AETHER_LIMBS out.limb[i] = _mm512_add_epi64(f.limb[i], g.limb[i]);
}
AETHER_IFMA_INLINE void sub(Fe& out, const Fe& f, const Fe& g) {
  AETHER_LIMBS out.limb[i] = _mm512_sub_epi64(f.limb[i], g.limb[i]);
}
// f − g + 8p, of sums of at most two carried elements.
AETHER_IFMA_INLINE void minus(Fe& out, const Fe& f, const Fe& g) {
  AETHER_LIMBS out.limb[i] = _mm512_add_epi64(f.limb[i], _mm512_sub_epi64(splat(kMinusBias[i]), g.limb[i]));
}
// g in the lanes of the mask, else f.
AETHER_IFMA_INLINE void select(Fe& out, const Fe& f, const Fe& g, Mask mask) {
  AETHER_LIMBS out.limb[i] = _mm512_mask_mov_epi64(f.limb[i], mask, g.limb[i]);
}
// The two halves of the lanes, exchanged.
AETHER_IFMA_INLINE void swap_halves(Fe& out, const Fe& f) {
  AETHER_LIMBS out.limb[i] = _mm512_shuffle_i64x2(f.limb[i], f.limb[i], 0x4e);
}

// --- products --------------------------------------------------------------------------------------------------------
// Sets or adds f·g.
template <bool kFirst>
AETHER_IFMA_INLINE void accumulate(Columns& __restrict c, const Fe& f, const Fe& g) {
  const V zero = _mm512_setzero_si512();
#pragma GCC unroll 8
  for (std::size_t j = 0; j < kLimbs; ++j) AETHER_LIMBS {
      const bool fresh = kFirst && (j == 0 || i + 1 == kLimbs);
      c.low[i + j] = _mm512_madd52lo_epu64(fresh ? zero : c.low[i + j], f.limb[i], g.limb[j]);
      c.high[i + j] = _mm512_madd52hi_epu64(fresh ? zero : c.high[i + j], f.limb[i], g.limb[j]);
    }
}

// Montgomery's reduction of columns within ± 2^61 whose value lies within ± 600p², so within ± 0.24pR: their quotient
// by R modulo p, of [0.75p, 2.25p), carried. N reductions go side by side, since each is one long chain.
//
// Column k is made zero modulo 2^49 by a multiple of p. Only the last multiple is cut to 49 bits: the value that the
// others, of 52 bits, add to the result is below p·2^-46.
template <std::size_t N>
AETHER_IFMA_INLINE void reduce(Fe* const (&out)[N], const Columns* const (&c)[N]) {
  V multiple[N][kLimbs], carried[N], x[N][kLimbs];
#pragma GCC unroll 16
  for (std::size_t k = 0; k < 2 * kLimbs; ++k)
#pragma GCC unroll 4
    for (std::size_t n = 0; n < N; ++n) {
      V low = k < 2 * kLimbs - 1 ? c[n]->low[k] : _mm512_setzero_si512();
      if (k != 0) {
        V high = c[n]->high[k - 1];
        AETHER_LIMBS {
          if (i >= k || i + kLimbs < k) continue;
          if (i + kLimbs > k) low = _mm512_madd52lo_epu64(low, multiple[n][i], splat(kP[k - i]));
          high = _mm512_madd52hi_epu64(high, multiple[n][i], splat(kP[k - 1 - i]));
        }
        low = _mm512_add_epi64(low, _mm512_slli_epi64(high, 3));
        if (k <= kLimbs) low = _mm512_add_epi64(low, carried[n]);
      }
      if (k < kLimbs) {
        V& m = multiple[n][k];
        m = _mm512_madd52lo_epu64(_mm512_setzero_si512(), low, splat(kMinusInverseOfP));
        if (k + 1 == kLimbs) m = _mm512_and_si512(m, splat(kLimbMask));
        carried[n] = _mm512_srai_epi64(_mm512_madd52lo_epu64(low, m, splat(kP[0])), kLimbBits);
      } else {
        x[n][k - kLimbs] = _mm512_add_epi64(low, splat(kProductBias[k - kLimbs]));
      }
    }
#pragma GCC unroll 4
  for (std::size_t n = 0; n < N; ++n) carry(*out[n], x[n]);
}

}  // namespace aether::crypto::bls
