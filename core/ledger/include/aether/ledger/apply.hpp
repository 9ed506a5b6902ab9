// The state transition of a block, serial: free functions, parent state in, Diff and receipts out. It is made of phases
// that another executor puts together in its own way, with the same result bit for bit; this one is its oracle.
//
//   1  admit    each transaction valid against the parent and beside those before it (block_admission.hpp), else
//               BlockError
//   2  escrow   all max fees debited, all nonces marked (settlement.hpp)
//   3  run      in order: inputs spent, outputs made, what they lack debited from the sender, the call executed; a
//               failure undoes all of the transaction but its fee (transaction_run.hpp)
//   4  settle   sums applied: outputs to accounts, what inputs hold beyond the outputs, credits, refunds (max_fee −
//               fee), burns, the proposer's and the treasury's share (settlement.hpp)
//              and on a chain of validators what the block does besides its transactions (consensus_rules.hpp)
//   5  check    value is neither made nor lost (conservation.hpp); asserted, since 3 and 4 guarantee it
#pragma once

#include <vector>

#include "aether/ledger/block_admission.hpp"
#include "aether/ledger/consensus_rules.hpp"
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
  const ConsensusInput* consensus = nullptr;  // null on a dev chain
};

struct BlockOutput {
  Diff diff;
  std::vector<Receipt> receipts;  // one per transaction, in order
  Gas gas_used;
};

[[nodiscard]] Result<BlockOutput, BlockError> apply_block(const StateView& parent, Programs programs,
                                                          const BlockInput& block);

// What one transaction would do on top of `parent`: its receipt, the sets it needs, and the multiplier that it would
// pay in the block after `parent` with the sets it declares and needs. Nonce, signature
// and declared sets are not judged; funds and gas are. The body passed check_form (asserted).
struct Simulation {
  Receipt receipt;
  AccessSet reads;
  AccessSet writes;
  Bytes output;  // of a contract's call
  Multiplier multiplier = kMultiplierAtRest;
  Amount deposit = 0;  // SWR that the sender would leave, besides the fee
};
[[nodiscard]] Simulation simulate(const StateView& parent, Programs programs, const BlockFacts& facts,
                                  const VerifiedTransaction& tx);

enum class GenesisError : std::uint8_t {
  version,             // not 1
  params,              // validate(ChainParams) refuses the parameters
  amount_above_bound,  // the sum of an asset's balances and bonds is above 2^100
  epoch_too_short,     // for a chain of validators: an epoch of less than 3 slots has no last third
  no_validators,
  zero_bond,
  registration,  // one whose proofs do not hold on this chain: verify_registration says why
  repeated_validator,
};
[[nodiscard]] std::string_view to_string(GenesisError error);
[[nodiscard]] Result<void, GenesisError> check_genesis(const Genesis& genesis);

// The state of block 0: accounts, supply, and on a chain of validators their stakes, the sets of epochs 0 and 1, and η.
// `genesis` passed check_genesis.
[[nodiscard]] Diff genesis_state(const Genesis& genesis);

}  // namespace aether::ledger
