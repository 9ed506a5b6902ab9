#include "hasher.hpp"
#include "range.hpp"

namespace aether::smt {

Hash hash_of_leaves(const Tags& tags, std::span<const Leaf> leaves, unsigned depth) {
  if (leaves.empty()) return {};
  if (leaves.size() == 1) return tags.leaf(leaves[0].key.view(), leaves[0].value.view());
  AETHER_ASSERT(depth < 256);
  const std::size_t left = left_half(leaves, depth);
  const Hash l = hash_of_leaves(tags, leaves.first(left), depth + 1);
  const Hash r = hash_of_leaves(tags, leaves.subspan(left), depth + 1);
  return tags.node(l.view(), r.view());
}

bool verify(const Hash& root, const Hash& key, const std::optional<Hash>& value, const Proof& proof) {
  const Tags tags;
  const std::size_t depth = proof.siblings.size();
  if (depth > proof.siblings.kMax || (value && proof.other)) return false;
  if (proof.other) {
    if (proof.other->key == key) return false;
    for (std::size_t i = 0; i < depth; ++i)
      if (bit(key, i) != bit(proof.other->key, i)) return false;
  }
  Hash hash;
  if (value) {
    hash = tags.leaf(key.view(), value->view());
  } else if (proof.other) {
    hash = tags.leaf(proof.other->key.view(), proof.other->value.view());
  }
  for (std::size_t i = 0; i < depth; ++i) {
    const Hash& sibling = proof.siblings[i];
    hash = bit(key, depth - 1 - i) ? tags.node(sibling.view(), hash.view()) : tags.node(hash.view(), sibling.view());
  }
  return hash == root;
}

namespace {

// Walks the proof, which settles its shape, and plans the hashes on the way; the root's is the last.
class RangeVerifier {
 public:
  RangeVerifier(const Hash& first, const Hash& last, const RangeProof& proof, const CpuFeatures& cpu)
      : hasher_(tags_, cpu), first_(first), last_(last), leaves_(proof.leaves), steps_(proof.steps) {}

  bool gives(const Hash& root) {
    Hash top;
    const auto folded = fold({}, 0, top);
    if (!folded || !leaves_.empty() || !steps_.empty()) return false;
    hasher_.run();
    return top == root;
  }

 private:
  struct Subtree {
    std::uint64_t at_least = 0;  // leaves: 0, 1 exactly; 2 = at least two
    std::size_t ready = 0;       // the level of the hasher from which its hash is there
  };
  using Folded = std::optional<Subtree>;  // none = the proof is no proof

  // `hash` becomes the subtree's.
  Folded fold(const Span& span, unsigned depth, Hash& hash) {
    switch (relation(span, first_, last_)) {
      case Relation::inside: return of(take_listed(span), depth, hash);
      case Relation::outside: return outside(span, take_step(), hash);
      case Relation::across: break;
    }
    const RangeStep* step = take_step();
    if (step == nullptr || std::holds_alternative<Many>(*step)) return std::nullopt;
    if (std::holds_alternative<Split>(*step)) {
      Hash& left_hash = hasher_.room();
      Hash& right_hash = hasher_.room();
      const auto left = fold(span.half(false, depth), depth + 1, left_hash);
      if (!left) return std::nullopt;
      const auto right = fold(span.half(true, depth), depth + 1, right_hash);
      if (!right || left->at_least + right->at_least < 2) return std::nullopt;
      return Subtree{2, hasher_.plan_node(left_hash, right_hash, std::max(left->ready, right->ready), hash)};
    }
    const auto listed = take_listed(span);
    if (std::holds_alternative<Leaf>(*step)) return listed.empty() ? outside(span, step, hash) : std::nullopt;
    return listed.size() > 1 ? std::nullopt : of(listed, depth, hash);
  }

  Folded of(std::span<const Leaf> leaves, unsigned depth, Hash& hash) {
    if (leaves.empty()) return Subtree{};
    return Subtree{std::min<std::uint64_t>(leaves.size(), 2), hasher_.plan_leaves(leaves, depth, hash)};
  }

  // A subtree that the range does not touch. The key of a lone leaf is seen, so it hides no leaf of the range.
  Folded outside(const Span& span, const RangeStep* step, Hash& hash) {
    if (step == nullptr || std::holds_alternative<Split>(*step)) return std::nullopt;
    if (const auto* many = std::get_if<Many>(step)) {
      if (many->hash.is_zero()) return std::nullopt;
      hash = many->hash;
      return Subtree{2, 0};
    }
    const auto* leaf = std::get_if<Leaf>(step);
    if (leaf == nullptr) return Subtree{};
    if (!span.holds(leaf->key) || (first_ <= leaf->key && leaf->key <= last_)) return std::nullopt;
    return of({leaf, 1}, 0, hash);
  }

  const RangeStep* take_step() {
    if (steps_.empty()) return nullptr;
    const RangeStep& step = steps_.front();
    steps_ = steps_.subspan(1);
    return &step;
  }
  // Those up to the span's end; they lie in it, because all before it are taken.
  std::span<const Leaf> take_listed(const Span& span) {
    const auto end = std::ranges::upper_bound(leaves_, span.high, {}, &Leaf::key);
    const auto taken = leaves_.first(static_cast<std::size_t>(end - leaves_.begin()));
    leaves_ = leaves_.subspan(taken.size());
    return taken;
  }

  Tags tags_;
  Hasher hasher_;
  const Hash& first_;
  const Hash& last_;
  std::span<const Leaf> leaves_;
  std::span<const RangeStep> steps_;
};

}  // namespace

bool verify_range(const Hash& root, const Hash& first, const Hash& last, const RangeProof& proof,
                  const CpuFeatures& cpu) {
  if (last < first || proof.leaves.size() > kRangeLeavesMax || proof.steps.size() > kRangeStepsMax) return false;
  for (std::size_t i = 0; i < proof.leaves.size(); ++i) {
    if (i > 0 && !(proof.leaves[i - 1].key < proof.leaves[i].key)) return false;
    if (proof.leaves[i].key < first || last < proof.leaves[i].key) return false;
  }
  return RangeVerifier(first, last, proof, cpu).gives(root);
}

}  // namespace aether::smt
