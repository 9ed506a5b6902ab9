#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "aether/crypto/ed25519.hpp"
#include "ed25519_cases.hpp"

namespace aether::crypto {
namespace {

using namespace cases;

TEST(Ed25519, rfc8032) {
  for (const Vector& v : kRfc8032) {
    const auto raw = bytes_of<32>(v.seed);
    const Seed seed{raw};
    const Bytes message = *from_hex(v.message);
    EXPECT_EQ(ed25519_public_key(seed), bytes_of<32>(v.key));
    EXPECT_EQ(ed25519_sign(seed, message), bytes_of<64>(v.signature));
    EXPECT_TRUE(ed25519_verify(bytes_of<32>(v.key), message, bytes_of<64>(v.signature)));
  }
}

TEST(Ed25519, zip215_accepts_small_order_a_and_r) {
  // With s = 0 and A, R of small order, 8·(R + k·A) = 0 = 8·s·B for every message.
  for (const auto a : kSmallOrder)
    for (const auto r : kSmallOrder) {
      Signature signature{};
      const auto encoded = bytes_of<32>(r);
      std::copy(encoded.begin(), encoded.end(), signature.begin());
      EXPECT_TRUE(ed25519_verify(bytes_of<32>(a), as_bytes("Zcash"), signature)) << a << " " << r;
    }
}

TEST(Ed25519, refuses_s_at_or_above_the_group_order) {
  const auto raw = bytes_of<32>(kRfc8032[0].seed);
  const Seed seed{raw};
  const PublicKey key = ed25519_public_key(seed);
  Signature signature = ed25519_sign(seed, {});
  const auto order = bytes_of<32>(kOrder);
  unsigned carry = 0;
  for (int i = 0; i < 32; ++i) {  // s + L: the same residue, not canonical
    carry += signature[32 + i] + order[i];
    signature[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  EXPECT_FALSE(ed25519_verify(key, {}, signature));
  Signature exactly{};
  const auto identity = bytes_of<32>(kSmallOrder[0]);
  std::copy(identity.begin(), identity.end(), exactly.begin());
  EXPECT_TRUE(ed25519_verify(identity, {}, exactly));
  std::copy(order.begin(), order.end(), exactly.begin() + 32);
  EXPECT_FALSE(ed25519_verify(identity, {}, exactly));
}

RC_GTEST_PROP(Ed25519, framed_signatures_bind_key_tag_and_id,
              (const std::array<std::uint8_t, 32>& raw, const std::array<std::uint8_t, 32>& id_bytes)) {
  const Seed seed{raw};
  const PublicKey key = ed25519_public_key(seed);
  Hash id{id_bytes};
  const Signature signature = sign_id(seed, "aether/tx", id);
  RC_ASSERT(verify_id(key, "aether/tx", id, signature));
  RC_ASSERT(!verify_id(key, "aether/ty", id, signature));
  id.bytes[*rc::gen::inRange(0, 32)] ^= 1;
  RC_ASSERT(!verify_id(key, "aether/tx", id, signature));
}

}  // namespace
}  // namespace aether::crypto
