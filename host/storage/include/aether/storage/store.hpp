// The database of one chain, and its state tree.
//
// Invariants. (1) commit() is one atomic batch, synced before it returns: state, tree, blocks, receipts, tip,
// certificate. (2) Blocks follow each other without gap: a commit's slot is the tip's + 1, or 0 first. (3) Every read
// belongs to one Snapshot. (4) The tree's root is the tip's state root, after opening too, when the tree is made from
// the state.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "aether/env/file.hpp"
#include "aether/ledger/state_view.hpp"
#include "aether/smt/tree.hpp"
#include "aether/storage/kv.hpp"
#include "aether/types/block.hpp"
#include "aether/types/certificate.hpp"

namespace aether::storage {

// What a block left behind: facts of its post-state. The header is absent for block 0.
struct BlockRecord {
  Slot slot;
  Hash hash;
  std::uint64_t time_ms = 0;
  Hash state_root;
  Hash receipts_root;
  Gas gas_used;
  std::optional<Header> header;

  bool operator==(const BlockRecord&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("slot", self.slot);
    visit("hash", self.hash);
    visit("time_ms", self.time_ms);
    visit("state_root", self.state_root);
    visit("receipts_root", self.receipts_root);
    visit("gas_used", self.gas_used);
    visit("header", self.header);
  }
};

struct TransactionPlace {
  Slot slot;
  std::uint32_t index = 0;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("slot", self.slot);
    visit("index", self.index);
  }
};

// Everything that one block changes. Views must outlive the call of commit().
struct BlockCommit {
  BlockRecord record;
  const Block* block = nullptr;  // null for block 0
  std::span<const Hash> transaction_ids;
  std::span<const Receipt> receipts;
  const smt::Update* tree = nullptr;                         // from the tree before it; null = unchanged
  std::span<const ledger::Diff::value_type* const> objects;  // that of each of tree->changed
};

// The domains whose objects can be listed: an index costs each object that is made or erased a record.
inline constexpr std::array kListedDomains{Domain::model, Domain::job, Domain::utxo, Domain::code, Domain::contract};

// Trees of the newest slots that are in memory: at most so many, and besides the newest only those before which at most
// so many changes came, since a change costs an older tree up to 1.4 KB. Of older slots, up to that bound, trees are
// made from the log.
inline constexpr std::size_t kTreesInMemory = 16;
inline constexpr std::size_t kTreeChangesInMemory = 160'000;
inline constexpr std::uint64_t kTreeVersionsMax = 256;

struct TreeVersion {
  Slot slot;
  smt::Tree tree;
  std::size_t changes = 0;  // from the version before
};

// One moment of the chain; safe from any thread, and keeps old data alive while it lives.
class Snapshot : public ledger::StateView {
 public:
  // The newest block; none before block 0 is committed.
  [[nodiscard]] virtual const std::optional<BlockRecord>& tip() const = 0;
  // C2 of the tip or, where what became final at once was committed in parts, or a node restored a snapshot, of a later
  // block. None on a development chain, at genesis and after a snapshot's file was restored.
  [[nodiscard]] virtual std::optional<PrecommitCertificate> certificate() const = 0;
  // The state tree after it.
  [[nodiscard]] virtual const smt::Tree& tree() const = 0;
  // The state tree after an older slot; none when more than kTreeVersionsMax slots back. Beyond kTreesInMemory, or
  // after a restart, it is made from the log: time O(changes since).
  [[nodiscard]] virtual std::optional<smt::Tree> tree(Slot slot) const = 0;
  // Blocks, receipts and records of slots below are absent, and what they held from the indexes: they were pruned, or
  // came before a snapshot that was restored.
  [[nodiscard]] virtual Slot kept_from() const = 0;
  [[nodiscard]] virtual std::optional<BlockRecord> record(Slot slot) const = 0;
  [[nodiscard]] virtual std::optional<Slot> slot_of_block(const Hash& hash) const = 0;
  [[nodiscard]] virtual std::optional<Block> block(Slot slot) const = 0;
  [[nodiscard]] virtual std::optional<std::vector<Receipt>> receipts(Slot slot) const = 0;
  [[nodiscard]] virtual std::optional<TransactionPlace> transaction(const Hash& id) const = 0;
  // Gives `visit` the objects of one of kListedDomains in the order of their keys, from the first or from that behind
  // `after`, until it returns false or none is left.
  using Visit = std::function<bool(const Hash& key, ByteView value)>;
  virtual void scan(Domain domain, const std::optional<Hash>& after, const Visit& visit) const = 0;
  // Gives `visit` all objects in the order of the tree, from the state key `first` on, until it returns false.
  using VisitObject = std::function<bool(const Hash& state_key, const ObjectId& id, ByteView value)>;
  virtual void visit_objects(const Hash& first, const VisitObject& visit) const = 0;
};

