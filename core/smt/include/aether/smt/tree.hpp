// The state tree in memory: an immutable value. An update makes a new tree that shares what it did not change, so every
// version is whole and any number may be read and grown from, by any threads. What it costs is in the README.
#pragma once

#include <functional>
#include <span>

#include "aether/base/cpu.hpp"
#include "aether/base/task_pool.hpp"
#include "aether/smt/node_ptr.hpp"
#include "aether/smt/proof.hpp"

namespace aether::smt {

// A leaf's new value hash; none = the leaf is removed.
struct Change {
  Hash key;
  std::optional<Hash> value;

  bool operator==(const Change&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("key", self.key);
    visit("value", self.value);
  }
};

// A leaf that an update changed: what it was, what it is.
struct Changed {
  Hash key;
  std::optional<Hash> before;
  std::optional<Hash> after;

  bool operator==(const Changed&) const = default;
};

struct Update;

class Tree {
 public:
  Tree() = default;  // no leaf

  [[nodiscard]] Hash root() const;
  [[nodiscard]] std::uint64_t size() const;  // leaves
  [[nodiscard]] std::optional<Hash> get(const Hash& key) const;

  // Gives `visit` the leaves with keys ≥ first, by key, until it returns false.
  using Visit = std::function<bool(const Leaf&)>;
  void visit(const Hash& first, const Visit& visit) const;

  // `changes` are strictly increasing by key (asserted). Time O(k log n) for k changes, spread over the pool; the
  // result does not depend on pool or processor.
  [[nodiscard]] Update updated(std::span<const Change> changes, TaskPool& pool, const CpuFeatures& cpu) const;

  // Of inclusion when the tree has `key`, else of exclusion.
  [[nodiscard]] Proof prove(const Hash& key) const;

  // The leaves in [first, last], or the first kRangeLeavesMax of them: then `last` becomes the key of the last one.
  [[nodiscard]] RangeProof prove_range(const Hash& first, Hash& last) const;

 private:
  explicit Tree(NodePtr top) : top_(std::move(top)) {}
  NodePtr top_;  // null = no leaf; never changed once a Tree holds it
};

struct Update {
  Tree tree;
  std::vector<Changed> changed;  // by key; changes without effect are left out
};

// An older version of `newest`: of each version since, newest first, what its leaves were before. Time O(changes).
[[nodiscard]] Tree undone(const Tree& newest, std::span<const std::vector<Change>> before, TaskPool& pool,
                          const CpuFeatures& cpu);

}  // namespace aether::smt
