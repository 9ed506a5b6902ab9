#include "edwards_avx2.hpp"
#include "points_avx2.hpp"

namespace aether::crypto::avx2 {

namespace {

constexpr std::size_t kAtOnce = 8;  // two vectors, whose exponentiations hide each other's latency

struct Root {
  Fe u, v, uv3, uv7;  // x² = u/v
};

void prepare(Root& r, const Fe& y) {
  Fe yy, one, t;
  square(yy, y);
  splat(one, kOne);
  sub(r.u, yy, one);
  carry(r.u, r.u);
  splat(t, kD);
  mul(r.v, yy, t);
  add(r.v, r.v, one);
  square(t, r.v);
  mul(t, t, r.v);  // v³
  mul(r.uv3, r.u, t);
  square(t, t);
  mul(t, t, r.v);  // v⁷
  mul(r.uv7, r.u, t);
}

// x from u, v and (u·v⁷)^((p − 5)/8), as RFC 8032 section 5.1.3 has it, but with −0 admitted. The lanes with a root.
V finish(const Root& r, const Fe& power, V sign, Fe& x) {
  Fe t, check;
  mul(x, r.uv3, power);
  square(t, x);
  mul(t, t, r.v);
  sub(check, t, r.u);
  freeze(check, check);
  const V right = is_zero(check);
  add(check, t, r.u);
  freeze(check, check);
  const V opposite = is_zero(check);
  splat(t, kSqrtMinusOne);
  mul(t, x, t);
  select(x, x, t, opposite);
  freeze(t, x);
  const V parity = _mm256_cmpeq_epi64(_mm256_and_si256(t.limb[0], splat(1)), splat(1));
  negate(t, x);
  select(x, x, t, _mm256_xor_si256(parity, sign));
  return _mm256_or_si256(right, opposite);
}

void store(AffinePoint* to, const Fe& x, const Fe& y) {
  Fe sum, difference, product, d2;
  add(sum, y, x);
  sub(difference, y, x);
  splat(d2, kD2);
  mul(product, x, y);
  mul(product, product, d2);
  Packed packed[3];
  pack(packed[0], sum);
  pack(packed[1], difference);
  pack(packed[2], product);
  store_affine(to, packed[0], packed[1], packed[2]);
}

void decompress_eight(const Encoding* from, AffinePoint* to, std::uint8_t* valid) {
  Fe y[2], x, power[2];
  V sign[2];
  Root root[2];
  for (std::size_t i = 0; i < 2; ++i) {
    load_encodings(from + 4 * i, y[i], sign[i]);
    prepare(root[i], y[i]);
    power[i] = root[i].uv7;
  }
  pow_p58(power, power);
  for (std::size_t i = 0; i < 2; ++i) {
    const V good = finish(root[i], power[i], sign[i], x);
    store(to + 4 * i, x, y[i]);
    const int mask = _mm256_movemask_epi8(good);
    for (std::size_t lane = 0; lane < 4; ++lane)
      valid[4 * i + lane] = static_cast<std::uint8_t>(mask >> (8 * lane) & 1);
  }
}

}  // namespace

void decompress_avx2(std::span<const Encoding> encodings, std::span<AffinePoint> points,
                     std::span<std::uint8_t> valid) {
  const std::size_t n = encodings.size(), whole = n / kAtOnce * kAtOnce;
  for (std::size_t i = 0; i < whole; i += kAtOnce) decompress_eight(&encodings[i], &points[i], &valid[i]);
  if (whole == n) return;
  Encoding rest[kAtOnce] = {};
  AffinePoint rest_points[kAtOnce];
  std::uint8_t rest_valid[kAtOnce];
  for (std::size_t i = whole; i < n; ++i) rest[i - whole] = encodings[i];
  decompress_eight(rest, rest_points, rest_valid);
  for (std::size_t i = whole; i < n; ++i) {
    points[i] = rest_points[i - whole];
    valid[i] = rest_valid[i - whole];
  }
}

}  // namespace aether::crypto::avx2
