// Proofs under a root, and their verifier, which needs neither a tree nor a store.
//
//   leaf  = H("aether/leaf", key ‖ value hash)        empty = 32 zero bytes
//   node  = H("aether/node", left ‖ right)            a subtree with one leaf is that leaf
//
// The tree is binary over 256-bit keys, highest bit first (protocol section 5).
#pragma once

#include <variant>

#include "aether/base/cpu.hpp"
#include "aether/codec/bcs.hpp"

namespace aether::smt {

struct Leaf {
  Hash key;
  Hash value;  // H("aether/value", bytes)

  bool operator==(const Leaf&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("key", self.key);
    visit("value", self.value);
  }
};

// --- One key -------------------------------------------------------------------------------------------------------

// Walking from the root by the key's bits ends at the first subtree with at most one leaf.
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

// Whether `root` commits to `value` at `key`; value none = to no leaf at `key`. Total on any decoded proof.
[[nodiscard]] bool verify(const Hash& root, const Hash& key, const std::optional<Hash>& value, const Proof& proof);

// --- All keys of a range -------------------------------------------------------------------------------------------

inline constexpr std::size_t kRangeLeavesMax = 4096;
// Two ways down, each of at most 256 splits with a sibling beside, and their ends.
inline constexpr std::size_t kRangeStepsMax = 4 * 256 + 2;

// What stands at a subtree that is not wholly in the range.
struct Nothing {  // no leaf outside the range
  bool operator==(const Nothing&) const = default;
  template <class Self, class V>
  static void fields(Self&, V&) {}
};
struct Many {  // at least two leaves, all outside the range
  Hash hash;
  bool operator==(const Many&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("hash", self.hash);
  }
};
struct Split {  // at least two leaves; the steps of both halves follow
  bool operator==(const Split&) const = default;
  template <class Self, class V>
  static void fields(Self&, V&) {}
};
using RangeStep = std::variant<Nothing, Leaf, Many, Split>;

// The leaves of a range of keys, and what stands beside it. Going down from the root, left before right, a subtree
// wholly in the range needs no step: its leaves are listed. One wholly outside is Nothing, a Leaf or Many. One that
// lies across an end of the range is a Split; or, with at most one leaf, that Leaf if it is outside, else Nothing.
struct RangeProof {
  codec::List<Leaf, kRangeLeavesMax> leaves;  // every one in the range, by key
  codec::List<RangeStep, kRangeStepsMax> steps;

  bool operator==(const RangeProof&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("leaves", self.leaves);
    visit("steps", self.steps);
  }
};

// Whether proof.leaves are all leaves under `root` whose keys lie in [first, last]. Total on any decoded proof.
[[nodiscard]] bool verify_range(const Hash& root, const Hash& first, const Hash& last, const RangeProof& proof,
                                const CpuFeatures& cpu);

}  // namespace aether::smt
