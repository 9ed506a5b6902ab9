// Messages signed with an account's key, for readers outside the chain. What is signed is the frame of
// H("aether/message", message) under the same tag, so no message is a transaction, a receipt or anything else that a
// key of the chain signs.
//
// The signature carries its public key: an address is a hash of the key, and could not verify anything by itself.
#pragma once

#include "aether/types/address.hpp"

namespace aether::keystore {

inline constexpr std::string_view kMessageTag = "aether/message";

// BCS: scheme, public key, signature; 97 bytes.
struct MessageSignature {
  SenderKey signer;
  crypto::Signature signature{};

  bool operator==(const MessageSignature&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("signer", self.signer);
    visit("signature", self.signature);
  }
};

[[nodiscard]] MessageSignature sign_message(const crypto::Seed& seed, ByteView message);
// That `signature.signer` signed the message; who that should be is the caller's to compare.
[[nodiscard]] bool verify_message(const MessageSignature& signature, ByteView message);

}  // namespace aether::keystore
