// A chain: genesis, blocks, state, tree, on one database. One writer at a time (calls take turns), any number of
// readers.
#pragma once

#include <memory>
#include <mutex>

#include "aether/base/task_pool.hpp"
#include "aether/chain/block_rules.hpp"
#include "aether/env/event_count.hpp"
#include "aether/exec/execute.hpp"
#include "aether/programs/programs.hpp"
#include "aether/storage/store.hpp"
#include "aether/telemetry/histogram.hpp"
#include "aether/wasm/wasm_vm.hpp"

namespace aether::chain {

class RecentAccounts;
class Restore;

// What this process committed; read from any thread.
struct Counts {
  std::atomic<std::uint64_t> blocks = 0;
  std::atomic<std::uint64_t> transactions = 0;
  telemetry::DurationHistogram commits;  // of one block or more, until they are durable
};

struct Options {
  env::Path directory;
  bool ephemeral = false;
  Genesis genesis;
};

// What is waiting to be sealed, and what became of it.
struct Sealed {
  storage::BlockRecord record;
  exec::Selection selection;  // indices of the candidates
};

// A block that validators made final, which was executed after its parent.
struct FinalBlock {
  Hash hash;
  const Block& block;
  std::span<const VerifiedTransaction> transactions;
  const exec::Executed& executed;
};

// An object with its proof under the state root after `record`.
struct Proven {
  storage::BlockRecord record;
  std::optional<Bytes> value;
  smt::Proof proof;
};

class Chain {
 public:
  // Opens or makes the chain, of either kind. `pool` verifies signatures and works on the tree; it must outlive the
  // chain.
  [[nodiscard]] static storage::Outcome<std::unique_ptr<Chain>> open(const Options& options, TaskPool& pool);
  ~Chain();

  [[nodiscard]] const Genesis& genesis() const { return genesis_; }
  [[nodiscard]] const Hash& hash_of_genesis() const { return genesis_hash_; }
  // What its transactions may call.
  [[nodiscard]] ledger::Programs programs() const { return programs_.all(); }
  [[nodiscard]] std::shared_ptr<const storage::Snapshot> snapshot() const { return store_->snapshot(); }
  // Counts the commits, and what else who runs the chain counts there: that its snapshot, or what is not final, is
  // another.
  [[nodiscard]] env::EventCount& changes() const { return changes_; }
  [[nodiscard]] const Counts& counts() const { return counts_; }

  // Of a development chain: verifies the block that follows the tip, executes and commits it; or says in `refused`
  // which rule it breaks.
  [[nodiscard]] storage::Outcome<void> apply(const Block& block, std::optional<BlockRule>& refused);

  // Seals and commits the next block from those candidates, in their order, that may stand in it and fit.
  // The time is `time_ms`, or the parent's + 1 where that is later. `seed` is the sealer's that genesis names.
  [[nodiscard]] storage::Outcome<Sealed> seal_next(std::span<const VerifiedTransaction> candidates,
                                                   std::uint64_t time_ms, const crypto::Seed& seed);

  // Commits blocks of a chain of validators that follow the tip, all or none; the certificate is of the last or, where
  // more of what it makes final is to follow, of a later one.
  [[nodiscard]] storage::Outcome<void> commit(std::span<const FinalBlock> blocks,
                                              const PrecommitCertificate& certificate);

  // Removes the oldest blocks, receipts included, in slots below `below`, which is at most the tip's.
  [[nodiscard]] storage::Outcome<void> prune(Slot below, const storage::PruneLimits& limits);

  // Goes on from the block that was restored beside; a crash leaves the one or the other chain. Snapshots taken before
  // stay as they are.
  [[nodiscard]] storage::Outcome<void> go_on_from(Restore restored);

  [[nodiscard]] static Proven prove(const storage::Snapshot& snapshot, const ObjectId& id);
  // The block after `snapshot`'s tip, for programs that ask what a transaction would do there.
  [[nodiscard]] ledger::BlockFacts next_facts(const storage::Snapshot& snapshot) const;

 private:
  friend class Restore;
  Chain(const Options& options, TaskPool& pool, std::shared_ptr<const env::FileLock> lock,
        std::unique_ptr<storage::Store> store);
  storage::Outcome<void> commit_genesis();
  Result<exec::Executed, ledger::BlockError> execute(const storage::Snapshot& tip,
                                                     std::span<const VerifiedTransaction> transactions) const;
  storage::Outcome<void> commit(std::span<const FinalBlock> blocks,
                                const std::optional<PrecommitCertificate>& certificate);

  // Machine code of exactly the code that the state holds, so that no block meets a module that has to be compiled
  // first: a call is not charged for that.
  void prepare_code(const storage::Snapshot& state) const;
  void drop_dead_code();

  Genesis genesis_;
  Hash genesis_hash_;
  env::Path directory_;                        // empty: in memory
  std::shared_ptr<const env::FileLock> lock_;  // of the directory
  wasm::WasmVm vm_;
  std::uint64_t code_bytes_max_ = 0;  // on disk, before dead code is looked for
  programs::ChainPrograms programs_{vm_};
  TaskPool& pool_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<RecentAccounts> recent_;  // changed under writer_ alone
  std::mutex writer_;
  mutable env::EventCount changes_;
  Counts counts_;
};

}  // namespace aether::chain
