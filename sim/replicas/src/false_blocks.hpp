// Blocks that a faulty validator makes of its own: what is wrong with each, and the shreds they are cut into.
#pragma once

#include "aether/consensus/authenticator.hpp"
#include "aether/replica/wire.hpp"
#include "aether/replica/work.hpp"
#include "aether/replicas/misdeeds.hpp"
#include "aether/world/random.hpp"

namespace aether::sim {

struct FalseBlock {
  replica::BlockPointer block;
  std::vector<Shred> shreds;  // in the order of the leaves
};

// Who makes it: an account with funds, and what a validator signs with.
struct Forger {
  consensus::Signer& signer;
  const Validator& me;
  const crypto::Seed& account;
  std::uint64_t& nonce;
  Gas gas_max;                                  // of a block
  std::optional<Header> victim = std::nullopt;  // another's header
};

[[nodiscard]] Transaction forged_transaction(Forger& forger);

// `block`, an own valid one, made to be what the misdeed is: another valid one for two_blocks and what hides or
// withholds it. None where nothing can be made of it.
[[nodiscard]] std::optional<FalseBlock> make_false(Misdeed misdeed, const Block& block, Forger& forger, Random& random);

}  // namespace aether::sim
