// One of the two lanes: its queues, their heads by rank, and who must go when it is full.
#pragma once

#include <map>
#include <vector>

#include "aether/mempool/events.hpp"
#include "queue.hpp"

namespace aether::mempool {

class Lane {
 public:
  // `object_bounds` is for those that declare one object.
  Lane(const Load& bounds, const Load& object_bounds) : bounds_(bounds), object_bounds_(object_bounds) {}
  Lane(Lane&&) = delete;  // entries point to the queues

  // Who must go, all of lower rank, so that a transaction finds room; `replaced` is of this lane and goes anyway.
  [[nodiscard]] Result<std::vector<Entry*>, Limit> make_room(const VerifiedTransaction& tx, const Rank& rank,
                                                             const Entry* replaced) const;
  // An entry comes and goes as not ready. add() chooses its home.
  void add(Entry& entry);
  void remove(Entry& entry);
  void set_ready(Entry& entry, bool ready);
  // To another object that the entry declares.
  void move(Entry& entry, const ObjectId& home);

  // The first of each queue.
  [[nodiscard]] const std::map<Rank, Queue*>& heads() const { return heads_; }
  [[nodiscard]] const Load& load() const { return load_; }

 private:
  template <class Change>
  void change(Queue& queue, Change apply);

  Load bounds_, object_bounds_, load_;
  Queue undeclared_;
  std::map<ObjectId, Queue> objects_;
  std::map<Rank, Entry*> ranked_;
  std::map<Rank, Queue*> heads_;
};

// The bytes that a pool charges for it.
[[nodiscard]] std::uint64_t footprint(const VerifiedTransaction& tx);

template <class Visit>
void for_each_shared(const VerifiedTransaction& tx, Visit visit) {
  ledger::for_each_shared(tx, tx.body().reads, visit);
  ledger::for_each_shared(tx, tx.body().writes, visit);
}

}  // namespace aether::mempool
