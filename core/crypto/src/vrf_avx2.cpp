#include "vrf_avx2.hpp"

#include <cstring>
#include <vector>

#include "points_avx2.hpp"

namespace aether::crypto::avx2 {

namespace {

constexpr FieldConstant kJ = {0x76d06};  // curve25519's 486662
constexpr FieldConstant kMinusJ = {0x3f892e7, 0x1ffffff, 0x3ffffff, 0x1ffffff, 0x3ffffff,
                                   0x1ffffff, 0x3ffffff, 0x1ffffff, 0x3ffffff, 0x1ffffff};
// 2^((p + 3)/8), and the even root of −486664.
constexpr FieldConstant kRootFactor = {0x20ea0b1, 0x186c9d2, 0x8f189d,  0x35697f, 0xbd0c60,
                                       0x1fbd7a7, 0x2804c9e, 0x1e16569, 0x4fc1d,  0xae0c92};
constexpr FieldConstant kScale = {0x3457e06, 0x1812abf, 0x350598d, 0x8a5be8,  0x316874f,
                                  0x1fc4f7e, 0x1846e01, 0xd77a4f,  0x3460a00, 0x3c9bb7};

// Carried.
struct Projective {
  Fe x, y, z;
};

void multiply_by(Fe& out, const Fe& f, const FieldConstant& constant) {
  Fe c;
  splat(c, constant);
  mul(out, f, c);
}

V are_equal(const Fe& a, const Fe& b) {
  Fe t;
  sub(t, a, b);
  freeze(t, t);
  return is_zero(t);
}

// dbl-2008-hwcd for a = −1, with E, F, G, H all negated; T is not needed.
void double_projective(Projective& p) {
  Fe a, b, c, s, e, f, g, h;
  square(a, p.x);
  square(b, p.y);
  square(c, p.z);
  add(c, c, c);
  add(s, p.x, p.y);
  square(s, s);
  add(h, a, b);
  sub(e, h, s);
  carry(e, e);
  sub(g, a, b);
  add(f, g, c);
  mul(p.x, f, e);
  mul(p.y, g, h);
  mul(p.z, f, g);
}

void times_eight(Projective& p) {
  for (int i = 0; i < 3; ++i) double_projective(p);
}

// With clean limbs, which sums and carries need.
Fe clean(const Packed& from) {
  Fe out;
  widen(out, from);
  for (std::size_t i = 0; i < 10; i += 2) out.limb[i] = _mm256_and_si256(out.limb[i], splat(0xffffffff));
  return out;
}

Projective load(const FourPoints& from) {
  const auto field = [&from](std::size_t k) {
    Packed packed;
    std::memcpy(packed.pair, &from.words[20 * k], sizeof packed.pair);
    return clean(packed);
  };
  return {field(0), field(1), field(2)};
}

FourPoints store(const Projective& from) {
  FourPoints out;
  const Fe* const fields[3] = {&from.x, &from.y, &from.z};
  for (std::size_t k = 0; k < 3; ++k) {
    Packed packed;
    pack(packed, *fields[k]);
    std::memcpy(&out.words[20 * k], packed.pair, sizeof packed.pair);
  }
  return out;
}

// RFC 9380, appendix G.2.1, before and after its one exponentiation, then section G.2.2.
struct Elligator {
  Fe u, tv1, xd, gxd, gx1, tv3, power;
};

void prepare(Elligator& e) {
  Fe one, t, xd2;
  splat(one, kOne);
  square(e.tv1, e.u);
  add(e.tv1, e.tv1, e.tv1);
  carry(e.tv1, e.tv1);  // 2u²
  add(e.xd, e.tv1, one);
  square(xd2, e.xd);
  mul(e.gxd, e.xd, xd2);
  multiply_by(t, e.tv1, kJ);
  multiply_by(t, t, kMinusJ);
  add(t, t, xd2);
  multiply_by(e.gx1, t, kMinusJ);
  square(t, e.gxd);
  mul(e.tv3, t, e.gxd);
  mul(e.tv3, e.tv3, e.gx1);  // gxd³·gx1
  square(t, t);
  mul(e.power, t, e.tv3);  // gxd⁷·gx1
}

// y from a root of its square up to the fourth roots of one.
void choose_root(Fe& y, const Fe& gxd, const Fe& square_of_y) {
  Fe t, turned;
  square(t, y);
  mul(t, t, gxd);
  multiply_by(turned, y, kSqrtMinusOne);
  select(y, turned, y, are_equal(t, square_of_y));
}

Projective finish(const Elligator& e) {
  Fe y1, y2, t, xn;
  mul(y1, e.power, e.tv3);
  mul(y2, y1, e.u);
  multiply_by(y2, y2, kRootFactor);
  choose_root(y1, e.gxd, e.gx1);
  mul(t, e.gx1, e.tv1);
  choose_root(y2, e.gxd, t);
  square(t, y1);
  mul(t, t, e.gxd);
  const V first = are_equal(t, e.gx1);  // gx1 is a square

  Fe y, negated, x1n, x2n;
  splat(x1n, kMinusJ);
  mul(x2n, x1n, e.tv1);
  select(xn, x2n, x1n, first);
  select(y, y2, y1, first);
  negate(negated, y);
  carry(negated, negated);
  freeze(t, y);
  // odd for the first, even for the second
  select(y, negated, y, _mm256_cmpeq_epi64(first, is_odd(t)));

  // To Edwards: x = scale·xn/(xd·y), y = (xn − xd)/(xn + xd).
  Fe edwards_xn, edwards_xd, yn, yd;
  multiply_by(edwards_xn, xn, kScale);
  mul(edwards_xd, y, e.xd);
  sub(yn, xn, e.xd);
  carry(yn, yn);
  add(yd, xn, e.xd);
  carry(yd, yd);
  Projective out;
  mul(out.x, edwards_xn, yd);
  mul(out.y, edwards_xd, yn);
  mul(out.z, edwards_xd, yd);
  Fe zero{}, one;
  splat(one, kOne);
  freeze(t, out.z);
  const V exceptional = is_zero(t);
  select(out.x, out.x, zero, exceptional);
  select(out.y, out.y, one, exceptional);
  select(out.z, out.z, one, exceptional);
  return out;
}

// The last step of 1/z: z^(p − 2) = (z^((p − 5)/8))^8·z³.
void finish_inverse(Fe& power, const Fe& z) {
  Fe t;
  for (int i = 0; i < 3; ++i) square(power, power);
  square(t, z);
  mul(t, t, z);
  mul(power, power, t);
}

void store_encodings(Encoding* to, const Fe& y, V odd) {
  const auto& l = y.limb;
  const auto left = [](V v, int n) { return _mm256_slli_epi64(v, n); };
  const auto right = [](V v, int n) { return _mm256_srli_epi64(v, n); };
  const auto join = [](V a, V b, V c) { return _mm256_or_si256(a, _mm256_or_si256(b, c)); };
  V w[4] = {join(l[0], left(l[1], 26), left(l[2], 51)), join(right(l[2], 13), left(l[3], 13), left(l[4], 38)),
            join(l[5], left(l[6], 25), left(l[7], 51)), join(right(l[7], 13), left(l[8], 12), left(l[9], 38))};
  w[3] = _mm256_or_si256(w[3], left(odd, 63));
  transpose(w);
  for (std::size_t i = 0; i < 4; ++i) _mm256_storeu_si256(reinterpret_cast<V*>(to[i].data()), w[i]);
}

void store_affine(AffinePoint* to, const Fe& x, const Fe& y) {
  Fe t;
  Packed sum, difference, product;
  add(t, y, x);
  pack(sum, t);
  sub(t, y, x);
  pack(difference, t);
  mul(t, x, y);
  multiply_by(t, t, kD2);
  pack(product, t);
  store_affine(to, sum, difference, product);
}

}  // namespace

void map_to_curve_avx2(std::span<const Encoding, 8> u, std::span<FourPoints, 2> to) {
  Elligator e[2];
  Fe power[2];
  for (std::size_t i = 0; i < 2; ++i) {
    V sign;
    load_encodings(&u[4 * i], e[i].u, sign);
    prepare(e[i]);
    power[i] = e[i].power;
  }
  pow_p58(power, power);
  for (std::size_t i = 0; i < 2; ++i) {
    e[i].power = power[i];
    Projective p = finish(e[i]);
    times_eight(p);
    to[i] = store(p);
  }
}

FourPoints times_eight_avx2(std::span<const AffinePoint, 4> points) {
  const std::uint32_t* const at[4] = {points[0].words.data(), points[1].words.data(), points[2].words.data(),
                                      points[3].words.data()};
  V v[10];
  for (std::size_t i = 0; i < 5; ++i) load_pair(at, 4 * i, v[2 * i], v[2 * i + 1]);
  const auto open = [&v](std::size_t from) {
    Packed packed;
    for (std::size_t i = 0; i < 5; ++i) packed.pair[i] = v[from + i];
    Fe out = clean(packed);
    carry(out, out);
    return out;
  };
  const Fe sum = open(0), difference = open(5);  // y + x and y − x
  Projective p;                                  // with Z = 2
  sub(p.x, sum, difference);
  carry(p.x, p.x);
  add(p.y, sum, difference);
  carry(p.y, p.y);
  splat(p.z, kOne);
  add(p.z, p.z, p.z);
  times_eight(p);
  return store(p);
}

FourPoints times_eight_avx2(const FourPoints& points) {
  Projective p = load(points);
  times_eight(p);
  return store(p);
}

void encode_avx2(std::span<const FourPoints> points, std::span<Encoding> encodings, std::span<AffinePoint> affine) {
  if (points.empty()) return;
  // Two chains of products, of the even and of the odd fours, so that their inversions hide each other's latency.
  std::vector<Fe> before(points.size());
  Fe product[2], inverse[2];
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Fe z = load(points[i]).z;
    if (i < 2) {
      product[i] = z;
      continue;
    }
    before[i] = product[i % 2];
    mul(product[i % 2], product[i % 2], z);
  }
  pow_p58(inverse, product);
  for (std::size_t k = 0; k < 2; ++k) finish_inverse(inverse[k], product[k]);
  for (std::size_t i = points.size(); i-- > 0;) {
    Projective p = load(points[i]);
    Fe one_over_z = inverse[i % 2];
    if (i >= 2) {
      mul(one_over_z, inverse[i % 2], before[i]);
      mul(inverse[i % 2], inverse[i % 2], p.z);
    }
    mul(p.x, p.x, one_over_z);
    mul(p.y, p.y, one_over_z);
    freeze(p.x, p.x);
    freeze(p.y, p.y);
    store_encodings(&encodings[4 * i], p.y, _mm256_and_si256(p.x.limb[0], splat(1)));
    if (4 * i < affine.size()) store_affine(&affine[4 * i], p.x, p.y);
  }
}

}  // namespace aether::crypto::avx2
