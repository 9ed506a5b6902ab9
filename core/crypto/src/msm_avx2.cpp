#include "msm_avx2.hpp"

#include <cstring>

#include "one_point_lanes.hpp"
#include "points_avx2.hpp"

namespace aether::crypto::avx2 {

namespace {

// Four points as the second operand of an addition.
struct Cached {
  Fe difference, sum, z2, td2;
};

void cache(Cached& out, const Points& p) {
  Packed t;
  sub(t, p.y, p.x);
  widen(out.difference, t);
  add(t, p.y, p.x);
  widen(out.sum, t);
  add(t, p.z, p.z);
  widen(out.z2, t);
  Fe d2, wide;
  splat(d2, kD2);
  widen(wide, p.t);
  mul(out.td2, wide, d2);
}

// The last step of an addition: a, b, c, d as in Hisil, Wong, Carter, Dawson 2008, section 3.1. c and a are carried, d
// is below 2^27 + 2^14 in even limbs.
AETHER_AVX2_INLINE void finish(Points& p, const Fe& a, const Fe& b, const Fe& c, const Fe& d) {
  Fe e, f, g, h, t;
  sub(e, b, a);
  sub(f, d, c);
  add(g, d, c);
  add(h, b, a);
  mul(t, f, e);
  pack(p.x, t);
  mul(t, g, h);
  pack(p.y, t);
  mul(t, f, g);
  pack(p.z, t);
  mul(t, e, h);
  pack(p.t, t);
}

void add_cached(Points& p, const Cached& q) {
  Packed s;
  Fe t, a, b, c, d;
  sub(s, p.y, p.x);
  widen(t, s);
  mul(a, t, q.difference);
  add(s, p.y, p.x);
  widen(t, s);
  mul(b, t, q.sum);
  widen(t, p.t);
  mul(c, t, q.td2);
  widen(t, p.z);
  mul(d, t, q.z2);
  finish(p, a, b, c, d);
}

// Adds one affine point to each lane, negated where the mask is all ones.
AETHER_AVX2_INLINE void add_affine(Points& p, const AffinePoint& q, V negative) {
  Packed s;
  Fe t, u, a, b, c, d;
  const auto pair = [&q](std::size_t i) {
    std::uint64_t word;
    std::memcpy(&word, &q.words[2 * i], sizeof word);
    return splat(word);
  };
  Packed sum, difference, product;
#pragma GCC unroll 5
  for (std::size_t i = 0; i < 5; ++i) {
    const V plus = pair(i), minus = pair(5 + i), xy = pair(10 + i);
    sum.pair[i] = select(plus, minus, negative);
    difference.pair[i] = select(minus, plus, negative);
    product.pair[i] = select(xy, _mm256_sub_epi32(double_p_pair(i), xy), negative);
  }
  sub(s, p.y, p.x);
  widen(t, s);
  widen(u, difference);
  mul(a, t, u);
  add(s, p.y, p.x);
  widen(t, s);
  widen(u, sum);
  mul(b, t, u);
  widen(t, p.t);
  widen(u, product);
  mul(c, t, u);
  add(s, p.z, p.z);
  widen(d, s);
  finish(p, a, b, c, d);
}

// --- one point, its X, Y, Z and T in the four lanes ------------------------------------------------------------------

struct Ops {
  using Fe = avx2::Fe;

  static void mul(Fe& out, const Fe& f, const Fe& g) { avx2::mul(out, f, g); }
  static void square(Fe& out, const Fe& f) { avx2::square(out, f); }
  static void make_factor(Fe&) {}

