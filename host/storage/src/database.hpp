// RocksDB, opened: column families, keys and the errors of its status codes. Private to this library.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/write_batch.h>

#include <array>

#include "aether/storage/store.hpp"

namespace aether::storage {

// Order of the column families on disk; names never change their meaning.
enum class Family : std::uint8_t { meta, state, nodes, records, blocks, receipts, transactions, hashes };
inline constexpr std::array<std::string_view, 8> kFamilyNames{"default", "state",    "nodes",        "records",
                                                              "blocks",  "receipts", "transactions", "hashes"};
inline constexpr std::uint32_t kSchema = 1;

inline rocksdb::Slice slice(ByteView bytes) {
  const std::string_view text = as_text(bytes);
  return {text.data(), text.size()};
}
inline ByteView view(const rocksdb::Slice& slice) { return as_bytes(std::string_view(slice.data(), slice.size())); }

// Keys sort as their numbers do.
Bytes slot_key(Slot slot);
Bytes object_key(const ObjectId& id);

// Ends the process: the database broke under us, and no answer may be made from it.
[[noreturn]] void broken(std::string_view what);

struct Store::Database {
  std::optional<env::FileLock> lock;
  std::unique_ptr<rocksdb::Env> memory;  // outlives db
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  std::unique_ptr<rocksdb::DB> db;
  bool durable = true;
  std::optional<BlockRecord> tip;

  ~Database();
  rocksdb::ColumnFamilyHandle* family(Family which) const { return families[static_cast<std::size_t>(which)]; }
  std::optional<Bytes> get(Family which, ByteView key, const rocksdb::Snapshot* at = nullptr) const;

  Outcome<void> open(const StoreOptions& options);
  Outcome<void> check_identity(const StoreOptions& options);
};

template <class T>
T decode_own(ByteView bytes, std::string_view what) {
  auto value = codec::decode<T>(bytes);
  if (!value) broken(what);
  return std::move(*value);
}

}  // namespace aether::storage
