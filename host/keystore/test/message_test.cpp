#include "aether/keystore/message.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "aether/crypto/sha256.hpp"
#include "aether/types/transaction.hpp"

namespace aether::keystore {
namespace {

crypto::Seed seed_with(std::uint8_t first) { return crypto::Seed{std::array<std::uint8_t, 32>{first}}; }

RC_GTEST_PROP(Message, holds_for_its_bytes_alone, (const Bytes& message, std::uint8_t first)) {
  const auto signature = sign_message(seed_with(first), message);
  RC_ASSERT(verify_message(signature, message));
  Bytes longer = message;
  longer.push_back(0);
  RC_ASSERT(!verify_message(signature, longer));
  if (!message.empty()) {
    Bytes changed = message;
    changed[*rc::gen::inRange<std::size_t>(0, changed.size())] ^= *rc::gen::inRange<std::uint8_t>(1, 255);
    RC_ASSERT(!verify_message(signature, changed));
  }
  auto other = signature;
  other.signer = crypto::ed25519_public_key(seed_with(static_cast<std::uint8_t>(first + 1)));
  RC_ASSERT(!verify_message(other, message));
  RC_ASSERT(*codec::decode<MessageSignature>(codec::encode(signature)) == signature);
  RC_ASSERT(codec::encode(signature).size() == 97u);
}

TEST(Message, is_never_a_transaction) {
  const auto seed = seed_with(1);
  const auto key = crypto::ed25519_public_key(seed);
  const Bytes transaction(100, 7);
  const auto signature = sign_message(seed, transaction).signature;
  EXPECT_FALSE(crypto::ed25519_verify(key, transaction, signature));
  EXPECT_FALSE(crypto::verify_id(key, kTransactionTag, crypto::tagged_hash(kTransactionTag, transaction), signature));
  EXPECT_FALSE(crypto::verify_id(key, kTransactionTag, crypto::tagged_hash(kMessageTag, transaction), signature));
}

}  // namespace
}  // namespace aether::keystore
