// A chain of a few users, on disk or in memory, and blocks of transfers.
#pragma once

#include <gtest/gtest.h>

#include "aether/chain/chain.hpp"
#include "aether/chain/directory.hpp"

namespace aether::chain {

inline SerialPool& serial() {
  static SerialPool pool;
  return pool;
}

inline crypto::Seed user_seed(std::uint64_t n) { return crypto::Seed(value_hash(codec::encode(n)).bytes); }
inline Address user(std::uint64_t n) { return address_of(crypto::ed25519_public_key(user_seed(n))); }
inline crypto::Seed sealer_seed() { return user_seed(1'000); }

inline Genesis some_genesis(std::uint64_t users = 4) {
  Genesis genesis;
  genesis.chain_id = ChainId{5};
  genesis.sealer = DevSealer{crypto::ed25519_public_key(sealer_seed())};
  for (std::uint64_t n = 0; n < users; ++n) genesis.accounts.insert({user(n), {1'000 * kAmountUnit, 10 * kAmountUnit}});
  return genesis;
}

// In `directory`, as `aetherd dev --data` and `aetherctl ledger init` make it.
inline std::unique_ptr<Chain> open_in(const env::Path& directory, const Genesis& genesis = some_genesis()) {
  EXPECT_TRUE(genesis_of_directory(directory, genesis, true));
  auto chain = Chain::open({.directory = directory, .ephemeral = false, .genesis = genesis}, serial());
  EXPECT_TRUE(chain) << chain.error().message;
  return chain ? std::move(*chain) : nullptr;
}
inline std::unique_ptr<Chain> open_in_memory(const Genesis& genesis = some_genesis()) {
  auto chain = Chain::open({.directory = {}, .ephemeral = true, .genesis = genesis}, serial());
  EXPECT_TRUE(chain);
  return std::move(*chain);
}

inline VerifiedTransaction transfer(std::uint64_t from, const Address& to, std::uint64_t nonce,
                                    OutputKind kind = OutputKind::account) {
  const crypto::Seed seed = user_seed(from);
  TransactionBody body;
  body.chain_id = ChainId{5};
  body.valid_until = Slot{200};
  body.nonce = nonce;
  body.sender = crypto::ed25519_public_key(seed);
  body.outputs.push_back({to, Asset::swr, 7, kind, std::nullopt});
  body.gas_limit = Gas{100'000};
  body.max_fee = kAmountUnit;
  return *verify(sign(std::move(body), seed));
}

// Blocks with new accounts and UTxOs.
inline void seal_some(Chain& chain, std::uint64_t blocks) {
  for (std::uint64_t i = 0; i < blocks; ++i) {
    const std::uint64_t slot = chain.snapshot()->tip()->slot.raw() + 1;
    const std::vector<VerifiedTransaction> candidates{transfer(0, user(100 + slot), slot),
                                                      transfer(1, user(2), slot, OutputKind::utxo)};
    const auto sealed = chain.seal_next(candidates, 10 * slot, sealer_seed());
    ASSERT_TRUE(sealed);
    ASSERT_EQ(sealed->selection.accepted.size(), 2u);
  }
}

inline std::size_t utxos_of(const Chain& chain) {
  std::size_t out = 0;
  chain.snapshot()->scan(Domain::utxo, {}, [&](const Hash&, ByteView) { return ++out > 0; });
  return out;
}

}  // namespace aether::chain
