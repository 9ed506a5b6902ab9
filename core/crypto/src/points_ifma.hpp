// How points move between memory and lanes, for the *_ifma.cpp files alone.
#pragma once

#include "edwards_ifma.hpp"
#include "field_ifma.hpp"

namespace aether::crypto::ifma {

// Four words of each of eight rows as four vectors, lane l of which is row l, and back. Rows are aligned to 32 bytes.
AETHER_IFMA_INLINE void load_four(const std::uint64_t* const (&from)[8], std::size_t at, V (&out)[4]) {
  const auto pair = [&](std::size_t low, std::size_t high) {
    const auto row = [&](std::size_t i) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from[i] + at)); };
    return _mm512_inserti64x4(_mm512_castsi256_si512(row(low)), row(high), 1);
  };
  const V r02 = pair(0, 2), r13 = pair(1, 3), r46 = pair(4, 6), r57 = pair(5, 7);
  const V even_low = _mm512_unpacklo_epi64(r02, r13), odd_low = _mm512_unpackhi_epi64(r02, r13);
  const V even_high = _mm512_unpacklo_epi64(r46, r57), odd_high = _mm512_unpackhi_epi64(r46, r57);
  out[0] = _mm512_shuffle_i64x2(even_low, even_high, 0x88);
  out[1] = _mm512_shuffle_i64x2(odd_low, odd_high, 0x88);
  out[2] = _mm512_shuffle_i64x2(even_low, even_high, 0xdd);
  out[3] = _mm512_shuffle_i64x2(odd_low, odd_high, 0xdd);
}

AETHER_IFMA_INLINE void store_four(std::uint64_t* const (&to)[8], std::size_t at, const V (&in)[4]) {
  const V low_even = _mm512_unpacklo_epi64(in[0], in[1]), low_odd = _mm512_unpackhi_epi64(in[0], in[1]);
  const V high_even = _mm512_unpacklo_epi64(in[2], in[3]), high_odd = _mm512_unpackhi_epi64(in[2], in[3]);
  const V first = _mm512_set_epi64(11, 10, 3, 2, 9, 8, 1, 0), last = _mm512_set_epi64(15, 14, 7, 6, 13, 12, 5, 4);
  const auto put = [&](std::size_t low, V rows) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to[low] + at), _mm512_castsi512_si256(rows));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to[low + 2] + at), _mm512_extracti64x4_epi64(rows, 1));
  };
  put(0, _mm512_permutex2var_epi64(low_even, first, high_even));
  put(4, _mm512_permutex2var_epi64(low_even, last, high_even));
  put(1, _mm512_permutex2var_epi64(low_odd, first, high_odd));
  put(5, _mm512_permutex2var_epi64(low_odd, last, high_odd));
}

// Eight encodings as y (bit 255 taken off, not reduced) and the sign of x.
AETHER_IFMA_INLINE void load_encodings(const Encoding* from, Fe& y, Mask& sign) {
  const std::uint64_t* rows[8];
  for (std::size_t i = 0; i < 8; ++i) rows[i] = reinterpret_cast<const std::uint64_t*>(from[i].data());
  V w[4];
  load_four({rows[0], rows[1], rows[2], rows[3], rows[4], rows[5], rows[6], rows[7]}, 0, w);
  const V mask = splat(kLimbMask);
  const auto across = [&](V low, int right, V high) {
    return _mm512_and_si512(_mm512_or_si512(_mm512_srl_epi64(low, _mm_cvtsi32_si128(right)),
                                            _mm512_sll_epi64(high, _mm_cvtsi32_si128(64 - right))),
                            mask);
  };
  y = {{_mm512_and_si512(w[0], mask), across(w[0], 51, w[1]), across(w[1], 38, w[2]), across(w[2], 25, w[3]),
        _mm512_and_si512(_mm512_srli_epi64(w[3], 12), mask)}};
  sign = _mm512_movepi64_mask(w[3]);
}

}  // namespace aether::crypto::ifma
