// ed25519 by the ZIP-215 rule (https://zips.z.cash/zip-0215): cofactored equation, small-order and non-canonical A and
// R accepted as ZIP-215 lists them, S < L required.
//
// What the chain signs is never a raw message: sign_id and verify_id sign ULEB128(len tag) ‖ tag ‖ id, where id is the
// object's 32-byte tagged hash (protocol section 2).
#pragma once

#include <array>
#include <string_view>

#include "aether/base/bytes.hpp"
#include "aether/base/secret.hpp"

namespace aether::crypto {

using PublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;
using Seed = Secret<32>;

[[nodiscard]] PublicKey ed25519_public_key(const Seed& seed);
[[nodiscard]] Signature ed25519_sign(const Seed& seed, ByteView message);
[[nodiscard]] bool ed25519_verify(const PublicKey& key, ByteView message, const Signature& signature);

void append_signing_frame(Bytes& to, std::string_view tag, const Hash& id);
[[nodiscard]] Bytes signing_frame(std::string_view tag, const Hash& id);
[[nodiscard]] Signature sign_id(const Seed& seed, std::string_view tag, const Hash& id);
[[nodiscard]] bool verify_id(const PublicKey& key, std::string_view tag, const Hash& id, const Signature& signature);

}  // namespace aether::crypto
