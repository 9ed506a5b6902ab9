// Products of int16 and int8 rows, and the epilogue of linear operators.
#include <immintrin.h>

#include <bit>
#include <cstring>

#include "avx2.hpp"

namespace aether::infer::avx2 {
namespace {

using V = __m256i;
// As V, but with its lanes in the type: only so does GCC 12 keep a loop's sums in one register each.
using Sums [[gnu::vector_size(32)]] = std::int32_t;

inline V load(const std::int16_t* at) { return _mm256_loadu_si256(reinterpret_cast<const V*>(at)); }
// 16 weights as int16: a pair of products then fits 32 bits, −128·−128 included.
inline V widen(const std::int8_t* at) {
  return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
}

// The sums of four vectors.
inline __m128i sums(Sums a, Sums b, Sums c, Sums d) {
  const auto pairs = [](Sums x, Sums y) { return _mm256_hadd_epi32(std::bit_cast<V>(x), std::bit_cast<V>(y)); };
  const V all = _mm256_hadd_epi32(pairs(a, b), pairs(c, d));
  return _mm_add_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
}

// With one row of x the weights come from memory as fast as it gives them. Four short rows at a time are a pattern that
// processors do not foresee; rows that lie one after the other are W·k bytes further after k steps.
constexpr std::size_t kAhead = 4096;

// X rows times W rows over whole vectors; the sums stay in registers.
template <int X, int W>
inline void tile(const std::int16_t* x, std::size_t x_stride, const std::int8_t* w, std::size_t w_stride,
                 std::size_t depth, std::int32_t* out, std::size_t out_stride) {
  Sums acc[X][W] = {};
  for (std::size_t k = 0; k < depth; k += kLanes) {
    if constexpr (X == 1) _mm_prefetch(reinterpret_cast<const char*>(w + W * k + kAhead), _MM_HINT_T0);
    V right[W];
    for (std::size_t j = 0; j < W; ++j) right[j] = widen(w + j * w_stride + k);
    for (std::size_t i = 0; i < X; ++i) {
      V left = load(x + i * x_stride + k);
      asm("" : "+x"(left));  // stays in a register: read again for each product, it costs a fifth of the speed
      for (std::size_t j = 0; j < W; ++j) acc[i][j] += std::bit_cast<Sums>(_mm256_madd_epi16(left, right[j]));
    }
  }
  if constexpr (W == 4) {
    for (std::size_t i = 0; i < X; ++i) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i * out_stride),
                       sums(acc[i][0], acc[i][1], acc[i][2], acc[i][3]));
    }
  } else if constexpr (W == 2) {
    static_assert(X % 2 == 0);
    for (std::size_t i = 0; i < X; i += 2) {
      const __m128i both = sums(acc[i][0], acc[i][1], acc[i + 1][0], acc[i + 1][1]);
      _mm_storel_epi64(reinterpret_cast<__m128i*>(out + i * out_stride), both);
      _mm_storel_epi64(reinterpret_cast<__m128i*>(out + (i + 1) * out_stride), _mm_unpackhi_epi64(both, both));
    }
  } else {
    static_assert(W == 1);
    for (std::size_t i = 0; i < X; ++i) {
      out[i * out_stride] = _mm_cvtsi128_si32(sums(acc[i][0], acc[i][0], acc[i][0], acc[i][0]));
    }
  }
}

// X rows of x times all rows of w.
template <int X, int W>
inline void strip(const std::int16_t* x, std::size_t x_stride, Rows<std::int8_t> w, std::size_t depth,
                  std::int32_t* out, std::size_t out_stride) {
  std::size_t j = 0;
  for (; j + W <= w.count; j += W) tile<X, W>(x, x_stride, w.data + j * w.stride, w.stride, depth, out + j, out_stride);
  for (; j < w.count; ++j) tile<X, 1>(x, x_stride, w.data + j * w.stride, w.stride, depth, out + j, out_stride);
}

