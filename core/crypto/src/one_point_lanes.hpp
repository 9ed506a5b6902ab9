// One point at a time, its X, Y, Z and T in four lanes of a kernel: what joins the windows of a multi-scalar
// multiplication, where a chain of doublings leaves nothing to do side by side.
#pragma once

#include <cstddef>
#include <span>

namespace aether::crypto {

// `Ops` has Fe; mul and square; permute<a, b, c, d>(f), with those lanes of f in lanes 0 to 3; keep<m>(f), zero outside
// the lanes of the bits of m; choose<m>(f, g), g in those lanes; make_factor(f), for a sum of two carried elements or a
// difference.
template <class Ops>
struct OnePoint {
  using Fe = typename Ops::Fe;

  // X = E·F, Y = G·H, Z = F·G, T = E·H from the lanes E, F, G, H.
  static void finish(Fe& p, const Fe& efgh) {
    Ops::mul(p, Ops::template permute<0, 2, 1, 0>(efgh), Ops::template permute<1, 3, 2, 3>(efgh));
  }

  // dbl-2008-hwcd for a = −1, with E, F, G, H all negated.
  static void double_in_place(Fe& p) {
    Fe t = Ops::template permute<0, 1, 2, 0>(p);
    add(t, t, Ops::template keep<8>(Ops::template permute<1, 1, 1, 1>(p)));
    Ops::make_factor(t);
    Ops::square(t, t);  // A = X², B = Y², Z², (X + Y)²
    const Fe b = Ops::template permute<1, 1, 1, 1>(t), z = Ops::template permute<2, 2, 2, 2>(t);
    Fe minus_b, minus_s, z2;
    negate(minus_b, b);
    negate(minus_s, Ops::template permute<3, 3, 3, 3>(t));
    add(z2, z, z);
    // A + B − (X + Y)², 2Z² + A − B, A − B, A + B
    t = Ops::template permute<0, 0, 0, 0>(t);
    add(t, t, Ops::template choose<6>(b, minus_b));
    add(t, t, Ops::template choose<2>(Ops::template keep<1>(minus_s), z2));
    carry(t, t);
    finish(p, t);
  }

  // Y − X, Y + X, Z, T.
  static Fe split(const Fe& p) {
    const Fe x = Ops::template permute<0, 0, 0, 0>(p);
    Fe minus_x, out = Ops::template permute<1, 1, 2, 3>(p);
    negate(minus_x, x);
    add(out, out, Ops::template choose<1>(Ops::template keep<2>(x), minus_x));
    Ops::make_factor(out);
    return out;
  }

  // `q` is Y − X, Y + X, 2Z, 2d·T of the other point.
  static void add_cached(Fe& p, const Fe& q) {
    Fe t, minus;
    Ops::mul(t, split(p), q);  // A, B, D, C
    const Fe acca = Ops::template permute<0, 3, 3, 0>(t);
    negate(minus, acca);
    t = Ops::template permute<1, 2, 2, 1>(t);
    add(t, t, Ops::template choose<3>(acca, minus));
    Ops::make_factor(t);
    finish(p, t);
  }

  // The sum of 2^(width·j)·sums[j], from the identity in p.
  template <class Cached, class Load>
  static void combine(Fe& p, std::span<const Cached> sums, int width, Load load) {
    for (std::size_t j = sums.size(); j > 0; --j) {
      if (j < sums.size())
        for (int i = 0; i < width; ++i) double_in_place(p);
      add_cached(p, load(sums[j - 1].words));
    }
  }
};

}  // namespace aether::crypto
