// What a crash does to a file that is replaced as a whole. A write is safe once it was synced; at a crash each that was
// not is kept, lost, or torn. A torn file fails its checksum, and the one before stands.
#pragma once

#include <deque>
#include <optional>

#include "aether/world/random.hpp"

namespace aether::sim {

template <class T>
class DurableFile {
 public:
  struct Crash {
    std::size_t kept = 0, lost = 0, torn = 0;
  };

  // Writes end in their order.
  void write(T content) { unsynced_.push_back(std::move(content)); }
  // The oldest write that was not synced is, now.
  void sync_one() {
    synced_ = std::move(unsynced_.front());
    unsynced_.pop_front();
  }
  [[nodiscard]] bool is_synced() const { return unsynced_.empty(); }
  [[nodiscard]] Crash crash(Random& random, bool may_lose, bool may_tear) {
    Crash crash;
    for (T& content : unsynced_) {
      const std::uint64_t fate = random.below(3);
      if (fate == 1 && may_lose)
        ++crash.lost;
      else if (fate == 2 && may_tear)
        ++crash.torn;
      else
        synced_ = std::move(content), ++crash.kept;
    }
    unsynced_.clear();
    return crash;
  }
  void lose() { synced_.reset(), unsynced_.clear(); }
  [[nodiscard]] const std::optional<T>& content() const { return synced_; }

 private:
  std::optional<T> synced_;
  std::deque<T> unsynced_;
};

}  // namespace aether::sim
