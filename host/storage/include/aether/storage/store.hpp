// The database of one chain.
//
//   DIR/lock   held by the one process that has it open
//   DIR/db     RocksDB: meta  state  nodes  records  blocks  receipts  transactions  hashes
//
// Invariants. (1) commit() is one atomic batch, synced before it returns. (2) Blocks follow each other without gap:
// a commit's slot is the tip's + 1, or 0 first. (3) Every read belongs to one Snapshot.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "aether/env/file.hpp"
#include "aether/ledger/state_view.hpp"
#include "aether/smt/tree.hpp"
#include "aether/types/block.hpp"

namespace aether::storage {

enum class ErrorKind : std::uint8_t {
  locked,          // another process has it open
  foreign,         // another chain's database (its genesis hash differs)
  schema,          // written by another version of this program
  not_a_database,  // the directory holds something else
  corrupt,         // RocksDB finds damage
  bad_genesis,     // the genesis makes no valid chain
  environment,     // the file system refuses
};

struct Error {
  ErrorKind kind = ErrorKind::environment;
  std::string message;  // names the directory and what to do
};
template <class T>
using Outcome = Result<T, Error>;

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
  const ledger::Diff* diff = nullptr;
  const smt::NodeChanges* nodes = nullptr;
};

// One moment of the chain; safe from any thread, and keeps old data alive while it lives.
class Snapshot : public ledger::StateView, public smt::NodeStore {
 public:
  using ledger::StateView::get;
  using smt::NodeStore::get;
  // The newest block; none before block 0 is committed.
  [[nodiscard]] virtual const std::optional<BlockRecord>& tip() const = 0;
  [[nodiscard]] virtual std::optional<BlockRecord> record(Slot slot) const = 0;
  [[nodiscard]] virtual std::optional<Slot> slot_of_block(const Hash& hash) const = 0;
  [[nodiscard]] virtual std::optional<Block> block(Slot slot) const = 0;
  [[nodiscard]] virtual std::vector<Receipt> receipts(Slot slot) const = 0;
  [[nodiscard]] virtual std::optional<TransactionPlace> transaction(const Hash& id) const = 0;
  // Gives `visit` the objects of a domain in the order of their keys, from the first or from that behind `after`, until
  // it returns false or none is left.
  using Visit = std::function<bool(const Hash& key, ByteView value)>;
  virtual void scan(Domain domain, const std::optional<Hash>& after, const Visit& visit) const = 0;
};

struct StoreOptions {
  env::Path directory;     // made when absent; ignored when ephemeral
  bool ephemeral = false;  // in memory, gone with the object
  Hash genesis;            // the chain this database must belong to
};

class Store {
 public:
  [[nodiscard]] static Outcome<std::unique_ptr<Store>> open(const StoreOptions& options);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Durable when it returns success; nothing of it is visible after an error.
  [[nodiscard]] Outcome<void> commit(const BlockCommit& commit);

  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot() const;

 private:
  struct Database;
  class DatabaseSnapshot;
  explicit Store(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

}  // namespace aether::storage
