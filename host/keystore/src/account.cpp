#include "aether/keystore/account.hpp"

#include "aether/keystore/mnemonic.hpp"

namespace aether::keystore {

HardenedPath account_path(std::uint32_t account) { return {44, kCoin, account}; }

crypto::Seed account_key(ByteView entropy, std::uint32_t account) {
  const auto words = mnemonic_from_entropy(entropy);
  AETHER_ASSERT(words);
  const auto seed = mnemonic_to_seed(words->text(), "");
  AETHER_ASSERT(seed);
  auto derived = slip10_derive(seed->view(), account_path(account));
  AETHER_ASSERT(derived);
  return std::move(derived->key);
}

}  // namespace aether::keystore
