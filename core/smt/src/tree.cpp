#include "aether/smt/tree.hpp"

#include "hasher.hpp"

namespace aether::smt {
namespace {

using Changes = std::span<const Change>;

template <std::size_t N = 1>
NodePtr make_twig(std::span<const Leaf> leaves) {
  if (leaves.empty()) return {};
  if constexpr (N < kTwigLeaves)
    if (leaves.size() != N) return make_twig<N + 1>(leaves);
  AETHER_ASSERT(leaves.size() == N);
  auto* twig = new Twig<N>;
  twig->count = N;
  std::copy(leaves.begin(), leaves.end(), twig->leaves.begin());
  return NodePtr(twig);
}

NodePtr make_branch(NodePtr left, NodePtr right) {
  auto* branch = new Branch;
  branch->count = count_of(left.get()) + count_of(right.get());
  branch->left = std::move(left);
  branch->right = std::move(right);
  return NodePtr(branch);
}

// The subtree of two halves: `old` itself when they are its own.
NodePtr join(const NodePtr& old, NodePtr left, NodePtr right) {
  if (old && !old->is_twig() && as_branch(*old).left == left && as_branch(*old).right == right) return old;
  if (count_of(left.get()) + count_of(right.get()) > kTwigLeaves) return make_branch(std::move(left), std::move(right));
  std::array<Leaf, kTwigLeaves> leaves;
  const auto l = leaves_of(left.get()), r = leaves_of(right.get());
  const auto end = std::copy(r.begin(), r.end(), std::copy(l.begin(), l.end(), leaves.begin()));
  return make_twig({leaves.begin(), end});
}

struct Halves {
  NodePtr left, right;
};
Halves halves_of(const NodePtr& old) {
  if (!old) return {};
  return {as_branch(*old).left, as_branch(*old).right};
}

// Asks memory for the nodes on the way to each change and beside it, for several changes at once: an update that comes
// upon them one by one spends half of its time waiting.
void fetch_ways(const Node* from, unsigned depth, Changes changes) {
  constexpr std::size_t kAtOnce = 16;
  constexpr std::size_t kLine = 64;
  while (!changes.empty()) {
    const auto group = changes.first(std::min(kAtOnce, changes.size()));
    changes = changes.subspan(group.size());
    std::array<const Node*, kAtOnce> at;
    at.fill(from);
    bool more = true;
    for (unsigned here = depth; more; ++here) {
      more = false;
      for (std::size_t i = 0; i < group.size(); ++i) {
        if (at[i] == nullptr) continue;
        if (at[i]->is_twig()) {
          const auto leaves = std::as_bytes(leaves_of(at[i]));
          for (std::size_t byte = 0; byte < leaves.size(); byte += kLine) __builtin_prefetch(&leaves[byte]);
          at[i] = nullptr;
          continue;
        }
        const Branch& branch = as_branch(*at[i]);
        __builtin_prefetch(branch.left.get());
        __builtin_prefetch(branch.right.get());
        at[i] = (bit(group[i].key, here) ? branch.right : branch.left).get();
        more = true;
      }
    }
  }
}

// Makes the new nodes, without their hashes.
class Rebuilder {
 public:
  // before[i] becomes what the leaf of all[i] was.
  Rebuilder(Changes all, std::span<std::optional<Hash>> before) : all_(all), before_(before) {}

  NodePtr rebuild(const NodePtr& old, unsigned depth, Changes changes) {
    if (changes.empty()) return old;
    if (!old || old->is_twig()) return merge(old, depth, changes);
    const std::size_t left = left_half(changes, depth);
    const Branch& branch = as_branch(*old);
    NodePtr l = rebuild(branch.left, depth + 1, changes.first(left));
    NodePtr r = rebuild(branch.right, depth + 1, changes.subspan(left));
    return join(old, std::move(l), std::move(r));
  }

 private:
  NodePtr merge(const NodePtr& old, unsigned depth, Changes changes) {
    const auto held = leaves_of(old.get());
    auto at = held.begin();
    merged_.clear();
    bool differs = false;
    for (const Change& change : changes) {
      while (at != held.end() && at->key < change.key) merged_.push_back(*at++);
      auto& before = before_[static_cast<std::size_t>(&change - all_.data())];
      if (at != held.end() && at->key == change.key) before = (at++)->value;
      differs |= before != change.value;
      if (change.value) merged_.push_back({change.key, *change.value});
    }
    if (!differs) return old;
    merged_.insert(merged_.end(), at, held.end());
    return build(merged_, depth);
  }

  static NodePtr build(std::span<const Leaf> leaves, unsigned depth) {
    if (leaves.size() <= kTwigLeaves) return make_twig(leaves);
    const std::size_t left = left_half(leaves, depth);
    NodePtr l = build(leaves.first(left), depth + 1);
    return make_branch(std::move(l), build(leaves.subspan(left), depth + 1));
  }

