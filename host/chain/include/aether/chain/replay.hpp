// Executes the blocks that a directory keeps once more, in memory, and compares what comes out with what it recorded.
#pragma once

#include "aether/chain/block_rules.hpp"

namespace aether::chain {

enum class Difference : std::uint8_t {
  missing,  // the block is not kept: the directory was restored from a snapshot
  genesis,  // block 0 has another hash
  refused,  // a rule refuses the block: ReplayError::rule
  hash,
  gas_used,
  receipts_root,
  state_root,
};
[[nodiscard]] std::string_view to_string(Difference difference);

struct ReplayError {
  Slot slot;  // the first that differs
  Difference difference{};
  std::optional<BlockRule> rule = {};
};

// From genesis up to `chain`'s tip. `progress` is told each block. Memory: the state, twice.
using BlockProgress = std::function<void(Slot done, Slot last)>;
[[nodiscard]] Result<void, ReplayError> replay(const storage::Snapshot& chain, const Genesis& genesis, TaskPool& pool,
                                               const BlockProgress& progress = {});

}  // namespace aether::chain
