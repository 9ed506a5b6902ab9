#include "aether/keystore/account.hpp"

#include "aether/keystore/mnemonic.hpp"
#include "aether/keystore/validator_keys.hpp"

namespace aether::keystore {
namespace {

Secret<64> seed_of_words(ByteView entropy) {
  const auto words = mnemonic_from_entropy(entropy);
  AETHER_ASSERT(words);
  auto seed = mnemonic_to_seed(words->text(), "");
  AETHER_ASSERT(seed);
  return std::move(*seed);
}

Secret<32> key_at(const Secret<64>& seed, const HardenedPath& path) {
  auto derived = slip10_derive(seed.view(), path);
  AETHER_ASSERT(derived);
  return std::move(derived->key);
}

}  // namespace

HardenedPath account_path(std::uint32_t account) { return {44, kCoin, account}; }

HardenedPath validator_path(ValidatorRole role) { return {44, kCoin, 0, static_cast<std::uint32_t>(role)}; }

crypto::Seed account_key(ByteView entropy, std::uint32_t account) {
  return key_at(seed_of_words(entropy), account_path(account));
}

ValidatorKeys validator_keys(const Secret<32>& entropy) {
  const Secret<64> seed = seed_of_words(entropy.view());
  const auto key = [&](ValidatorRole role) { return key_at(seed, validator_path(role)); };
  return {.node = key(ValidatorRole::node),
          .bls = crypto::bls_key_gen(key(ValidatorRole::bls)),
          .vrf = key(ValidatorRole::vrf)};
}

}  // namespace aether::keystore
