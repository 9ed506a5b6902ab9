#include "field_avx2.hpp"

#include "edwards_avx2.hpp"
#include "power_lanes.hpp"

namespace aether::crypto::avx2 {

namespace {

// Keeps a row's sums in one register each: left alone, GCC 12 mixes rows, spills, and loses a third of the speed.
#if defined(__clang__)
#define AETHER_AVX2_ROW(h)
#else
#define AETHER_AVX2_ROW(h)                                                                                          \
  asm(""                                                                                                            \
      : "+x"(h[0]), "+x"(h[1]), "+x"(h[2]), "+x"(h[3]), "+x"(h[4]), "+x"(h[5]), "+x"(h[6]), "+x"(h[7]), "+x"(h[8]), \
        "+x"(h[9]))
#endif

AETHER_AVX2_INLINE V product(V a, V b) { return _mm256_mul_epu32(a, b); }

template <std::size_t I>
AETHER_AVX2_INLINE void carry_into(V (&h)[10]) {
  constexpr int kBits = I % 2 == 0 ? 26 : 25;
  const V c = _mm256_srli_epi64(h[I], kBits);
  h[I] = _mm256_and_si256(h[I], splat((std::uint64_t{1} << kBits) - 1));
  if constexpr (I < 9) {
    h[I + 1] = _mm256_add_epi64(h[I + 1], c);
  } else {  // 2^255 = 19 = 1 + 2 + 16
    const V c3 = _mm256_add_epi64(c, _mm256_slli_epi64(c, 1));
    h[0] = _mm256_add_epi64(h[0], _mm256_add_epi64(c3, _mm256_slli_epi64(c, 4)));
  }
}

// Two chains of carries side by side.
AETHER_AVX2_INLINE void carry_all(Fe& out, V (&h)[10]) {
  carry_into<0>(h), carry_into<5>(h);
  carry_into<1>(h), carry_into<6>(h);
  carry_into<2>(h), carry_into<7>(h);
  carry_into<3>(h), carry_into<8>(h);
  carry_into<4>(h), carry_into<9>(h);
  carry_into<5>(h), carry_into<0>(h);
#pragma GCC unroll 10
  for (std::size_t i = 0; i < 10; ++i) out.limb[i] = h[i];
}

AETHER_AVX2_INLINE void square_inline(Fe& out, const Fe& f) {
  V twice[10], wrapped[10];  // wrapped: 19 f of even limbs, 38 f of odd ones
#pragma GCC unroll 10
  for (std::size_t i = 0; i < 10; ++i) twice[i] = _mm256_add_epi64(f.limb[i], f.limb[i]);
#pragma GCC unroll 10
  for (std::size_t i = 5; i < 10; ++i) wrapped[i] = product(i % 2 == 1 ? twice[i] : f.limb[i], splat(19));
  V h[10] = {};
#pragma GCC unroll 10
  for (std::size_t i = 0; i < 10; ++i) {
#pragma GCC unroll 10
    for (std::size_t j = 9; j + 1 > i; --j) {
      // fᵢ·fⱼ counts twice when i ≠ j, twice when both are odd, 19 times when i + j ≥ 10.
      const bool wraps = i + j >= 10, both_odd = i % 2 == 1 && j % 2 == 1;
      const V right = wraps ? wrapped[j] : both_odd && i != j ? twice[j] : f.limb[j];
      const bool doubled = wraps ? i != j && (j % 2 == 0 || both_odd) : i != j || both_odd;
      h[(i + j) % 10] = _mm256_add_epi64(h[(i + j) % 10], product(doubled ? twice[i] : f.limb[i], right));
    }
    AETHER_AVX2_ROW(h);
  }
  carry_all(out, h);
}

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
  mul(out[0], f[0], g[0]);
  mul(out[1], f[1], g[1]);
}

}  // namespace

void mul(Fe& out, const Fe& f, const Fe& g) {
  V wrapped[10];
#pragma GCC unroll 10
  for (std::size_t j = 1; j < 10; ++j) wrapped[j] = product(g.limb[j], splat(19));
  V h[10] = {};
#pragma GCC unroll 10
  for (std::size_t i = 0; i < 10; ++i) {
    const V once = f.limb[i], twice = _mm256_add_epi64(once, once);
#pragma GCC unroll 10
    for (std::size_t j = 0; j < 10; ++j) {
      const V p = product(i % 2 == 1 && j % 2 == 1 ? twice : once, i + j >= 10 ? wrapped[j] : g.limb[j]);
      h[(i + j) % 10] = _mm256_add_epi64(h[(i + j) % 10], p);
    }
    AETHER_AVX2_ROW(h);
  }
  carry_all(out, h);
}

void square(Fe& out, const Fe& f) { square_inline(out, f); }

void carry(Fe& out, const Fe& f) {
  V h[10];
  for (std::size_t i = 0; i < 10; ++i) h[i] = f.limb[i];
  carry_all(out, h);
}

void pow_p58(Fe (&out)[2], const Fe (&x)[2]) { power_p58(out, x, square_n, mul2); }

void freeze(Fe& out, const Fe& f) {
  V h[10];
  for (std::size_t i = 0; i < 10; ++i) h[i] = f.limb[i];
  const auto pass = [&h] {
    carry_into<0>(h), carry_into<1>(h), carry_into<2>(h), carry_into<3>(h), carry_into<4>(h);
    carry_into<5>(h), carry_into<6>(h), carry_into<7>(h), carry_into<8>(h);
  };
  // Below 2^255 after two rounds; one more p is taken off where h ≥ p, that is where h + 19 ≥ 2^255.
  pass(), carry_into<9>(h);
  pass(), carry_into<9>(h);
  V t[10];
  for (std::size_t i = 0; i < 10; ++i) t[i] = h[i];
  V c = splat(19);
  for (std::size_t i = 0; i < 10; ++i) c = _mm256_srli_epi64(_mm256_add_epi64(t[i], c), i % 2 == 0 ? 26 : 25);
  h[0] = _mm256_add_epi64(h[0], _mm256_mul_epu32(c, splat(19)));
  pass();
  h[9] = _mm256_and_si256(h[9], splat(0x1ffffff));
  for (std::size_t i = 0; i < 10; ++i) out.limb[i] = h[i];
}

namespace {

Fe load(const FieldLanes& from) {
  Fe out;
  for (std::size_t i = 0; i < 10; ++i)
    out.limb[i] = _mm256_loadu_si256(reinterpret_cast<const V*>(from.limb[i].data()));
  return out;
}

FieldLanes store(const Fe& from) {
  FieldLanes out;
  for (std::size_t i = 0; i < 10; ++i) _mm256_storeu_si256(reinterpret_cast<V*>(out.limb[i].data()), from.limb[i]);
  return out;
}

}  // namespace

FieldLanes field_avx2(FieldOperation operation, const FieldLanes& a, const FieldLanes& b) {
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

}  // namespace aether::crypto::avx2
