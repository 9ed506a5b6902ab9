// An ordered key-value store with families, atomic batches and snapshots: what a chain needs of a database.
//
// The contract, which one test suite checks on every implementation (test/kv_test.cpp):
// - write() applies a batch whole or not at all, its operations in order; a snapshot sees all of it or nothing.
// - A synced write that returned success survives any crash, with all writes before it. After a crash the store is as
//   after some prefix of the writes; buffered ones at its end may be missing, never parts of one.
// - A snapshot is one moment, unmoved by later writes. Keys are ordered as strings of unsigned bytes.
// - ingest() makes whole runs visible, all or none, and is as durable as a synced write.
// - Reads are total: a store that breaks while it is read ends the process, since no answer may be made from it.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "aether/base/bytes.hpp"
#include "aether/storage/error.hpp"

namespace aether::storage {

// A kind of record. Names never change their meaning.
enum class Family : std::uint8_t { meta, state, recent, index, log, records, blocks, receipts, transactions, hashes };
inline constexpr std::array<std::string_view, 10> kFamilyNames{
    "default", "state", "recent", "index", "log", "records", "blocks", "receipts", "transactions", "hashes"};

class Batch {
 public:
  void put(Family family, ByteView key, ByteView value) { put(family, key, value, {}); }
  // The value is `head` and `tail`, one after the other.
  void put(Family family, ByteView key, ByteView head, ByteView tail) {
    append(bytes_, key);
    append(bytes_, head);
    append(bytes_, tail);
    operations_.push_back({family, false, key.size(), head.size() + tail.size()});
  }
  void erase(Family family, ByteView key) {
    append(bytes_, key);
    operations_.push_back({family, true, key.size(), 0});
  }
  bool empty() const { return operations_.empty(); }
  // Forgets the operations and keeps the memory, which is worth reusing: a fresh batch of some MB costs as much again
  // in page faults.
  void clear() {
    bytes_.clear();
    operations_.clear();
  }

  // use(family, key, value), value null = erase, in order.
  template <class Use>
  void visit(const Use& use) const {
    std::size_t at = 0;
    for (const Operation& each : operations_) {
      const ByteView key = ByteView(bytes_).subspan(at, each.key_size);
      const ByteView value = ByteView(bytes_).subspan(at + each.key_size, each.value_size);
      use(each.family, key, each.erases ? nullptr : &value);
      at += each.key_size + each.value_size;
    }
  }

 private:
  struct Operation {
    Family family;
    bool erases;
    std::size_t key_size, value_size;
  };

  Bytes bytes_;  // keys and values, one after another
  std::vector<Operation> operations_;
};

// Safe from any thread; keeps old data alive while it lives, and must not outlive its store.
class KvSnapshot {
 public:
  virtual ~KvSnapshot() = default;
  [[nodiscard]] virtual std::optional<Bytes> get(Family family, ByteView key) const = 0;
  // Gives `visit` the entries with keys ≥ from, in their order, until it returns false.
  using Visit = std::function<bool(ByteView key, ByteView value)>;
  virtual void scan(Family family, ByteView from, const Visit& visit) const = 0;
};

enum class Durability : std::uint8_t { buffered, synced };

// Records of one family by key, which become visible together and do not go through the log: the way in for more than
// memory holds. Filled by one thread; gone with its object unless it was ingested.
class SortedRun {
 public:
  virtual ~SortedRun() = default;
  // Keys are strictly increasing. The value is `head` and `tail`, one after the other.
  [[nodiscard]] virtual Outcome<void> put(ByteView key, ByteView head, ByteView tail) = 0;
  [[nodiscard]] virtual Outcome<void> erase(ByteView key) = 0;
  // Nothing follows; what was put is durable.
  [[nodiscard]] virtual Outcome<void> finish() = 0;
};

// One writer at a time; snapshots from any thread.
class Kv {
 public:
  virtual ~Kv() = default;
  // After an error nothing of the batch is visible.
  [[nodiscard]] virtual Outcome<void> write(const Batch& batch, Durability durability) = 0;
  [[nodiscard]] virtual std::shared_ptr<const KvSnapshot> snapshot() const = 0;

  // From any thread; several runs may be filled beside each other.
  [[nodiscard]] virtual std::unique_ptr<SortedRun> new_run(Family family) = 0;
  // Finished runs of this family, of which no two overlap. May be called beside write().
  [[nodiscard]] virtual Outcome<void> ingest(Family family, std::span<const std::unique_ptr<SortedRun>> runs) = 0;

  // Its files go when it is closed.
  virtual void remove_at_close() = 0;
};

}  // namespace aether::storage
