#include "aether/storage/store.hpp"

#include <chrono>
#include <future>

#include "store_snapshot.hpp"

namespace aether::storage {
namespace {

// Changes of tree versions that go: from here on it pays to free their nodes in another thread.
constexpr std::size_t kRetiredChangesBeside = 1'000;

FoldLimits twice(const FoldLimits& limits) { return {2 * limits.blocks, 2 * limits.changes, 2 * limits.bytes, 0}; }

// Recent changes as a sorted run of the family `state`.
Outcome<void> write_run(Kv& kv, const RecentChanges& recent) {
  std::vector<std::unique_ptr<SortedRun>> runs;
  runs.push_back(kv.new_run(Family::state));
  for (RecentChanges::Cursor at(recent, {}); at.front(); at.pop()) {
    const RecentChange& change = *at.front();
    AETHER_CHECK(change.value ? runs[0]->put(change.key.view(), *change.value, {}) : runs[0]->erase(change.key.view()));
  }
  AETHER_CHECK(runs[0]->finish());
  return kv.ingest(Family::state, runs);
}

std::unexpected<Error> error(ErrorKind kind, std::string message) { return fail(Error{kind, std::move(message)}); }

}  // namespace

// The changes of the slots before `until`, on their way into `state`.
struct Store::Folding {
  std::uint64_t until;
  std::size_t runs;
  std::future<Outcome<void>> done;

