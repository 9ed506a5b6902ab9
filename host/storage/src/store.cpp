#include "aether/storage/store.hpp"

#include "store_snapshot.hpp"

namespace aether::storage {
namespace {

std::unexpected<Error> error(ErrorKind kind, std::string message) { return fail(Error{kind, std::move(message)}); }

}  // namespace

Store::Store(std::unique_ptr<Kv> kv, const StoreOptions& options, TaskPool& pool, const CpuFeatures& cpu)
    : kv_(std::move(kv)), options_(options), pool_(pool), cpu_(cpu) {}
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
      std::make_shared<StoreSnapshot>(kv_->snapshot(), std::move(tip), trees_, pool_, cpu_);
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
  auto tree = tree_of_state(*kv, pool_, cpu_);
  if (!tree) return damaged("a record of the state is malformed");
  if (tree->root() != tip->state_root) return damaged("the state has another root than the newest block");
  keep({tip->slot, std::move(*tree)});
  publish(std::move(*tip));
  return {};
}

void Store::fill_batch(const BlockCommit& commit, const smt::Update& tree) {
  AETHER_ASSERT(commit.objects.size() == tree.changed.size());
  const auto put = [&](Family family, ByteView key, ByteView value) { batch_.put(family, key, value); };
  batch_.clear();
  BeforeList before;
  before.reserve(tree.changed.size());
  for (std::size_t i = 0; i < tree.changed.size(); ++i) {
    const smt::Changed& leaf = tree.changed[i];
    const auto& [id, value] = *commit.objects[i];
    AETHER_ASSERT(value.has_value() == leaf.after.has_value());
    const auto name = id_bytes(id);
    before.push_back({leaf.key, leaf.before});
    if (value) {
      batch_.put(Family::state, leaf.key.view(), name, *value);
    } else {
      batch_.erase(Family::state, leaf.key.view());
    }
    if (!is_listed(id.domain) || leaf.before.has_value() == leaf.after.has_value()) continue;
    if (value) {
      put(Family::index, name, {});
    } else {
      batch_.erase(Family::index, name);
    }
  }
  const std::uint64_t slot = commit.record.slot.raw();
  put(Family::log, slot_key(slot), codec::encode(before));
  if (slot >= kTreeVersionsMax) batch_.erase(Family::log, slot_key(slot - kTreeVersionsMax));

  const auto key = slot_key(slot);
  if (commit.block != nullptr) put(Family::blocks, key, codec::encode(*commit.block));
  put(Family::receipts, key, codec::encode(ReceiptList(commit.receipts.begin(), commit.receipts.end())));
  for (std::size_t i = 0; i < commit.transaction_ids.size(); ++i)
    put(Family::transactions, commit.transaction_ids[i].view(),
        codec::encode(TransactionPlace{commit.record.slot, static_cast<std::uint32_t>(i)}));
  put_tip(batch_, commit.record);
}

Outcome<void> Store::commit(const BlockCommit& commit) {
  const auto parent = snapshot();
  AETHER_ASSERT(commit.record.slot == (parent->tip() ? next(parent->tip()->slot) : Slot{0}));
  const smt::Update unchanged{parent->tree(), {}};
  const smt::Update& tree = commit.tree != nullptr ? *commit.tree : unchanged;
  AETHER_ASSERT(tree.tree.root() == commit.record.state_root);
  fill_batch(commit, tree);
  Outcome<void> written;
  pool_.run(2, [&](std::size_t task) {
    if (task == 0) {
      written = kv_->write(batch_, Durability::synced);
    } else {
      retired_.clear();  // nodes to free by the thousand, meanwhile
    }
  });
  if (!written)
    return error(written.error().kind,
                 "cannot commit block " + std::to_string(commit.record.slot.raw()) + ": " + written.error().message);
  keep({commit.record.slot, tree.tree, tree.changed.size()});
  publish(commit.record);
  return {};
}

}  // namespace aether::storage
