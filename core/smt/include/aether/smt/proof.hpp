// Proofs that a key has a value, or has none, under a root.
//
// Walking from the root by the key's bits ends at the first subtree with at most one leaf. The proof holds the
// siblings on that way, lowest first, and, when the walk ended at the leaf of another key, that leaf.
#pragma once

#include "aether/codec/bcs.hpp"
#include "aether/smt/tree.hpp"

namespace aether::smt {

struct Leaf {
  Hash key;
  Hash value;

  bool operator==(const Leaf&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("key", self.key);
    visit("value", self.value);
  }
};

struct Proof {
  codec::List<Hash, 256> siblings;  // lowest first; their number is the depth at which the walk ended
  std::optional<Leaf> other;        // exclusion only: the leaf that stands where `key` would

  bool operator==(const Proof&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("siblings", self.siblings);
    visit("other", self.other);
  }
};

// The proof for `key`: of inclusion when the tree has it, else of exclusion.
[[nodiscard]] Proof prove(const NodeStore& store, const Hash& key);

// Whether `root` commits to `value` at `key`; value none = to no leaf at `key`. Total on any decoded proof.
[[nodiscard]] bool verify(const Hash& root, const Hash& key, const std::optional<Hash>& value, const Proof& proof);

}  // namespace aether::smt
