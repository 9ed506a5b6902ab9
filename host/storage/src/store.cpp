#include "aether/storage/store.hpp"

#include "database.hpp"

namespace aether::storage {

using ReceiptList = codec::List<Receipt, limits::kBlockTransactionsMax>;

class Store::DatabaseSnapshot final : public Snapshot {
 public:
  explicit DatabaseSnapshot(const Database& database) : database_(database), at_(database.db->GetSnapshot()) {
    if (const auto bytes = read(Family::meta, as_bytes("tip"))) tip_ = decode_own<BlockRecord>(*bytes, "tip");
  }
  ~DatabaseSnapshot() override { database_.db->ReleaseSnapshot(at_); }
  DatabaseSnapshot(const DatabaseSnapshot&) = delete;
  DatabaseSnapshot& operator=(const DatabaseSnapshot&) = delete;

  const std::optional<BlockRecord>& tip() const override { return tip_; }
  std::optional<Bytes> get(const ObjectId& id) const override { return read(Family::state, object_key(id)); }
  std::optional<Bytes> get(const smt::Path& path) const override { return read(Family::nodes, path); }
  std::optional<BlockRecord> record(Slot slot) const override {
    return load<BlockRecord>(Family::records, slot_key(slot), "record");
  }
  std::optional<Slot> slot_of_block(const Hash& hash) const override {
    return load<Slot>(Family::hashes, hash.view(), "hash index");
  }
  std::optional<Block> block(Slot slot) const override { return load<Block>(Family::blocks, slot_key(slot), "block"); }
  std::vector<Receipt> receipts(Slot slot) const override {
    auto list = load<ReceiptList>(Family::receipts, slot_key(slot), "receipts");
    return list ? std::vector<Receipt>(std::move(*list)) : std::vector<Receipt>{};
  }
  std::optional<TransactionPlace> transaction(const Hash& id) const override {
    return load<TransactionPlace>(Family::transactions, id.view(), "transaction index");
  }
  void scan(Domain domain, const std::optional<Hash>& after, const Visit& visit) const override;

 private:
  std::optional<Bytes> read(Family which, ByteView key) const { return database_.get(which, key, at_); }
  template <class T>
  std::optional<T> load(Family which, ByteView key, std::string_view what) const {
    const auto bytes = read(which, key);
    if (!bytes) return std::nullopt;
    return decode_own<T>(*bytes, what);
  }

  const Database& database_;
  const rocksdb::Snapshot* at_;
  std::optional<BlockRecord> tip_;
};

void Store::DatabaseSnapshot::scan(Domain domain, const std::optional<Hash>& after, const Visit& visit) const {
  rocksdb::ReadOptions options;
  options.snapshot = at_;
  const std::unique_ptr<rocksdb::Iterator> at(database_.db->NewIterator(options, database_.family(Family::state)));
  const Bytes first = object_key({domain, after ? *after : Hash{}});
  at->Seek(slice(first));
  if (after && at->Valid() && at->key() == slice(first)) at->Next();
  for (; at->Valid(); at->Next()) {
    const auto object = codec::decode<ObjectId>(view(at->key()));
    if (!object) broken("state key");
    if (object->domain != domain || !visit(object->key, view(at->value()))) break;
  }
  if (!at->status().ok()) broken(at->status().ToString());
}

Store::Store(std::unique_ptr<Database> database) : database_(std::move(database)) {}
Store::~Store() = default;

Outcome<std::unique_ptr<Store>> Store::open(const StoreOptions& options) {
  auto database = std::make_unique<Database>();
  AETHER_CHECK(database->open(options));
  return std::unique_ptr<Store>(new Store(std::move(database)));
}

std::shared_ptr<const Snapshot> Store::snapshot() const { return std::make_shared<DatabaseSnapshot>(*database_); }

Outcome<void> Store::commit(const BlockCommit& commit) {
  Database& d = *database_;
  AETHER_ASSERT(commit.record.slot == (d.tip ? next(d.tip->slot) : Slot{0}));
  rocksdb::WriteBatch batch;
  const auto put = [&](Family which, ByteView key, ByteView value) {
    batch.Put(d.family(which), slice(key), slice(value));
  };
  const auto change = [&](Family which, ByteView key, const std::optional<Bytes>& value) {
    if (value) return put(which, key, *value);
    batch.Delete(d.family(which), slice(key));
  };
  if (commit.diff != nullptr)
    for (const auto& [id, value] : *commit.diff) change(Family::state, object_key(id), value);
  if (commit.nodes != nullptr)
    for (const auto& [key, value] : *commit.nodes) change(Family::nodes, key, value);
  const Bytes slot = slot_key(commit.record.slot);
  const Bytes record = codec::encode(commit.record);
  if (commit.block != nullptr) put(Family::blocks, slot, codec::encode(*commit.block));
  put(Family::receipts, slot, codec::encode(ReceiptList(commit.receipts.begin(), commit.receipts.end())));
  for (std::size_t i = 0; i < commit.transaction_ids.size(); ++i)
    put(Family::transactions, commit.transaction_ids[i].view(),
        codec::encode(TransactionPlace{commit.record.slot, static_cast<std::uint32_t>(i)}));
  put(Family::hashes, commit.record.hash.view(), codec::encode(commit.record.slot));
  put(Family::records, slot, record);
  put(Family::meta, as_bytes("tip"), record);
  rocksdb::WriteOptions write;
  write.sync = d.durable;
  write.disableWAL = !d.durable;
  const auto status = d.db->Write(write, &batch);
  if (!status.ok())
    return fail(Error{status.IsCorruption() ? ErrorKind::corrupt : ErrorKind::environment,
                      "cannot commit block " + std::to_string(commit.record.slot.raw()) + ": " + status.ToString() +
                          "; free space or check the disk, then restart"});
  d.tip = commit.record;
  return {};
}

}  // namespace aether::storage
