// The heavy work of a replica, as free functions: whoever carries out its effects calls them, in any thread. What they
// are given is never changed, so any number may run at once.
#pragma once

#include "aether/consensus/events.hpp"
#include "aether/exec/execute.hpp"
#include "aether/ledger/block_evidence.hpp"
#include "aether/light/light_client.hpp"

namespace aether::replica {

using StatePointer = std::shared_ptr<const ledger::StateView>;
using BlockPointer = std::shared_ptr<const Block>;

// What was verified of a block that may follow its parent.
struct Accepted {
  std::vector<VerifiedTransaction> transactions;
  ledger::SealedInput sealed;
};
using AcceptedPointer = std::shared_ptr<const Accepted>;

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

// Who runs the work; the verifiers of one caller at a time.
struct Workers {
  TaskPool& pool;
  CpuFeatures cpu;
  ledger::EpochVerifiers& verifiers;
};

// Whether a block may follow its parent, by what it holds. The header was judged by consensus.
struct Judgement {
  Hash hash;
  BlockPointer block;
  StatePointer parent;
  bool empty = false;  // a block with transactions is invalid
  // Of each transaction, where this node verified its very bytes before.
  std::vector<std::optional<VerifiedTransaction>> known;
  bool came_whole = false;  // not from shreds: whether it is cut into those that its header names is judged too
};
// Null where it is invalid. That does not depend on the way on which the block came: to some it may come by shreds that
// are no encoding, to others whole.
[[nodiscard]] AcceptedPointer judge(const Rules& rules, Judgement judgement, const Workers& workers);

struct Execution {
  Hash hash;
  BlockPointer block;
  AcceptedPointer accepted;
  PostState parent;
};
struct Executed {
  std::shared_ptr<const exec::Executed> result;
  StatePointer state;  // after the block, over the parent's
  consensus::Outcome outcome;
};
// The block was judged valid.
[[nodiscard]] Executed execute(const Rules& rules, const Execution& execution, const Workers& workers);

// What consensus has to know of epochs to go on after a block of this slot: that of the epoch before it, its own, and
// the next where that is settled. `state` is that after the block.
[[nodiscard]] std::vector<consensus::Epoch> epochs_after(const Rules& rules, const ledger::StateView& state, Slot slot);

// What others may begin to trust the chain by: a final block, the state after it, and its time.
[[nodiscard]] light::Checkpoint checkpoint_at(const Rules& rules, const ledger::StateView& state, const Hash& block,
                                              Slot slot, std::uint64_t time_ms);

// The state after a block that is not final: its changes over the state after its parent.
[[nodiscard]] StatePointer branch_state(StatePointer parent, std::shared_ptr<const exec::Executed> result);

}  // namespace aether::replica
