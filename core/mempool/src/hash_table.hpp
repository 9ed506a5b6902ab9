// Values by hashes that senders choose: an open hash table whose places depend on a secret of the node, so that nobody
// can crowd them. A look-up touches one place and the value, where a tree of as many walks over a dozen.
#pragma once

#include <memory>
#include <vector>

#include "aether/base/result.hpp"
#include "aether/types/address.hpp"

namespace aether::mempool {

// SplitMix64's output function (Steele, Lea, Flood 2014).
inline std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
}

// A value stays where it is in memory until it is erased.
template <class Value>
class HashTable {
 public:
  explicit HashTable(std::uint64_t seed) : seed_(seed), slots_(kSlotsMin) {}

  // Null: there is none.
  [[nodiscard]] Value* find(const Hash& key) { return slots_[place_of(key)].value.get(); }
  // There is none of this key.
  Value& insert(const Hash& key, Value value) {
    if (2 * (size_ + 1) > slots_.size()) grow();
    Slot& slot = slots_[place_of(key)];
    AETHER_ASSERT(!slot.value);
    slot = {key, std::make_unique<Value>(std::move(value))};
    ++size_;
    return *slot.value;
  }
  // There is one.
  void erase(const Hash& key) {
    std::size_t hole = place_of(key);
    AETHER_ASSERT(slots_[hole].value);
    slots_[hole].value.reset();
    --size_;
    // What was pushed on by the erased one moves back (Knuth, The Art of Computer Programming 3, 6.4, algorithm R).
    for (std::size_t at = next(hole); slots_[at].value; at = next(at)) {
      const std::size_t home = home_of(slots_[at].key);
      if (((at - home) & mask()) < ((at - hole) & mask())) continue;
      slots_[hole] = std::exchange(slots_[at], {});
      hole = at;
    }
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  // In no order that means anything.
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (const Slot& slot : slots_)
      if (slot.value) visit(slot.key, *slot.value);
  }

 private:
  struct Slot {
    Hash key;
    std::unique_ptr<Value> value;  // null: free
  };
  static constexpr std::size_t kSlotsMin = 16;

  [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }
  [[nodiscard]] std::size_t next(std::size_t place) const { return (place + 1) & mask(); }
  [[nodiscard]] std::size_t home_of(const Hash& key) const {
    std::uint64_t leading = 0;
    for (std::size_t i = 0; i < 8; ++i) leading |= std::uint64_t{key.bytes[i]} << (8 * i);
    return mixed(seed_ + mixed(leading ^ seed_)) & mask();
  }
  // Where the key stands, or the free place where it would.
  [[nodiscard]] std::size_t place_of(const Hash& key) const {
    std::size_t place = home_of(key);
    while (slots_[place].value && slots_[place].key != key) place = next(place);
    return place;
  }
  void grow() {
    std::vector<Slot> old(2 * slots_.size());
    old.swap(slots_);
    for (Slot& slot : old)
      if (slot.value) slots_[place_of(slot.key)] = std::move(slot);
  }

  std::uint64_t seed_;
  std::vector<Slot> slots_;  // a power of two, at most half of it in use
  std::size_t size_ = 0;
};

}  // namespace aether::mempool