  template <int A, int B, int C, int D>
  AETHER_AVX2_INLINE static Fe permute(const Fe& f) {
    Fe out;
    for (std::size_t i = 0; i < 10; ++i)
      out.limb[i] = _mm256_permute4x64_epi64(f.limb[i], A | B << 2 | C << 4 | D << 6);
    return out;
  }
  template <int Lanes>
  AETHER_AVX2_INLINE static Fe choose(const Fe& f, const Fe& g) {
    constexpr int kHalves = (Lanes & 1) * 3 | (Lanes & 2) * 6 | (Lanes & 4) * 12 | (Lanes & 8) * 24;
    Fe out;
    for (std::size_t i = 0; i < 10; ++i) out.limb[i] = _mm256_blend_epi32(f.limb[i], g.limb[i], kHalves);
    return out;
  }
  template <int Lanes>
  AETHER_AVX2_INLINE static Fe keep(const Fe& f) {
    return choose<Lanes>(Fe{}, f);
  }
};
using One = OnePoint<Ops>;

Fe load_one(const std::array<std::uint32_t, 40>& words) {
  Fe out;
  for (std::size_t i = 0; i < 10; ++i)
    out.limb[i] = _mm256_set_epi64x(words[30 + i], words[20 + i], words[10 + i], words[i]);
  return out;
}

void store_lane(const Fe& from, std::size_t lane, std::uint32_t* to) {
  for (std::size_t i = 0; i < 10; ++i) {
    std::uint64_t lanes[4];
    std::memcpy(lanes, &from.limb[i], sizeof lanes);
    to[i] = static_cast<std::uint32_t>(lanes[lane]);
  }
}

ExtendedPoint store_one(const Fe& p) {
  ExtendedPoint out;
  for (std::size_t lane = 0; lane < 4; ++lane) store_lane(p, lane, &out.words[10 * lane]);
  return out;
}

}  // namespace

void fill_buckets(std::span<ExtendedPoint> buckets, std::span<const AffinePoint> points,
                  std::span<const std::int16_t> digits) {
  const std::size_t size = buckets.size() / 4;
  ExtendedPoint* const lane[4] = {&buckets[0], &buckets[size], &buckets[2 * size], &buckets[3 * size]};
  Points p;
  for (std::size_t i = 0; i < points.size(); ++i) {
    std::uint64_t four;
    std::memcpy(&four, &digits[4 * i], sizeof four);
    if (four == 0) continue;
    const __m128i signed_digits = _mm_set_epi64x(0, static_cast<long long>(four));
    std::uint16_t magnitude[8];  // without branches, which no processor would foresee
    _mm_storeu_si128(reinterpret_cast<__m128i*>(magnitude), _mm_abs_epi16(signed_digits));
    ExtendedPoint* const at[4] = {lane[0] + magnitude[0], lane[1] + magnitude[1], lane[2] + magnitude[2],
                                  lane[3] + magnitude[3]};
    load_points(p, {at[0], at[1], at[2], at[3]});
    add_affine(p, points[i], _mm256_cvtepi16_epi64(_mm_srai_epi16(signed_digits, 15)));
    store_points(at, p);
  }
}

void fold_buckets(std::span<const ExtendedPoint> buckets, std::span<CachedPoint, 4> sums) {
  const std::size_t size = buckets.size() / 4;
  const auto load = [&](Points& p, std::size_t i) {
    load_points(p, {&buckets[i], &buckets[size + i], &buckets[2 * size + i], &buckets[3 * size + i]});
  };
  // From the largest magnitude down: `running` is the sum of the buckets so far, `total` the sum of all `running`.
  Points running, total;
  Cached cached;
  load(running, size - 1);
  total = running;
  for (std::size_t i = size - 2; i > 0; --i) {
    cache(cached, running);
    load(running, i);
    add_cached(running, cached);
    cache(cached, running);
    add_cached(total, cached);
  }
  cache(cached, total);
  for (std::size_t l = 0; l < 4; ++l) {
    store_lane(cached.difference, l, &sums[l].words[0]);
    store_lane(cached.sum, l, &sums[l].words[10]);
    store_lane(cached.z2, l, &sums[l].words[20]);
    store_lane(cached.td2, l, &sums[l].words[30]);
  }
}

ExtendedPoint combine_windows(std::span<const CachedPoint> sums, int width) {
  Fe p = load_one(kIdentity.words);
  One::combine(p, sums, width, load_one);
  return store_one(p);
}

namespace {

// Y − X, Y + X, 2Z, 2d·T of −p.
Fe cached_opposite(const Fe& p) {
  Fe q;
  negate(q, p);
  q = Ops::choose<9>(p, q);
  carry(q, q);
  Fe factors;  // 1, 1, 2, 2d
  for (std::size_t i = 0; i < 10; ++i) {
    const std::uint32_t one = kOne[i];
    factors.limb[i] = _mm256_set_epi64x(kD2[i], 2 * one, one, one);
  }
  mul(q, One::split(q), factors);
  return q;
}

Fe load_eightfold(const ExtendedPoint& a) {
  Fe p = load_one(a.words);
  for (int i = 0; i < 3; ++i) One::double_in_place(p);
  return p;
}

bool is_identity(const Fe& p) {
  Fe t;
  sub(t, p, Ops::keep<2>(Ops::permute<2, 2, 2, 2>(p)));  // X and Y − Z
  freeze(t, t);
  return (_mm256_movemask_epi8(is_zero(t)) & 0xffff) == 0xffff;
}

}  // namespace

ExtendedPoint subtract_avx2(const ExtendedPoint& a, const ExtendedPoint& b) {
  Fe p = load_one(a.words);
  One::add_cached(p, cached_opposite(load_one(b.words)));
  return store_one(p);
}

bool is_small_order_avx2(const ExtendedPoint& a) { return is_identity(load_eightfold(a)); }

std::size_t small_logarithm_avx2(const ExtendedPoint& a, const ExtendedPoint& b, std::size_t limit) {
  Fe rest = load_eightfold(b);
  const Fe step = cached_opposite(load_eightfold(a));
  for (std::size_t n = 1; n <= limit; ++n) {
    One::add_cached(rest, step);
    if (is_identity(rest)) return n;
  }
  return 0;
}

Encoding compress_avx2(const ExtendedPoint& a) {
  Fe p = load_one(a.words), t;
  Fe z[2], power[2];
  z[0] = Ops::permute<2, 2, 2, 2>(p);
  z[1] = z[0];
  pow_p58(power, z);
  Fe inverse = power[0];  // z^(p − 2) = (z^((p − 5)/8))^8·z³
  for (int i = 0; i < 3; ++i) square(inverse, inverse);
  square(t, z[0]);
  mul(t, t, z[0]);
  mul(inverse, inverse, t);
  mul(t, p, inverse);
  freeze(t, t);
  std::uint32_t x[10], y[10];
  store_lane(t, 0, x);
  store_lane(t, 1, y);
  Encoding out{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < 10; at += i % 2 == 0 ? 26 : 25, ++i)
    for (std::size_t bit = 0; bit < 26; ++bit)
      if ((y[i] >> bit & 1) != 0) out[(at + bit) / 8] |= static_cast<std::uint8_t>(1U << (at + bit) % 8);
  out[31] |= static_cast<std::uint8_t>((x[0] & 1) << 7);
  return out;
}

}  // namespace aether::crypto::avx2
