#include "hasher.hpp"

namespace aether::smt {
namespace {

constexpr Hash kEmpty{};

const Hash& hash_of(const NodePtr& node) { return node ? node->hash : kEmpty; }

}  // namespace

void Hasher::run() {
  crypto::tagged_pairs(tags_.leaf, levels_[0], cpu_);
  for (std::size_t i = 1; i < levels_.size(); ++i) crypto::tagged_pairs(tags_.node, levels_[i], cpu_);
  for (auto& level : levels_) level.clear();
  rooms_.clear();
}

std::size_t Hasher::plan(Node* node, unsigned depth) {
  if (node == nullptr || !node->hash.is_zero()) return 0;
  if (node->is_twig()) return plan_leaves(leaves_of(node), depth, node->hash);
  const Branch& branch = as_branch(*node);
  const std::size_t left = plan(branch.left.get(), depth + 1);
  const std::size_t right = plan(branch.right.get(), depth + 1);
  return plan_node(hash_of(branch.left), hash_of(branch.right), std::max(left, right), node->hash);
}

std::size_t Hasher::plan_leaves(std::span<const Leaf> leaves, unsigned depth, Hash& out) {
  if (leaves.size() == 1) {
    levels_[0].push_back({&leaves[0].key, &leaves[0].value, &out});
    return 1;
  }
  AETHER_ASSERT(depth < 256);
  const std::size_t left = left_half(leaves, depth);
  const Hash* halves[2] = {&kEmpty, &kEmpty};
  std::size_t ready = 0;
  for (const bool right : {false, true}) {
    const auto half = right ? leaves.subspan(left) : leaves.first(left);
    if (half.empty()) continue;
    Hash& hash = room();
    halves[right ? 1 : 0] = &hash;
    ready = std::max(ready, plan_leaves(half, depth + 1, hash));
  }
  return plan_node(*halves[0], *halves[1], ready, out);
}

std::size_t Hasher::plan_node(const Hash& left, const Hash& right, std::size_t ready, Hash& out) {
  const std::size_t level = std::max<std::size_t>(ready, 1);
  if (level == levels_.size()) levels_.emplace_back();
  levels_[level].push_back({&left, &right, &out});
  return level + 1;
}

}  // namespace aether::smt
