// Dense numbers for the objects of a block: the first object interned is 0, the next new one 1 … An open hash table
// over keys that senders choose, so its hash is drawn by a seed that depends on all of the block.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "aether/types/object.hpp"

namespace aether::exec {

class ObjectIndex {
 public:
  using Seed = std::array<std::uint64_t, 4>;

  explicit ObjectIndex(const Seed& seed) : seed_(seed) {}

  void reserve(std::size_t objects);
  // The object's number, a new one where it has none.
  std::uint32_t intern(const ObjectId& id) { return intern(id, hash_of(id)); }
  // In two steps, of which the first may be done ahead and anywhere: hash_of(id), and some time before its turn
  // prefetch().
  std::uint32_t intern(const ObjectId& id, std::uint64_t hash);
  [[nodiscard]] std::uint64_t hash_of(const ObjectId& id) const;
  void prefetch(std::uint64_t hash) const { __builtin_prefetch(&table_[hash & (table_.size() - 1)], 1); }
  [[nodiscard]] std::optional<std::uint32_t> find(const ObjectId& id) const;
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(ids_.size()); }
  [[nodiscard]] const ObjectId& operator[](std::uint32_t number) const { return ids_[number]; }

 private:
  struct Entry {
    std::uint32_t number_plus_one = 0;  // 0 = free
    std::uint32_t tag = 0;              // bits of the hash that are not its place
  };
  // Where the object stands, or the free entry where it would.
  std::size_t place_of(const ObjectId& id, std::uint64_t hash) const;
  void grow(std::size_t entries);

  Seed seed_;
  std::vector<Entry> table_;  // a power of two, at most half of it in use
  std::vector<ObjectId> ids_;
};

}  // namespace aether::exec
