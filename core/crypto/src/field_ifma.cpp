#include "field_ifma.hpp"

#include "edwards_ifma.hpp"
#include "power_lanes.hpp"

namespace aether::crypto::ifma {

namespace {

using Pair = Fe[2];

// x ← x^(2^n), both.
void square_n(Pair& out, const Pair& x, int n) {
  Fe a, b;
  square_inline(a, x[0]);
  square_inline(b, x[1]);
  for (int i = 1; i < n; ++i) {
    square_inline(a, a);
    square_inline(b, b);
  }
  out[0] = a;
  out[1] = b;
}

void mul2(Pair& out, const Pair& f, const Pair& g) {
  mul_inline(out[0], f[0], g[0]);
  mul_inline(out[1], f[1], g[1]);
}

}  // namespace

void mul(Fe& out, const Fe& f, const Fe& g) { mul_inline(out, f, g); }

void square(Fe& out, const Fe& f) { square_inline(out, f); }

void pow_p58(Fe (&out)[2], const Fe (&x)[2]) { power_p58(out, x, square_n, mul2); }

void freeze(Fe& out, const Fe& f) {
  const V mask = splat(kLimbMask);
  V h[5] = {f.limb[0], f.limb[1], f.limb[2], f.limb[3], f.limb[4]};
  const auto pass = [&] {
    for (std::size_t i = 0; i < 4; ++i) {
      h[i + 1] = _mm512_add_epi64(h[i + 1], _mm512_srli_epi64(h[i], 51));
      h[i] = _mm512_and_si512(h[i], mask);
    }
  };
  const auto wrap_top = [&] {
    h[0] = _mm512_add_epi64(h[0], times_19(_mm512_srli_epi64(h[4], 51)));
    h[4] = _mm512_and_si512(h[4], mask);
  };
  // Below 2^255 after two rounds; one more p is taken off where h ≥ p, that is where h + 19 ≥ 2^255.
  pass(), wrap_top();
  pass(), wrap_top();
  V c = splat(19);
  for (std::size_t i = 0; i < 5; ++i) c = _mm512_srli_epi64(_mm512_add_epi64(h[i], c), 51);
  h[0] = _mm512_add_epi64(h[0], times_19(c));
  pass();
  h[4] = _mm512_and_si512(h[4], mask);
  for (std::size_t i = 0; i < 5; ++i) out.limb[i] = h[i];
}

namespace {

Fe load(const FieldLanes& from) {
  Fe out;
  for (std::size_t i = 0; i < 5; ++i) out.limb[i] = _mm512_loadu_si512(from.limb[i].data());
  return out;
}

FieldLanes store(const Fe& from) {
  FieldLanes out;
  for (std::size_t i = 0; i < 5; ++i) _mm512_storeu_si512(out.limb[i].data(), from.limb[i]);
  return out;
}

}  // namespace

FieldLanes field_ifma(FieldOperation operation, const FieldLanes& a, const FieldLanes& b) {
  const Fe f = load(a), g = load(b);
  Fe out, pair[2] = {f, g};
  switch (operation) {
    case FieldOperation::mul: mul(out, f, g); break;
    case FieldOperation::square: square(out, f); break;
    case FieldOperation::carry: carry(out, f); break;
    case FieldOperation::sub: sub(out, f, g); break;
    case FieldOperation::freeze: freeze(out, f); break;
    case FieldOperation::pow_p58: pow_p58(pair, pair), out = pair[0]; break;
  }
  return store(out);
}

}  // namespace aether::crypto::ifma
