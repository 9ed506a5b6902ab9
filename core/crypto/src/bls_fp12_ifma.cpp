#include "bls_fp12_ifma.hpp"

#include <algorithm>

namespace aether::crypto::bls {

template <std::size_t N>
void reduce_columns(Fe* const (&out)[N], const Columns* const (&c)[N]) {
  reduce(out, c);
}
template void reduce_columns<1>(Fe* const (&)[1], const Columns* const (&)[1]);
template void reduce_columns<2>(Fe* const (&)[2], const Columns* const (&)[2]);
template void reduce_columns<3>(Fe* const (&)[3], const Columns* const (&)[3]);

namespace {

constexpr Mask kLowHalf = 0x0f, kOddPowers = 0x52;

using Index = std::array<std::uint64_t, 8>;
V load(const Index& index) { return _mm512_loadu_si512(index.data()); }

// --- words of 64 bits and limbs --------------------------------------------------------------------------------------
blst_fp get(const Fe& from, std::size_t at) {
  Limbs x, less{};
  std::uint64_t over = 0;
  for (std::size_t i = 0; i < kLimbs; ++i) {
    const std::uint64_t limb = static_cast<std::uint64_t>(from.limb[i][at]) + over;
    over = limb >> kLimbBits;
    x[i] = limb & kLimbMask;
  }
  for (int times = 0; times < 2; ++times) {  // the value is below 2.25p
    std::uint64_t borrow = 0;
    for (std::size_t i = 0; i < kLimbs; ++i) {
      const std::uint64_t difference = x[i] - kP[i] - borrow;
      borrow = difference >> 63;
      less[i] = difference & kLimbMask;
    }
    if (borrow == 0) x = less;
  }
  blst_fp out{};
  for (std::size_t i = 0; i < kLimbs; ++i) {
    const std::size_t bit = kLimbBits * i, word = bit / 64, shift = bit % 64;
    out.l[word] |= x[i] << shift;
    if (shift > 64 - kLimbBits && word + 1 < 6) out.l[word + 1] |= x[i] >> (64 - shift);
  }
  return out;
}

// --- sums of products ------------------------------------------------------------------------------------------------
template <bool kFirst>
[[gnu::noinline]] void accumulate_lane(Columns& __restrict c, const Fe& f, const Fe& g, std::size_t at) {
  Fe all;
  AETHER_LIMBS all.limb[i] = lane(g, i, at);
  accumulate<kFirst>(c, f, all);
}
template <bool kFirst>
[[gnu::noinline]] void accumulate_lanes(Columns& __restrict c, const Fe& f, const Fe& g) {
  accumulate<kFirst>(c, f, g);
}

// With products of the real parts, of the imaginary parts and of the sums (Karatsuba): the product in Fp2.
void join(Fp12& out, Columns& re, const Columns& im, Columns& sum) {
  for (std::size_t k = 0; k < 2 * kLimbs - 1; ++k) {
    sum.low[k] = _mm512_sub_epi64(_mm512_sub_epi64(sum.low[k], re.low[k]), im.low[k]);
    sum.high[k] = _mm512_sub_epi64(_mm512_sub_epi64(sum.high[k], re.high[k]), im.high[k]);
    re.low[k] = _mm512_sub_epi64(re.low[k], im.low[k]);
    re.high[k] = _mm512_sub_epi64(re.high[k], im.high[k]);
  }
  reduce_columns<2>({&out.re, &out.im}, {&re, &sum});
}

// Each part of f's coefficients, and of ξ times them.
struct Shifted {
  Fe re, im, sum, xi_re, xi_im, xi_sum;
};
void shifted(Shifted& out, const Fp12& f) {
  out.re = f.re;
  out.im = f.im;
  add(out.sum, f.re, f.im);
  minus(out.xi_re, f.re, f.im);
  out.xi_im = out.sum;
  add(out.xi_sum, f.re, f.re);
}

[[gnu::noinline]] void gather(Fe& out, const Fe& first, const Fe& second, const V& index) {
  AETHER_LIMBS out.limb[i] = _mm512_permutex2var_epi64(first.limb[i], index, second.limb[i]);
}

// Multiplication by w^i: the coefficient of w^k is that of w^(k−i), or ξ times that of w^(k−i+6).
constexpr std::array<Index, 6> kTimesPower = [] {
  std::array<Index, 6> out{};
  for (std::size_t i = 0; i < 6; ++i)
    for (std::size_t k = 0; k < 6; ++k) out[i][lane_of(k)] = k >= i ? lane_of(k - i) : 8 + lane_of(k + 6 - i);
  return out;
}();

// f·Σ c[n]·w^powers[n].
template <std::size_t N>
void mul_by(Fp12& out, const Fp12& f, const Coefficient (&c)[N], const std::size_t (&powers)[N]) {
  Shifted s;
  shifted(s, f);
  const auto sum_of = [&](Columns& to, const Fe& parts, const Fe& xi_parts, auto part_of) {
    for (std::size_t n = 0; n < N; ++n) {
      Fe turned;
      const auto [from, at] = part_of(c[n]);
      if (powers[n] == 0) {
        accumulate_lane<true>(to, parts, *from, at);
        continue;
      }
      gather(turned, parts, xi_parts, load(kTimesPower[powers[n]]));
      accumulate_lane<false>(to, turned, *from, at);
    }
  };
  Columns re, im, sum;
  sum_of(re, s.re, s.xi_re, [](const Coefficient& x) { return std::pair(x.re, x.re_lane); });
  sum_of(im, s.im, s.xi_im, [](const Coefficient& x) { return std::pair(x.im, x.im_lane); });
  sum_of(sum, s.sum, s.xi_sum, [](const Coefficient& x) { return std::pair(x.sum, x.sum_lane); });
  join(out, re, im, sum);
}

// The square, in four rounds of products f_i·f_j with i + j = k or k + 6: twice where i ≠ j, times ξ where i + j ≥ 6.
// An odd k has no squares and so three products.
struct Round {
  Index first{}, second{};  // of (f, 2f) and of (f, ξf)
  Mask lanes = 0;
};
constexpr std::array<Round, 4> kSquareRounds = [] {
  std::array<Round, 4> out{};
  for (std::size_t k = 0; k < 6; ++k) {
    std::size_t round = 0;
    for (std::size_t i = 0; i < 6; ++i)
      for (std::size_t j = i; j < 6; ++j) {
        if ((i + j) % 6 != k) continue;
        Round& r = out[round++];
        r.first[lane_of(k)] = lane_of(i) + (i != j ? 8 : 0);
        r.second[lane_of(k)] = lane_of(j) + (i + j >= 6 ? 8 : 0);
        r.lanes = static_cast<Mask>(r.lanes | 1U << lane_of(k));
      }
  }
  return out;
}();

[[gnu::noinline]] void gather(Fe& out, const Fe& first, const Fe& second, const V& index, Mask lanes) {
  AETHER_LIMBS out.limb[i] = _mm512_maskz_permutex2var_epi64(lanes, first.limb[i], index, second.limb[i]);
}

void sum_of_squares(Columns& out, const Fe& parts, const Fe& xi_parts) {
  Fe twice, first, second;
  add(twice, parts, parts);
  for (std::size_t n = 0; n < kSquareRounds.size(); ++n) {
    const Round& round = kSquareRounds[n];
    gather(first, parts, twice, load(round.first), round.lanes);
    gather(second, parts, xi_parts, load(round.second));
    if (n == 0)
      accumulate_lanes<true>(out, first, second);
    else
      accumulate_lanes<false>(out, first, second);
  }
}

void mul_lanes(Fe& out, const Fe& f, const Fe& g) {
  Columns c;
  accumulate_lanes<true>(c, f, g);
  reduce_columns<1>({&out}, {&c});
}

}  // namespace

void put(Fe& out, std::size_t lane, const blst_fp& f) {
  std::array<std::uint64_t, 6> words;
  std::copy_n(f.l, 6, words.begin());
  const Limbs limbs = limbs_of(words);
  for (std::size_t i = 0; i < kLimbs; ++i) out.limb[i][lane] = static_cast<long long>(limbs[i]);
}

void to_ours(Fe& f) {
  Fe factor;
  splat(factor, power_of_two(2 * kRBits - 384));
  mul_lanes(f, f, factor);
}

Fp12 one() {
  Fp12 out{};
  const Limbs limbs = power_of_two(kRBits);
  AETHER_LIMBS out.re.limb[i][0] = static_cast<long long>(limbs[i]);
  return out;
}

Fp12 from_blst(const blst_fp12& f) {
  Fp12 out{};
  for (std::size_t power = 0; power < 6; ++power) {
    const blst_fp2& coefficient = f.fp6[power % 2].fp2[power / 2];
    put(out.re, lane_of(power), coefficient.fp[0]);
    put(out.im, lane_of(power), coefficient.fp[1]);
  }
  to_ours(out.re);
  to_ours(out.im);
  return out;
}

blst_fp12 to_blst(const Fp12& f) {
  Fe factor, re, im;
  splat(factor, power_of_two(384));
  mul_lanes(re, f.re, factor);
  mul_lanes(im, f.im, factor);
  blst_fp12 out;
  for (std::size_t power = 0; power < 6; ++power) {
    blst_fp2& coefficient = out.fp6[power % 2].fp2[power / 2];
    coefficient.fp[0] = get(re, lane_of(power));
    coefficient.fp[1] = get(im, lane_of(power));
  }
  return out;
}

void mul(Fp12& out, const Fp12& f, const Fp12& g) {
  Fe sum;
  add(sum, g.re, g.im);
  constexpr std::size_t kPowers[] = {0, 1, 2, 3, 4, 5};
  Coefficient c[6];
  for (const std::size_t power : kPowers) {
    const std::size_t at = lane_of(power);
    c[power] = {&g.re, &g.im, &sum, at, at, at};
  }
  mul_by(out, f, c, kPowers);
}

void mul_by_line(Fp12& f, const Coefficient (&c)[3]) { mul_by(f, f, c, {0, 2, 3}); }

void square(Fp12& out, const Fp12& f) {
  Shifted s;
  shifted(s, f);
  Columns re, im, sum;
  sum_of_squares(re, s.re, s.xi_re);
  sum_of_squares(im, s.im, s.xi_im);
  sum_of_squares(sum, s.sum, s.xi_sum);
  join(out, re, im, sum);
}

void conjugate(Fp12& f) {
  for (Fe* part : {&f.re, &f.im}) {
    Fe negated{};
    sub(negated, negated, *part);
    select(negated, *part, negated, kOddPowers);
    settle(*part, negated);
  }
}

// Granger and Scott, "Faster squaring in the cyclotomic subgroup of sixth degree extensions" (2009), with Fp4 =
// Fp2[w³]: a = w^0, w^1, w^2 and b = w^3, w^4, w^5 stand in the two halves, and a² + ξb², 2ab are those of (a + b·w³)².
// Then
//   w^0, w^2, w^4 ← 3(a² + ξb²) of places 0, 1, 2 less twice what they were;
//   w^3, w^5, w^1 ← 3·2ab of places 0, 1, 2, times ξ for the last, and twice what they were.
void cyclotomic_square(Fp12& f) {
  Columns c[3];
  Fe sum_re, sum_im, left, right, squares_re, squares_im, mixed;
  // (re + im)(re − im) and re·2im of a and b at once; of a + b in one vector.
  add(left, f.re, f.im);
  minus(right, f.re, f.im);
  accumulate_lanes<true>(c[0], left, right);
  add(right, f.im, f.im);
  accumulate_lanes<true>(c[1], f.re, right);
  swap_halves(sum_re, f.re);
  add(sum_re, sum_re, f.re);
  swap_halves(sum_im, f.im);
  add(sum_im, sum_im, f.im);
  minus(left, sum_re, sum_im);
  add(right, sum_im, sum_im);
  select(right, right, left, kLowHalf);
  AETHER_LIMBS left.limb[i] = _mm512_mask_add_epi64(sum_re.limb[i], kLowHalf, sum_re.limb[i], sum_im.limb[i]);
  accumulate_lanes<true>(c[2], left, right);
  reduce_columns<3>({&squares_re, &squares_im, &mixed}, {&c[0], &c[1], &c[2]});

  const V placed = _mm512_setr_epi64(0, 6, 1, 3, 4, 2, 5, 7);
  constexpr Mask kTimesXi = 0x02;
  AETHER_LIMBS {
    const V re = squares_re.limb[i], im = squares_im.limb[i], both = mixed.limb[i];
    const V other_re = _mm512_shuffle_i64x2(re, re, 0x4e), other_im = _mm512_shuffle_i64x2(im, im, 0x4e);
    const V other_both = _mm512_shuffle_i64x2(both, both, 0x4e);
    const V all_re = _mm512_add_epi64(re, other_re), all_im = _mm512_add_epi64(im, other_im);
    // The low half: a² + ξb²; the high one: (a + b)² − a² − b².
    V new_re = _mm512_sub_epi64(other_both, all_re), new_im = _mm512_sub_epi64(both, all_im);
    new_re = _mm512_mask_sub_epi64(new_re, kLowHalf, all_re, other_im);
    new_im = _mm512_mask_add_epi64(new_im, kLowHalf, all_im, other_re);
    new_re = _mm512_permutexvar_epi64(placed, new_re);
    new_im = _mm512_permutexvar_epi64(placed, new_im);
    const V xi_re = _mm512_mask_sub_epi64(new_re, kTimesXi, new_re, new_im);
    const V xi_im = _mm512_mask_add_epi64(new_im, kTimesXi, new_im, new_re);
    const auto thrice_and_twice = [](const V& x, const V& old) {
      const V twice = _mm512_add_epi64(old, old), thrice = _mm512_add_epi64(_mm512_add_epi64(x, x), x);
      return _mm512_mask_add_epi64(_mm512_sub_epi64(thrice, twice), kOddPowers, thrice, twice);
    };
    f.re.limb[i] = thrice_and_twice(xi_re, f.re.limb[i]);
    f.im.limb[i] = thrice_and_twice(xi_im, f.im.limb[i]);
  }
  settle(f.re, f.re);
  settle(f.im, f.im);
}

}  // namespace aether::crypto::bls
