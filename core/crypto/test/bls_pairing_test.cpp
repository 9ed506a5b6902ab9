// The pairing on AVX-512 IFMA against blst's, value by value.
#include "bls_pairing_ifma.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <random>

#include "engines.hpp"

namespace aether::crypto {
namespace {

using bls::FieldLanes;
using bls::FieldOperation;
using bls::Fp12Operation;
using boost::multiprecision::cpp_int;

const cpp_int kP("0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab");
constexpr std::size_t kLimbs = 8, kLanes = 8, kLimbBits = 49;
constexpr std::uint64_t kUnit = std::uint64_t{1} << kLimbBits, kCarried = kUnit + (1 << 14) - 1;
constexpr std::uint64_t kFactor = (std::uint64_t{1} << 52) - 1;

bool runs() { return cases::this_processor().avx512_ifma; }

// Signed limbs, unless said otherwise.
cpp_int element(const FieldLanes& f, std::size_t lane) {
  cpp_int out = 0;
  for (std::size_t i = 0; i < kLimbs; ++i)
    out += cpp_int(static_cast<std::int64_t>(f.limb[i][lane])) << (kLimbBits * i);
  return out;
}

cpp_int residue(const cpp_int& x) { return ((x % kP) + kP) % kP; }

class BlsField : public testing::Test {
 protected:
  void SetUp() override {
    if (!runs()) GTEST_SKIP() << "this processor has no AVX-512 IFMA";
  }

  // Limbs up to `max`, often at a bound, and a value up to `times`·p.
  FieldLanes factors(int round, std::uint64_t max, unsigned times) {
    FieldLanes out;
    const auto last = static_cast<std::uint64_t>((kP * times) >> (kLimbBits * (kLimbs - 1))) - 8;
    for (std::size_t i = 0; i < kLimbs; ++i)
      for (auto& limb : out.limb[i]) {
        const std::uint64_t top = i + 1 == kLimbs ? last : max;
        const std::uint64_t choice[] = {top, 0, 1, top - 1, random_() % (top + 1), random_() % (top + 1)};
        limb = choice[round == 0 ? 0 : random_() % std::size(choice)];
      }
    return out;
  }

  static void expect_carried(const FieldLanes& f) {
    for (std::size_t l = 0; l < kLanes; ++l) {
      for (std::size_t i = 0; i + 1 < kLimbs; ++i) ASSERT_LE(f.limb[i][l], kCarried) << i;
      ASSERT_GE(static_cast<std::int64_t>(f.limb[kLimbs - 1][l]), 0);
      ASSERT_LT(element(f, l) * 4, kP * 9);
    }
  }

