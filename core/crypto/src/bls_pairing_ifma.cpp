#include "bls_pairing_ifma.hpp"

#include "bls_fp12_ifma.hpp"

namespace aether::crypto::bls {

namespace {

// f^|z| of a cyclotomic element.
Fp12 raised(const Fp12& f) {
  Fp12 power = f;
  for (int bit = 62; bit >= 0; --bit) {
    cyclotomic_square(power);
    if ((kMinusZ >> bit & 1) != 0) mul(power, power, f);
  }
  return power;
}

// f^(p^times).
blst_fp12 frobenius(const blst_fp12& f, std::size_t times) {
  blst_fp12 out;
  blst_fp12_frobenius_map(&out, &f, times);
  return out;
}
Fp12 frobenius(const Fp12& f, std::size_t times) { return from_blst(frobenius(to_blst(f), times)); }

// f^((p^6 − 1)(p² + 1)), which is cyclotomic.
blst_fp12 easy_part(const blst_fp12& f) {
  blst_fp12 inverse, out = f;
  blst_fp12_conjugate(&out);
  blst_fp12_inverse(&inverse, &f);
  blst_fp12_mul(&out, &out, &inverse);
  const blst_fp12 moved = frobenius(out, 2);
  blst_fp12_mul(&out, &out, &moved);
  return out;
}

}  // namespace

// Hayashida, Hayasaka and Teruya, "Efficient final exponentiation via cyclotomic structure for pairings over families
// of elliptic curves" (2020): 3(p^4 − p² + 1)/r = (z − 1)²(z + p)(z² + p² − 1) + 3. That is the power that blst raises
// to: the cube is one where the root is, since 3 does not divide r.
blst_fp12 final_exp_ifma(const blst_fp12& f) {
  const Fp12 m = from_blst(easy_part(f));
  Fp12 a = raised(m);
  mul(a, a, m);
  Fp12 b = raised(a);
  mul(a, a, b);  // m^((|z| + 1)²), and z is negative
  b = raised(a);
  conjugate(b);
  mul(a, frobenius(a, 1), b);  // … to the (z + p)
  b = raised(raised(a));
  mul(b, b, frobenius(a, 2));
  conjugate(a);
  mul(a, a, b);  // … to the (z² + p² − 1)
  b = m;
  cyclotomic_square(b);
  mul(b, b, m);
  mul(a, a, b);
  return to_blst(a);
}

namespace {

Fe load(const FieldLanes& from) {
  Fe out;
  AETHER_LIMBS out.limb[i] = _mm512_loadu_si512(from.limb[i].data());
  return out;
}

FieldLanes store(const Fe& from) {
  FieldLanes out;
  AETHER_LIMBS _mm512_storeu_si512(out.limb[i].data(), from.limb[i]);
  return out;
}

Fe mul(const Fe& f, const Fe& g, int times) {
  Columns c;
  Fe out;
  accumulate<true>(c, f, g);
  while (--times > 0) accumulate<false>(c, f, g);
  reduce_columns<1>({&out}, {&c});
  return out;
}

}  // namespace

FieldLanes field_ifma(FieldOperation operation, const FieldLanes& f, const FieldLanes& g) {
  const Fe a = load(f), b = load(g);
  Fe out;
  switch (operation) {
    case FieldOperation::mul: out = mul(a, b, 1); break;
    case FieldOperation::mul_six: out = mul(a, b, 6); break;
    case FieldOperation::minus: minus(out, a, b); break;
    case FieldOperation::settle: settle(out, a); break;
  }
  return store(out);
}

blst_fp12 fp12_ifma(Fp12Operation operation, const blst_fp12& f, const blst_fp12& g) {
  Fp12 a = from_blst(f);
  const Fp12 b = from_blst(g);
  switch (operation) {
    case Fp12Operation::mul: mul(a, a, b); break;
    case Fp12Operation::square: square(a, a); break;
    case Fp12Operation::cyclotomic_square: cyclotomic_square(a); break;
    case Fp12Operation::conjugate: conjugate(a); break;
    case Fp12Operation::mul_by_line: {
      Fe sum;
      add(sum, b.re, b.im);
      const auto coefficient = [&](std::size_t power) {
        return Coefficient{&b.re, &b.im, &sum, lane_of(power), lane_of(power), lane_of(power)};
      };
      mul_by_line(a, {coefficient(0), coefficient(2), coefficient(3)});
      break;
    }
  }
  return to_blst(a);
}

}  // namespace aether::crypto::bls
