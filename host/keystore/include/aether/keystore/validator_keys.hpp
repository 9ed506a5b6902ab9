// The keys of a validator that live as long as it does, from the entropy of its 24 words. With the words' BIP-39 seed
// without passphrase, and SLIP-0010 for ed25519 below the account's path (account.hpp):
//
//   node  m/44'/1095062600'/0'/1'   ed25519
//   BLS   m/44'/1095062600'/0'/2'   KeyGen (crypto::bls_key_gen) of the key there
//   VRF   m/44'/1095062600'/0'/3'   seed
//
// The KES key is not among them: what evolved must not come back from words.
#pragma once

#include "aether/crypto/bls.hpp"
#include "aether/crypto/ed25519.hpp"
#include "aether/keystore/slip10.hpp"

namespace aether::keystore {

enum class ValidatorRole : std::uint8_t { node = 1, bls = 2, vrf = 3 };
[[nodiscard]] HardenedPath validator_path(ValidatorRole role);

struct ValidatorKeys {
  crypto::Seed node;
  crypto::BlsSecretKey bls;
  crypto::Seed vrf;
};
[[nodiscard]] ValidatorKeys validator_keys(const Secret<32>& entropy);

}  // namespace aether::keystore
