// What making, verifying and restoring snapshots share.
#pragma once

#include <mutex>

#include "aether/chain/snapshot_file.hpp"

namespace aether::chain {

[[nodiscard]] SnapshotError snapshot_error(const env::Error& error, SnapshotErrorKind otherwise);

[[nodiscard]] storage::BlockRecord record_of(const snapshot::Manifest& manifest);

// Counts for a Progress.
class Counter {
 public:
  Counter(const Progress& progress, std::uint64_t total) : progress_(progress), total_(total) {}
  void add(std::uint64_t objects) {
    if (!progress_) return;
    const std::lock_guard lock(mutex_);
    progress_(done_ += objects, total_);
  }

 private:
  const Progress& progress_;
  std::uint64_t total_;
  std::uint64_t done_ = 0;
  std::mutex mutex_;
};

// The first error of tasks beside each other; the others may stop then.
class FirstError {
 public:
  void set(SnapshotError error) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
  }
  [[nodiscard]] bool is_set() const {
    const std::lock_guard lock(mutex_);
    return error_.has_value();
  }
  [[nodiscard]] SnapshotOutcome<void> outcome() const {
    if (error_) return fail(*error_);
    return {};
  }

 private:
  mutable std::mutex mutex_;
  std::optional<SnapshotError> error_;
};

}  // namespace aether::chain
