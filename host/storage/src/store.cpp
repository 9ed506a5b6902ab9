#include "aether/storage/store.hpp"

#include "broken.hpp"

namespace aether::storage {
namespace {

using ReceiptList = codec::List<Receipt, limits::kBlockTransactionsMax>;
using ChangedList = codec::List<smt::Changed, std::size_t{1} << 26>;

constexpr std::uint32_t kSchema = 2;
constexpr std::string_view kSchemaKey = "schema";
constexpr std::string_view kGenesisKey = "genesis";
constexpr std::string_view kTipKey = "tip";
constexpr std::string_view kTreeKey = "tree";

// How the tree is stored as of the tip.
struct TreeRecord {
  smt::Position position;
  std::uint64_t log_first = 0;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("position", self.position);
    visit("log_first", self.log_first);
  }
};

std::unexpected<Error> error(ErrorKind kind, std::string message) { return fail(Error{kind, std::move(message)}); }

// Keys sort as their numbers do.
Bytes slot_key(std::uint64_t slot) {
  Bytes out(8);
  for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<std::uint8_t>(slot >> (8 * (7 - i)));
  return out;
}
Bytes slot_key(Slot slot) { return slot_key(slot.raw()); }

// BCS of the id: the domain's tag is one byte, so keys sort by domain, then key.
std::array<std::uint8_t, 1 + Hash::kSize> object_key(const ObjectId& id) {
  std::array<std::uint8_t, 1 + Hash::kSize> out;
  out[0] = static_cast<std::uint8_t>(id.domain);
  AETHER_ASSERT(out[0] < 0x80);
  std::copy(id.key.bytes.begin(), id.key.bytes.end(), out.begin() + 1);
  return out;
}

template <class T>
T decode_own(ByteView bytes, std::string_view what) {
  auto value = codec::decode<T>(bytes);
  if (!value) broken(what);
  return std::move(*value);
}

template <class T>
std::optional<T> load(const KvSnapshot& kv, Family family, ByteView key, std::string_view what) {
  const auto bytes = kv.get(family, key);
  if (!bytes) return std::nullopt;
  return decode_own<T>(*bytes, what);
}

std::optional<smt::Page> load_page(const KvSnapshot& kv, const Hash& bound) {
  return load<smt::Page>(kv, Family::pages, bound.view(), "page");
}

}  // namespace

class Store::KvBackedSnapshot final : public Snapshot {
 public:
  KvBackedSnapshot(std::shared_ptr<const KvSnapshot> kv, std::optional<BlockRecord> tip,
                   const std::deque<TreeVersion>& trees, std::uint64_t log_first, TaskPool& pool,
                   const CpuFeatures& cpu)
      : kv_(std::move(kv)), tip_(std::move(tip)), trees_(trees), log_first_(log_first), pool_(pool), cpu_(cpu) {
    if (trees_.empty()) trees_.emplace_back();
  }

  const std::optional<BlockRecord>& tip() const override { return tip_; }
  const smt::Tree& tree() const override { return trees_.back().tree; }
  std::optional<smt::Tree> tree(Slot slot) const override;
  std::optional<Bytes> get(const ObjectId& id) const override { return kv_->get(Family::state, object_key(id)); }
  std::optional<BlockRecord> record(Slot slot) const override {
    return load<BlockRecord>(*kv_, Family::records, slot_key(slot), "record");
  }
  std::optional<Slot> slot_of_block(const Hash& hash) const override {
    return load<Slot>(*kv_, Family::hashes, hash.view(), "hash index");
  }
  std::optional<Block> block(Slot slot) const override {
    return load<Block>(*kv_, Family::blocks, slot_key(slot), "block");
  }
  std::vector<Receipt> receipts(Slot slot) const override {
    auto list = load<ReceiptList>(*kv_, Family::receipts, slot_key(slot), "receipts");
    return list ? std::vector<Receipt>(std::move(*list)) : std::vector<Receipt>{};
  }
  std::optional<TransactionPlace> transaction(const Hash& id) const override {
    return load<TransactionPlace>(*kv_, Family::transactions, id.view(), "transaction index");
  }
  void scan(Domain domain, const std::optional<Hash>& after, const Visit& visit) const override;

 private:
  std::shared_ptr<const KvSnapshot> kv_;
  std::optional<BlockRecord> tip_;
  std::deque<TreeVersion> trees_;
  std::uint64_t log_first_;
  TaskPool& pool_;
  CpuFeatures cpu_;
};

std::optional<smt::Tree> Store::KvBackedSnapshot::tree(Slot slot) const {
  if (!tip_ || tip_->slot < slot || slot.raw() + kTreeVersionsMax < tip_->slot.raw()) return std::nullopt;
  const auto newer =
      std::find_if(trees_.begin(), trees_.end(), [&](const TreeVersion& each) { return !(each.slot < slot); });
  if (newer == trees_.end() || slot.raw() + 1 < log_first_) return std::nullopt;
  std::vector<std::vector<smt::Changed>> changed;
  for (std::uint64_t back = newer->slot.raw(); back > slot.raw(); --back) {
    auto list = load<ChangedList>(*kv_, Family::log, slot_key(back), "log");
    if (!list) broken("log");
    changed.push_back(std::move(*list));
  }
  return changed.empty() ? newer->tree : smt::undone(newer->tree, changed, pool_, cpu_);
}

