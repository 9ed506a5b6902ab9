#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <random>

#include "edwards_avx2.hpp"
#include "engines.hpp"

namespace aether::crypto {
namespace {

using namespace avx2;
using boost::multiprecision::cpp_int;

const cpp_int kP = (cpp_int{1} << 255) - 19;

cpp_int element(const FieldLanes& f, std::size_t lane) {
  cpp_int out = 0;
  for (std::size_t i = 0; i < 10; ++i) out += cpp_int{f.limb[i][lane]} << (25 * i + (i + 1) / 2);
  return out;
}

class FieldAvx2 : public testing::Test {
 protected:
  void SetUp() override {
    if (!cases::this_processor().avx2) GTEST_SKIP() << "this processor has no AVX2";
  }

  // Limbs up to `max` (half of that in odd places), often at their bounds.
  FieldLanes lanes(std::uint64_t max) {
    FieldLanes out;
    for (std::size_t i = 0; i < 10; ++i)
      for (auto& limb : out.limb[i]) {
        const std::uint64_t top = i % 2 == 0 ? max : max / 2;
        const std::uint64_t choice[] = {0, 1, top, top - 1, random_() % (top + 1), random_() % (top + 1)};
        limb = choice[random_() % std::size(choice)];
      }
    return out;
  }

  // All limbs the same extreme: 0, the largest, or p's.
  static FieldLanes all_at(std::uint64_t max) {
    FieldLanes out;
    for (std::size_t i = 0; i < 10; ++i) out.limb[i].fill(i % 2 == 0 ? max : max / 2);
    return out;
  }

  static void expect_carried(const FieldLanes& f) {
    for (std::size_t i = 0; i < 10; ++i)
      for (const std::uint64_t limb : f.limb[i])
        ASSERT_LT(limb, (std::uint64_t{1} << (i % 2 == 0 ? 26 : 25)) + (1U << 13)) << i;
  }

  std::mt19937_64 random_{7};
};

constexpr std::uint64_t kUnit = std::uint64_t{1} << 26;
constexpr std::uint64_t kFirstMax = 6 * kUnit - 1, kSecondMax = kUnit * 16 / 5 - 1;
constexpr std::uint64_t kCarriedMax = kUnit + (1 << 13) - 1;

TEST_F(FieldAvx2, multiplies) {
  for (int round = 0; round < 2000; ++round) {
    const FieldLanes f = round == 0 ? all_at(kFirstMax) : lanes(kFirstMax),
                     g = round == 0 ? all_at(kSecondMax) : lanes(kSecondMax);
    const FieldLanes h = field_avx2(FieldOperation::mul, f, g);
    expect_carried(h);
    for (std::size_t l = 0; l < 4; ++l) ASSERT_EQ(element(h, l) % kP, element(f, l) * element(g, l) % kP);
  }
}

TEST_F(FieldAvx2, squares) {
  for (int round = 0; round < 2000; ++round) {
    const FieldLanes f = round == 0 ? all_at(2 * kCarriedMax) : lanes(2 * kCarriedMax);
    const FieldLanes h = field_avx2(FieldOperation::square, f, f);
    expect_carried(h);
    for (std::size_t l = 0; l < 4; ++l) ASSERT_EQ(element(h, l) % kP, element(f, l) * element(f, l) % kP);
  }
}

TEST_F(FieldAvx2, carries) {
  const std::uint64_t max = (std::uint64_t{1} << 58) - 1;
  for (int round = 0; round < 2000; ++round) {
    const FieldLanes f = round == 0 ? all_at(max) : lanes(max);
    const FieldLanes h = field_avx2(FieldOperation::carry, f, f);
    expect_carried(h);
    for (std::size_t l = 0; l < 4; ++l) ASSERT_EQ(element(h, l) % kP, element(f, l) % kP);
  }
}

TEST_F(FieldAvx2, subtracts_without_wrapping) {
  for (int round = 0; round < 500; ++round) {
    const FieldLanes f = lanes(kCarriedMax), g = lanes(kCarriedMax);
    const FieldLanes h = field_avx2(FieldOperation::sub, f, g);
    for (std::size_t l = 0; l < 4; ++l) ASSERT_EQ(element(h, l), element(f, l) + 2 * kP - element(g, l));
    for (const auto& limb : h.limb)
      for (const std::uint64_t x : limb) ASSERT_LT(x, 3 * kUnit + (1 << 13));
  }
}

TEST_F(FieldAvx2, freezes) {
  // p − 1, p, p + 1, 2p, 2^255 − 1 and their neighbours as limbs, besides random ones.
  std::vector<cpp_int> edges;
  for (const cpp_int& around : {cpp_int{0}, kP, cpp_int{2 * kP}, cpp_int{1} << 255})
    for (int by = -25; by <= 25; ++by)
      if (around + by >= 0) edges.push_back(around + by);
  for (std::size_t round = 0; round < 2000; ++round) {
    FieldLanes f = lanes((std::uint64_t{1} << 30) - 1);
    if (round < edges.size()) {
      cpp_int rest = edges[round];
      for (std::size_t i = 0; i < 10; ++i) {
        const unsigned bits = i == 9 ? 30 : i % 2 == 0 ? 26 : 25;
        f.limb[i].fill(static_cast<std::uint64_t>(rest & ((cpp_int{1} << bits) - 1)));
        rest >>= bits;
      }
    }
    const FieldLanes h = field_avx2(FieldOperation::freeze, f, f);
    for (std::size_t l = 0; l < 4; ++l) ASSERT_EQ(element(h, l), element(f, l) % kP);
  }
}

TEST_F(FieldAvx2, raises_to_the_power_of_square_roots) {
  for (int round = 0; round < 20; ++round) {
    const FieldLanes f = lanes(kCarriedMax);
    const FieldLanes h = field_avx2(FieldOperation::pow_p58, f, f);
    for (std::size_t l = 0; l < 4; ++l)
      ASSERT_EQ(element(h, l) % kP, cpp_int{powm(element(f, l), cpp_int{(kP - 5) / 8}, kP)});
  }
}

}  // namespace
}  // namespace aether::crypto