  std::mt19937_64 random_{7};
};

TEST_F(BlsField, multiplies) {
  const cpp_int r = cpp_int{1} << (kLimbBits * kLimbs);
  for (int round = 0; round < 2000; ++round) {
    const FieldLanes f = factors(round, kFactor, 24), g = factors(round, kFactor, 24);
    const FieldLanes h = bls::field_ifma(FieldOperation::mul, f, g);
    expect_carried(h);
    for (std::size_t l = 0; l < kLanes; ++l) {
      ASSERT_EQ(residue(element(h, l) * r), residue(element(f, l) * element(g, l)));
      ASSERT_GE(element(h, l), kP);
    }
  }
}

TEST_F(BlsField, sums_six_products) {
  const cpp_int r = cpp_int{1} << (kLimbBits * kLimbs);
  for (int round = 0; round < 2000; ++round) {
    const FieldLanes f = factors(round, kFactor, 10), g = factors(round, kFactor, 10);
    const FieldLanes h = bls::field_ifma(FieldOperation::mul_six, f, g);
    expect_carried(h);
    for (std::size_t l = 0; l < kLanes; ++l)
      ASSERT_EQ(residue(element(h, l) * r), residue(6 * element(f, l) * element(g, l)));
  }
}

TEST_F(BlsField, subtracts_sums_of_two_to_a_factor) {
  for (int round = 0; round < 2000; ++round) {
    const FieldLanes f = factors(round, 2 * kCarried, 4), g = factors(round == 0 ? 1 : round, 2 * kCarried, 4);
    const FieldLanes h = bls::field_ifma(FieldOperation::minus, f, g);
    for (std::size_t l = 0; l < kLanes; ++l) {
      for (std::size_t i = 0; i < kLimbs; ++i) ASSERT_LE(h.limb[i][l], kFactor) << i;
      ASSERT_EQ(element(h, l), element(f, l) - element(g, l) + 8 * kP);
    }
  }
}

TEST_F(BlsField, settles_linear_combinations) {
  // Values around each multiple of p from −63 to 63, and within; units moved between neighbouring limbs.
  for (int round = 0; round < 4000; ++round) {
    FieldLanes f;
    std::array<cpp_int, kLanes> values;
    for (std::size_t l = 0; l < kLanes; ++l) {
      const auto times = static_cast<int>(random_() % 127) - 63;
      const cpp_int by = round % 2 == 0 ? cpp_int(static_cast<int>(random_() % 5) - 2) : kP * (random_() % 1000) / 1000;
      values[l] = kP * times + (times < 0 ? -by : by);
      cpp_int rest = values[l] + (kP << 7);  // positive digits
      std::array<std::int64_t, kLimbs> limb{}, offset{};
      cpp_int less = kP << 7;
      for (std::size_t i = 0; i < kLimbs; ++i) {
        const bool last = i + 1 == kLimbs;
        limb[i] = static_cast<std::int64_t>(last ? rest : cpp_int(rest % kUnit));
        offset[i] = static_cast<std::int64_t>(last ? less : cpp_int(less % kUnit));
        rest /= kUnit, less /= kUnit;
      }
      for (std::size_t i = 0; i < kLimbs; ++i) limb[i] -= offset[i];
      for (std::size_t i = 0; i + 1 < kLimbs; ++i) {
        const std::int64_t moved = round == 0 ? 200 : static_cast<std::int64_t>(random_() % 401) - 200;
        limb[i] += moved * static_cast<std::int64_t>(kUnit);
        limb[i + 1] -= moved;
      }
      for (std::size_t i = 0; i < kLimbs; ++i) f.limb[i][l] = static_cast<std::uint64_t>(limb[i]);
      ASSERT_EQ(element(f, l), values[l]);
    }
    const FieldLanes h = bls::field_ifma(FieldOperation::settle, f, f);
    expect_carried(h);
    for (std::size_t l = 0; l < kLanes; ++l) {
      ASSERT_EQ(residue(element(h, l)), residue(values[l]));
      ASSERT_LT(element(h, l) * 100, kP * 101);
    }
  }
}

// --- the field of degree 12 ------------------------------------------------------------------------------------------
blst_fp base_element(std::mt19937_64& random) {
  blst_fp out{};
  cpp_int x;
  switch (random() % 6) {
    case 0: x = 0; break;
    case 1: x = kP - 1; break;
    case 2: x = 1; break;
    default:
      for (int i = 0; i < 6; ++i) x = (x << 64) + random();
      x %= kP;
  }
  for (auto& word : out.l) word = static_cast<std::uint64_t>(x & cpp_int(~std::uint64_t{0})), x >>= 64;
  return out;
}

// Edges of each coefficient as it is held, zero and one as elements among them.
blst_fp12 element_of_twelve(std::mt19937_64& random) {
  const auto kind = random() % 16;
  if (kind == 0) return {};
  if (kind == 1) return *blst_fp12_one();
  blst_fp12 out;
  for (auto& fp6 : out.fp6)
    for (auto& fp2 : fp6.fp2)
      for (auto& fp : fp2.fp) fp = base_element(random);
  return out;
}

bool equal(const blst_fp12& a, const blst_fp12& b) { return blst_fp12_is_equal(&a, &b); }

RC_GTEST_PROP(BlsFp12, is_blsts, (std::uint64_t seed)) {
  if (!runs()) GTEST_SKIP() << "this processor has no AVX-512 IFMA";
  std::mt19937_64 random(seed);
  const blst_fp12 f = element_of_twelve(random), g = element_of_twelve(random);
  blst_fp12 expected;
  blst_fp12_mul(&expected, &f, &g);
  RC_ASSERT(equal(bls::fp12_ifma(Fp12Operation::mul, f, g), expected));
  blst_fp12_sqr(&expected, &f);
  RC_ASSERT(equal(bls::fp12_ifma(Fp12Operation::square, f, g), expected));
  blst_fp12_cyclotomic_sqr(&expected, &f);
  RC_ASSERT(equal(bls::fp12_ifma(Fp12Operation::cyclotomic_square, f, g), expected));
  expected = f;
  blst_fp12_conjugate(&expected);
  RC_ASSERT(equal(bls::fp12_ifma(Fp12Operation::conjugate, f, g), expected));
  const blst_fp6 line{g.fp6[0].fp2[0], g.fp6[0].fp2[1], g.fp6[1].fp2[1]};
  blst_fp12_mul_by_xy00z0(&expected, &f, &line);
  RC_ASSERT(equal(bls::fp12_ifma(Fp12Operation::mul_by_line, f, g), expected));
}

// --- the pairing -----------------------------------------------------------------------------------------------------
struct Points {
  std::vector<blst_p1_affine> in_g1;
  std::vector<blst_p2_affine> in_g2;

