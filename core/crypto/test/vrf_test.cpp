#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <fstream>
#include <iterator>

#include "aether/crypto/vrf.hpp"
#include "hex.hpp"
#include "vrf_vectors.hpp"

namespace aether::crypto {
namespace {

using cases::bytes_of;
using Raw = std::array<std::uint8_t, 32>;

void check(const VrfVector& v) {
  const Seed seed{bytes_of(v.seed)};
  const VrfPublicKey key = bytes_of(v.key);
  const Bytes alpha = *from_hex(v.alpha);
  const auto proof = bytes_of<80>(v.proof);
  EXPECT_EQ(vrf_public_key(seed), key);
  EXPECT_EQ(vrf_prove(seed, alpha, v.suite), proof);
  EXPECT_EQ(vrf_verify(key, alpha, proof, v.suite), bytes_of<64>(v.output));
  EXPECT_EQ(vrf_proof_to_hash(proof, v.suite), bytes_of<64>(v.output));
  const VrfSuite other = v.suite == VrfSuite::tai ? VrfSuite::ell2 : VrfSuite::tai;
  EXPECT_EQ(vrf_verify(key, alpha, proof, other).error(), VrfError::wrong_proof);
}

TEST(Vrf, rfc9381_examples_16_to_21) {
  for (const VrfVector& v : kRfc9381) check(v);
}

TEST(Vrf, rfc9381_examples_of_the_shared_file) {
  std::ifstream in(AETHER_SOURCE_DIR "/../shared/vectors/rfc9381_ecvrf.json");
  if (!in) GTEST_SKIP() << "../shared/vectors/rfc9381_ecvrf.json is not there";
  const std::string text(std::istreambuf_iterator<char>(in), {});
  std::size_t at = 0;
  const auto next = [&](std::string_view name) {  // the text that follows `"name":`, from where the last one ended
    at = text.find('"' + std::string(name) + "\":", at);
    if (at == std::string::npos) return std::string();
    const auto begin = text.find('"', at + name.size() + 3) + 1;
    at = text.find('"', begin);
    return text.substr(begin, at - begin);
  };
  unsigned found = 0;
  for (;; ++found) {
    const std::string suite = next("suite"), seed = next("SK"), key = next("PK"), alpha = next("alpha"),
                      proof = next("pi"), output = next("beta");
    if (output.empty()) break;
    check({suite.ends_with("TAI") ? VrfSuite::tai : VrfSuite::ell2, seed, key, alpha, proof, output});
  }
  EXPECT_EQ(found, 6U);
}

struct Proved {
  Seed seed{Raw{1, 2, 3}};
  VrfPublicKey key = vrf_public_key(seed);
  Bytes alpha{4, 5, 6};
  VrfProof proof = vrf_prove(seed, alpha);

  auto verdict() const { return vrf_verify(key, alpha, proof); }
};

TEST(Vrf, a_proof_of_another_input_or_key_is_refused) {
  Proved p;
  ASSERT_TRUE(p.verdict());
  p.alpha.push_back(7);
  EXPECT_EQ(p.verdict().error(), VrfError::wrong_proof);
  p.alpha.pop_back();
  p.key = vrf_public_key(Seed{Raw{9}});
  EXPECT_EQ(p.verdict().error(), VrfError::wrong_proof);
}

TEST(Vrf, every_flipped_bit_of_a_proof_is_refused) {
  for (const VrfSuite suite : {VrfSuite::tai, VrfSuite::ell2}) {
    const Proved p;
    const VrfProof proof = vrf_prove(p.seed, p.alpha, suite);
    for (std::size_t bit = 0; bit < 8 * proof.size(); bit += suite == VrfSuite::tai ? 8 : 1) {
      VrfProof other = proof;
      other[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
      const auto verdict = vrf_verify(p.key, p.alpha, other, suite);
      ASSERT_FALSE(verdict) << bit;
      if (bit < 256)
        EXPECT_NE(verdict.error(), VrfError::bad_scalar);
      else
        EXPECT_TRUE(verdict.error() == VrfError::wrong_proof || bit >= 8 * 79) << bit;
    }
  }
}

// Encodings that a lenient decoder takes: y above p, and a sign for x = 0.
constexpr std::string_view kNonCanonical[] = {
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  // y = 3
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

constexpr std::string_view kSmallOrder[] = {
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
};

TEST(Vrf, bad_keys_are_refused_with_their_own_errors) {
  Proved p;
  const auto expect = [&](std::string_view hex, VrfError error) {
    p.key = bytes_of(hex);
    EXPECT_EQ(p.verdict().error(), error) << hex;
    EXPECT_EQ(VrfKey::from_bytes(p.key).error(), error) << hex;
  };
  for (const auto hex : kNonCanonical) expect(hex, VrfError::bad_public_key);
  for (const auto hex : kSmallOrder) expect(hex, VrfError::small_order_public_key);
  expect("0200000000000000000000000000000000000000000000000000000000000000", VrfError::bad_public_key);  // no point
}

TEST(Vrf, bad_gammas_are_refused_with_their_own_error) {
  Proved p;
  const auto expect = [&](std::string_view hex, VrfError error) {
    const auto gamma = bytes_of(hex);
    std::copy(gamma.begin(), gamma.end(), p.proof.begin());
    EXPECT_EQ(p.verdict().error(), error) << hex;
  };
  for (const auto hex : kNonCanonical) expect(hex, VrfError::bad_gamma);
  for (const auto hex : kNonCanonical) EXPECT_EQ(vrf_proof_to_hash(p.proof).error(), VrfError::bad_gamma) << hex;
  expect("0200000000000000000000000000000000000000000000000000000000000000", VrfError::bad_gamma);
  for (const auto hex : kSmallOrder) expect(hex, VrfError::wrong_proof);
}

TEST(Vrf, scalars_at_or_above_the_order_are_refused) {
  Proved p;
  const auto order = bytes_of("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {  // s + L: the same residue
    carry += p.proof[48 + i] + order[i];
    p.proof[48 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  EXPECT_EQ(p.verdict().error(), VrfError::bad_scalar);
  EXPECT_EQ(vrf_proof_to_hash(p.proof).error(), VrfError::bad_scalar);
  std::copy(order.begin(), order.end(), p.proof.begin() + 48);
  EXPECT_EQ(p.verdict().error(), VrfError::bad_scalar);
}

TEST(Vrf, honest_keys_have_no_torsion) {
  const Proved p;
  const auto key = VrfKey::from_bytes(p.key);
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->is_torsion_free());
  EXPECT_EQ(key->bytes(), p.key);
  EXPECT_EQ(vrf_verify(*key, p.alpha, p.proof), p.verdict());
}

RC_GTEST_PROP(Vrf, proofs_are_deterministic_and_bind, (const Raw& raw, const Bytes& alpha)) {
  const Seed seed{raw};
  const VrfPublicKey key = vrf_public_key(seed);
  const VrfProof proof = vrf_prove(seed, alpha);
  VrfHint hint;
  RC_ASSERT(vrf_prove(seed, alpha, VrfSuite::ell2, &hint) == proof);
  const auto output = vrf_verify(key, alpha, proof);
  RC_ASSERT(output.has_value());
  RC_ASSERT(*vrf_proof_to_hash(proof) == *output);
  VrfProof other = proof;
  other[*rc::gen::inRange<std::size_t>(0, other.size())] ^= static_cast<std::uint8_t>(*rc::gen::inRange(1, 256));
  RC_ASSERT(!vrf_verify(key, alpha, other).has_value());
}

}  // namespace
}  // namespace aether::crypto
