// Lets threads wait until something has changed, without saying what: each looks for itself.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>

namespace aether::env {

class EventCount {
 public:
  void add() {
    {
      const std::lock_guard lock(mutex_);
      ++count_;
    }
    changed_.notify_all();
  }
  [[nodiscard]] std::uint64_t count() const {
    const std::lock_guard lock(mutex_);
    return count_;
  }
  // The count, when it is another than `seen`; or as it is after `longest`. What was added between the reading of
  // `seen` and the wait is not missed.
  std::uint64_t wait(std::uint64_t seen, std::optional<std::chrono::milliseconds> longest = std::nullopt) const {
    std::unique_lock lock(mutex_);
    const auto is_new = [&] { return count_ != seen; };
    if (longest)
      changed_.wait_for(lock, *longest, is_new);
    else
      changed_.wait(lock, is_new);
    return count_;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::uint64_t count_ = 0;  // by mutex_
};

}  // namespace aether::env
