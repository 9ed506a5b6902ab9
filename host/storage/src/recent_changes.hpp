// The newest changes of the state, which the family `state` does not hold yet.
//
// A block's changes are one record of the family `recent`, and a ChangeRun in memory. When they reach FoldLimits, all
// runs are folded into `state` at once, in the order of its keys. So a block costs the database one record instead of
// one for each object, and what changes often is folded once.
//
//   read of a key:  runs, newest first  ->  state
//
// Folding a run again changes nothing: what is read from the runs is never older than what `state` holds. So a crash
// between folding and forgetting is harmless.
#pragma once

#include "aether/storage/store.hpp"

namespace aether::storage {

// The changes of one block, by state key. A record is, for each change, the key, a byte that says whether there is a
// value, and if so its size (u32, little-endian) and its bytes.
class ChangeRun {
 public:
  // The record under construction; keys are strictly increasing.
  class Builder {
   public:
    void put(const Hash& key, ByteView head, ByteView tail);  // the value is `head` and `tail`, one after the other
    void erase(const Hash& key);
    [[nodiscard]] Bytes take() { return std::move(record_); }

   private:
    Bytes record_;
  };

  // Null when the record is malformed.
  [[nodiscard]] static std::shared_ptr<const ChangeRun> parse(Bytes record);

  struct Entry {
    Hash key;
    std::size_t at = 0;  // of the value in the record
    std::size_t size = 0;
    bool erased = false;
  };
  [[nodiscard]] const Bytes& record() const { return record_; }
  [[nodiscard]] std::span<const Entry> entries() const { return entries_; }
  [[nodiscard]] const Entry* find(const Hash& key) const;
  [[nodiscard]] std::optional<ByteView> value(const Entry& entry) const {
    if (entry.erased) return std::nullopt;
    return ByteView(record_).subspan(entry.at, entry.size);
  }

 private:
  void index();

  Bytes record_;
  std::vector<Entry> entries_;
  std::vector<std::uint64_t> filter_;  // a bit for some first bits of a key: whether a key can be here
  unsigned filter_shift_ = 0;
};

// A change as it is read: no value = erased.
struct RecentChange {
  Hash key;
  std::optional<ByteView> value;
};

// Runs of consecutive blocks; a copy shares them.
class RecentChanges {
 public:
  void add(std::shared_ptr<const ChangeRun> run);
  void drop_oldest(std::size_t runs);
  [[nodiscard]] bool reaches(const FoldLimits& limits) const {
    return runs_.size() >= limits.blocks || changes_ >= limits.changes || bytes_ >= limits.bytes;
  }
  [[nodiscard]] std::size_t runs() const { return runs_.size(); }
  [[nodiscard]] std::size_t changes() const { return changes_; }

  // The newest change of the key; none when no run has it. Views live as long as the runs.
  [[nodiscard]] std::optional<RecentChange> find(const Hash& key) const;

  // Walks the newest change of each key ≥ first, by key. Lives as long as the changes, at most.
  class Cursor {
   public:
    Cursor(const RecentChanges& changes, const Hash& first);
    [[nodiscard]] const std::optional<RecentChange>& front() const { return front_; }  // none = the end
    void pop();

   private:
    // What a run still has.
    struct Rest {
      std::uint64_t key_begin = 0;  // the first bytes of its first key
      std::span<const ChangeRun::Entry> entries;
      std::size_t run = 0;
    };
    static bool after(const Rest& a, const Rest& b);
    void push(Rest rest);

    std::span<const std::shared_ptr<const ChangeRun>> runs_;
    std::vector<Rest> rests_;  // a heap: of the least key the newest run's on top
    std::optional<RecentChange> front_;
  };

 private:
  std::vector<std::shared_ptr<const ChangeRun>> runs_;  // newest last
  std::size_t changes_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace aether::storage
