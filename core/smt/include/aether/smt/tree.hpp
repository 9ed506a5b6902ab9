// The sparse Merkle tree of the state (protocol section 5): a binary tree over 256-bit keys, highest bit first.
//
//   leaf  = H("aether/leaf", key ‖ value hash)        empty = 32 zero bytes
//   node  = H("aether/node", left ‖ right)            a subtree with one leaf is that leaf
//
// Persistence: pages of four levels. The page at a path of 4·d bits holds what lies below that path down to 4 levels
// deeper: single leaves, and the hashes of deeper subtrees that have a page of their own. Only the newest version is
// stored; a block's changes are one batch.
//
//   update(store, changes)  ->  root after, pages to write or erase      O(k log n) reads and hashes for k changes
//
// Invariants. (1) A page exists iff at least two leaves lie below its path; the page of the empty path, the top, iff
// any leaf exists. (2) Root and pages depend only on the set of leaves, not on the order in which they came.
#pragma once

#include <map>
#include <optional>
#include <span>

#include "aether/base/bytes.hpp"

namespace aether::smt {

// The store key of a page: one byte d, the path's length in half bytes (0…63), then its ⌈d/2⌉ bytes, padded with zero.
using Path = Bytes;

// Where the pages are. A read is total: nullopt for a page that does not exist. Pages were written by update();
// others are a broken store and assert.
class NodeStore {
 public:
  virtual ~NodeStore() = default;
  [[nodiscard]] virtual std::optional<Bytes> get(const Path& path) const = 0;
};

// Pages to write, nullopt = to erase; ordered by path.
using NodeChanges = std::map<Path, std::optional<Bytes>>;

// A leaf's new value hash; none = the leaf is removed.
struct Change {
  Hash key;
  std::optional<Hash> value;
};

struct Update {
  Hash root;
  NodeChanges nodes;
};

// `changes` are strictly increasing by key (asserted). Removing a leaf that does not exist changes nothing.
[[nodiscard]] Update update(const NodeStore& store, std::span<const Change> changes);

// The root of what is stored.
[[nodiscard]] Hash root(const NodeStore& store);

// Pages in memory: for tests, tools and small chains.
class MemoryStore final : public NodeStore {
 public:
  [[nodiscard]] std::optional<Bytes> get(const Path& path) const override;
  void apply(const NodeChanges& changes);
  [[nodiscard]] const std::map<Path, Bytes>& pages() const { return pages_; }

 private:
  std::map<Path, Bytes> pages_;
};

}  // namespace aether::smt
