// Both implementations of Kv on disks whose power a test can take away.
#pragma once

#include <gtest/gtest.h>
#include <rocksdb/env.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>
#include <random>

#include "aether/storage/memory_kv.hpp"
#include "aether/storage/rocks_kv.hpp"
#include "aether/storage/store.hpp"

namespace aether::storage {

// The operating system's files, of which a loss of power takes what was not synced, or leaves it torn. What directories
// list is kept.
class PowerLossEnv final : public rocksdb::EnvWrapper {
 public:
  PowerLossEnv() : rocksdb::EnvWrapper(rocksdb::Env::Default()) {}

  void lose_power_after(std::int64_t steps) { steps_left_ = steps; }
  bool has_power() const { return steps_left_ > 0; }
  void restart(const SimulatedDisk::Draw& draw);

  rocksdb::Status NewWritableFile(const std::string& name, std::unique_ptr<rocksdb::WritableFile>* file,
                                  const rocksdb::EnvOptions& options) override;
  rocksdb::Status NewDirectory(const std::string& name, std::unique_ptr<rocksdb::Directory>* directory) override;
  rocksdb::Status RenameFile(const std::string& from, const std::string& to) override;
  rocksdb::Status DeleteFile(const std::string& name) override;
  void SleepForMicroseconds(int) override {}  // RocksDB waits before it tries again

 private:
  class File;
  struct Sizes {
    std::uint64_t written = 0, synced = 0;
  };
  rocksdb::Status step() {
    if (steps_left_-- > 0) return rocksdb::Status::OK();
    return rocksdb::Status::IOError("no power");
  }

  std::atomic<std::int64_t> steps_left_{std::int64_t{1} << 60};
  std::mutex mutex_;
  std::map<std::string, Sizes> files_;  // open ones, and those with a tail that is not synced
};

// What a test sees of a backend.
struct Backend {
  virtual ~Backend() = default;
  virtual std::unique_ptr<Kv> open() = 0;  // after the one before was destroyed
  virtual void lose_power_after(std::uint64_t steps) = 0;
  virtual void restart(const SimulatedDisk::Draw& draw) = 0;
  virtual std::uint64_t steps_of_a_block() const = 0;  // about
  virtual int rounds() const = 0;                      // of losing power, in a second or some
  FoldLimits fold = {};
};

struct RocksBackend : Backend {
  env::TempDir directory = std::move(*env::TempDir::create());
  PowerLossEnv disk;

  std::unique_ptr<Kv> open() override {
    auto kv = open_rocks_kv({.directory = directory.path() / "chain", .env = &disk});
    EXPECT_TRUE(kv) << kv.error().message;
    return kv ? std::move(*kv) : nullptr;
  }
  void lose_power_after(std::uint64_t steps) override { disk.lose_power_after(static_cast<std::int64_t>(steps)); }
  void restart(const SimulatedDisk::Draw& draw) override { disk.restart(draw); }
  std::uint64_t steps_of_a_block() const override { return 2; }
  int rounds() const override { return 60; }
};

struct MemoryBackend : Backend {
  SimulatedDisk disk;

  std::unique_ptr<Kv> open() override { return open_memory_kv(&disk); }
  void lose_power_after(std::uint64_t steps) override { disk.lose_power_after(steps); }
  void restart(const SimulatedDisk::Draw& draw) override { disk.restart(draw); }
  std::uint64_t steps_of_a_block() const override { return 12; }
  int rounds() const override { return 300; }
};

using Backends = ::testing::Types<RocksBackend, MemoryBackend>;

// Changes are folded every few blocks, by sorted runs.
template <class B>
struct FoldsByRuns final : B {
  FoldsByRuns() {
    this->fold.blocks = 3;
    this->fold.run_changes_min = 1;
  }
};
using StoreBackends =
    ::testing::Types<RocksBackend, MemoryBackend, FoldsByRuns<RocksBackend>, FoldsByRuns<MemoryBackend>>;

inline bool quick() { return std::getenv("AETHER_QUICK") != nullptr; }
inline bool exhaustive() { return std::getenv("AETHER_LONG") != nullptr; }

// What a disk's fate is drawn from.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t below(std::uint64_t n) { return engine_() % n; }
  SimulatedDisk::Draw draw() {
    return [this](std::uint64_t n) { return below(n); };
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace aether::storage
