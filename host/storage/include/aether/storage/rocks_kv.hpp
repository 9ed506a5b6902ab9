// Kv on RocksDB: a column family for each family.
//
//   DIR/lock   held by the one process that has it open
//   DIR/db     RocksDB, or another name
#pragma once

#include <string>

#include "aether/env/file.hpp"
#include "aether/storage/kv.hpp"

namespace rocksdb {
class Env;
}

namespace aether::storage {

struct RocksOptions {
  env::Path directory;          // made when absent
  rocksdb::Env* env = nullptr;  // null = the operating system's; another one for tests of its failures
  std::string name = "db";
  std::shared_ptr<const env::FileLock> lock = {};  // the directory's, where this process has it; null: it is taken
};

// Makes the directory and takes its lock, under which several databases in it may be open.
[[nodiscard]] Outcome<std::shared_ptr<const env::FileLock>> lock_directory(const env::Path& directory);

// Refuses a directory that another process has open, or that holds anything but a database.
[[nodiscard]] Outcome<std::unique_ptr<Kv>> open_rocks_kv(const RocksOptions& options);

}  // namespace aether::storage
