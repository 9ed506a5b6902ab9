#include "aether/smt/tree.hpp"
#include "range.hpp"

namespace aether::smt {
namespace {

class RangeProver {
 public:
  RangeProver(const Hash& first, const Hash& last, RangeProof& proof) : first_(first), last_(last), proof_(proof) {}

  void walk(const Part& here, const Span& span, unsigned depth) {
    const Relation where = relation(span, first_, last_);
    if (where == Relation::inside) return;
    if (here.size() == 0) {
      proof_.steps.push_back(Nothing{});
    } else if (here.size() == 1) {
      const Leaf& leaf = here.only();
      const bool listed = first_ <= leaf.key && leaf.key <= last_;
      proof_.steps.push_back(listed ? RangeStep{Nothing{}} : RangeStep{leaf});
    } else if (where == Relation::outside) {
      proof_.steps.push_back(Many{here.hash(tags_, depth)});
    } else {
      proof_.steps.push_back(Split{});
      for (const bool right : {false, true}) walk(here.half(right, depth), span.half(right, depth), depth + 1);
    }
  }

 private:
  Tags tags_;
  const Hash& first_;
  const Hash& last_;
  RangeProof& proof_;
};

}  // namespace

Proof Tree::prove(const Hash& key) const {
  const Tags tags;
  Proof proof;
  Part here(top_.get());
  for (unsigned depth = 0; here.size() > 1; ++depth) {
    const bool right = bit(key, depth);
    proof.siblings.push_back(here.half(!right, depth).hash(tags, depth + 1));
    here = here.half(right, depth);
  }
  std::reverse(proof.siblings.begin(), proof.siblings.end());
  if (here.size() == 1 && here.only().key != key) proof.other = here.only();
  return proof;
}

RangeProof Tree::prove_range(const Hash& first, Hash& last) const {
  RangeProof proof;
  visit(first, [&](const Leaf& leaf) {
    if (last < leaf.key) return false;
    proof.leaves.push_back(leaf);
    if (proof.leaves.size() < kRangeLeavesMax) return true;
    last = leaf.key;
    return false;
  });
  RangeProver(first, last, proof).walk(Part(top_.get()), {}, 0);
  return proof;
}

}  // namespace aether::smt
