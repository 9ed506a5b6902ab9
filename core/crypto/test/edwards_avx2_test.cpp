#include "edwards_avx2.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "edge_signatures.hpp"
#include "engines.hpp"

namespace aether::crypto {
namespace {

using namespace cases;
using namespace avx2;

class EdwardsAvx2 : public testing::Test {
  void SetUp() override {
    if (!this_processor().avx2) GTEST_SKIP() << "this processor has no AVX2";
  }
};

Encoding encoding_of(const aether_native_point& p) {
  Encoding out;
  aether_native_edwards_compress(&p, 1, out.data());
  return out;
}

AffinePoint affine(const Encoding& encoding) {
  AffinePoint out;
  std::uint8_t valid = 0;
  decompress_avx2({&encoding, 1}, {&out, 1}, {&valid, 1});
  EXPECT_EQ(valid, 1);
  return out;
}

constexpr Integer256 kOneCoefficient{1, 0, 0, 0};

// The canonical encoding of each point, through a sum of one term.
Encoding encoding_of(const AffinePoint& p) {
  return compress_avx2(msm_avx2(std::array{MsmTerms{{&p, 1}, {&kOneCoefficient, 1}, 254}}));
}

void expect_decompressed_as_by_dalek(std::span<const Encoding> encodings) {
  std::vector<AffinePoint> points(encodings.size());
  std::vector<std::uint8_t> valid(encodings.size(), 7);
  decompress_avx2(encodings, points, valid);
  for (std::size_t i = 0; i < encodings.size(); ++i) {
    aether_native_point expected;
    ASSERT_EQ(valid[i] != 0, aether_native_edwards_decompress(encodings[i].data(), &expected)) << to_hex(encodings[i]);
    if (valid[i] != 0) {
      ASSERT_EQ(encoding_of(points[i]), encoding_of(expected)) << to_hex(encodings[i]);
    }
  }
}

TEST_F(EdwardsAvx2, decompresses_every_edge_encoding_as_dalek_does) {
  auto edges = edge_encodings();
  expect_decompressed_as_by_dalek(edges);
  // y at the bounds of each limb, with both signs.
  std::vector<Encoding> bounds;
  for (int bit = 0; bit < 255; ++bit)
    for (const int below : {0, 1})
      for (const std::uint8_t sign : {std::uint8_t{0}, std::uint8_t{0x80}}) {
        Encoding e{};
        if (below == 0) {
          e[static_cast<std::size_t>(bit) / 8] = static_cast<std::uint8_t>(1 << bit % 8);
        } else {
          for (int b = 0; b < bit; ++b) e[static_cast<std::size_t>(b) / 8] |= static_cast<std::uint8_t>(1 << b % 8);
        }
        e[31] |= sign;
        bounds.push_back(e);
      }
  expect_decompressed_as_by_dalek(bounds);
}

TEST_F(EdwardsAvx2, decompresses_any_number_of_random_encodings_as_dalek_does) {
  EdgeSigner random(3);
  for (std::size_t n = 0; n < 40; ++n) {
    std::vector<Encoding> encodings(n);
    for (auto& e : encodings) e = random.bytes<32>();
    expect_decompressed_as_by_dalek(encodings);
  }
}

TEST_F(EdwardsAvx2, knows_the_base_point) {
  Scalar one{1};
  aether_native_point base;
  aether_native_edwards_mul_base(one.data(), &base);
  EXPECT_EQ(encoding_of(kBasePoint), encoding_of(base));
}

Scalar scalar_of(const Integer256& words) {  // modulo the order, two's complement
  std::array<std::uint8_t, 64> wide{};
  const bool negative = words[3] >> 63 != 0;
  for (std::size_t i = 0; i < 32; ++i) {
    const auto byte = static_cast<std::uint8_t>(words[i / 8] >> 8 * (i % 8));
    wide[i] = negative ? static_cast<std::uint8_t>(~byte) : byte;
  }
  Scalar out;
  aether_native_scalar_reduce_wide(wide.data(), out.data());
  if (negative) {  // −(~x) − 1
    const Scalar one{1};
    aether_native_scalar_mul_add(one.data(), out.data(), one.data(), out.data());
    aether_native_scalar_negate(out.data(), out.data());
  }
  return out;
}

Integer256 coefficient(EdgeSigner& random, int bits) {
  Integer256 out{};
  switch (random.below(8)) {
    case 0: break;
    case 1: out[0] = 1; break;
    case 2: out.fill(~std::uint64_t{0}); break;  // −1
    case 3: out[0] = out[1] = 0x8080808080808080; break;
    case 4: out.fill(~std::uint64_t{0}), out[bits / 64 - (bits % 64 == 0)] = ~std::uint64_t{0} >> 1; break;
    default:
      for (auto& word : out) {
        const auto bytes = random.bytes<8>();
        for (std::size_t i = 0; i < 8; ++i) word |= std::uint64_t{bytes[i]} << 8 * i;
      }
  }
  // Sign-extends from `bits`.
  const auto top = static_cast<std::size_t>(bits - 1) / 64;
  const int shift = 63 - (bits - 1) % 64;
  const auto extended = static_cast<std::int64_t>(out[top] << shift) >> shift;
  out[top] = static_cast<std::uint64_t>(extended);
  for (std::size_t i = top + 1; i < 4; ++i) out[i] = extended < 0 ? ~std::uint64_t{0} : 0;
  return out;
}

RC_GTEST_PROP(EdwardsAvx2Random, sums_are_those_of_dalek, (std::uint64_t seed)) {
  if (!this_processor().avx2) return;
  EdgeSigner random(seed);
  const std::size_t sizes[] = {0, 1, 2, 3, 7, random.below(40), random.below(300)};
  const int bits[2] = {254, 128};
  std::vector<AffinePoint> points[2];
  std::vector<Integer256> coefficients[2];
  std::vector<aether_native_point> all_points;
  std::vector<Scalar> all_scalars;
  const auto edges = edge_encodings();
  for (std::size_t part = 0; part < 2; ++part) {
    const std::size_t n = sizes[random.below(std::size(sizes))];
    while (points[part].size() < n) {
      Encoding e = random.below(4) == 0 ? edges[random.below(edges.size())] : random.bytes<32>();
      aether_native_point p;
      if (random.below(4) == 0 && !all_points.empty()) {  // one that was there, or its opposite
        e = encoding_of(all_points[random.below(all_points.size())]);
        if (random.below(2) == 0) e[31] ^= 0x80;
      }
      if (!aether_native_edwards_decompress(e.data(), &p)) continue;
      points[part].push_back(affine(e));
      coefficients[part].push_back(coefficient(random, bits[part]));
      all_points.push_back(p);
      all_scalars.push_back(scalar_of(coefficients[part].back()));
    }
  }
  const ExtendedPoint sum = msm_avx2(
      std::array{MsmTerms{points[0], coefficients[0], bits[0]}, MsmTerms{points[1], coefficients[1], bits[1]}});
  // Coefficients are integers here and residues there: a part of small order may differ, so both are taken 8-fold.
  aether_native_point expected;
  const Scalar zero{};
  aether_native_edwards_mul_base(zero.data(), &expected);
  if (!all_points.empty())
    aether_native_edwards_vartime_msm(all_scalars.front().data(), all_points.data(), all_points.size(), &expected);
  aether_native_edwards_mul_by_cofactor(&expected, &expected);
  aether_native_point ours;
  RC_ASSERT(aether_native_edwards_decompress(compress_avx2(sum).data(), &ours));
  aether_native_edwards_mul_by_cofactor(&ours, &ours);
  RC_ASSERT(encoding_of(ours) == encoding_of(expected));
  RC_ASSERT(is_small_order_avx2(sum) == aether_native_edwards_is_identity(&expected));
}

TEST_F(EdwardsAvx2, subtracts_as_dalek_does_and_knows_small_order) {
  const auto edges = edge_encodings();
  EdgeSigner random(5);
  std::vector<Encoding> encodings;
  for (const auto& e : edges) {
    aether_native_point p;
    if (aether_native_edwards_decompress(e.data(), &p)) encodings.push_back(e);
  }
  while (encodings.size() < 60) {
    const auto e = random.bytes<32>();
    aether_native_point p;
    if (aether_native_edwards_decompress(e.data(), &p)) encodings.push_back(e);
  }
  std::vector<ExtendedPoint> ours;
  std::vector<aether_native_point> theirs(encodings.size());
  for (std::size_t i = 0; i < encodings.size(); ++i) {
    const AffinePoint p = affine(encodings[i]);
    ours.push_back(msm_avx2(std::array{MsmTerms{{&p, 1}, {&kOneCoefficient, 1}, 254}}));
    ASSERT_TRUE(aether_native_edwards_decompress(encodings[i].data(), &theirs[i]));
  }
  for (std::size_t i = 0; i < ours.size(); ++i)
    for (std::size_t j = 0; j < ours.size(); ++j) {
      const ExtendedPoint difference = subtract_avx2(ours[i], ours[j]);
      aether_native_point expected;
      aether_native_edwards_sub(&theirs[i], &theirs[j], &expected);
      ASSERT_EQ(compress_avx2(difference), encoding_of(expected)) << i << " " << j;
      aether_native_edwards_mul_by_cofactor(&expected, &expected);
      ASSERT_EQ(is_small_order_avx2(difference), aether_native_edwards_is_identity(&expected)) << i << " " << j;
    }
}

}  // namespace
}  // namespace aether::crypto
