// The tree's nodes. A subtree of at most kTwigLeaves leaves is one twig (or null), any larger one a branch: the shape
// depends on the set of leaves alone.
#pragma once

#include <atomic>
#include <span>

#include "aether/base/result.hpp"
#include "aether/crypto/sha256.hpp"
#include "aether/smt/node_ptr.hpp"
#include "aether/smt/proof.hpp"

namespace aether::smt {

// More leaves save memory and cost hashes: of a twig all are computed again when one changes.
inline constexpr std::size_t kTwigLeaves = 8;

inline bool bit(const Hash& key, std::size_t depth) { return (key.bytes[depth / 8] >> (7 - depth % 8) & 1) != 0; }

struct Tags {
  crypto::Tag leaf{"aether/leaf"};
  crypto::Tag node{"aether/node"};
};

struct Node {
  Hash hash;  // zero until it is computed
  std::uint64_t count = 0;
  std::atomic<std::uint32_t> references = 1;  // NodePtrs

  bool is_twig() const { return count <= kTwigLeaves; }
};

struct Branch : Node {
  NodePtr left, right;
};
static_assert(sizeof(Branch) == 64);  // a line of cache

template <std::size_t N>
struct Twig : Node {
  std::array<Leaf, N> leaves;
};

inline const Branch& as_branch(const Node& node) { return static_cast<const Branch&>(node); }

template <std::size_t N = 1>
std::span<const Leaf> leaves_of_twig(const Node& twig) {
  if constexpr (N < kTwigLeaves)
    if (twig.count != N) return leaves_of_twig<N + 1>(twig);
  return static_cast<const Twig<N>&>(twig).leaves;
}
inline std::span<const Leaf> leaves_of(const Node* node) {
  if (node == nullptr) return {};
  AETHER_ASSERT(node->is_twig());
  return leaves_of_twig(*node);
}
inline std::uint64_t count_of(const Node* node) { return node == nullptr ? 0 : node->count; }

// How many of the leaves, or of any things with keys, all equal in the first `depth` bits, have 0 as the next bit.
template <class T>
std::size_t left_half(std::span<const T> sorted, unsigned depth) {
  const auto goes_left = [depth](const T& each) { return !bit(each.key, depth); };
  return static_cast<std::size_t>(std::partition_point(sorted.begin(), sorted.end(), goes_left) - sorted.begin());
}

// The hash of the subtree of these leaves below `depth` bits.
Hash hash_of_leaves(const Tags& tags, std::span<const Leaf> leaves, unsigned depth);

// A subtree while walking down: a branch, or some leaves of a twig.
class Part {
 public:
  Part() = default;
  explicit Part(const Node* node) {
    if (node != nullptr && !node->is_twig()) {
      branch_ = static_cast<const Branch*>(node);
    } else {
      leaves_ = leaves_of(node);
    }
  }

  std::uint64_t size() const { return branch_ != nullptr ? branch_->count : leaves_.size(); }
  const Leaf& only() const { return leaves_.front(); }  // of a part of one leaf
  Hash hash(const Tags& tags, unsigned depth) const {
    return branch_ != nullptr ? branch_->hash : hash_of_leaves(tags, leaves_, depth);
  }
  Part half(bool right, unsigned depth) const {
    if (branch_ != nullptr) return Part((right ? branch_->right : branch_->left).get());
    const std::size_t left = left_half(leaves_, depth);
    Part out;
    out.leaves_ = right ? leaves_.subspan(left) : leaves_.first(left);
    return out;
  }

 private:
  const Branch* branch_ = nullptr;
  std::span<const Leaf> leaves_;
};

}  // namespace aether::smt
