#include <algorithm>
#include <atomic>

#include "layout.hpp"

namespace aether::storage {
namespace {

constexpr std::size_t kParts = 256;  // by a key's first byte, which is a hash's

// Leaves of the keys that begin with `first`; false when a record is malformed.
bool read_part(const KvSnapshot& kv, std::uint8_t first, const StateHasher& hasher, std::vector<smt::Change>& leaves) {
  bool sound = true;
  kv.scan(Family::state, ByteView(&first, 1), [&](ByteView key, ByteView value) {
    if (key.empty() || key[0] != first) return false;
    sound = key.size() == Hash::kSize && value.size() >= kIdSize;
    if (!sound) return false;
    auto& leaf = leaves.emplace_back();
    std::copy(key.begin(), key.end(), leaf.key.bytes.begin());
    leaf.value = hasher.value(value.subspan(kIdSize));
    return true;
  });
  return sound;
}

}  // namespace

std::optional<smt::Tree> tree_of_state(const KvSnapshot& kv, const RecentChanges& recent, TaskPool& pool,
                                       const CpuFeatures& cpu) {
  const StateHasher hasher;
  smt::Tree tree;
  std::vector<std::vector<smt::Change>> parts(pool.width());
  std::vector<smt::Change> leaves;
  for (std::size_t done = 0; done < kParts; done += parts.size()) {
    std::atomic<bool> sound = true;
    pool.run(std::min(parts.size(), kParts - done), [&](std::size_t i) {
      parts[i].clear();
      if (!read_part(kv, static_cast<std::uint8_t>(done + i), hasher, parts[i])) sound = false;
    });
    if (!sound) return std::nullopt;
    leaves.clear();
    for (std::size_t i = 0; i < std::min(parts.size(), kParts - done); ++i)
      leaves.insert(leaves.end(), parts[i].begin(), parts[i].end());
    tree = tree.updated(leaves, pool, cpu).tree;
  }
  leaves.clear();
  for (RecentChanges::Cursor at(recent, {}); at.front(); at.pop()) {
    const RecentChange& change = *at.front();
    if (change.value && change.value->size() < kIdSize) return std::nullopt;
    leaves.push_back({change.key, std::nullopt});
    if (change.value) leaves.back().value = hasher.value(change.value->subspan(kIdSize));
  }
  return tree.updated(leaves, pool, cpu).tree;
}

}  // namespace aether::storage
