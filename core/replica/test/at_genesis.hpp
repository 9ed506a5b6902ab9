// A chain of one validator, at genesis.
#pragma once

#include <gtest/gtest.h>

#include "aether/consensus/authenticator.hpp"
#include "aether/crypto/bls.hpp"
#include "aether/crypto/ed25519.hpp"
#include "aether/programs/programs.hpp"
#include "aether/replica/work.hpp"

namespace aether::replica {

inline constexpr ChainId kChain{7};

inline crypto::Seed seed(std::uint8_t number) { return crypto::Seed(std::array<std::uint8_t, 32>{number}); }

struct MapState final : ledger::StateView {
  explicit MapState(const ledger::Diff& diff) {
    for (const auto& [id, value] : diff)
      if (value) objects.emplace(id, *value);
  }
  std::optional<Bytes> get(const ObjectId& id) const override {
    const auto found = objects.find(id);
    return found == objects.end() ? std::nullopt : std::optional(found->second);
  }
  std::map<ObjectId, Bytes> objects;
};

class AtGenesis : public ::testing::Test {
 protected:
  AtGenesis() {
    const Address me = address_of(crypto::ed25519_public_key(secrets.node));
    genesis.chain_id = kChain;
    genesis.accounts.insert({address_of(crypto::ed25519_public_key(seed(9))), {1'000'000'000, 0}});
    BftGenesis validators;
    validators.validators.insert({make_registration(kChain, me, secrets), 1'000});
    genesis.sealer = validators;
    EXPECT_TRUE(ledger::check_genesis(genesis).has_value());
    const exec::Executed executed = exec::execute_genesis(genesis, pool, {});
    post = {std::make_shared<const MapState>(executed.diff), executed.tree.tree};
  }

  SerialPool pool;
  ValidatorSecrets secrets{seed(1), crypto::bls_key_gen(seed(2)), seed(3), crypto::KesSecretKey(seed(4))};
  VoteMessages messages;
  std::unique_ptr<consensus::Signer> signer =
      consensus::key_signer(address_of(crypto::ed25519_public_key(secrets.node)), secrets, messages);
  Genesis genesis;
  Rules rules{kChain, genesis.params, programs::plain_programs()};
  ledger::EpochVerifiers verifiers{kChain};
  Workers workers{pool, {}, verifiers};
  PostState post;
};

}  // namespace aether::replica
