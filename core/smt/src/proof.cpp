#include "aether/smt/proof.hpp"

#include "page.hpp"

namespace aether::smt {

Proof prove(const NodeStore& store, const Hash& key) {
  const Hasher hasher;
  Proof proof;
  Subtree here = Empty{};
  for (unsigned depth = 0;; ++depth) {
    const Slots slots = load_page(store, path_of(key, depth));
    std::span<const Subtree> part = slots;
    here = join(hasher, part);
    for (unsigned level = 0; level < kPageLevels && std::holds_alternative<Inner>(here); ++level) {
      const auto left = part.first(part.size() / 2);
      const auto right = part.last(part.size() / 2);
      const bool goes_right = bit(key, depth * kPageLevels + level);
      proof.siblings.push_back(hasher.of(join(hasher, goes_right ? left : right)));
      part = goes_right ? right : left;
      here = join(hasher, part);
    }
    if (!std::holds_alternative<Inner>(here)) break;
    AETHER_ASSERT(depth < kPathNibblesMax);
  }
  std::reverse(proof.siblings.begin(), proof.siblings.end());
  if (const auto* leaf = std::get_if<Leaf>(&here); leaf != nullptr && leaf->key != key) proof.other = *leaf;
  return proof;
}

bool verify(const Hash& root, const Hash& key, const std::optional<Hash>& value, const Proof& proof) {
  const Hasher hasher;
  const std::size_t depth = proof.siblings.size();
  if (depth > proof.siblings.kMax || (value && proof.other)) return false;
  if (proof.other) {
    if (proof.other->key == key) return false;
    for (std::size_t i = 0; i < depth; ++i)
      if (bit(key, i) != bit(proof.other->key, i)) return false;
  }
  Hash hash;
  if (value) {
    hash = hasher.of(Leaf{key, *value});
  } else if (proof.other) {
    hash = hasher.of(*proof.other);
  }
  for (std::size_t i = 0; i < depth; ++i) {
    const Hash& sibling = proof.siblings[i];
    hash = bit(key, depth - 1 - i) ? hasher.node(sibling.view(), hash.view()) : hasher.node(hash.view(), sibling.view());
  }
  return hash == root;
}

}  // namespace aether::smt