  Folding(Kv& kv, const RecentChanges& recent, std::uint64_t slot)
      : until(slot),
        runs(recent.runs()),
        done(std::async(std::launch::async, [&kv, recent] { return write_run(kv, recent); })) {}
  bool is_done() const { return done.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }
};

Store::Store(std::unique_ptr<Kv> kv, const StoreOptions& options, TaskPool& pool, const CpuFeatures& cpu)
    : kv_(std::move(kv)), options_(options), pool_(pool), cpu_(cpu), recent_(std::make_unique<RecentChanges>()) {}
Store::~Store() = default;

Outcome<std::unique_ptr<Store>> Store::open(std::unique_ptr<Kv> kv, const StoreOptions& options, TaskPool& pool,
                                            const CpuFeatures& cpu) {
  std::unique_ptr<Store> store(new Store(std::move(kv), options, pool, cpu));
  AETHER_CHECK(store->check_identity());
  AETHER_CHECK(store->load_tree());
  return store;
}

std::shared_ptr<const Snapshot> Store::snapshot() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

void Store::publish(std::optional<BlockRecord> tip) {
  std::shared_ptr<const Snapshot> made =
      std::make_shared<StoreSnapshot>(kv_, *recent_, std::move(tip), kept_from_, trees_, pool_, cpu_);
  const std::lock_guard lock(mutex_);
  current_.swap(made);
}

void Store::keep(TreeVersion version) {
  if (!trees_.empty()) tree_changes_ += version.changes;
  trees_.push_back(std::move(version));
  while (trees_.size() > 1 && (trees_.size() > kTreesInMemory || tree_changes_ > kTreeChangesInMemory)) {
    retired_.push_back(std::move(trees_.front().tree));
    trees_.pop_front();
    tree_changes_ -= trees_.front().changes;
    retired_changes_ += trees_.front().changes;
  }
}

Outcome<void> Store::check_identity() {
  const auto kv = kv_->snapshot();
  const auto schema = kv->get(Family::meta, as_bytes(kSchemaKey));
  const auto genesis = kv->get(Family::meta, as_bytes(kGenesisKey));
  if (!schema && !genesis) {
    Batch batch;
    put_identity(batch, options_.genesis);
    if (auto written = kv_->write(batch, Durability::synced); !written)
      return error(written.error().kind, "cannot write to " + options_.name + ": " + written.error().message);
    return {};
  }
  if (!schema || !genesis || *schema != codec::encode(kSchema))
    return error(ErrorKind::schema, options_.name +
                                        " was written by another version of this program: use that version, or a new "
                                        "directory");
  if (!std::equal(genesis->begin(), genesis->end(), options_.genesis.bytes.begin(), options_.genesis.bytes.end()))
    return error(ErrorKind::foreign, options_.name + " belongs to the chain with genesis " + to_hex0x(*genesis) +
                                         ", not " + to_hex0x(options_.genesis.view()) +
                                         ": name its genesis, or another directory");
  return {};
}

Outcome<void> Store::load_tree() {
  const auto damaged = [&](std::string_view what) {
    return error(ErrorKind::corrupt, options_.name + ": " + std::string(what) + ": restore the directory");
  };
  const auto kv = kv_->snapshot();
  const auto tip_bytes = kv->get(Family::meta, as_bytes(kTipKey));
  if (!tip_bytes) {
    publish(std::nullopt);
    return {};
  }
  auto tip = codec::decode<BlockRecord>(*tip_bytes);
  if (!tip) return damaged("the record of the newest block is damaged");
  if (const auto kept_from = kv->get(Family::meta, as_bytes(kKeptFromKey))) {
    const auto slot = codec::decode<Slot>(*kept_from);
    if (!slot || tip->slot < *slot) return damaged("the slot up to which it was pruned is damaged");
    kept_from_ = *slot;
  }
  if (!load_recent(*kv, tip->slot)) return damaged("the newest changes of the state are damaged");
  auto tree = tree_of_state(*kv, *recent_, pool_, cpu_);
  if (!tree) return damaged("a record of the state is malformed");
  if (tree->root() != tip->state_root) return damaged("the state has another root than the newest block");
  keep({tip->slot, std::move(*tree)});
  publish(std::move(*tip));
  return {};
}

bool Store::load_recent(const KvSnapshot& kv, Slot tip) {
  bool sound = true;
  std::vector<std::uint64_t> slots;
  kv.scan(Family::recent, {}, [&](ByteView key, ByteView record) {
    auto run = ChangeRun::parse(Bytes(record.begin(), record.end()));
    const auto slot = slot_of_key(key);
    sound = run && slot && (slots.empty() || *slot == slots.back() + 1);
    if (!sound) return false;
    slots.push_back(*slot);
    recent_->add(std::move(run));
    return true;
  });
  recent_first_ = folded_ = slots.empty() ? tip.raw() + 1 : slots.front();
  return sound && (slots.empty() || slots.back() == tip.raw());
}

// What was folded before, and where it `folds` now, the changes of all slots before `slot`.
void Store::fold_into_batch(std::uint64_t slot, bool folds) {
  if (folds) {
    for (RecentChanges::Cursor at(*recent_, {}); at.front(); at.pop()) {
      const RecentChange& change = *at.front();
      if (change.value) {
        batch_.put(Family::state, change.key.view(), *change.value);
      } else {
        batch_.erase(Family::state, change.key.view());
      }
    }
  }
  for (std::uint64_t old = recent_first_; old < (folds ? slot : folded_); ++old)
    batch_.erase(Family::recent, slot_key(old));
}

// Adds a block to the batch, and returns its changes.
std::shared_ptr<const ChangeRun> Store::fill_batch(const BlockCommit& commit, const smt::Update& tree) {
  AETHER_ASSERT(commit.objects.size() == tree.changed.size());
  const auto put = [&](Family family, ByteView key, ByteView value) { batch_.put(family, key, value); };
  const std::uint64_t slot = commit.record.slot.raw();
  BeforeList before;
  before.reserve(tree.changed.size());
  ChangeRun::Builder run;
  for (std::size_t i = 0; i < tree.changed.size(); ++i) {
    const smt::Changed& leaf = tree.changed[i];
    const auto& [id, value] = *commit.objects[i];
    AETHER_ASSERT(value.has_value() == leaf.after.has_value());
    const auto name = id_bytes(id);
    before.push_back({leaf.key, leaf.before});
    if (value) {
      run.put(leaf.key, name, *value);
    } else {
      run.erase(leaf.key);
    }
    if (!is_listed(id.domain) || leaf.before.has_value() == leaf.after.has_value()) continue;
    if (value) {
      put(Family::index, name, {});
    } else {
      batch_.erase(Family::index, name);
    }
  }
  auto changes = ChangeRun::parse(run.take());
  AETHER_ASSERT(changes != nullptr);
  put(Family::recent, slot_key(slot), changes->record());
  put(Family::log, slot_key(slot), codec::encode(before));
  if (slot >= kTreeVersionsMax) batch_.erase(Family::log, slot_key(slot - kTreeVersionsMax));

  const auto key = slot_key(slot);
  if (commit.block != nullptr) put(Family::blocks, key, codec::encode(*commit.block));
  put(Family::receipts, key, codec::encode(ReceiptList(commit.receipts.begin(), commit.receipts.end())));
  // By id: a memtable takes keys in their order for less.
  std::vector<std::pair<Hash, std::uint32_t>> ids;
  ids.reserve(commit.transaction_ids.size());
  for (const Hash& id : commit.transaction_ids) ids.emplace_back(id, static_cast<std::uint32_t>(ids.size()));
  std::stable_sort(ids.begin(), ids.end());
  for (const auto& [id, index] : ids)
    put(Family::transactions, id.view(), codec::encode(TransactionPlace{commit.record.slot, index}));
  put_tip(batch_, commit.record);
  return changes;
}

Outcome<void> Store::end_folding() {
  const Outcome<void> done = folding_->done.get();
  if (done) {
    recent_->drop_oldest(folding_->runs);
    folded_ = folding_->until;
  }
  folding_.reset();
  return done;
}

Outcome<void> Store::commit(std::span<const BlockCommit> blocks,
                            const std::optional<PrecommitCertificate>& certificate) {
  AETHER_ASSERT(!blocks.empty());
  const auto parent = snapshot();
  const std::uint64_t slot = blocks.front().record.slot.raw();
  AETHER_ASSERT(blocks.front().record.slot == (parent->tip() ? next(parent->tip()->slot) : Slot{0}));
  const auto failed = [&](const Error& cause) {
    return error(cause.kind, "cannot commit block " + std::to_string(slot) + ": " + cause.message);
  };
  if (folding_ && (folding_->is_done() || recent_->reaches(twice(options_.fold))))
    if (const auto done = end_folding(); !done) return failed(done.error());
  bool folds = !folding_ && recent_->reaches(options_.fold);
  if (folds && recent_->changes() >= options_.fold.run_changes_min) {
    folding_ = std::make_unique<Folding>(*kv_, *recent_, slot);
    folds = false;
  }
  batch_.clear();
  fold_into_batch(slot, folds);
  std::vector<TreeVersion> versions;
  std::vector<std::shared_ptr<const ChangeRun>> changes;
  for (const BlockCommit& block : blocks) {
    AETHER_ASSERT(block.record.slot.raw() == slot + versions.size());
    const smt::Update unchanged{versions.empty() ? parent->tree() : versions.back().tree, {}};
    const smt::Update& tree = block.tree != nullptr ? *block.tree : unchanged;
    AETHER_ASSERT(tree.tree.root() == block.record.state_root);
    changes.push_back(fill_batch(block, tree));
    versions.push_back({block.record.slot, tree.tree, tree.changed.size()});
  }
  if (certificate) batch_.put(Family::meta, as_bytes(kCertificateKey), codec::encode(*certificate));
  Outcome<void> written;
  SerialPool serial;
  TaskPool& pool = retired_changes_ > kRetiredChangesBeside ? pool_ : serial;
  pool.run(2, [&](std::size_t task) {
    if (task == 0) {
      written = kv_->write(batch_, Durability::synced);
    } else {
      retired_.clear();  // nodes to free, by the thousand meanwhile
    }
  });
  retired_changes_ = 0;
  if (!written) return failed(written.error());
  if (folds) {
    *recent_ = {};
    folded_ = slot;
  }
  recent_first_ = folded_;
  for (auto& change : changes) recent_->add(std::move(change));
  for (TreeVersion& version : versions) keep(std::move(version));
  publish(blocks.back().record);
  return {};
}

Outcome<void> Store::prune(Slot below, const PruneLimits& limits) {
  const auto now = snapshot();
  AETHER_ASSERT(now->tip() && !(now->tip()->slot < below));
  batch_.clear();
  std::size_t transactions = 0;
  Slot slot = kept_from_;
  for (std::size_t blocks = 0; slot < below && blocks < limits.blocks && transactions < limits.transactions; ++blocks) {
    const auto key = slot_key(slot);
    if (const auto receipts = now->receipts(slot)) {
      transactions += receipts->size();
      for (const Receipt& receipt : *receipts) batch_.erase(Family::transactions, receipt.transaction.view());
    }
    if (const auto record = now->record(slot)) batch_.erase(Family::hashes, record->hash.view());
    for (const Family family : {Family::blocks, Family::receipts, Family::records}) batch_.erase(family, key);
    slot = next(slot);
  }
  if (slot == kept_from_) return {};
  put_kept_from(batch_, slot);
  if (const auto written = kv_->write(batch_, Durability::buffered); !written)
    return error(written.error().kind,
                 "cannot prune block " + std::to_string(kept_from_.raw()) + ": " + written.error().message);
  kept_from_ = slot;
  publish(now->tip());
  return {};
}

Outcome<void> Store::become(std::unique_ptr<Store> other) {
  if (folding_) (void)end_folding();
  AETHER_ASSERT(other->options_.genesis == options_.genesis && !other->folding_);
  kv_->remove_at_close();
  kv_ = std::move(other->kv_);
  recent_ = std::move(other->recent_);
  recent_first_ = other->recent_first_;
  folded_ = other->folded_;
  kept_from_ = other->kept_from_;
  retired_.clear();
  trees_ = std::move(other->trees_);
  tree_changes_ = other->tree_changes_;
  {
    const std::lock_guard lock(mutex_);
    current_.swap(other->current_);
  }
  return forget_plan();
}

}  // namespace aether::storage
