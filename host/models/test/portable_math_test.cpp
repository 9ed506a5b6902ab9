#include "portable_math.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "aether/infer/element.hpp"

namespace aether::models {
namespace {

constexpr long double kClose = 0x1p-50L;

double between(double low, double high) {
  return low + (high - low) * static_cast<double>(*rc::gen::arbitrary<std::uint32_t>()) / 0x1p32;
}

RC_GTEST_PROP(PortableMath, exp_is_close, ()) {
  const double x = between(-708, 709);
  RC_ASSERT(std::fabs(exp_of(x) / std::exp(static_cast<long double>(x)) - 1) < kClose);
}
RC_GTEST_PROP(PortableMath, log_is_close, ()) {
  const double x = std::exp(between(-700, 700)), near = between(0.5, 2);
  RC_ASSERT(std::fabs(log_of(x) / std::log(static_cast<long double>(x)) - 1) < kClose);
  RC_ASSERT(std::fabs(log_of(near) - std::log(static_cast<long double>(near))) < kClose);
}
RC_GTEST_PROP(PortableMath, turns_are_close, ()) {
  const double x = between(0, *rc::gen::element(1.0, 100.0, 0x1p20));
  const Turn turn = turn_of(x);
  RC_ASSERT(std::fabs(turn.cos - std::cos(static_cast<long double>(x))) < kClose);
  RC_ASSERT(std::fabs(turn.sin - std::sin(static_cast<long double>(x))) < kClose);
}
TEST(PortableMath, ends) {
  EXPECT_EQ(exp_of(0), 1);
  EXPECT_EQ(exp_of(-1000), 0);
  EXPECT_EQ(exp_of(1000), exp_of(709));
  EXPECT_EQ(log_of(1), 0);
  EXPECT_EQ(turn_of(0).cos, 1);
  EXPECT_EQ(turn_of(0).sin, 0);
}

// The tables that core/infer states as numbers, from their definitions.
TEST(Tables, exp2_is_what_it_says) {
  for (std::size_t i = 0; i < infer::kExp2.size(); ++i) {
    const long double exact = 0x1p15L * std::exp2(-static_cast<long double>(i) / 256);
    EXPECT_EQ(infer::kExp2[i], std::min(32'767LL, std::llround(exact))) << i;
  }
}
TEST(Tables, silu_is_what_it_says) {
  for (std::size_t i = 0; i < infer::kSilu.size(); ++i) {
    const long double x = (static_cast<long double>(i) - 128) / 8;
    EXPECT_EQ(infer::kSilu[i], std::llround(2048 * x / (1 + std::exp(-x)))) << i;
  }
}

}  // namespace
}  // namespace aether::models
