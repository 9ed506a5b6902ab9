#include "msm_ifma.hpp"

#include "one_point_lanes.hpp"
#include "points_ifma.hpp"

namespace aether::crypto::ifma {

namespace {

// Y − X, Y + X, Z, T of eight points, carried.
struct Points {
  Fe difference, sum, z, t;
};

AETHER_IFMA_INLINE void load_points(Points& p, const Bucket* const (&from)[8]) {
  const std::uint64_t* const rows[8] = {from[0]->words.data(), from[1]->words.data(), from[2]->words.data(),
                                        from[3]->words.data(), from[4]->words.data(), from[5]->words.data(),
                                        from[6]->words.data(), from[7]->words.data()};
  V v[5][4];
#pragma GCC unroll 5
  for (std::size_t i = 0; i < 5; ++i) load_four(rows, 4 * i, v[i]);
#pragma GCC unroll 5
  for (std::size_t i = 0; i < 5; ++i) {
    const auto word = [&v](std::size_t at) { return v[at / 4][at % 4]; };
    p.difference.limb[i] = word(i);
    p.sum.limb[i] = word(5 + i);
    p.z.limb[i] = word(10 + i);
    p.t.limb[i] = word(15 + i);
  }
}

AETHER_IFMA_INLINE void store_points(Bucket* const (&to)[8], const Points& p) {
  std::uint64_t* const rows[8] = {to[0]->words.data(), to[1]->words.data(), to[2]->words.data(), to[3]->words.data(),
                                  to[4]->words.data(), to[5]->words.data(), to[6]->words.data(), to[7]->words.data()};
  const auto &d = p.difference.limb, &s = p.sum.limb, &z = p.z.limb, &t = p.t.limb;
  store_four(rows, 0, {d[0], d[1], d[2], d[3]});
  store_four(rows, 4, {d[4], s[0], s[1], s[2]});
  store_four(rows, 8, {s[3], s[4], z[0], z[1]});
  store_four(rows, 12, {z[2], z[3], z[4], t[0]});
  store_four(rows, 16, {t[1], t[2], t[3], t[4]});
}

// The last step of an addition: a, b, c, d as in Hisil, Wong, Carter, Dawson 2008, section 3.1; d is below twice a
// product's bound.
AETHER_IFMA_INLINE void finish(Points& p, const Wide& a, const Wide& b, const Wide& c, const Wide& d) {
  Wide x, y, t;
  Fe e, f, g, h;
  sub(t, b, a);
  carry(e, t);
  sub(t, d, c);
  carry(f, t);
  add(t, d, c);
  carry(g, t);
  add(t, b, a);
  carry(h, t);
  mul(x, e, f);
  mul(y, g, h);
  sub(t, y, x);
  carry(p.difference, t);
  add(t, y, x);
  carry(p.sum, t);
  mul(t, f, g);
  carry(p.z, t);
  mul(t, e, h);
  carry(p.t, t);
}

// `td2` is q's 2d·T.
AETHER_IFMA_INLINE void add_points(Points& p, const Points& q, const Fe& td2) {
  Wide a, b, c, d;
  mul(a, p.difference, q.difference);
  mul(b, p.sum, q.sum);
  mul(c, p.t, td2);
  mul(d, p.z, q.z);
  add(d, d, d);
  finish(p, a, b, c, d);
}

// Adds one affine point to each lane, negated in the lanes of the mask.
AETHER_IFMA_INLINE void add_affine(Points& p, const AffinePoint& q, Mask negative) {
  Fe sum, difference, product;
#pragma GCC unroll 5
  for (std::size_t i = 0; i < 5; ++i) {
    const V plus = splat(q.words[i]), minus = splat(q.words[5 + i]), xy = splat(q.words[10 + i]);
    sum.limb[i] = _mm512_mask_mov_epi64(plus, negative, minus);
    difference.limb[i] = _mm512_mask_mov_epi64(minus, negative, plus);
    product.limb[i] = _mm512_mask_sub_epi64(xy, negative, splat(double_p(i)), xy);
  }
  Wide a, b, c, d;
  mul(a, p.difference, difference);
  mul(b, p.sum, sum);
  mul(c, p.t, product);
  add(d.limb, p.z.limb, p.z.limb);
  finish(p, a, b, c, d);
}

// Into limbs of 26 and 25 bits.
void split_limb(std::uint64_t limb, std::uint32_t* to) {
  to[0] = static_cast<std::uint32_t>(limb & ((1U << 26) - 1));
  to[1] = static_cast<std::uint32_t>(limb >> 26);
}

void store_lanes(const Fe& from, std::size_t coordinate, std::span<avx2::CachedPoint, 8> to) {
  for (std::size_t i = 0; i < 5; ++i) {
    std::uint64_t lanes[8];
    _mm512_storeu_si512(lanes, from.limb[i]);
    for (std::size_t l = 0; l < 8; ++l) {
      split_limb(lanes[l], &to[l].words[10 * coordinate + 2 * i]);
    }
  }
}

// --- one point, its X, Y, Z and T in lanes 0 to 3; the others count nothing ------------------------------------------

struct Ops {
  using Fe = ifma::Fe;

