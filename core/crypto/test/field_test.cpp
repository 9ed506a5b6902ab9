#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <random>

#include "edwards_ifma.hpp"
#include "engines.hpp"

namespace aether::crypto {
namespace {

using avx2::FieldOperation;
using boost::multiprecision::cpp_int;

const cpp_int kP = (cpp_int{1} << 255) - 19;

// The bounds that field_avx2.hpp states: the largest value of limb i.
struct Avx2Field {
  using Elements = avx2::FieldLanes;
  static constexpr const char* kMissing = "this processor has no AVX2";
  static bool runs() { return cases::this_processor().avx2; }
  static Elements call(FieldOperation operation, const Elements& a, const Elements& b) {
    return avx2::field_avx2(operation, a, b);
  }
  static constexpr std::uint64_t kUnit = std::uint64_t{1} << 26;
  static constexpr std::uint64_t half(std::size_t i, std::uint64_t even) { return i % 2 == 0 ? even : even / 2; }
  static constexpr unsigned bit(std::size_t i) { return static_cast<unsigned>(25 * i + (i + 1) / 2); }
  static constexpr std::uint64_t carried(std::size_t i) { return (i % 2 == 0 ? kUnit : kUnit / 2) + (1 << 13) - 1; }
  static constexpr std::uint64_t first_factor(std::size_t i) { return half(i, 6 * kUnit - 1); }
  static constexpr std::uint64_t second_factor(std::size_t i) { return half(i, kUnit * 16 / 5 - 1); }
  static constexpr std::uint64_t to_square(std::size_t i) { return 2 * carried(i); }
  static constexpr std::uint64_t to_carry(std::size_t) { return (std::uint64_t{1} << 58) - 1; }
  static constexpr std::uint64_t to_freeze(std::size_t) { return (std::uint64_t{1} << 30) - 1; }
};

// Those of field_ifma.hpp.
struct IfmaField {
  using Elements = ifma::FieldLanes;
  static constexpr const char* kMissing = "this processor has no AVX-512 IFMA";
  static bool runs() { return cases::this_processor().avx512_ifma; }
  static Elements call(FieldOperation operation, const Elements& a, const Elements& b) {
    return ifma::field_ifma(operation, a, b);
  }
  static constexpr unsigned bit(std::size_t i) { return static_cast<unsigned>(51 * i); }
  static constexpr std::uint64_t carried(std::size_t) { return (std::uint64_t{1} << 51) + (1 << 16) - 1; }
  static constexpr std::uint64_t first_factor(std::size_t) { return (std::uint64_t{1} << 52) - 1; }
  static constexpr std::uint64_t second_factor(std::size_t i) { return first_factor(i); }
  static constexpr std::uint64_t to_square(std::size_t i) { return first_factor(i); }
  static constexpr std::uint64_t to_carry(std::size_t) { return (std::uint64_t{6} << 60) - 1; }
  static constexpr std::uint64_t to_freeze(std::size_t i) { return to_carry(i); }
};

template <class Field>
class FieldKernel : public testing::Test {
 protected:
  using Elements = typename Field::Elements;
  static constexpr std::size_t kLimbs = std::tuple_size_v<decltype(Elements::limb)>;
  static constexpr std::size_t kLanes = std::tuple_size_v<typename decltype(Elements::limb)::value_type>;

  void SetUp() override {
    if (!Field::runs()) GTEST_SKIP() << Field::kMissing;
  }

  static cpp_int element(const Elements& f, std::size_t lane) {
    cpp_int out = 0;
    for (std::size_t i = 0; i < kLimbs; ++i) out += cpp_int{f.limb[i][lane]} << Field::bit(i);
    return out;
  }

  // Limbs up to max(i): all at the bound in round 0, often at their bounds later.
  template <class Max>
  Elements elements(int round, Max max) {
    Elements out;
    for (std::size_t i = 0; i < kLimbs; ++i)
      for (auto& limb : out.limb[i]) {
        const std::uint64_t top = max(i);
        const std::uint64_t choice[] = {top, 0, 1, top - 1, random_() % (top + 1), random_() % (top + 1)};
        limb = choice[round == 0 ? 0 : random_() % std::size(choice)];
      }
    return out;
  }

