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

// Whether the bytes, given inverted so as not to be found themselves, lie below the caller's frame.
[[gnu::noinline]] bool on_the_dead_stack(const std::array<std::uint8_t, 32>& inverted) {
  constexpr std::size_t kSize = 1 << 15;
  volatile std::uint8_t below[kSize];
  const volatile std::uint8_t* bytes = below;
  asm volatile("" : "=m"(below));  // whatever is there
  for (std::size_t at = 0; at + 32 <= kSize; ++at) {
    std::size_t same = 0;
    while (same < 32 && static_cast<std::uint8_t>(~bytes[at + same]) == inverted[same]) ++same;
    if (same == 32) return true;
  }
  return false;
}

[[gnu::noinline]] void leave_on_the_stack(const std::array<std::uint8_t, 32>& inverted) {
  [[maybe_unused]] volatile std::uint8_t frame[4096];
  for (std::size_t i = 0; i < 32; ++i) frame[1024 + i] = static_cast<std::uint8_t>(~inverted[i]);
}

TEST(Ed25519, no_copy_of_the_seed_stays_on_the_stack) {
  std::array<std::uint8_t, 32> inverted;
  for (std::size_t i = 0; i < 32; ++i) inverted[i] = static_cast<std::uint8_t>(7 * i + 3);
  Seed seed;
  for (std::size_t i = 0; i < 32; ++i) seed.mutable_view()[i] = static_cast<std::uint8_t>(~inverted[i]);
  leave_on_the_stack(inverted);
  EXPECT_TRUE(on_the_dead_stack(inverted));
  const auto key = ed25519_public_key(seed);
  EXPECT_FALSE(on_the_dead_stack(inverted));
  const auto signature = ed25519_sign(seed, key);
  EXPECT_FALSE(on_the_dead_stack(inverted));
  EXPECT_TRUE(ed25519_verify(key, key, signature));
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
