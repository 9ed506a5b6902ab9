// Kv on RocksDB: a column family for each family.
//
//   DIR/lock   held by the one process that has it open
//   DIR/db     RocksDB
#pragma once

#include "aether/env/file.hpp"
#include "aether/storage/kv.hpp"

namespace rocksdb {
class Env;
}

namespace aether::storage {

struct RocksOptions {
  env::Path directory;          // made when absent
  rocksdb::Env* env = nullptr;  // null = the operating system's; another one for tests of its failures
};

// Refuses a directory that another process has open, or that holds anything but a database.
[[nodiscard]] Outcome<std::unique_ptr<Kv>> open_rocks_kv(const RocksOptions& options);

}  // namespace aether::storage