  static void mul(Fe& out, const Fe& f, const Fe& g) { mul_inline(out, f, g); }
  static void square(Fe& out, const Fe& f) { square_inline(out, f); }
  static void make_factor(Fe& f) { carry(f, f); }

  template <int A, int B, int C, int D>
  AETHER_IFMA_INLINE static Fe permute(const Fe& f) {
    Fe out;
#pragma GCC unroll 5
    for (std::size_t i = 0; i < 5; ++i) out.limb[i] = _mm512_permutex_epi64(f.limb[i], A | B << 2 | C << 4 | D << 6);
    return out;
  }
  template <int Lanes>
  AETHER_IFMA_INLINE static Fe choose(const Fe& f, const Fe& g) {
    Fe out;
    select(out, f, g, Lanes);
    return out;
  }
  template <int Lanes>
  AETHER_IFMA_INLINE static Fe keep(const Fe& f) {
    Fe out;
#pragma GCC unroll 5
    for (std::size_t i = 0; i < 5; ++i) out.limb[i] = _mm512_maskz_mov_epi64(Lanes, f.limb[i]);
    return out;
  }
};

Fe load_one(const std::array<std::uint32_t, 40>& words) {
  const auto limb = [&words](std::size_t at) {
    return static_cast<long long>(words[at] + (static_cast<std::uint64_t>(words[at + 1]) << 26));
  };
  Fe out;
  for (std::size_t i = 0; i < 10; i += 2)
    out.limb[i / 2] = _mm512_set_epi64(0, 0, 0, 0, limb(30 + i), limb(20 + i), limb(10 + i), limb(i));
  return out;
}

}  // namespace

void fill_buckets(std::span<Bucket> buckets, std::span<const AffinePoint> points,
                  std::span<const std::int16_t> digits) {
  const std::size_t size = buckets.size() / 8;
  Bucket* lane[8];
  for (std::size_t l = 0; l < 8; ++l) lane[l] = &buckets[l * size];
  Points p;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const __m128i eight = _mm_loadu_si128(reinterpret_cast<const __m128i*>(&digits[8 * i]));
    if (_mm_testz_si128(eight, eight) != 0) continue;
    std::uint16_t magnitude[8];  // without branches, which no processor would foresee
    _mm_storeu_si128(reinterpret_cast<__m128i*>(magnitude), _mm_abs_epi16(eight));
    Bucket* const at[8] = {lane[0] + magnitude[0], lane[1] + magnitude[1], lane[2] + magnitude[2],
                           lane[3] + magnitude[3], lane[4] + magnitude[4], lane[5] + magnitude[5],
                           lane[6] + magnitude[6], lane[7] + magnitude[7]};
    load_points(p, {at[0], at[1], at[2], at[3], at[4], at[5], at[6], at[7]});
    add_affine(p, points[i], _mm_movepi16_mask(eight));
    store_points(at, p);
  }
}

void fold_buckets(std::span<const Bucket> buckets, std::span<avx2::CachedPoint, 8> sums) {
  const std::size_t size = buckets.size() / 8;
  const auto load = [&](Points& p, std::size_t i) {
    load_points(p, {&buckets[i], &buckets[size + i], &buckets[2 * size + i], &buckets[3 * size + i],
                    &buckets[4 * size + i], &buckets[5 * size + i], &buckets[6 * size + i], &buckets[7 * size + i]});
  };
  // From the largest magnitude down: `running` is the sum of the buckets so far, `total` the sum of all `running`.
  Points running, total, next;
  Fe d2, td2;
  splat(d2, kD2);
  load(running, size - 1);
  total = running;
  for (std::size_t i = size - 2; i > 0; --i) {
    load(next, i);
    mul_inline(td2, next.t, d2);
    add_points(running, next, td2);
    mul_inline(td2, running.t, d2);
    add_points(total, running, td2);
  }
  mul_inline(td2, total.t, d2);
  add(total.z, total.z, total.z);
  carry(total.z, total.z);
  store_lanes(total.difference, 0, sums);
  store_lanes(total.sum, 1, sums);
  store_lanes(total.z, 2, sums);
  store_lanes(td2, 3, sums);
}

avx2::ExtendedPoint combine_windows(std::span<const avx2::CachedPoint> sums, int width) {
  Fe p = load_one(avx2::kIdentity.words);
  OnePoint<Ops>::combine(p, sums, width, load_one);
  avx2::ExtendedPoint out;
  for (std::size_t i = 0; i < 5; ++i) {
    std::uint64_t lanes[8];
    _mm512_storeu_si512(lanes, p.limb[i]);
    for (std::size_t l = 0; l < 4; ++l) split_limb(lanes[l], &out.words[10 * l + 2 * i]);
  }
  return out;
}

}  // namespace aether::crypto::ifma
