// Kernels along rows: norm, quantisation, softmax, gate.
#include <immintrin.h>

#include <cstring>

#include "avx2.hpp"

namespace aether::infer::avx2 {
namespace {

using V = __m256i;

// Loads up to a vector's worth of `left` elements, zeros behind them.
template <class T>
inline V load(const T* at, std::size_t left) {
  if (left * sizeof(T) >= sizeof(V)) return _mm256_loadu_si256(reinterpret_cast<const V*>(at));
  alignas(32) std::uint8_t some[sizeof(V)] = {};
  std::memcpy(some, at, left * sizeof(T));
  return _mm256_load_si256(reinterpret_cast<const V*>(some));
}
inline void store(std::int16_t* at, V sixteen, std::size_t left) {
  if (left >= kLanes) return _mm256_storeu_si256(reinterpret_cast<V*>(at), sixteen);
  alignas(32) std::int16_t some[kLanes];
  _mm256_store_si256(reinterpret_cast<V*>(some), sixteen);
  std::memcpy(at, some, left * sizeof(std::int16_t));
}
inline std::size_t after(std::size_t left, std::size_t taken) { return left > taken ? left - taken : 0; }

inline V low_half(V sixteen) { return _mm256_cvtepi16_epi32(_mm256_castsi256_si128(sixteen)); }
inline V high_half(V sixteen) { return _mm256_cvtepi16_epi32(_mm256_extracti128_si256(sixteen, 1)); }
// 16 numbers of 32 bits, saturated to 16.
inline V join(V low, V high) { return _mm256_permute4x64_epi64(_mm256_packs_epi32(low, high), 0b11'01'10'00); }
// The odd lanes where the even ones are.
inline V odd(V x) { return _mm256_srli_epi64(x, 32); }
// Low halves of 64-bit lanes, of even and odd numbers, as eight numbers in order.
inline V interleave(V even, V odds) { return _mm256_blend_epi32(even, _mm256_slli_epi64(odds, 32), 0b10101010); }
inline V clamp(V x, std::int32_t low, std::int32_t high) {
  return _mm256_min_epi32(_mm256_max_epi32(x, _mm256_set1_epi32(low)), _mm256_set1_epi32(high));
}

template <class F>
inline std::uint64_t fold(V x, const F& f) {
  alignas(32) std::uint64_t lanes[4];
  _mm256_store_si256(reinterpret_cast<V*>(lanes), x);
  return f(f(lanes[0], lanes[1]), f(lanes[2], lanes[3]));
}
inline std::uint64_t larger(std::uint64_t a, std::uint64_t b) { return a > b ? a : b; }
inline std::uint64_t peak_of(V peaks) {  // 32-bit lanes
  return fold(_mm256_max_epu32(peaks, odd(peaks)),
              [](std::uint64_t a, std::uint64_t b) { return larger(a & UINT32_MAX, b & UINT32_MAX); });
}

// quantise() of eight y within int16. A result has at most 24 bits, so 32 bits of the shifted product hold it.
inline V quantise_eight(V y, V reciprocal) {
  const V half = _mm256_set1_epi64x(1 << 23);
  const V even = _mm256_add_epi64(_mm256_mul_epi32(y, reciprocal), half);
  const V odds = _mm256_add_epi64(_mm256_mul_epi32(odd(y), reciprocal), half);
  return clamp(interleave(_mm256_srli_epi64(even, 24), _mm256_srli_epi64(odds, 24)), -127, 127);
}

// x'·g >> e of eight numbers; the result fits int16.
inline V gained(V x, V g, __m128i e) {
  return interleave(_mm256_srl_epi64(_mm256_mul_epi32(x, g), e), _mm256_srl_epi64(_mm256_mul_epi32(odd(x), odd(g)), e));
}

}  // namespace

RowScale quantise(std::span<const std::int16_t> x, std::span<std::int16_t> out) {
  V peaks = _mm256_setzero_si256();
  for (std::size_t i = 0; i < x.size(); i += kLanes) {
    peaks = _mm256_max_epu16(peaks, _mm256_abs_epi16(load(x.data() + i, x.size() - i)));
  }
  const V wide = _mm256_max_epu32(_mm256_and_si256(peaks, _mm256_set1_epi32(0xffff)), _mm256_srli_epi32(peaks, 16));
  const RowScale scale = row_scale(peak_of(wide));
  const V reciprocal = _mm256_set1_epi64x(row_reciprocal(scale.a));
  const __m128i e = _mm_cvtsi32_si128(scale.e);
  for (std::size_t i = 0; i < x.size(); i += kLanes) {
    const V y = _mm256_sra_epi16(load(x.data() + i, x.size() - i), e);
    store(out.data() + i, join(quantise_eight(low_half(y), reciprocal), quantise_eight(high_half(y), reciprocal)),
          x.size() - i);
  }
  return scale;
}

RowScale norm(std::span<const std::int32_t> x, std::span<const std::int16_t> gain, std::uint64_t eps,
              std::span<std::int16_t> out) {
  const std::size_t n = x.size();
  V peaks = _mm256_setzero_si256();
  for (std::size_t i = 0; i < n; i += 8) peaks = _mm256_max_epu32(peaks, _mm256_abs_epi32(load(x.data() + i, n - i)));
  const int h = norm_shift(peak_of(peaks));
  const __m128i by = _mm_cvtsi32_si128(h);

  V squares = _mm256_setzero_si256(), z_peaks = _mm256_setzero_si256();
  const auto look = [&](V eight, V g) {
    const V size = _mm256_abs_epi32(_mm256_sra_epi32(eight, by)), size_g = _mm256_abs_epi32(g);
    for (const bool second : {false, true}) {
      const V s = second ? odd(size) : size, t = second ? odd(size_g) : size_g;
      squares = _mm256_add_epi64(squares, _mm256_mul_epu32(s, s));
      const V z = _mm256_mul_epu32(s, t);
      z_peaks = _mm256_blendv_epi8(z_peaks, z, _mm256_cmpgt_epi64(z, z_peaks));
    }
  };
  const auto each = [&](auto&& f) {  // f(i, eight numbers, their gains, eight more, their gains)
    for (std::size_t i = 0; i < n; i += kLanes) {
      const V g = load(gain.data() + i, n - i);
      const std::size_t left = after(n - i, 8);
      const V more = left == 0 ? _mm256_setzero_si256() : load(x.data() + i + 8, left);
      f(i, load(x.data() + i, n - i), low_half(g), more, high_half(g));
    }
  };
  each([&](std::size_t, V low, V low_g, V high, V high_g) {
    look(low, low_g);
    look(high, high_g);
  });
  const RowScale scale = row_scale(fold(z_peaks, larger));
  const V reciprocal = _mm256_set1_epi64x(row_reciprocal(scale.a));
  const __m128i e = _mm_cvtsi32_si128(scale.e);
  each([&](std::size_t i, V low, V low_g, V high, V high_g) {
    const V first = gained(_mm256_sra_epi32(low, by), low_g, e), second = gained(_mm256_sra_epi32(high, by), high_g, e);
    store(out.data() + i, join(quantise_eight(first, reciprocal), quantise_eight(second, reciprocal)), n - i);
  });
  const auto add = [](std::uint64_t a, std::uint64_t b) { return a + b; };
  return normed_scale(scale, fold(squares, add), eps, h);
}

std::uint32_t first_max(std::span<const std::int32_t> scores) {
  const std::size_t whole = scores.size() / 8 * 8;
  if (whole == 0) return kScalarKernels.first_max(scores);
  V tops = _mm256_set1_epi32(INT32_MIN);
  for (std::size_t j = 0; j < whole; j += 8) tops = _mm256_max_epi32(tops, load(scores.data() + j, 8));
  alignas(32) std::int32_t lanes[8];
  _mm256_store_si256(reinterpret_cast<V*>(lanes), tops);
  std::int32_t top = lanes[0];
  for (const std::int32_t lane : lanes) top = lane > top ? lane : top;
  for (std::size_t j = whole; j < scores.size(); ++j) top = scores[j] > top ? scores[j] : top;
  const V wanted = _mm256_set1_epi32(top);
  std::size_t j = 0;
  for (; j < whole; j += 8) {
    const V equal = _mm256_cmpeq_epi32(load(scores.data() + j, 8), wanted);
    const auto mask = static_cast<unsigned>(_mm256_movemask_epi8(equal));
    if (mask != 0) return static_cast<std::uint32_t>(j) + _tzcnt_u32(mask) / 4;
  }
  while (scores[j] != top) ++j;
  return static_cast<std::uint32_t>(j);
}

std::int64_t softmax(std::span<const std::int32_t> scores, std::int32_t top, RowScale scale, std::uint16_t m,
                     std::uint8_t s, std::span<std::int16_t> p) {
  const V factor = _mm256_set1_epi64x(std::int64_t{scale.a} * m), tops = _mm256_set1_epi32(top);
  const __m128i by = _mm_cvtsi64_si128(softmax_shift(scale, s));
  const V zero_from = _mm256_set1_epi64x(4096);
  const auto* const pairs = reinterpret_cast<const int*>(kExp2.data());  // two entries a word
  // z of the even lanes of top − score ≥ 0; 4096 stands for all above: its weight is 0 too.
  const auto shifts = [&](V below) {
    const V z = _mm256_srl_epi64(_mm256_mul_epu32(below, factor), by);
    return _mm256_blendv_epi8(z, zero_from, _mm256_cmpgt_epi64(z, zero_from));
  };
  const auto weights = [&](V eight) {
    const V below = _mm256_sub_epi32(tops, eight);
    const V z = interleave(shifts(below), shifts(odd(below)));
    const V one = _mm256_set1_epi32(1);
    const V pair = _mm256_i32gather_epi32(pairs, _mm256_srli_epi32(_mm256_and_si256(z, _mm256_set1_epi32(255)), 1), 4);
    const V entry = _mm256_and_si256(_mm256_srlv_epi32(pair, _mm256_slli_epi32(_mm256_and_si256(z, one), 4)),
                                     _mm256_set1_epi32(0xffff));
    const V n = _mm256_srli_epi32(z, 8);
    return _mm256_srlv_epi32(_mm256_add_epi32(entry, _mm256_srli_epi32(_mm256_sllv_epi32(one, n), 1)), n);
  };
  V totals = _mm256_setzero_si256();  // 8 192 keys of at most 32 767: far below 2^32 a lane
  std::size_t j = 0;
  for (; j + kLanes <= scores.size(); j += kLanes) {
    const V low = weights(load(scores.data() + j, 8)), high = weights(load(scores.data() + j + 8, 8));
    totals = _mm256_add_epi32(totals, _mm256_add_epi32(low, high));
    store(p.data() + j, join(low, high), kLanes);
  }
  const V sums = _mm256_add_epi64(_mm256_and_si256(totals, _mm256_set1_epi64x(UINT32_MAX)), odd(totals));
  const auto total = static_cast<std::int64_t>(fold(sums, [](std::uint64_t a, std::uint64_t b) { return a + b; }));
  return total + kScalarKernels.softmax(scores.subspan(j), top, scale, m, s, p.subspan(j));
}

void gate(std::span<const std::int32_t> gates, std::span<const std::int32_t> ups, std::span<std::int16_t> out) {
  const auto eight = [&](std::size_t i, std::size_t left) {
    const V g = clamp(load(gates.data() + i, left), -(1 << 20), (1 << 20) - 1);
    const V u = clamp(load(ups.data() + i, left), INT16_MIN, INT16_MAX);
    const V inside = clamp(g, INT16_MIN, INT16_MAX);
    const V knot = _mm256_srai_epi32(_mm256_add_epi32(inside, _mm256_set1_epi32(32'768)), 8);
    const V at = _mm256_i32gather_epi32(kSilu.data(), knot, 4),
            next = _mm256_i32gather_epi32(kSilu.data() + 1, knot, 4);
    const V part = _mm256_mullo_epi32(_mm256_sub_epi32(next, at), _mm256_and_si256(inside, _mm256_set1_epi32(255)));
    const V curve = _mm256_add_epi32(at, _mm256_srai_epi32(_mm256_add_epi32(part, _mm256_set1_epi32(128)), 8));
    const V above = _mm256_blendv_epi8(curve, g, _mm256_cmpgt_epi32(g, _mm256_set1_epi32(INT16_MAX)));
    const V f = _mm256_andnot_si256(_mm256_cmpgt_epi32(_mm256_set1_epi32(INT16_MIN), g), above);
    // |f·u| ≤ 2^35: after the shift 32 bits hold it.
    const V half = _mm256_set1_epi64x(128);
    const V even = _mm256_add_epi64(_mm256_mul_epi32(f, u), half);
    const V odds = _mm256_add_epi64(_mm256_mul_epi32(odd(f), odd(u)), half);
    return interleave(_mm256_srli_epi64(even, 8), _mm256_srli_epi64(odds, 8));
  };
  for (std::size_t i = 0; i < out.size(); i += kLanes) {
    const std::size_t left = out.size() - i;
    const V low = eight(i, left), high = left > 8 ? eight(i + 8, left - 8) : _mm256_setzero_si256();
    store(out.data() + i, join(low, high), left);
  }
}

}  // namespace aether::infer::avx2

namespace aether::infer {

constinit const Kernels kAvx2Kernels{avx2::dots,      avx2::finish,  avx2::norm, avx2::quantise,
                                     avx2::first_max, avx2::softmax, avx2::gate};

}  // namespace aether::infer
