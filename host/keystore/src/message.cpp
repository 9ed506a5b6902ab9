#include "aether/keystore/message.hpp"

#include "aether/crypto/sha256.hpp"

namespace aether::keystore {

MessageSignature sign_message(const crypto::Seed& seed, ByteView message) {
  return {crypto::ed25519_public_key(seed),
          crypto::sign_id(seed, kMessageTag, crypto::tagged_hash(kMessageTag, message))};
}

bool verify_message(const MessageSignature& signature, ByteView message) {
  return crypto::verify_id(std::get<crypto::PublicKey>(signature.signer), kMessageTag,
                           crypto::tagged_hash(kMessageTag, message), signature.signature);
}

}  // namespace aether::keystore
