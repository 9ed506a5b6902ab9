// The functions of element.hpp against their formulas in 128 bits, where nothing can overflow and >> is a floor
// division.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "aether/base/checked.hpp"
#include "aether/infer/element.hpp"
#include "support.hpp"

namespace aether::infer::testing {
namespace {

using Wide = i128;

Wide floor_div(Wide a, Wide b) { return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0); }
Wide power(int n) { return Wide{1} << n; }
Wide clamp_wide(Wide x, Wide low, Wide high) { return std::min(std::max(x, low), high); }
int shift_of(int s, int e) { return static_cast<int>(clamp_wide(Wide{s} - e, 1, 62)); }

// Any value of a type, extremes as often as all others.
template <class T>
T any() {
  using Limits = std::numeric_limits<T>;
  return *rc::gen::oneOf(rc::gen::element<T>(Limits::min(), T(Limits::min() + 1), T(-1), 0, 1, Limits::max()),
                         rc::gen::arbitrary<T>());
}
RowScale any_scale() {
  return {*rc::gen::oneOf(rc::gen::element(0u, 1u, 16'384u, 32'767u), rc::gen::inRange(0u, 32'768u)),
          *rc::gen::inRange(-50, 30)};
}
std::uint8_t any_shift() {
  return *rc::gen::oneOf(rc::gen::element<std::uint8_t>(0, 1, 62, 63, 255), rc::gen::arbitrary<std::uint8_t>());
}

RC_GTEST_PROP(Element, root_is_the_floor, ()) {
  const auto x = any<std::uint64_t>() >> *rc::gen::inRange(0, 64);
  const std::uint64_t root = isqrt(x);
  RC_ASSERT(Wide{root} * root <= x);
  RC_ASSERT(x < (Wide{root} + 1) * (Wide{root} + 1));
}

RC_GTEST_PROP(Element, quantised_values, ()) {
  const std::uint64_t peak = any<std::uint64_t>() >> *rc::gen::inRange(25, 64);
  const RowScale scale = row_scale(peak);
  RC_ASSERT(scale.a < 32'768u && (peak >> scale.e) == scale.a && (scale.e == 0 || scale.a >= 16'384u));
  const std::int64_t reciprocal = row_reciprocal(scale.a);
  if (peak == 0) {
    RC_ASSERT(quantise(0, scale.e, reciprocal) == 0);
    return;
  }
  RC_ASSERT(Wide{reciprocal} == floor_div(127 * power(24) + scale.a / 2, scale.a));
  const auto top = static_cast<std::int64_t>(peak);
  RC_ASSERT(quantise(top, scale.e, reciprocal) == 127);
  RC_ASSERT(quantise(-top, scale.e, reciprocal) == -127);
  const std::int64_t x = *rc::gen::inRange(-top, top + 1);
  const Wide exact = floor_div(floor_div(x, power(scale.e)) * reciprocal + power(23), power(24));
  RC_ASSERT(quantise(x, scale.e, reciprocal) == clamp_wide(exact, -127, 127));
}

RC_GTEST_PROP(Element, linear_outputs, ()) {
  const auto acc = static_cast<std::int32_t>(clamp_to(any<std::int32_t>(), -(1 << 30), 1 << 30));
  const RowScale scale = any_scale();
  const Channel channel{any<std::uint16_t>(), any_shift(), any<std::int32_t>()};
  const int shift = shift_of(channel.s, scale.e);
  RC_ASSERT(linear(acc, scale, channel) ==
            floor_div(Wide{acc} * scale.a * channel.m + power(shift - 1), power(shift)) + channel.bias);
}

RC_GTEST_PROP(Element, embeddings_and_residuals, ()) {
  const auto w = any<std::int8_t>();
  const auto m = any<std::uint16_t>();
  const std::uint8_t s = any_shift();
  const int shift = std::min<int>(s, 62);
  const Wide exact = floor_div(Wide{w} * m * 65'536 + power(shift) / 2, power(shift));
  RC_ASSERT(embed(w, m, s) == clamp_wide(exact, INT32_MIN, INT32_MAX));

  const auto x = any<std::int32_t>();
  const std::int64_t y = any<std::int64_t>() >> *rc::gen::inRange(1, 64);
  const Wide limited = clamp_wide(y, INT32_MIN, INT32_MAX);
  RC_ASSERT(residual_add(x, y) == clamp_wide(x + limited, INT32_MIN, INT32_MAX));
}

RC_GTEST_PROP(Element, rotations, ()) {
  const auto a = any<std::int16_t>(), b = any<std::int16_t>(), c = any<std::int16_t>(), s = any<std::int16_t>();
  const Rotated pair = rotate(a, b, c, s);
  const Wide low = Wide{a} * c - Wide{b} * s, high = Wide{b} * c + Wide{a} * s;
  RC_ASSERT(pair.low == low && pair.high == high);
  for (const std::int64_t x : {pair.low, pair.high}) {
    RC_ASSERT(rope_q(x) == floor_div(Wide{x} + power(13), power(14)));
    RC_ASSERT(rope_k(x) == clamp_wide(floor_div(Wide{x} + power(20), power(21)), -127, 127));
  }
}

RC_GTEST_PROP(Element, softmax_weights, ()) {
  const auto top = any<std::int32_t>(), score = any<std::int32_t>();
  const RowScale scale = any_scale();
  const auto m = any<std::uint16_t>();
  const std::uint8_t s = any_shift();
  const Wide z = floor_div((Wide{top} - score) * scale.a * m, power(shift_of(s, scale.e)));
  const std::uint16_t weight = softmax_weight(top, score, scale, m, s);
  if (z >= 4096) {
    RC_ASSERT(weight == 0);
    return;
  }
  const int at = z < 0 ? 0 : static_cast<int>(z);
  const Wide whole = power(at / 256);
  RC_ASSERT(weight == floor_div(kExp2[static_cast<std::size_t>(at % 256)] + whole / 2, whole));
}

RC_GTEST_PROP(Element, attention_means, ()) {
  const std::int64_t total = *rc::gen::inRange<std::int64_t>(0, 8192 * 32'768 + 1);
  const std::int64_t weighted = *rc::gen::inRange<std::int64_t>(-128 * total, 128 * total + 1);
  const std::int16_t mean = attention_mean(weighted, total);
  if (total == 0) {
    RC_ASSERT(mean == 0);
    return;
  }
  RC_ASSERT(mean == clamp_wide(floor_div(Wide{512} * weighted + total, 2 * Wide{total}), INT16_MIN, INT16_MAX));
}

TEST(Element, silu_is_near_the_function_and_continuous) {
  std::int32_t before = 0;
  for (std::int32_t g = -(1 << 20); g < 1 << 20; ++g) {
    const std::int32_t f = silu(g);
    const double x = g / 2048.0, exact = 2048 * x / (1 + std::exp(-x));
    ASSERT_NEAR(f, exact, 2.6) << g;
    ASSERT_LE(std::abs(f - before), 3) << g;
    before = f;
  }
}

RC_GTEST_PROP(Element, gated_values, ()) {
  const std::int32_t gate = gate_clamp(any<std::int32_t>());
  const auto up = any<std::int16_t>();
  RC_ASSERT(gated(gate, up) == clamp_wide(floor_div(Wide{silu(gate)} * up + 128, 256), INT16_MIN, INT16_MAX));
}

TEST(Element, tables_are_rounded_functions) {
  for (std::size_t i = 0; i < kExp2.size(); ++i) {
    const long double exact = std::exp2(15 - static_cast<long double>(i) / 256);
    EXPECT_EQ(kExp2[i], std::min(32'767l, std::lround(exact))) << i;
  }
  for (std::size_t i = 0; i < kSilu.size(); ++i) {
    const long double x = (static_cast<long double>(i) - 128) / 8;
    EXPECT_EQ(kSilu[i], std::lround(2048 * x / (1 + std::exp(-x)))) << i;
  }
}

// The formulas of the norm step by step.
RC_GTEST_PROP(Element, norm_rows, (std::uint64_t seed)) {
  Random random(seed);
  const std::size_t n = 1 + below(random, 300);
  std::vector<std::int32_t> x(n);
  std::vector<std::int16_t> gain(n);
  const auto bits = below(random, 32);
  for (auto& value : x)
    value =
        static_cast<std::int32_t>(random() % 8 == 0 ? INT32_MIN : static_cast<std::int64_t>(random()) >> (32 + bits));
  for (auto& value : gain)
    value = static_cast<std::int16_t>(random() % 8 == 0 ? INT16_MIN : static_cast<std::int64_t>(random()));
  const std::uint64_t eps = *rc::gen::element<std::uint64_t>(0, 1, 1000, std::uint64_t{1} << 61);
  std::vector<std::int8_t> out(n);
  const RowScale scale = norm_row(x, gain, eps, out);

  Wide peak = 0;
  for (const Wide value : x) peak = std::max(peak, value < 0 ? -value : value);
  int h = 0;
  while (peak >> h >= power(23)) ++h;
  Wide sum = eps >> (2 * h), z_peak = 0;
  std::vector<Wide> z;
  for (std::size_t i = 0; i < n; ++i) {
    const Wide shifted = floor_div(x[i], power(h));
    sum += shifted * shifted;
    z.push_back(shifted * gain[i]);
    z_peak = std::max(z_peak, z[i] < 0 ? -z[i] : z[i]);
  }
  sum = std::max<Wide>(sum, 1);
  int e = 0;
  while (z_peak >> e >= power(15)) ++e;
  const Wide a = z_peak >> e;
  for (std::size_t i = 0; i < n; ++i) {
    const Wide r = a == 0 ? 0 : floor_div(127 * power(24) + a / 2, a);
    RC_ASSERT(out[i] == clamp_wide(floor_div(floor_div(z[i], power(e)) * r + power(23), power(24)), -127, 127));
  }
  int t = 0;
  while (sum * power(2 * t) < power(60)) ++t;
  const Wide root = isqrt(static_cast<std::uint64_t>(sum * power(2 * t)));
  Wide quotient = a * power(46) / root;
  int k = 0;
  while (quotient >> k >= power(15)) ++k;
  RC_ASSERT(scale.a == quotient >> k);
  RC_ASSERT(scale.e == e + t + k - 46);
}

// What it is for: the row over the root of its sum of squares, within the two roundings' half steps.
TEST(Element, a_normed_row_is_the_row_over_its_root) {
  Random random(7);
  for (int round = 0; round < 100; ++round) {
    std::vector<std::int32_t> x(256);
    std::vector<std::int16_t> gain(256);
    for (auto& value : x) value = static_cast<std::int32_t>(random()) >> below(random, 16);
    for (auto& value : gain) value = static_cast<std::int16_t>(1'000 + below(random, 31'000));
    const std::uint64_t eps = 1'000;
    std::vector<std::int8_t> out(256);
    const RowScale scale = norm_row(x, gain, eps, out);
    double squares = static_cast<double>(eps), top = 0;
    for (const double value : x) squares += value * value;
    const double unit = std::ldexp(scale.a / 127.0, scale.e);
    const auto exact = [&](std::size_t i) { return 1.0 * x[i] * gain[i] / std::sqrt(squares); };
    for (std::size_t i = 0; i < x.size(); ++i) top = std::max(top, std::abs(exact(i)));
    for (std::size_t i = 0; i < x.size(); ++i) {
      EXPECT_NEAR(out[i] * unit, exact(i), top / 250);
    }
  }
}

}  // namespace
}  // namespace aether::infer::testing
