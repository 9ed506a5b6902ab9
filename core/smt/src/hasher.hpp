// Computes hashes that were left open, level by level from the leaves up, so that each level is one batch.
#pragma once

#include <deque>

#include "node.hpp"

namespace aether::smt {

class Hasher {
 public:
  Hasher(const Tags& tags, const CpuFeatures& cpu) : tags_(tags), cpu_(cpu) {}

  // Everything below `node`, which stands at `depth` bits; null is fine.
  void hash(Node* node, unsigned depth) {
    plan(node, depth);
    run();
  }

  // One thing at a time: what is planned is hashed by run(), and until then stays where it is. Each plan returns the
  // first level whose hashes may use the result: 0 at once, 1 behind the leaves.
  std::size_t plan(Node* node, unsigned depth);
  std::size_t plan_leaves(std::span<const Leaf> leaves, unsigned depth, Hash& out);  // at least one
  std::size_t plan_node(const Hash& left, const Hash& right, std::size_t ready, Hash& out);
  // Room for a result, until run() ends.
  Hash& room() { return rooms_.emplace_back(); }
  void run();

 private:
  const Tags& tags_;
  const CpuFeatures& cpu_;
  std::vector<std::vector<crypto::HashPair>> levels_{1};  // 0 = leaves
  std::deque<Hash> rooms_;                                // whose elements stay where they are
};

}  // namespace aether::smt
