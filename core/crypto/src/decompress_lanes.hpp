// Points from encodings on the lanes of any kernel, by the ZIP-215 rule: y is not reduced, and −0 is admitted.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "curve_constants.hpp"

namespace aether::crypto {

template <class Fe>
struct SquareRoot {
  Fe u, v, uv3, uv7;  // x² = u/v
};

template <class Fe>
void prepare(SquareRoot<Fe>& r, const Fe& y) {
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

// x from u, v and (u·v⁷)^((p − 5)/8), as RFC 8032 section 5.1.3 has it. The lanes with a root.
template <class Fe, class Mask>
Mask finish(const SquareRoot<Fe>& r, const Fe& power, Mask sign, Fe& x) {
  Fe t, check;
  mul(x, r.uv3, power);
  square(t, x);
  mul(t, t, r.v);
  sub(check, t, r.u);
  freeze(check, check);
  const Mask right = is_zero(check);
  add(check, t, r.u);
  freeze(check, check);
  const Mask opposite = is_zero(check);
  splat(t, kSqrtMinusOne);
  mul(t, x, t);
  select(x, x, t, opposite);
  freeze(t, x);
  const Mask wrong = static_cast<Mask>(is_odd(t) ^ sign);
  negate(t, x);
  select(x, x, t, wrong);
  return static_cast<Mask>(right | opposite);
}

// Two vectors at a time, whose exponentiations hide each other's latency. `Lanes` has kCount, Fe, Mask, AffinePoint,
// load_encodings(from, y, sign), store_point(to, x, y) and store_mask(to, mask).
template <class Lanes>
void decompress_two(const std::array<std::uint8_t, 32>* from, typename Lanes::AffinePoint* to, std::uint8_t* valid) {
  using Fe = typename Lanes::Fe;
  Fe y[2], x, power[2];
  typename Lanes::Mask sign[2];
  SquareRoot<Fe> root[2];
  for (std::size_t i = 0; i < 2; ++i) {
    Lanes::load_encodings(from + Lanes::kCount * i, y[i], sign[i]);
    prepare(root[i], y[i]);
    power[i] = root[i].uv7;
  }
  pow_p58(power, power);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto good = finish(root[i], power[i], sign[i], x);
    Lanes::store_point(to + Lanes::kCount * i, x, y[i]);
    Lanes::store_mask(valid + Lanes::kCount * i, good);
  }
}

template <class Lanes>
void decompress(std::span<const std::array<std::uint8_t, 32>> encodings, std::span<typename Lanes::AffinePoint> points,
                std::span<std::uint8_t> valid) {
  constexpr std::size_t kAtOnce = 2 * Lanes::kCount;
  const std::size_t n = encodings.size(), whole = n / kAtOnce * kAtOnce;
  for (std::size_t i = 0; i < whole; i += kAtOnce) decompress_two<Lanes>(&encodings[i], &points[i], &valid[i]);
  if (whole == n) return;
  std::array<std::uint8_t, 32> rest[kAtOnce] = {};
  typename Lanes::AffinePoint rest_points[kAtOnce];
  std::uint8_t rest_valid[kAtOnce];
  for (std::size_t i = whole; i < n; ++i) rest[i - whole] = encodings[i];
  decompress_two<Lanes>(rest, rest_points, rest_valid);
  for (std::size_t i = whole; i < n; ++i) {
    points[i] = rest_points[i - whole];
    valid[i] = rest_valid[i - whole];
  }
}

}  // namespace aether::crypto
