// The state transition of a block, serial: free functions, parent state in, Diff and receipts out.
//
//   1  each transaction valid against the parent (preflight, preclaim), nonces unique, Σ max_fee ≤ SWR   else
//   BlockError 2  all max fees debited, all nonces marked 3  in order: inputs spent, outputs made, what they lack
//   debited from the sender, the call executed; a failure undoes
//      all of the transaction but its fee
//   4  sums applied: outputs to accounts, what inputs hold beyond the outputs, credits, refunds (max_fee − fee), burns,
//   the proposer's and the treasury's share 5  the conservation checker (conservation.hpp): value is neither made nor
//   lost; asserted, since 3 and 4 guarantee it
//
// Deferred sums are exact: credits of a failed transaction do not enter them, and each is added once, in 128 bits that
// cannot overflow because all value comes from a checked genesis.
#pragma once

#include <vector>

#include "aether/ledger/block_admission.hpp"
#include "aether/types/genesis.hpp"

namespace aether::ledger {

struct BlockError {
  using Kind = Limit;
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

// What one transaction would do on top of `parent`: its receipt and the sets it needs. Nonce, signature
// and declared sets are not judged; funds and gas are. The body passed check_form (asserted).
struct Simulation {
  Receipt receipt;
  AccessSet reads;
  AccessSet writes;
};
[[nodiscard]] Simulation simulate(const StateView& parent, Programs programs, const BlockFacts& facts,
                                  const VerifiedTransaction& tx);

enum class GenesisError : std::uint8_t {
  version,             // not 1
  params,              // validate(ChainParams) refuses the parameters
  amount_above_bound,  // the sum of an asset's balances is above 2^100
};
[[nodiscard]] std::string_view to_string(GenesisError error);
[[nodiscard]] Result<void, GenesisError> check_genesis(const Genesis& genesis);

// The state of block 0: accounts, supply. `genesis` passed check_genesis.
[[nodiscard]] Diff genesis_state(const Genesis& genesis);

}  // namespace aether::ledger
