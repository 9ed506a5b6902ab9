#include <gtest/gtest.h>

#include <cstdlib>

#include "edge_signatures.hpp"
#include "engines.hpp"
#include "msm.hpp"

namespace aether::crypto {
namespace {

using namespace cases;
using namespace avx2;

template <class Kernel>
class EdwardsKernel : public testing::Test {
  void SetUp() override {
    if (!runs()) GTEST_SKIP() << "this processor has no " << (is_ifma() ? "AVX-512 IFMA" : "AVX2");
  }

 public:
  static constexpr bool is_ifma() { return std::is_same_v<Kernel, Ifma>; }
  static bool runs() { return is_ifma() ? this_processor().avx512_ifma : this_processor().avx2; }
};

using Kernels = testing::Types<Avx2, Ifma>;
TYPED_TEST_SUITE(EdwardsKernel, Kernels);

Encoding encoding_of(const aether_native_point& p) {
  Encoding out;
  aether_native_edwards_compress(&p, 1, out.data());
  return out;
}

template <class Kernel>
using Affine = typename Kernel::AffinePoint;

template <class Kernel>
Affine<Kernel> affine(const Encoding& encoding) {
  Affine<Kernel> out;
  std::uint8_t valid = 0;
  Kernel::decompress({&encoding, 1}, {&out, 1}, {&valid, 1});
  EXPECT_EQ(valid, 1);
  return out;
}

constexpr Integer256 kOneCoefficient{1, 0, 0, 0};

template <class Kernel>
ExtendedPoint extended(const Affine<Kernel>& p) {
  return msm<Kernel>(std::array{MsmTerms<Kernel>{{&p, 1}, {&kOneCoefficient, 1}, 254}});
}

template <class Kernel>
void expect_decompressed_as_by_dalek(std::span<const Encoding> encodings) {
  std::vector<Affine<Kernel>> points(encodings.size());
  std::vector<std::uint8_t> valid(encodings.size(), 7);
  Kernel::decompress(encodings, points, valid);
  for (std::size_t i = 0; i < encodings.size(); ++i) {
    aether_native_point expected;
    ASSERT_EQ(valid[i] != 0, aether_native_edwards_decompress(encodings[i].data(), &expected)) << to_hex(encodings[i]);
    if (valid[i] != 0) {
      ASSERT_EQ(compress_avx2(extended<Kernel>(points[i])), encoding_of(expected)) << to_hex(encodings[i]);
    }
  }
}

TYPED_TEST(EdwardsKernel, decompresses_every_edge_encoding_as_dalek_does) {
  auto edges = edge_encodings();
  expect_decompressed_as_by_dalek<TypeParam>(edges);
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
  expect_decompressed_as_by_dalek<TypeParam>(bounds);
}

TYPED_TEST(EdwardsKernel, decompresses_any_number_of_random_encodings_as_dalek_does) {
  EdgeSigner random(3);
  for (std::size_t n = 0; n < 40; ++n) {
    std::vector<Encoding> encodings(n);
    for (auto& e : encodings) e = random.bytes<32>();
    expect_decompressed_as_by_dalek<TypeParam>(encodings);
  }
}

TYPED_TEST(EdwardsKernel, knows_the_base_point) {
  Scalar one{1};
  aether_native_point base;
  aether_native_edwards_mul_base(one.data(), &base);
  EXPECT_EQ(compress_avx2(extended<TypeParam>(TypeParam::kBasePoint)), encoding_of(base));
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

// A sum of terms with coefficients of 254 and 128 bits, sizes[0] and sizes[1] of them, at edges and at random.
template <class Kernel>
void check_sum(std::uint64_t seed, std::array<std::size_t, 2> sizes) {
  EdgeSigner random(seed);
  const int bits[2] = {254, 128};
  std::vector<Affine<Kernel>> points[2];
  std::vector<Integer256> coefficients[2];
  std::vector<aether_native_point> all_points;
  std::vector<Scalar> all_scalars;
  const auto edges = edge_encodings();
  for (std::size_t part = 0; part < 2; ++part) {
    while (points[part].size() < sizes[part]) {
      Encoding e = random.below(4) == 0 ? edges[random.below(edges.size())] : random.bytes<32>();
      aether_native_point p;
      if (random.below(4) == 0 && !all_points.empty()) {  // one that was there, or its opposite
        e = encoding_of(all_points[random.below(all_points.size())]);
        if (random.below(2) == 0) e[31] ^= 0x80;
      }
      if (!aether_native_edwards_decompress(e.data(), &p)) continue;
      points[part].push_back(affine<Kernel>(e));
      coefficients[part].push_back(coefficient(random, bits[part]));
      all_points.push_back(p);
      all_scalars.push_back(scalar_of(coefficients[part].back()));
    }
  }
  using Terms = MsmTerms<Kernel>;
  const ExtendedPoint sum =
      msm<Kernel>(std::array{Terms{points[0], coefficients[0], bits[0]}, Terms{points[1], coefficients[1], bits[1]}});
  // Coefficients are integers here and residues there: a part of small order may differ, so both are taken 8-fold.
  aether_native_point expected;
  const Scalar zero{};
  aether_native_edwards_mul_base(zero.data(), &expected);
  if (!all_points.empty())
    aether_native_edwards_vartime_msm(all_scalars.front().data(), all_points.data(), all_points.size(), &expected);
  aether_native_edwards_mul_by_cofactor(&expected, &expected);
  aether_native_point ours;
  ASSERT_TRUE(aether_native_edwards_decompress(compress_avx2(sum).data(), &ours));
  aether_native_edwards_mul_by_cofactor(&ours, &ours);
  ASSERT_EQ(encoding_of(ours), encoding_of(expected)) << seed;
  ASSERT_EQ(is_small_order_avx2(sum), aether_native_edwards_is_identity(&expected)) << seed;
}

TYPED_TEST(EdwardsKernel, sums_are_those_of_dalek) {
  EdgeSigner random(1);
  const int rounds = std::getenv("AETHER_LONG") != nullptr ? 2000 : 100;
  for (int round = 0; round < rounds && !this->HasFatalFailure(); ++round) {
    const auto size = [&] {
      return std::array<std::size_t, 7>{0, 1, 2, 3, 7, random.below(40), random.below(300)}[random.below(7)];
    };
    const std::size_t first = size();
    check_sum<TypeParam>(static_cast<std::uint64_t>(round), {first, size()});
  }
}

// More terms have wider windows: each width is the best for some size.
TYPED_TEST(EdwardsKernel, sums_of_many_terms_are_those_of_dalek) {
  const std::size_t largest = std::getenv("AETHER_QUICK") != nullptr ? 1000 : 20000;
  for (const std::size_t n : {1000U, 4000U, 20000U})
    if (n <= largest) check_sum<TypeParam>(n, {n, n});
}

TYPED_TEST(EdwardsKernel, subtracts_as_dalek_does_and_knows_small_order) {
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
    ours.push_back(extended<TypeParam>(affine<TypeParam>(encodings[i])));
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