void Store::KvBackedSnapshot::scan(Domain domain, const std::optional<Hash>& after, const Visit& visit) const {
  kv_->scan(Family::state, object_key({domain, after ? *after : Hash{}}), [&](ByteView key, ByteView value) {
    const auto object = codec::decode<ObjectId>(key);
    if (!object) broken("state key");
    if (after && object->domain == domain && object->key == *after) return true;
    return object->domain == domain && visit(object->key, value);
  });
}

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
      std::make_shared<KvBackedSnapshot>(kv_->snapshot(), std::move(tip), trees_, log_first_, pool_, cpu_);
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
    batch.put(Family::meta, as_bytes(kSchemaKey), codec::encode(kSchema));
    batch.put(Family::meta, as_bytes(kGenesisKey), options_.genesis.view());
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
  const auto tree_bytes = kv->get(Family::meta, as_bytes(kTreeKey));
  const auto stored = tree_bytes ? codec::decode<TreeRecord>(*tree_bytes) : fail(codec::Error::truncated);
  if (!stored) return damaged("the record of the state tree is damaged");

  smt::Loader loader(pool_, cpu_);
  std::set<Hash> bounds;
  bool sound = true;
  kv->scan(Family::pages, {}, [&](ByteView key, ByteView value) {
    Hash bound;
    const auto page = codec::decode<smt::Page>(value);
    sound = page && key.size() == Hash::kSize;
    if (!sound) return false;
    std::copy(key.begin(), key.end(), bound.bytes.begin());
    bounds.insert(bound);
    return sound = loader.page(bound, *page);
  });
  std::uint64_t slot = stored->position.log_from;
  kv->scan(Family::log, slot_key(slot), [&](ByteView key, ByteView value) {
    const auto changed = codec::decode<ChangedList>(value);
    const Bytes expected = slot_key(slot++);
    sound = sound && changed && std::equal(key.begin(), key.end(), expected.begin(), expected.end());
    if (sound) loader.changed(*changed);
    return sound;
  });
  bounds.insert(Hash{});
  if (!sound || slot != tip->slot.raw() + 1 || !bounds.contains(stored->position.cursor))
    return damaged("the state tree's pages or its log are damaged");
  keep({tip->slot, loader.finish()});
  if (trees_.back().tree.root() != tip->state_root)
    return damaged("the state tree has another root than the newest block");
  pages_ = smt::Pages(std::move(bounds), stored->position);
  log_first_ = stored->log_first;
  publish(std::move(*tip));
  return {};
}

smt::Pages::Plan Store::fill_batch(const BlockCommit& commit, const smt::Update& tree, std::uint64_t& log_first) {
  const std::uint64_t slot = commit.record.slot.raw();
  const auto put = [&](Family family, ByteView key, ByteView value) { batch_.put(family, key, value); };
  batch_.clear();
  if (commit.diff != nullptr) {
    for (const auto& [id, value] : *commit.diff) {
      if (value) {
        put(Family::state, object_key(id), *value);
      } else {
        batch_.erase(Family::state, object_key(id));
      }
    }
  }
  const auto kv = kv_->snapshot();
  auto plan =
      pages_.plan(tree.tree, slot, tree.changed.size(), [&](const Hash& bound) { return load_page(*kv, bound); });
  for (const auto& [bound, page] : plan.writes) {
    if (page) {
      put(Family::pages, bound.view(), codec::encode(*page));
    } else {
      batch_.erase(Family::pages, bound.view());
    }
  }
  put(Family::log, slot_key(slot), codec::encode(ChangedList(tree.changed.begin(), tree.changed.end())));
  // What no page lacks and no older version needs; a few at a time, since a round's end frees many.
  for (int i = 0; i < 64 && log_first < plan.position.log_from && log_first + kTreeVersionsMax <= slot; ++i)
    batch_.erase(Family::log, slot_key(log_first++));
  put(Family::meta, as_bytes(kTreeKey), codec::encode(TreeRecord{plan.position, log_first}));

  const Bytes key = slot_key(slot);
  const Bytes record = codec::encode(commit.record);
  if (commit.block != nullptr) put(Family::blocks, key, codec::encode(*commit.block));
  put(Family::receipts, key, codec::encode(ReceiptList(commit.receipts.begin(), commit.receipts.end())));
  for (std::size_t i = 0; i < commit.transaction_ids.size(); ++i)
    put(Family::transactions, commit.transaction_ids[i].view(),
        codec::encode(TransactionPlace{commit.record.slot, static_cast<std::uint32_t>(i)}));
  put(Family::hashes, commit.record.hash.view(), codec::encode(commit.record.slot));
  put(Family::records, key, record);
  put(Family::meta, as_bytes(kTipKey), record);
  return plan;
}

Outcome<void> Store::commit(const BlockCommit& commit) {
  const auto parent = snapshot();
  AETHER_ASSERT(commit.record.slot == (parent->tip() ? next(parent->tip()->slot) : Slot{0}));
  const smt::Update unchanged{parent->tree(), {}};
  const smt::Update& tree = commit.tree != nullptr ? *commit.tree : unchanged;
  AETHER_ASSERT(tree.tree.root() == commit.record.state_root);
  std::uint64_t log_first = log_first_;
  const auto plan = fill_batch(commit, tree, log_first);
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
  pages_.done(plan);
  log_first_ = log_first;
  keep({commit.record.slot, tree.tree, tree.changed.size()});
  publish(commit.record);
  return {};
}

}  // namespace aether::storage