// When the changes of the newest blocks, which lie in a record for each block, are folded into the state's own records:
// at any of the first three. By the batch of the next block, or, from so many changes on, by a sorted run that is
// written beside later blocks and costs less for each change. At twice the limits a block waits for it.
struct FoldLimits {
  std::size_t blocks = 32;
  std::size_t changes = 200'000;
  std::size_t bytes = std::size_t{64} << 20;
  std::size_t run_changes_min = 4'096;
};

// Of one call of prune(): the last block may exceed the number of transactions.
struct PruneLimits {
  std::size_t blocks = 16;
  std::size_t transactions = 8'192;
};

struct StoreOptions {
  Hash genesis;      // the chain this database must belong to
  std::string name;  // of the database in messages: its directory
  FoldLimits fold = {};
};

class ChangeRun;
class RecentChanges;

class Store {
 public:
  // A Store of what `kv` holds. `pool` works on the tree, from any thread that asks for an older one too.
  [[nodiscard]] static Outcome<std::unique_ptr<Store>> open(std::unique_ptr<Kv> kv, const StoreOptions& options,
                                                            TaskPool& pool, const CpuFeatures& cpu);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Blocks that follow each other, all in one batch, and what makes the last of them final on a chain of validators.
  // Durable when it returns success; nothing of it is visible after an error.
  [[nodiscard]] Outcome<void> commit(std::span<const BlockCommit> blocks,
                                     const std::optional<PrecommitCertificate>& certificate = std::nullopt);
  [[nodiscard]] Outcome<void> commit(const BlockCommit& block) { return commit(std::span(&block, 1)); }

  // Removes the oldest blocks in slots below `below`, which is at most the tip's. Not synced: a loss of power may bring
  // some back, whole.
  [[nodiscard]] Outcome<void> prune(Slot below, const PruneLimits& limits);

  // Goes on as `other`, of the same chain; the own database is removed when its last snapshot is gone.
  [[nodiscard]] Outcome<void> become(std::unique_ptr<Store> other);
  // Removes what is left of a restore that has come to its end (partial_state.hpp).
  [[nodiscard]] Outcome<void> forget_plan();

  // Keeps its database open.
  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot() const;

 private:
  Store(std::unique_ptr<Kv> kv, const StoreOptions& options, TaskPool& pool, const CpuFeatures& cpu);
  Outcome<void> check_identity();
  Outcome<void> load_tree();
  bool load_recent(const KvSnapshot& kv, Slot tip);
  void fold_into_batch(std::uint64_t slot, bool folds);
  std::shared_ptr<const ChangeRun> fill_batch(const BlockCommit& block, const smt::Update& tree);
  Outcome<void> end_folding();
  void publish(std::optional<BlockRecord> tip);
  void keep(TreeVersion version);

  std::shared_ptr<Kv> kv_;
  StoreOptions options_;
  TaskPool& pool_;
  CpuFeatures cpu_;
  Batch batch_;  // of commit()
  std::unique_ptr<RecentChanges> recent_;
  std::uint64_t recent_first_ = 0;  // the oldest slot with a record of recent changes
  std::uint64_t folded_ = 0;        // the changes of slots before this one are in `state`
  Slot kept_from_;
  struct Folding;
  std::unique_ptr<Folding> folding_;  // under way, if any
  std::deque<TreeVersion> trees_;     // newest last
  std::size_t tree_changes_ = 0;      // of all in trees_ but the oldest
  std::vector<smt::Tree> retired_;    // what left trees_ last
  std::size_t retired_changes_ = 0;   // of the versions that took its place
  mutable std::mutex mutex_;          // of current_
  std::shared_ptr<const Snapshot> current_;
};

}  // namespace aether::storage
