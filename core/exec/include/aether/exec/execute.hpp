// A block on top of its parent: the state transition, by transactions in parallel, and the state tree in one step. Its
// result is ledger::apply_block's bit for bit, for every pool.
#pragma once

#include "aether/ledger/apply.hpp"
#include "aether/ledger/object_filter.hpp"
#include "aether/smt/tree.hpp"

namespace aether::exec {

// An update of the state tree, with the objects that made it.
struct StateUpdate : smt::Update {
  std::vector<const ledger::Diff::value_type*> objects;  // that of changed[i], in the diff
};

struct Executed {
  ledger::Diff diff;
  std::vector<Receipt> receipts;
  Hash receipts_root;
  Gas gas_used;
  StateUpdate tree;              // of `diff`
  ledger::ObjectFilter changed;  // of `diff`
};

// ledger::apply_block with the workers of the pool.
[[nodiscard]] Result<ledger::BlockOutput, ledger::BlockError> apply_block(const ledger::StateView& parent,
                                                                          ledger::Programs programs,
                                                                          const ledger::BlockInput& block,
                                                                          TaskPool& pool);

// `parent` and `tree` are the state and its tree after the parent; neither is changed.
[[nodiscard]] Result<Executed, ledger::BlockError> execute_block(const ledger::StateView& parent, const smt::Tree& tree,
                                                                 ledger::Programs programs,
                                                                 const ledger::BlockInput& block, TaskPool& pool,
                                                                 const CpuFeatures& cpu);

// Block 0, on top of nothing. `genesis` passed ledger::check_genesis.
[[nodiscard]] Executed execute_genesis(const Genesis& genesis, TaskPool& pool, const CpuFeatures& cpu);

// The tree after the objects in `diff` changed, which must outlive what points into it.
[[nodiscard]] StateUpdate update_tree(const smt::Tree& tree, const ledger::Diff& diff, TaskPool& pool,
                                      const CpuFeatures& cpu);

// Of the candidates, in their order: those that form a valid block together, and those that none may hold now. The rest
// found no room and may wait.
struct Selection {
  struct Refused {
    std::size_t index = 0;
    ledger::Reject reject{};
  };
  std::vector<std::size_t> accepted;
  std::vector<Refused> refused;
};
[[nodiscard]] Selection select_transactions(const ledger::StateView& parent, ledger::Programs programs,
                                            const ledger::BlockFacts& facts,
                                            std::span<const VerifiedTransaction> candidates);

}  // namespace aether::exec