  // Calls check(h, f, g) with the factors or sums of random elements, lane by lane, and expects carried limbs.
  template <class MaxF, class MaxG, class Expected>
  void expect_carried(FieldOperation operation, MaxF max_f, MaxG max_g, Expected expected) {
    for (int round = 0; round < 2000; ++round) {
      const Elements f = elements(round, max_f), g = elements(round, max_g), h = Field::call(operation, f, g);
      for (std::size_t i = 0; i < kLimbs; ++i)
        for (const std::uint64_t limb : h.limb[i]) ASSERT_LE(limb, Field::carried(i)) << i;
      for (std::size_t l = 0; l < kLanes; ++l)
        ASSERT_EQ(element(h, l) % kP, expected(element(f, l), element(g, l)) % kP);
    }
  }

  std::mt19937_64 random_{7};
};

using Fields = testing::Types<Avx2Field, IfmaField>;
TYPED_TEST_SUITE(FieldKernel, Fields);

TYPED_TEST(FieldKernel, multiplies) {
  this->expect_carried(FieldOperation::mul, TypeParam::first_factor, TypeParam::second_factor,
                       [](const cpp_int& f, const cpp_int& g) { return cpp_int{f * g}; });
}

TYPED_TEST(FieldKernel, squares) {
  this->expect_carried(FieldOperation::square, TypeParam::to_square, TypeParam::carried,
                       [](const cpp_int& f, const cpp_int&) { return cpp_int{f * f}; });
}

TYPED_TEST(FieldKernel, carries) {
  this->expect_carried(FieldOperation::carry, TypeParam::to_carry, TypeParam::carried,
                       [](const cpp_int& f, const cpp_int&) { return f; });
}

TYPED_TEST(FieldKernel, subtracts_without_wrapping) {
  for (int round = 0; round < 500; ++round) {
    const auto f = this->elements(1, TypeParam::carried), g = this->elements(round, TypeParam::carried);
    const auto h = TypeParam::call(FieldOperation::sub, f, g);
    for (std::size_t i = 0; i < this->kLimbs; ++i)
      for (std::size_t l = 0; l < this->kLanes; ++l) {
        const unsigned bits =
            i + 1 < this->kLimbs ? TypeParam::bit(i + 1) - TypeParam::bit(i) : 255 - TypeParam::bit(i);
        const std::uint64_t double_p = (std::uint64_t{2} << bits) - (i == 0 ? 38 : 2);
        ASSERT_GE(f.limb[i][l] + double_p, g.limb[i][l]);
        ASSERT_EQ(h.limb[i][l], f.limb[i][l] + double_p - g.limb[i][l]) << i;
      }
  }
}

TYPED_TEST(FieldKernel, freezes) {
  // p − 1, p, p + 1, 2p, 2^255 − 1 and their neighbours as limbs, besides random ones.
  std::vector<cpp_int> edges;
  for (const cpp_int& around : {cpp_int{0}, kP, cpp_int{2 * kP}, cpp_int{1} << 255})
    for (int by = -25; by <= 25; ++by)
      if (around + by >= 0) edges.push_back(around + by);
  for (std::size_t round = 0; round < 2000; ++round) {
    auto f = this->elements(round == edges.size() ? 0 : 1, TypeParam::to_freeze);
    if (round < edges.size()) {
      cpp_int rest = edges[round];
      for (std::size_t i = 0; i < this->kLimbs; ++i) {
        const cpp_int top = cpp_int{1} << (i + 1 < this->kLimbs ? TypeParam::bit(i + 1) - TypeParam::bit(i) : 63);
        f.limb[i].fill(static_cast<std::uint64_t>(rest % top));
        rest /= top;
      }
    }
    const auto h = TypeParam::call(FieldOperation::freeze, f, f);
    for (std::size_t l = 0; l < this->kLanes; ++l) ASSERT_EQ(this->element(h, l), this->element(f, l) % kP);
  }
}

TYPED_TEST(FieldKernel, raises_to_the_power_of_square_roots) {
  for (int round = 0; round < 20; ++round) {
    const auto f = this->elements(round, TypeParam::carried);
    const auto h = TypeParam::call(FieldOperation::pow_p58, f, f);
    for (std::size_t l = 0; l < this->kLanes; ++l)
      ASSERT_EQ(this->element(h, l) % kP, cpp_int{powm(this->element(f, l), cpp_int{(kP - 5) / 8}, kP)});
  }
}

}  // namespace
}  // namespace aether::crypto
