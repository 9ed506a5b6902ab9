// The state transition of a block, serial: free functions, parent state in, Diff and receipts out.
//
//   1  each transaction valid against the parent (preflight, preclaim), nonces unique, Σ max_fee ≤ SWR   else BlockError
//   2  all max fees debited, all nonces marked
//   3  in order: outputs debited from the sender, the call executed; a failure undoes all of the transaction but its fee
//   4  sums applied: outputs, credits, refunds (max_fee − fee), burns, the proposer's and the treasury's share
//   5  the conservation checker: issued − burned = accounts + treasury + held by programs (over the changed objects)
#pragma once

#include <vector>

#include "aether/ledger/admission.hpp"
#include "aether/ledger/program.hpp"
#include "aether/types/genesis.hpp"

namespace aether::ledger {

struct BlockError {
  enum class Kind : std::uint8_t { transaction, bytes, gas, count };
  Kind kind = Kind::transaction;      // a limit of the block, or one transaction
  std::size_t index = 0;              // of the transaction that breaks it
  Reject reject = Reject::too_large;  // when kind is transaction
};

struct BlockInput {
  BlockFacts facts;
  Address proposer;  // receives its share of the priority fees
  std::span<const VerifiedTransaction> transactions;
};

struct BlockOutput {
  Diff diff;
  std::vector<Receipt> receipts;  // one per transaction, in order
  Gas gas_used;
};

[[nodiscard]] Result<BlockOutput, BlockError> apply_block(const StateView& parent, Programs programs,
                                                          const BlockInput& block);

// What one transaction would do on top of `parent`: its receipt, the sets it needs, and what it changes. Nonce,
// signature and declared sets are not judged; funds and gas are.
struct Simulation {
  Receipt receipt;
  AccessSet reads;
  AccessSet writes;
};
[[nodiscard]] Simulation simulate(const StateView& parent, Programs programs, const BlockFacts& facts,
                                  const VerifiedTransaction& tx);

// The state of block 0: accounts, supply, treasury.
[[nodiscard]] Diff genesis_state(const Genesis& genesis);

}  // namespace aether::ledger
