// x^((p − 5)/8) on the lanes of any kernel, and what follows for inverses and square roots.
#pragma once

namespace aether::crypto {

// (p − 5)/8 = 2^252 − 3; names say the exponent: x_5_0 is x^(2^5 − 1). square_n(out, in, n) takes the 2^n-th power of
// every member of a `Vectors`, mul(out, f, g) multiplies; out may be an input.
template <class Vectors, class SquareN, class Mul>
[[gnu::always_inline]] inline void power_p58(Vectors& out, const Vectors& x, SquareN square_n, Mul mul) {
  Vectors t, x_2, x_9, x_11, x_5_0, x_10_0, x_20_0, x_50_0, x_100_0;
  square_n(x_2, x, 1);
  square_n(t, x_2, 2);
  mul(x_9, t, x);
  mul(x_11, x_9, x_2);
  square_n(t, x_11, 1);
  mul(x_5_0, t, x_9);
  square_n(t, x_5_0, 5);
  mul(x_10_0, t, x_5_0);
  square_n(t, x_10_0, 10);
  mul(x_20_0, t, x_10_0);
  square_n(t, x_20_0, 20);
  mul(t, t, x_20_0);
  square_n(t, t, 10);
  mul(x_50_0, t, x_10_0);
  square_n(t, x_50_0, 50);
  mul(x_100_0, t, x_50_0);
  square_n(t, x_100_0, 100);
  mul(t, t, x_100_0);
  square_n(t, t, 50);
  mul(t, t, x_50_0);
  square_n(t, t, 2);
  mul(out, t, x);
}

}  // namespace aether::crypto
