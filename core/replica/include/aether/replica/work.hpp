// The heavy work of a replica, as free functions: whoever carries out its effects calls them, in any thread. What they
// are given is never changed, so any number may run at once.
#pragma once

#include "aether/consensus/events.hpp"
#include "aether/exec/execute.hpp"

namespace aether::replica {

using StatePointer = std::shared_ptr<const ledger::StateView>;
using BlockPointer = std::shared_ptr<const Block>;
using TransactionsPointer = std::shared_ptr<const std::vector<VerifiedTransaction>>;

// The state and its tree after a block.
struct PostState {
  StatePointer state;
  smt::Tree tree;
};

// What is fixed for all blocks of a chain. What it names outlives its user.
struct Rules {
  ChainId chain_id;
  const ChainParams& params;
  ledger::Programs programs;
};

// Who runs the work.
struct Workers {
  TaskPool& pool;
  CpuFeatures cpu;
};

// Whether a block may follow its parent, by what it holds. The header was judged by consensus.
struct Judgement {
  Hash hash;
  BlockPointer block;
  StatePointer parent;
  std::shared_ptr<const ValidatorSet> validators;  // of the block's slot
  bool empty = false;                              // a block with transactions is invalid
  // Of each transaction, where this node verified its very bytes before.
  std::vector<std::optional<VerifiedTransaction>> known;
};
// The transactions where it is valid; null where it is not.
[[nodiscard]] TransactionsPointer judge(const Rules& rules, Judgement judgement, const Workers& workers);

struct Execution {
  Hash hash;
  BlockPointer block;
  TransactionsPointer transactions;
  PostState parent;
  std::shared_ptr<const ValidatorSet> validators;  // of the block's slot
};
struct Executed {
  std::shared_ptr<const exec::Executed> result;
  StatePointer state;  // after the block, over the parent's
  consensus::Outcome outcome;
};
// The block was judged valid.
[[nodiscard]] Executed execute(const Rules& rules, const Execution& execution, const Workers& workers);

// The state after a block that is not final: its changes over the state after its parent.
[[nodiscard]] StatePointer branch_state(StatePointer parent, std::shared_ptr<const exec::Executed> result);

}  // namespace aether::replica