// Four channels as 64-bit lanes: (acc·a·M + 2^(S−1)) >> S + bias, saturated to 32 bits in the low half of each lane.
inline V finish_four(const std::int32_t* y, V a, __m128i e, const std::uint16_t* m, const std::uint8_t* s,
                     const std::int32_t* bias) {
  const V sign = _mm256_set1_epi64x(INT64_MIN);
  const V factor = _mm256_mul_epu32(_mm256_cvtepu16_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(m))), a);
  const V acc = _mm256_cvtepi32_epi64(_mm_loadu_si128(reinterpret_cast<const __m128i*>(y)));
  std::int32_t four;
  std::memcpy(&four, s, sizeof four);
  const __m128i wanted = _mm_sub_epi32(_mm_cvtepu8_epi32(_mm_cvtsi32_si128(four)), e);
  const V shift = _mm256_cvtepu32_epi64(_mm_min_epi32(_mm_max_epi32(wanted, _mm_set1_epi32(1)), _mm_set1_epi32(62)));
  const V half = _mm256_sllv_epi64(_mm256_set1_epi64x(1), _mm256_sub_epi64(shift, _mm256_set1_epi64x(1)));
  // Arithmetic shift of 64 bits: shift x + 2^63 as an unsigned number, and take 2^63 >> S away.
  const V sum = _mm256_xor_si256(_mm256_add_epi64(_mm256_mul_epi32(acc, factor), half), sign);
  const V shifted = _mm256_sub_epi64(_mm256_srlv_epi64(sum, shift), _mm256_srlv_epi64(sign, shift));
  const V out =
      _mm256_add_epi64(shifted, _mm256_cvtepi32_epi64(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bias))));
  const V high = _mm256_set1_epi64x(INT32_MAX), low = _mm256_set1_epi64x(INT32_MIN);
  const V below = _mm256_blendv_epi8(out, high, _mm256_cmpgt_epi64(out, high));
  return _mm256_blendv_epi8(below, low, _mm256_cmpgt_epi64(low, below));
}

}  // namespace

void dots(Rows<std::int16_t> x, Rows<std::int8_t> w, std::size_t depth, std::int32_t* out, std::size_t out_stride) {
  const std::size_t whole = depth / kLanes * kLanes;
  std::size_t i = 0;
  const auto left = [&] { return x.data + i * x.stride; };
  const auto to = [&] { return out + i * out_stride; };
  for (; i + 6 <= x.count; i += 6) strip<6, 2>(left(), x.stride, w, whole, to(), out_stride);
  for (; i + 2 <= x.count; i += 2) strip<2, 2>(left(), x.stride, w, whole, to(), out_stride);
  if (i < x.count) strip<1, 4>(left(), x.stride, w, whole, to(), out_stride);
  if (whole == depth) return;
  for (i = 0; i < x.count; ++i) {
    for (std::size_t j = 0; j < w.count; ++j) {
      for (std::size_t k = whole; k < depth; ++k) {
        out[i * out_stride + j] += std::int32_t{x.data[i * x.stride + k]} * w.data[j * w.stride + k];
      }
    }
  }
}

void finish(std::span<std::int32_t> y, RowScale scale, Scales channels) {
  const V a = _mm256_set1_epi64x(scale.a), order = _mm256_setr_epi32(0, 2, 4, 6, 1, 3, 5, 7);
  const __m128i e = _mm_set1_epi32(scale.e);
  std::size_t c = 0;
  for (; c + 4 <= y.size(); c += 4) {
    const V four = finish_four(y.data() + c, a, e, channels.m + c, channels.s + c, channels.bias + c);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(y.data() + c),
                     _mm256_castsi256_si128(_mm256_permutevar8x32_epi32(four, order)));
  }
  if (c < y.size()) kScalarKernels.finish(y.subspan(c), scale, {channels.m + c, channels.s + c, channels.bias + c});
}

}  // namespace aether::infer::avx2
