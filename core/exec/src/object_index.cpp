#include "aether/exec/object_index.hpp"

#include <bit>
#include <cstring>

namespace aether::exec {
namespace {

std::uint64_t folded(std::uint64_t a, std::uint64_t b) {
  const u128 product = u128{a} * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

std::uint64_t ObjectIndex::hash_of(const ObjectId& id) const {
  std::array<std::uint64_t, 4> words;
  std::memcpy(words.data(), id.key.bytes.data(), sizeof words);
  const std::uint64_t domain = static_cast<std::uint64_t>(id.domain) * 0x9e37'79b9'7f4a'7c15;
  return folded(folded(words[0] ^ seed_[0], words[1] ^ seed_[1]) ^ domain,
                folded(words[2] ^ seed_[2], words[3] ^ seed_[3]));
}

void ObjectIndex::reserve(std::size_t objects) {
  ids_.reserve(objects);
  if (const std::size_t entries = std::bit_ceil(2 * objects + 2); entries > table_.size()) grow(entries);
}

void ObjectIndex::grow(std::size_t entries) {
  table_.assign(entries, {});
  for (std::uint32_t i = 0; i < ids_.size(); ++i) {
    const std::uint64_t hash = hash_of(ids_[i]);
    std::size_t at = hash & (entries - 1);
    while (table_[at].number_plus_one != 0) at = (at + 1) & (entries - 1);
    table_[at] = {i + 1, static_cast<std::uint32_t>(hash >> 32)};
  }
}

std::size_t ObjectIndex::place_of(const ObjectId& id, std::uint64_t hash) const {
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  std::size_t at = hash & (table_.size() - 1);
  while (table_[at].number_plus_one != 0) {
    if (table_[at].tag == tag && ids_[table_[at].number_plus_one - 1] == id) break;
    at = (at + 1) & (table_.size() - 1);
  }
  return at;
}

std::uint32_t ObjectIndex::intern(const ObjectId& id, std::uint64_t hash) {
  if (2 * (ids_.size() + 1) > table_.size()) grow(std::max<std::size_t>(64, 2 * table_.size()));
  Entry& entry = table_[place_of(id, hash)];
  if (entry.number_plus_one == 0) {
    ids_.push_back(id);
    entry = {size(), static_cast<std::uint32_t>(hash >> 32)};
  }
  return entry.number_plus_one - 1;
}

std::optional<std::uint32_t> ObjectIndex::find(const ObjectId& id) const {
  if (table_.empty()) return std::nullopt;
  const Entry& entry = table_[place_of(id, hash_of(id))];
  if (entry.number_plus_one == 0) return std::nullopt;
  return entry.number_plus_one - 1;
}

}  // namespace aether::exec