  void add(std::uint64_t of_g1, std::uint64_t of_g2, bool negative = false) {
    blst_p1 a;
    blst_p2 b;
    blst_p1_mult(&a, blst_p1_generator(), scalar(of_g1).data(), 64);
    blst_p2_mult(&b, blst_p2_generator(), scalar(of_g2).data(), 64);
    blst_p1_cneg(&a, negative);
    blst_p1_to_affine(&in_g1.emplace_back(), &a);
    blst_p2_to_affine(&in_g2.emplace_back(), &b);
  }
  std::vector<const blst_p1_affine*> g1() const { return pointers(in_g1); }
  std::vector<const blst_p2_affine*> g2() const { return pointers(in_g2); }

  blst_fp12 ours() const { return bls::miller_loop_ifma(g2(), g1()); }
  blst_fp12 blsts() const {
    blst_fp12 out;
    blst_miller_loop_n(&out, g2().data(), g1().data(), in_g1.size());
    return out;
  }

 private:
  static std::array<std::uint8_t, 8> scalar(std::uint64_t number) {
    std::array<std::uint8_t, 8> out{};
    for (auto& byte : out) byte = static_cast<std::uint8_t>(number), number >>= 8;
    return out;
  }
  template <class Point>
  static std::vector<const Point*> pointers(const std::vector<Point>& points) {
    std::vector<const Point*> out;
    for (const Point& point : points) out.push_back(&point);
    return out;
  }
};

blst_fp12 final_exp(const blst_fp12& f) {
  blst_fp12 out;
  blst_final_exp(&out, &f);
  return out;
}

RC_GTEST_PROP(BlsPairing, millers_loop_is_blsts, (std::uint64_t seed)) {
  if (!runs()) GTEST_SKIP() << "this processor has no AVX-512 IFMA";
  std::mt19937_64 random(seed);
  Points points;
  for (auto n = *rc::gen::inRange<std::size_t>(1, 8); n > 0; --n) {
    const auto number = [&] { return random() % 4 == 0 ? 1 + random() % 3 : random() | 1; };
    points.add(number(), number(), random() % 2 == 0);
  }
  RC_ASSERT(equal(points.ours(), points.blsts()));
}

TEST(BlsPairing, millers_loop_of_more_pairs_than_blst_takes_at_once) {
  if (!runs()) GTEST_SKIP() << "this processor has no AVX-512 IFMA";
  Points points;
  for (std::uint64_t n = 1; n <= 33; ++n) points.add(n, 3 * n + 1);
  EXPECT_TRUE(equal(points.ours(), points.blsts()));
}

RC_GTEST_PROP(BlsPairing, final_exponentiation_is_blsts, (std::uint64_t seed)) {
  if (!runs()) GTEST_SKIP() << "this processor has no AVX-512 IFMA";
  std::mt19937_64 random(seed);
  blst_fp12 f = element_of_twelve(random);
  if (equal(f, {})) f = *blst_fp12_one();
  RC_ASSERT(equal(bls::final_exp_ifma(f), final_exp(f)));

  // Of an element of a proper subfield it is one.
  blst_fp12 in_fp6 = f;
  in_fp6.fp6[1] = {};
  if (!equal(in_fp6, {})) {
    const blst_fp12 trivial = bls::final_exp_ifma(in_fp6);
    RC_ASSERT(blst_fp12_is_one(&trivial));
  }

  // And again of what it gives, which is of order r.
  const blst_fp12 power = final_exp(f);
  RC_ASSERT(equal(bls::final_exp_ifma(power), final_exp(power)));
}

// e(aG, bH)·e(−bG, aH) is one, and with another factor it is not.
RC_GTEST_PROP(BlsPairing, equations_hold_where_blsts_do, (std::uint32_t a, std::uint32_t b)) {
  if (!runs()) GTEST_SKIP() << "this processor has no AVX-512 IFMA";
  for (const std::uint64_t off : {0U, 1U}) {
    Points points;
    points.add(1 + std::uint64_t{a}, 1 + std::uint64_t{b} + off);
    points.add(1 + std::uint64_t{b}, 1 + std::uint64_t{a}, true);
    const blst_fp12 product = bls::final_exp_ifma(points.ours());
    RC_ASSERT(blst_fp12_is_one(&product) == (off == 0));
    RC_ASSERT(equal(product, final_exp(points.blsts())));
  }
}

}  // namespace
}  // namespace aether::crypto
