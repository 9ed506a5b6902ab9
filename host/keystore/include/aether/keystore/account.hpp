// The accounts of a mnemonic: account i has the ed25519 key at m/44'/1095062600'/i' (SLIP-0010) of the BIP-39 seed
// without passphrase. The coin is "AETH" read as a big-endian number; it is not registered in SLIP-0044.
#pragma once

#include "aether/crypto/ed25519.hpp"
#include "aether/keystore/slip10.hpp"

namespace aether::keystore {

inline constexpr std::uint32_t kCoin = 0x41455448;

// `account` is at most kSlip10IndexMax.
[[nodiscard]] HardenedPath account_path(std::uint32_t account);

// The account's key from the mnemonic's entropy, of 16, 20, 24, 28 or 32 bytes.
[[nodiscard]] crypto::Seed account_key(ByteView entropy, std::uint32_t account);

}  // namespace aether::keystore
