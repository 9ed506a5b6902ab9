// Why a signed transaction cannot enter a block, judged from outside by the ledger's own rules.
#pragma once

#include "aether/client/rpc.hpp"
#include "aether/ledger/admission.hpp"

namespace aether::client {

inline constexpr std::uint32_t kBlocksLookedAtMax = 256;          // for who used a nonce, from valid_until or the
inline constexpr std::uint32_t kTransactionsLookedAtMax = 1'024;  // newest block backwards

struct Obstacle {
  ledger::Reject reject = ledger::Reject::expired;
  // Where the nonce is used and it was found: by which transaction of the sender, in which block.
  std::optional<Hash> used_by;
  std::optional<Slot> used_in;
};
// A sentence for people.
[[nodiscard]] std::string to_text(const Obstacle& obstacle, const TransactionBody& body);

// What stands in the way of a transaction that is in no block, by the newest final state; none: nothing, a block may
// take it. One that has expired is judged as if it had not: by what the state holds against it now.
[[nodiscard]] Outcome<std::optional<Obstacle>> find_obstacle(const Rpc& rpc, const Transaction& transaction);

}  // namespace aether::client
