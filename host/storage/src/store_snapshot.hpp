// Store's Snapshot: a moment of its Kv, and the trees it holds in memory.
#pragma once

#include "layout.hpp"

namespace aether::storage {

class StoreSnapshot final : public Snapshot {
 public:
  StoreSnapshot(std::shared_ptr<const Kv> database, RecentChanges recent, std::optional<BlockRecord> tip,
                Slot kept_from, const std::deque<TreeVersion>& trees, TaskPool& pool, const CpuFeatures& cpu)
      : database_(std::move(database)),
        kv_(database_->snapshot()),
        recent_(std::move(recent)),
        tip_(std::move(tip)),
        kept_from_(kept_from),
        trees_(trees),
        pool_(pool),
        cpu_(cpu) {
    if (trees_.empty()) trees_.emplace_back();
  }

  const std::optional<BlockRecord>& tip() const override { return tip_; }
  std::optional<PrecommitCertificate> certificate() const override {
    return load<PrecommitCertificate>(*kv_, Family::meta, as_bytes(kCertificateKey), "certificate");
  }
  const smt::Tree& tree() const override { return trees_.back().tree; }
  std::optional<smt::Tree> tree(Slot slot) const override;
  Slot kept_from() const override { return kept_from_; }
  std::optional<Bytes> get(const ObjectId& id) const override;
  // The tree in memory knows; a module of a contract is large.
  bool contains(const ObjectId& id) const override { return tree().get(hasher_.key(id)).has_value(); }
  std::optional<BlockRecord> record(Slot slot) const override {
    return load<BlockRecord>(*kv_, Family::records, slot_key(slot), "record");
  }
  std::optional<Slot> slot_of_block(const Hash& hash) const override {
    return load<Slot>(*kv_, Family::hashes, hash.view(), "hash index");
  }
  std::optional<Block> block(Slot slot) const override {
    return load<Block>(*kv_, Family::blocks, slot_key(slot), "block");
  }
  std::optional<std::vector<Receipt>> receipts(Slot slot) const override {
    return load<ReceiptList>(*kv_, Family::receipts, slot_key(slot), "receipts");
  }
  std::optional<TransactionPlace> transaction(const Hash& id) const override {
    return load<TransactionPlace>(*kv_, Family::transactions, id.view(), "transaction index");
  }
  void scan(Domain domain, const std::optional<Hash>& after, const Visit& visit) const override;
  void visit_objects(const Hash& first, const VisitObject& visit) const override;

 private:
  std::shared_ptr<const Kv> database_;  // outlives its moment
  std::shared_ptr<const KvSnapshot> kv_;
  RecentChanges recent_;
  std::optional<BlockRecord> tip_;
  Slot kept_from_;
  std::deque<TreeVersion> trees_;
  TaskPool& pool_;
  CpuFeatures cpu_;
  StateHasher hasher_;
};

}  // namespace aether::storage
