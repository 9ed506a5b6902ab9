#include "scalar.hpp"

#include <aether_native/native.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cstring>

#include "edge_signatures.hpp"
#include "engines.hpp"
#include "kernels.hpp"
#include "sha512.hpp"

namespace aether::crypto {
namespace {

using cases::EdgeSigner;
using scalar::Words;

cases::Scalar bytes_of(const Words& words) {
  cases::Scalar out;
  std::memcpy(out.data(), words.data(), out.size());
  return out;
}

// 64 bytes with long runs of zeros and ones, or around multiples of L.
std::array<std::uint8_t, 64> wide(EdgeSigner& random) {
  auto out = random.bytes<64>();
  switch (random.below(4)) {
    case 0: {
      const std::size_t from = random.below(64), to = from + random.below(65 - from);
      std::fill(out.begin() + static_cast<std::ptrdiff_t>(from), out.begin() + static_cast<std::ptrdiff_t>(to),
                static_cast<std::uint8_t>(random.below(2) * 0xff));
      break;
    }
    case 1: {  // L, shifted by whole bytes, and a small difference
      out.fill(0);
      const auto order = bytes_of(scalar::kOrder);
      std::copy(order.begin(), order.end(), out.begin() + static_cast<std::ptrdiff_t>(random.below(33)));
      out[0] ^= static_cast<std::uint8_t>(random.below(4));
      break;
    }
    case 2: out.fill(static_cast<std::uint8_t>(random.below(2) * 0xff)); break;
    default: break;
  }
  return out;
}

RC_GTEST_PROP(Scalar, reduces_adds_and_multiplies_as_dalek_does, (std::uint64_t seed)) {
  EdgeSigner random(seed);
  const auto take = [&](cases::Scalar& expected) {
    const auto bytes = wide(random);
    std::array<std::uint64_t, 8> words;
    std::memcpy(words.data(), bytes.data(), bytes.size());
    aether_native_scalar_reduce_wide(bytes.data(), expected.data());
    return scalar::reduce(words);
  };
  cases::Scalar x, y, expected;
  const Words a = take(x), b = take(y);
  RC_ASSERT(bytes_of(a) == x);
  RC_ASSERT(bytes_of(b) == y);
  const cases::Scalar zero{}, one{1};
  aether_native_scalar_mul_add(x.data(), y.data(), zero.data(), expected.data());
  RC_ASSERT(bytes_of(scalar::multiply(a, b)) == expected);
  aether_native_scalar_mul_add(x.data(), one.data(), y.data(), expected.data());
  RC_ASSERT(bytes_of(scalar::add(a, b)) == expected);
  aether_native_scalar_negate(x.data(), expected.data());
  RC_ASSERT(bytes_of(scalar::negate(a)) == expected);
  // Factors of 128 bits: as given, their opposites, and the least one.
  scalar::SignedSum sum;
  Words total{};
  for (Words factor : {Words{a[0], a[1] >> 1}, Words{a[0] >> random.below(64)}, Words{}, Words{0, 1ULL << 63}}) {
    cases::Scalar product;
    const auto magnitude = bytes_of(factor);
    aether_native_scalar_mul_add(magnitude.data(), y.data(), zero.data(), product.data());
    if (random.below(2) == 0 || factor[1] >> 63 != 0) {
      for (auto& word : factor) word = ~word;
      for (std::size_t i = 0; i < 4 && ++factor[i] == 0; ++i) continue;
      aether_native_scalar_negate(product.data(), product.data());
    }
    RC_ASSERT(bytes_of(scalar::multiply_signed(factor, b)) == product);
    sum.add(factor, b);
    total = scalar::add(total, scalar::load(product));
    RC_ASSERT(sum.reduced() == total);
  }
  const auto any = random.bytes<32>();
  RC_ASSERT(scalar::is_canonical(scalar::load(any)) == aether_native_scalar_is_canonical(any.data()));
}

TEST(Scalar, the_order_is_where_canonical_ends) {
  Words below = scalar::kOrder;
  --below[0];
  EXPECT_TRUE(scalar::is_canonical(below));
  EXPECT_FALSE(scalar::is_canonical(scalar::kOrder));
  EXPECT_EQ(scalar::negate(Words{}), Words{});
  const Words one{1}, minus_one{~0ULL, ~0ULL, ~0ULL, ~0ULL};
  EXPECT_EQ(scalar::multiply_signed(minus_one, one), below);
  EXPECT_EQ(scalar::multiply_signed(minus_one, below), one);
  EXPECT_EQ(scalar::multiply_signed(minus_one, Words{}), Words{});
}

template <class Kernel>
void expect_lanes_hash_as_alone() {
  EdgeSigner random(11);
  for (const std::size_t length : {0U, 1U, 97U, 111U, 112U, 127U, 128U, 239U, 240U, 1000U}) {
    const std::size_t blocks = (length + 17 + 127) / 128;
    std::array<Bytes, Kernel::kLanes> messages, padded;
    std::array<const std::uint8_t*, Kernel::kLanes> lanes;
    for (std::size_t l = 0; l < lanes.size(); ++l) {
      for (std::size_t i = 0; i < length; ++i) messages[l].push_back(random.bytes<1>()[0]);
      padded[l] = messages[l];
      padded[l].push_back(0x80);
      padded[l].resize(blocks * 128);
      padded[l][blocks * 128 - 1] = static_cast<std::uint8_t>(8 * length);
      padded[l][blocks * 128 - 2] = static_cast<std::uint8_t>(8 * length >> 8);
      lanes[l] = padded[l].data();
    }
    const auto digests = Kernel::sha512(lanes, blocks);
    for (std::size_t l = 0; l < lanes.size(); ++l) {
      const Wide expected = sha512({messages[l]});
      EXPECT_EQ(std::memcmp(digests[l].data(), expected.data(), expected.size()), 0) << length;
    }
  }
}

TEST(Sha512Lanes, four_are_four_hashes) {
  if (!cases::this_processor().avx2) GTEST_SKIP() << "this processor has no AVX2";
  expect_lanes_hash_as_alone<Avx2>();
}

TEST(Sha512Lanes, eight_are_eight_hashes) {
  if (!cases::this_processor().avx512_ifma) GTEST_SKIP() << "this processor has no AVX-512 IFMA";
  expect_lanes_hash_as_alone<Ifma>();
}

}  // namespace
}  // namespace aether::crypto