  Changes all_;
  std::span<std::optional<Hash>> before_;
  std::vector<Leaf> merged_;
};

// An update in pieces: cut() finds subtrees with few enough changes for a task each, join_pieces() puts their results
// together.
class Pieces {
 public:
  explicit Pieces(std::size_t changes_max) : changes_max_(changes_max) {}

  struct Piece {
    NodePtr subtree;  // before, then after
    unsigned depth = 0;
    Changes changes;
  };

  void cut(const NodePtr& old, unsigned depth, Changes changes) {
    if (changes.empty()) return;
    if (is_piece(old, changes)) {
      pieces_.push_back({old, depth, changes});
      return;
    }
    const std::size_t left = left_half(changes, depth);
    const auto [l, r] = halves_of(old);
    cut(l, depth + 1, changes.first(left));
    cut(r, depth + 1, changes.subspan(left));
  }

  std::span<Piece> pieces() { return pieces_; }

  NodePtr join_pieces(const NodePtr& old, unsigned depth, Changes changes) {
    if (changes.empty()) return old;
    if (is_piece(old, changes)) return std::move(pieces_[joined_++].subtree);
    const std::size_t left = left_half(changes, depth);
    const auto [l, r] = halves_of(old);
    NodePtr made = join_pieces(l, depth + 1, changes.first(left));
    return join(old, std::move(made), join_pieces(r, depth + 1, changes.subspan(left)));
  }

 private:
  bool is_piece(const NodePtr& old, Changes changes) const {
    return changes.size() <= changes_max_ || (old && old->is_twig());
  }

  std::size_t changes_max_;
  std::size_t joined_ = 0;
  std::vector<Piece> pieces_;
};

constexpr std::size_t kPieceChangesMin = 64;  // enough for full batches of hashes
constexpr std::size_t kPiecesPerThread = 8;   // that the last one to end is not waited for long

// False when `visit` had enough.
bool visit_from(const Node* node, const Hash& first, unsigned depth, bool all, const Tree::Visit& visit) {
  if (node == nullptr) return true;
  if (node->is_twig()) {
    for (const Leaf& leaf : leaves_of(node))
      if (!(leaf.key < first) && !visit(leaf)) return false;
    return true;
  }
  const Branch& branch = as_branch(*node);
  const bool right_only = !all && bit(first, depth);
  if (!right_only && !visit_from(branch.left.get(), first, depth + 1, all, visit)) return false;
  return visit_from(branch.right.get(), first, depth + 1, all || !right_only, visit);
}

}  // namespace

Hash Tree::root() const { return top_ ? top_->hash : Hash{}; }

std::uint64_t Tree::size() const { return count_of(top_.get()); }

std::optional<Hash> Tree::get(const Hash& key) const {
  const Node* node = top_.get();
  for (unsigned depth = 0; node != nullptr && !node->is_twig(); ++depth)
    node = (bit(key, depth) ? as_branch(*node).right : as_branch(*node).left).get();
  for (const Leaf& leaf : leaves_of(node))
    if (leaf.key == key) return leaf.value;
  return std::nullopt;
}

void Tree::visit(const Hash& first, const Visit& visit) const { visit_from(top_.get(), first, 0, false, visit); }

Update Tree::updated(Changes changes, TaskPool& pool, const CpuFeatures& cpu) const {
  for (std::size_t i = 1; i < changes.size(); ++i) AETHER_ASSERT(changes[i - 1].key < changes[i].key);
  const Tags tags;
  std::vector<std::optional<Hash>> before(changes.size());
  Pieces pieces(std::max(kPieceChangesMin, changes.size() / (kPiecesPerThread * pool.width())));
  pieces.cut(top_, 0, changes);
  pool.run(pieces.pieces().size(), [&](std::size_t i) {
    auto& piece = pieces.pieces()[i];
    fetch_ways(piece.subtree.get(), piece.depth, piece.changes);
    piece.subtree = Rebuilder(changes, before).rebuild(piece.subtree, piece.depth, piece.changes);
    Hasher(tags, cpu).hash(piece.subtree.get(), piece.depth);
  });
  NodePtr top = pieces.join_pieces(top_, 0, changes);
  Hasher(tags, cpu).hash(top.get(), 0);

  Update out{Tree(std::move(top)), {}};
  out.changed.reserve(changes.size());
  for (std::size_t i = 0; i < changes.size(); ++i)
    if (before[i] != changes[i].value) out.changed.push_back({changes[i].key, before[i], changes[i].value});
  return out;
}

}  // namespace aether::smt
