// What a development chain has outside its directory: the sealer's key, and the published keys as key files.
#pragma once

#include "aether/config/genesis.hpp"
#include "aether/keystore/keystore.hpp"

namespace aether::devchain {

// What is wrong and what to do about it.
template <class T>
using HomeOutcome = Result<T, std::string>;

// The seed that seals the chain: of the key file, or the published one when none is named. An error when genesis names
// another sealer.
[[nodiscard]] HomeOutcome<crypto::Seed> sealer_seed(const Genesis& genesis, const env::Path& key_file,
                                                    const env::Path& password_file);

// Writes each of config::kDevKeys as NAME.key and their password as dev-password; those that are there already stay.
[[nodiscard]] HomeOutcome<std::vector<keystore::KeyInfo>> write_dev_keys(const env::Path& directory);

}  // namespace aether::devchain
