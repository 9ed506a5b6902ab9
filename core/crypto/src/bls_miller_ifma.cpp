#include <vector>

#include "bls_fp12_ifma.hpp"
#include "bls_pairing_ifma.hpp"

namespace aether::crypto::bls {

namespace {

// Two pairs go side by side, and two elements of Fp2 of each: (u, v) is the vector with u of the first and the second
// pair, v of both, all real parts, and then so the imaginary parts. (u, u) is written u.
constexpr std::size_t kTogether = 2;
constexpr Mask kReal = 0x0f, kFirst = 0x33, kSecond = 0xcc;

// u, v of (u, v).
AETHER_IFMA_INLINE V first(const Fe& f, std::size_t i) { return _mm512_shuffle_i64x2(f.limb[i], f.limb[i], 0xa0); }
AETHER_IFMA_INLINE V second(const Fe& f, std::size_t i) { return _mm512_shuffle_i64x2(f.limb[i], f.limb[i], 0xf5); }

// --- products in Fp2 -------------------------------------------------------------------------------------------------
// f², as (re + im)(re − im) and re·2im; f is the sum of at most two carried elements.
[[gnu::noinline]] void square(Columns& out, const Fe& f) {
  Fe other, left, right, difference;
  swap_halves(other, f);
  minus(difference, f, other);
  add(right, f, f);
  select(right, right, difference, kReal);
  AETHER_LIMBS left.limb[i] = _mm512_mask_add_epi64(other.limb[i], kReal, f.limb[i], other.limb[i]);
  accumulate<true>(out, left, right);
}

// re·re' − im·im' and re·im' + im·re', of carried elements.
[[gnu::noinline]] void mul(Columns& out, const Fe& f, const Fe& g) {
  const Fe zero{};
  Fe re, im, negated, other;
  AETHER_LIMBS {
    re.limb[i] = _mm512_shuffle_i64x2(f.limb[i], f.limb[i], 0x44);
    im.limb[i] = _mm512_shuffle_i64x2(f.limb[i], f.limb[i], 0xee);
  }
  minus(negated, zero, im);
  select(im, im, negated, kReal);
  swap_halves(other, g);
  accumulate<true>(out, re, g);
  accumulate<false>(out, im, other);
}

// By an element of the base field that stands in both halves.
[[gnu::noinline]] void mul_by_base(Columns& out, const Fe& f, const Fe& g) { accumulate<true>(out, f, g); }

// A linear combination, limb by limb, settled.
template <class Limb>
AETHER_IFMA_INLINE void combine(Fe& out, Limb limb) {
  Fe sum;
  AETHER_LIMBS sum.limb[i] = limb(i);
  settle(out, sum);
}

// --- points and lines ------------------------------------------------------------------------------------------------
struct Pairs {
  Fe q;      // (x, y) of the affine points of G2
  Fe xy, z;  // (x, y) and z of the Jacobian points, multiples of q, that the loop steps
  Fe base;   // (−2x, 2y) of the points of G1
};

// The lines through those points at those of G1: the coefficient of 1, and those of (w², w³); of each the sum of its
// real and its imaginary part as well.
struct Lines {
  Fe c0, c23, c0_sum, c23_sum;
};

void add_parts(Lines& lines) {
  swap_halves(lines.c0_sum, lines.c0);
  add(lines.c0_sum, lines.c0_sum, lines.c0);
  swap_halves(lines.c23_sum, lines.c23);
  add(lines.c23_sum, lines.c23_sum, lines.c23);
}

// (f, v) of f and (u, v).
AETHER_IFMA_INLINE V with_second(V f, const Fe& uv, std::size_t i) {
  return _mm512_mask_mov_epi64(f, kSecond, uv.limb[i]);
}
// (u, f) of (u, v) and f.
AETHER_IFMA_INLINE V with_first(const Fe& uv, V f, std::size_t i) {
  return _mm512_mask_mov_epi64(f, kFirst, uv.limb[i]);
}

// "dbl-2009-alnr" of the Explicit-Formulas Database, in its names. The tangents are those of Aranha and others, "Faster
// explicit formulas for computing pairings over ordinary curves" (2010), times the factor that blst gives them.
void double_points(Lines& lines, Pairs& p) {
  Columns c[3];
  Fe yz, ab, zs;
  AETHER_LIMBS yz.limb[i] = _mm512_mask_add_epi64(p.z.limb[i], kSecond, p.z.limb[i], p.xy.limb[i]);
  square(c[0], p.xy);
  square(c[1], yz);
  reduce_columns<2>({&ab, &zs}, {&c[0], &c[1]});  // (A, B) = (X², Y²); (ZZ, (Y + Z)²)

  Fe e, zz, xb, xe, ez;
  combine(e, [&](std::size_t i) { return first(ab, i) + first(ab, i) + first(ab, i); });      // E = 3A
  combine(p.z, [&](std::size_t i) { return second(zs, i) - second(ab, i) - first(zs, i); });  // Z3
  AETHER_LIMBS {
    const V b = second(ab, i);
    xb.limb[i] = _mm512_mask_add_epi64(b, kFirst, b, p.xy.limb[i]);
    xe.limb[i] = _mm512_mask_add_epi64(e.limb[i], kFirst, e.limb[i], p.xy.limb[i]);
    zz.limb[i] = first(zs, i);
    ez.limb[i] = with_second(e.limb[i], p.z, i);
  }
  Fe dc, gf;
  square(c[0], xb);
  square(c[1], xe);
  mul(c[2], ez, zz);
  reduce_columns<3>({&dc, &gf, &ez}, {&c[0], &c[1], &c[2]});  // ((X + B)², C = B²); ((X + E)², F = E²); (E·ZZ, Z3·ZZ)

  Fe d, x, y, dx;
  combine(d, [&](std::size_t i) {  // D = 2((X + B)² − A − C)
    const V half = first(dc, i) - first(ab, i) - second(dc, i);
    return half + half;
  });
  combine(x, [&](std::size_t i) { return second(gf, i) - d.limb[i] - d.limb[i]; });  // X3 = F − 2D
  combine(dx, [&](std::size_t i) { return d.limb[i] - x.limb[i]; });
  combine(lines.c0, [&](std::size_t i) {  // (X + E)² − A − F − 4B = 6X³ − 4Y²
    return first(gf, i) - first(ab, i) - second(gf, i) - _mm512_slli_epi64(second(ab, i), 2);
  });
  mul(c[0], e, dx);
  mul_by_base(c[1], ez, p.base);
  reduce_columns<2>({&y, &lines.c23}, {&c[0], &c[1]});
  combine(y, [&](std::size_t i) { return y.limb[i] - _mm512_slli_epi64(second(dc, i), 3); });  // Y3 = E(D − X3) − 8C
  select(p.xy, x, y, kSecond);
  add_parts(lines);
}

// "madd-2007-bl", likewise, of p.xy, p.z and the affine p.q = (X2, Y2).
void add_points(Lines& lines, Pairs& p) {
  Columns c[3];
  Fe y2, zz, us;
  AETHER_LIMBS y2.limb[i] = second(p.q, i);
  square(c[0], p.z);
  mul(c[1], p.z, y2);
  reduce_columns<2>({&zz, &y2}, {&c[0], &c[1]});  // Z1Z1; Y2·Z1
  select(us, p.q, y2, kSecond);
  mul(c[0], us, zz);
  reduce_columns<1>({&us}, {&c[0]});  // (U2, S2)

  Fe hr, zh, squares, z, i4, hx, jv;
  combine(hr, [&](std::size_t i) {  // (H, r) = (U2 − X1, 2(S2 − Y1))
    const V difference = us.limb[i] - p.xy.limb[i];
    return _mm512_mask_add_epi64(difference, kSecond, difference, difference);
  });
  AETHER_LIMBS zh.limb[i] = first(hr, i) + p.z.limb[i];
  square(c[0], hr);
  square(c[1], zh);
  reduce_columns<2>({&squares, &zh}, {&c[0], &c[1]});                                      // (HH, r²); (Z1 + H)²
  combine(z, [&](std::size_t i) { return zh.limb[i] - zz.limb[i] - first(squares, i); });  // Z3
  combine(i4, [&](std::size_t i) { return _mm512_slli_epi64(first(squares, i), 2); });     // I = 4HH
  AETHER_LIMBS hx.limb[i] = with_first(hr, first(p.xy, i), i);
  mul(c[0], hx, i4);
  reduce_columns<1>({&jv}, {&c[0]});  // (J, V) = (H·I, X1·I)

  Fe x, y, vx, left, right, tangent;
  combine(x, [&](std::size_t i) {  // X3 = r² − J − 2V
    return second(squares, i) - first(jv, i) - second(jv, i) - second(jv, i);
  });
  combine(vx, [&](std::size_t i) { return second(jv, i) - x.limb[i]; });
  select(left, jv, vx, kSecond);
  AETHER_LIMBS right.limb[i] = with_second(second(p.xy, i), hr, i);
  mul(c[0], left, right);
  AETHER_LIMBS left.limb[i] = with_second(second(hr, i), p.q, i);
  select(right, p.q, z, kSecond);
  mul(c[1], left, right);
  AETHER_LIMBS left.limb[i] = with_second(second(hr, i), z, i);
  mul_by_base(c[2], left, p.base);
  reduce_columns<3>({&y, &tangent, &lines.c23}, {&c[0], &c[1], &c[2]});  // (J·Y1, r(V − X3)); (r·X2, Y2·Z3); (r, Z3)
  combine(y, [&](std::size_t i) { return second(y, i) - first(y, i) - first(y, i); });  // Y3 = r(V − X3) − 2J·Y1
  combine(lines.c0, [&](std::size_t i) {                                                // 2(r·X2 − Y2·Z3)
    const V half = first(tangent, i) - second(tangent, i);
    return half + half;
  });
  select(p.xy, x, y, kSecond);
  p.z = z;
  add_parts(lines);
}

// f times the line of each pair.
void multiply(Fp12& f, const Lines& lines, std::size_t pairs) {
  for (std::size_t k = 0; k < pairs; ++k)
    mul_by_line(f, {{&lines.c0, &lines.c0, &lines.c0_sum, k, 4 + k, k},
                    {&lines.c23, &lines.c23, &lines.c23_sum, k, 4 + k, k},
                    {&lines.c23, &lines.c23, &lines.c23_sum, 2 + k, 6 + k, 2 + k}});
}

Pairs pairs_of(std::span<const blst_p2_affine* const> in_g2, std::span<const blst_p1_affine* const> in_g1) {
  Pairs out{};
  for (std::size_t k = 0; k < kTogether; ++k) {
    const std::size_t from = k < in_g1.size() ? k : 0;
    for (const std::size_t half : {std::size_t{0}, std::size_t{4}}) {
      put(out.q, half + k, in_g2[from]->x.fp[half / 4]);
      put(out.q, half + 2 + k, in_g2[from]->y.fp[half / 4]);
      put(out.base, half + k, in_g1[from]->x);
      put(out.base, half + 2 + k, in_g1[from]->y);
    }
  }
  to_ours(out.q);
  to_ours(out.base);
  const Fe zero{};
  combine(out.q, [&](std::size_t i) { return out.q.limb[i]; });
  combine(out.base, [&](std::size_t i) {
    const V twice = out.base.limb[i] + out.base.limb[i];
    return _mm512_mask_sub_epi64(twice, kFirst, zero.limb[i], twice);
  });
  out.xy = out.q;
  Fe unit;
  splat(unit, power_of_two(kRBits));
  select(out.z, zero, unit, kReal);
  return out;
}

}  // namespace

blst_fp12 miller_loop_ifma(std::span<const blst_p2_affine* const> in_g2, std::span<const blst_p1_affine* const> in_g1) {
  std::vector<Pairs> all;
  for (std::size_t k = 0; k < in_g1.size(); k += kTogether) all.push_back(pairs_of(in_g2.subspan(k), in_g1.subspan(k)));
  const auto multiply_all = [&](Fp12& f, auto step) {
    for (std::size_t n = 0; n < all.size(); ++n) {
      Lines lines;
      step(lines, all[n]);
      multiply(f, lines, std::min(kTogether, in_g1.size() - n * kTogether));
    }
  };
  Fp12 f = one();
  for (int bit = 62; bit >= 0; --bit) {
    if (bit != 62) square(f, f);
    multiply_all(f, double_points);
    if ((kMinusZ >> bit & 1) != 0) multiply_all(f, add_points);
  }
  conjugate(f);
  return to_blst(f);
}

}  // namespace aether::crypto::bls
