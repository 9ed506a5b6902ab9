// How points lie in memory and move into lanes, for the *_avx2.cpp files alone.
#pragma once

#include "edwards_avx2.hpp"
#include "field_avx2.hpp"

namespace aether::crypto::avx2 {

// Four extended points, one in a lane.
struct Points {
  Packed x, y, z, t;
};

AETHER_AVX2_INLINE void transpose(V (&w)[4]) {
  const V a = _mm256_unpacklo_epi64(w[0], w[1]), b = _mm256_unpackhi_epi64(w[0], w[1]);
  const V c = _mm256_unpacklo_epi64(w[2], w[3]), d = _mm256_unpackhi_epi64(w[2], w[3]);
  w[0] = _mm256_permute2x128_si256(a, c, 0x20);
  w[1] = _mm256_permute2x128_si256(b, d, 0x20);
  w[2] = _mm256_permute2x128_si256(a, c, 0x31);
  w[3] = _mm256_permute2x128_si256(b, d, 0x31);
}

// Four encodings as y (bit 255 taken off, not reduced) and, in lanes of all ones or none, the sign of x.
AETHER_AVX2_INLINE void load_encodings(const Encoding* from, Fe& y, V& sign) {
  V w[4];
  for (std::size_t i = 0; i < 4; ++i) w[i] = _mm256_loadu_si256(reinterpret_cast<const V*>(from[i].data()));
  transpose(w);
  const V m26 = splat(0x3ffffff), m25 = splat(0x1ffffff);
  const auto bits = [](V word, int at, V mask) { return _mm256_and_si256(_mm256_srli_epi64(word, at), mask); };
  const auto across = [](V low, V high, V mask) {
    return _mm256_and_si256(_mm256_or_si256(_mm256_srli_epi64(low, 51), _mm256_slli_epi64(high, 13)), mask);
  };
  y = {{bits(w[0], 0, m26), bits(w[0], 26, m25), across(w[0], w[1], m26), bits(w[1], 13, m25), bits(w[1], 38, m26),
        bits(w[2], 0, m25), bits(w[2], 25, m26), across(w[2], w[3], m25), bits(w[3], 12, m26), bits(w[3], 38, m25)}};
  sign = _mm256_cmpgt_epi64(_mm256_setzero_si256(), w[3]);
}

// Two words of each of four points as two vectors, and back.
AETHER_AVX2_INLINE void load_pair(const std::uint32_t* const (&from)[4], std::size_t at, V& low, V& high) {
  const auto half = [&](std::size_t i) { return _mm_load_si128(reinterpret_cast<const __m128i*>(from[i] + at)); };
  const V even = _mm256_inserti128_si256(_mm256_castsi128_si256(half(0)), half(2), 1);
  const V odd = _mm256_inserti128_si256(_mm256_castsi128_si256(half(1)), half(3), 1);
  low = _mm256_unpacklo_epi64(even, odd);
  high = _mm256_unpackhi_epi64(even, odd);
}

AETHER_AVX2_INLINE void store_pair(std::uint32_t* const (&to)[4], std::size_t at, V low, V high) {
  const V even = _mm256_unpacklo_epi64(low, high), odd = _mm256_unpackhi_epi64(low, high);
  const auto put = [&](std::size_t i, __m128i half) { _mm_store_si128(reinterpret_cast<__m128i*>(to[i] + at), half); };
  put(0, _mm256_castsi256_si128(even));
  put(1, _mm256_castsi256_si128(odd));
  put(2, _mm256_extracti128_si256(even, 1));
  put(3, _mm256_extracti128_si256(odd, 1));
}

AETHER_AVX2_INLINE void load_points(Points& p, const ExtendedPoint* const (&from)[4]) {
  const std::uint32_t* const at[4] = {from[0]->words.data(), from[1]->words.data(), from[2]->words.data(),
                                      from[3]->words.data()};
  V v[20];
#pragma GCC unroll 10
  for (std::size_t i = 0; i < 10; ++i) load_pair(at, 4 * i, v[2 * i], v[2 * i + 1]);
#pragma GCC unroll 5
  for (std::size_t i = 0; i < 5; ++i) {
    p.x.pair[i] = v[i];
    p.y.pair[i] = v[5 + i];
    p.z.pair[i] = v[10 + i];
    p.t.pair[i] = v[15 + i];
  }
}

AETHER_AVX2_INLINE void store_points(ExtendedPoint* const (&to)[4], const Points& p) {
  std::uint32_t* const at[4] = {to[0]->words.data(), to[1]->words.data(), to[2]->words.data(), to[3]->words.data()};
  V v[20];
#pragma GCC unroll 5
  for (std::size_t i = 0; i < 5; ++i) {
    v[i] = p.x.pair[i];
    v[5 + i] = p.y.pair[i];
    v[10 + i] = p.z.pair[i];
    v[15 + i] = p.t.pair[i];
  }
#pragma GCC unroll 10
  for (std::size_t i = 0; i < 10; ++i) store_pair(at, 4 * i, v[2 * i], v[2 * i + 1]);
}

// Four affine points that lie one after another.
AETHER_AVX2_INLINE void store_affine(AffinePoint* to, const Packed& sum, const Packed& difference,
                                     const Packed& product) {
  std::uint32_t* const at[4] = {to[0].words.data(), to[1].words.data(), to[2].words.data(), to[3].words.data()};
  V v[16];
  for (std::size_t i = 0; i < 5; ++i) {
    v[i] = sum.pair[i];
    v[5 + i] = difference.pair[i];
    v[10 + i] = product.pair[i];
  }
  v[15] = _mm256_setzero_si256();
  for (std::size_t i = 0; i < 8; ++i) store_pair(at, 4 * i, v[2 * i], v[2 * i + 1]);
}

}  // namespace aether::crypto::avx2
