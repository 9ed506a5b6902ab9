#include "aether/crypto/merkle_list.hpp"

#include <utility>

#include "aether/base/result.hpp"

namespace aether::crypto {

MerkleList::MerkleList(std::vector<Hash> leaves, const CpuFeatures& cpu) {
  levels_.push_back(std::move(leaves));
  while (levels_.back().size() > 1) {
    const std::vector<Hash>& below = levels_.back();
    const std::size_t pairs = below.size() / 2;
    std::vector<Hash> level(pairs);
    merkle_level(std::span(below).first(2 * pairs), level, cpu);
    if (below.size() % 2 == 1) level.push_back(below.back());
    levels_.push_back(std::move(level));
  }
}

Hash MerkleList::tree() const { return count() == 0 ? Hash{} : levels_.back().front(); }

std::vector<Hash> MerkleList::path(std::size_t index) const {
  AETHER_ASSERT(index < count());
  std::vector<Hash> out;
  for (const std::vector<Hash>& level : levels_) {
    if ((index ^ 1) < level.size()) out.push_back(level[index ^ 1]);
    index >>= 1;
  }
  return out;
}

}  // namespace aether::crypto
