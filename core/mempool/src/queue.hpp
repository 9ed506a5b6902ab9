// The transactions that wait for one object, by rank: a treap whose nodes are the entries, each knowing of its subtree
// the least room and the most that any of it affords. So the first that fits is found without a walk over those that
// do not, as long as they are alike.
#pragma once

#include "aether/ledger/congestion.hpp"
#include "aether/mempool/rank.hpp"

namespace aether::mempool {

struct Queue;

// A transaction that waits. Ready entries are in a queue, held ones in none.
struct Entry {
  VerifiedTransaction tx;
  Rank rank;
  ledger::Multiplier affordable;
  bool dispute = false;
  std::uint64_t footprint = 0;  // bytes charged
  Queue* home = nullptr;        // where it waits when it is ready
  bool ready = false;

  // Links of the treap, while ready.
  std::uint64_t heap = 0;
  Entry* before = nullptr;
  Entry* after = nullptr;
  ledger::Room least;  // of this one and those below
  ledger::Multiplier most;

  ledger::Room needs() const { return {tx.byte_size(), tx.body().gas_limit.raw()}; }
};

struct Load {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
};

// What a transaction must keep to, to be admitted.
struct Fit {
  ledger::Room room;
  ledger::Multiplier multiplier = ledger::kMultiplierAtRest;

  bool holds(const ledger::Room& needs, ledger::Multiplier affordable) const {
    return needs.bytes <= room.bytes && needs.gas <= room.gas && affordable >= multiplier;
  }
};

struct Queue {
  std::optional<ObjectId> object;  // none: the transactions that declare no object
  Load declared;                   // of all that declare it, whether they wait here or not
  Entry* root = nullptr;

  void insert(Entry& entry);
  void erase(Entry& entry);
  [[nodiscard]] Entry* first() const;
  [[nodiscard]] Entry* last() const;
  // The next of lower rank.
  [[nodiscard]] Entry* after(const Rank& rank) const;
  // The last of higher rank.
  [[nodiscard]] Entry* before(const Rank& rank) const;
  // The first at `from` or after it that fits; none when there is none or `visits` come to their end.
  [[nodiscard]] Entry* first_fitting(const Rank& from, const Fit& fit, std::size_t& visits) const;
};

}  // namespace aether::mempool
