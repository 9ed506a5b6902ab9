// The entries, by id, by sender and nonce, by rank in their lane, and by the slot in which they expire.
#pragma once

#include <array>

#include "aether/mempool/mempool.hpp"
#include "hash_table.hpp"
#include "lane.hpp"

namespace aether::mempool {

struct Sender {
  Account account;      // after the head, as it was when one of its transactions was last looked at
  Amount max_fees = 0;  // Σ of the ready ones
  std::map<std::uint64_t, Entry*> entries;
};

class Pool {
 public:
  Pool(const ChainParams& params, const Bounds& bounds, std::uint64_t seed);

  [[nodiscard]] Entry* find(const Hash& id);
  [[nodiscard]] Sender* sender(const Address& address);
  [[nodiscard]] std::vector<Address> senders() const;  // in their order
  [[nodiscard]] Lane& lane(bool dispute) { return lanes_[dispute ? 1 : 0]; }
  [[nodiscard]] Rank next_rank(const VerifiedTransaction& tx) const;

  // Ready at once. `account` is the sender's after the head.
  void add(VerifiedTransaction tx, bool dispute, const Account& account);
  void set_ready(Entry& entry, bool ready);
  // The sender is forgotten with its last entry.
  void remove(Entry& entry);
  // One whose valid_until is before `slot`.
  [[nodiscard]] Entry* expired(Slot slot) const;

  [[nodiscard]] std::size_t count() const { return entries_.size(); }
  [[nodiscard]] std::size_t bytes() const;
  [[nodiscard]] std::size_t ready() const { return ready_; }

 private:
  const ChainParams& params_;
  std::array<Lane, 2> lanes_;  // of other transactions, of disputes
  std::uint64_t seed_;
  std::uint64_t arrivals_ = 0;
  std::size_t ready_ = 0;
  HashTable<Entry> entries_;
  HashTable<Sender> senders_;
  std::map<std::pair<Slot, std::uint64_t>, Entry*> by_expiry_;  // with the arrival
};

}  // namespace aether::mempool
