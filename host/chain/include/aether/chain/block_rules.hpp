// What a block must be to follow its parent, before it is executed.
#pragma once

#include "aether/ledger/apply.hpp"
#include "aether/storage/store.hpp"
#include "aether/types/genesis.hpp"

namespace aether::chain {

// Why a block is refused.
enum class BlockRule : std::uint8_t {
  version,
  chain_id,
  epoch,  // 0 on a chain without epochs
  slot,   // not the parent's + 1
  parent_hash,
  parent_state_root,
  parent_receipts_root,
  parent_gas_used,
  transactions_root,
  time,    // not above the parent's
  sealer,  // not the one genesis names
  seal,    // the signature does not hold
  transaction_signature,
  transaction,  // one that may not stand in it
  limits,       // bytes, gas or count
};
[[nodiscard]] std::string_view to_string(BlockRule rule);

// The header of a block of a dev chain after `parent`, but for its transactions, time and signature.
[[nodiscard]] HeaderBody header_after(const storage::BlockRecord& parent, const Genesis& genesis);
[[nodiscard]] Result<void, BlockRule> check_header(const storage::BlockRecord& parent, const Block& block,
                                                   const Genesis& genesis);
// Each transaction's signature.
[[nodiscard]] Result<std::vector<VerifiedTransaction>, BlockRule> check_signatures(const Block& block, TaskPool& pool);
// Of a block that the ledger refuses.
[[nodiscard]] BlockRule rule_of(const ledger::BlockError& error);
// Who the ledger credits on a dev chain.
[[nodiscard]] Address proposer_of(const Genesis& genesis);

}  // namespace aether::chain
