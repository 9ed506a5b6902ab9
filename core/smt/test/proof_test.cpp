#include "support.hpp"

namespace aether::smt {
namespace {

RC_GTEST_PROP(Proof, says_the_truth_and_nothing_else, ()) {
  Leaves leaves;
  commit(leaves, random_batch());
  const Tree tree = tree_of(leaves);
  const Hash top = tree.root();
  const Hash key = *key_gen();
  const Proof proof = tree.prove(key);
  const auto held = leaves.find(key);
  const std::optional<Hash> value = held == leaves.end() ? std::nullopt : std::optional(held->second);
  RC_ASSERT(verify(top, key, value, proof));
  RC_ASSERT(!verify(top, key, number(99), proof));
  if (value) RC_ASSERT(!verify(top, key, std::nullopt, proof));
  RC_ASSERT(*codec::decode<Proof>(codec::encode(proof)) == proof);
  const Hash other = *key_gen();
  const bool held_other = leaves.contains(other);
  if (held_other) RC_ASSERT(!verify(top, other, std::nullopt, proof));
  if (!held_other && value) RC_ASSERT(!verify(top, other, value, proof));
}

// Of inclusion; of exclusion at an empty place and beside another leaf; in trees of a few, and of many leaves.
TEST(Proof, every_single_flipped_bit_is_refused) {
  for (const std::uint64_t count : {1u, 2u, 3u, 60u, 500u}) {
    Leaves leaves;
    for (std::uint64_t i = 0; i < count; ++i) leaves[number(i)] = number(i + 1'000);
    const Tree tree = tree_of(leaves);
    bool empty_place = false, other_leaf = false;
    for (std::uint64_t i = 0; i < 40; ++i) {
      const bool included = i % 2 == 0;
      const Hash key = number(included ? i / 2 % count : i + 10'000);
      const auto value = tree.get(key);
      ASSERT_EQ(value.has_value(), included);
      const Proof proof = tree.prove(key);
      other_leaf |= !included && proof.other;
      empty_place |= !included && !proof.other;
      ASSERT_TRUE(verify(tree.root(), key, value, proof));
      with_every_bit_flipped(codec::encode(proof), [&](const Bytes& forged) {
        const auto decoded = codec::decode<Proof>(forged);
        EXPECT_FALSE(decoded && verify(tree.root(), key, value, *decoded));
      });
      with_every_bit_flipped(Bytes(key.bytes.begin(), key.bytes.end()), [&](const Bytes& forged) {
        Hash elsewhere;
        std::copy(forged.begin(), forged.end(), elsewhere.bytes.begin());
        EXPECT_FALSE(value && verify(tree.root(), elsewhere, value, proof));
      });
    }
    EXPECT_TRUE(other_leaf);
    EXPECT_TRUE(empty_place || count < 60);
  }
}

TEST(Proof, forged_exclusions_of_a_held_key_fail) {
  Leaves leaves;
  for (std::uint8_t i = 0; i < 64; ++i) leaves[number(i)] = number(i);
  const Tree tree = tree_of(leaves);
  const Hash top = tree.root();
  for (const auto& [key, value] : leaves) {
    Proof proof = tree.prove(key);
    EXPECT_TRUE(verify(top, key, value, proof));
    EXPECT_FALSE(verify(top, key, std::nullopt, proof));
    proof.other = Leaf{key, value};  // its own leaf as the "other" one
    EXPECT_FALSE(verify(top, key, std::nullopt, proof));
    EXPECT_FALSE(verify(top, key, value, proof));
    proof.other.reset();
    proof.siblings.insert(proof.siblings.begin(), Hash{});  // one level below the leaf
    EXPECT_FALSE(verify(top, key, std::nullopt, proof));
    EXPECT_FALSE(verify(top, key, value, proof));
  }
  // A leaf elsewhere in the tree is no witness for this key.
  const Hash a = leaves.begin()->first, b = leaves.rbegin()->first;
  Proof elsewhere = tree.prove(b);
  elsewhere.other = Leaf{b, leaves[b]};
  EXPECT_FALSE(verify(top, a, std::nullopt, elsewhere));
}

TEST(Proof, refuses_more_than_256_siblings) {
  Proof proof;
  proof.siblings.resize(256);
  Bytes bytes = codec::encode(proof);
  EXPECT_TRUE(codec::decode<Proof>(bytes).has_value());
  EXPECT_FALSE(verify({}, {}, std::nullopt, proof));
  bytes[0] = 0x81;  // 257
  bytes.insert(bytes.begin() + 2, 32, 0);
  EXPECT_EQ(codec::decode<Proof>(bytes).error(), codec::Error::length_above_bound);
}

Hash all_ones() {
  Hash key;
  key.bytes.fill(0xff);
  return key;
}

RC_GTEST_PROP(RangeProof, lists_exactly_the_leaves_of_the_range, ()) {
  Leaves leaves;
  commit(leaves, random_batch(40));
  const Tree tree = tree_of(leaves);
  Hash first = *key_gen(), last = *rc::gen::oneOf(key_gen(), rc::gen::just(all_ones()));
  if (last < first) std::swap(first, last);
  const Hash asked = last;
  const RangeProof proof = tree.prove_range(first, last);
  RC_ASSERT(last == asked);
  const Leaves expected(leaves.lower_bound(first), leaves.upper_bound(last));
  Leaves listed;
  for (const Leaf& leaf : proof.leaves) listed[leaf.key] = leaf.value;
  RC_ASSERT(listed == expected);
  RC_ASSERT(listed.size() == proof.leaves.size());
  RC_ASSERT(verify_range(tree.root(), first, last, proof, {}));
  RC_ASSERT(*codec::decode<RangeProof>(codec::encode(proof)) == proof);
  RC_ASSERT(!verify_range(number(5), first, last, proof, {}));

  // A leaf left out, added or changed.
  for (std::size_t i = 0; i < proof.leaves.size(); ++i) {
    RangeProof forged = proof;
    forged.leaves.erase(forged.leaves.begin() + static_cast<std::ptrdiff_t>(i));
    RC_ASSERT(!verify_range(tree.root(), first, last, forged, {}));
    forged = proof;
    forged.leaves[i].value = number(99);
    RC_ASSERT(!verify_range(tree.root(), first, last, forged, {}));
  }
  const Hash extra = *key_gen();
  if (!listed.contains(extra)) {
    RangeProof forged = proof;
    const auto by_key = [](const Leaf& leaf, const Hash& key) { return leaf.key < key; };
    forged.leaves.insert(std::lower_bound(forged.leaves.begin(), forged.leaves.end(), extra, by_key),
                         {extra, number(1)});
    RC_ASSERT(!verify_range(tree.root(), first, last, forged, {}));
  }
  // The proof of one range is none of another that holds other leaves.
  Hash other_first = *key_gen(), other_last = *key_gen();
  if (other_last < other_first) std::swap(other_first, other_last);
  const Leaves others(leaves.lower_bound(other_first), leaves.upper_bound(other_last));
  if (others != expected) RC_ASSERT(!verify_range(tree.root(), other_first, other_last, proof, {}));
}

TEST(RangeProof, every_single_flipped_bit_is_refused) {
  Leaves leaves;
  for (std::uint64_t i = 0; i < 300; ++i) leaves[number(i)] = number(i + 1'000);
  const Tree tree = tree_of(leaves);
  std::vector<Hash> keys;
  for (const auto& [key, value] : leaves) keys.push_back(key);
  const std::pair<Hash, Hash> ranges[] = {
      {keys[10], keys[14]},    {keys[77], keys[77]},           {number(5'000), number(5'000)}, {Hash{}, keys[3]},
      {keys[297], all_ones()}, {number(6'001), number(6'002)}, {number(6'004), number(6'003)},
  };
  for (const auto& [one, other] : ranges) {
    const Hash first = std::min(one, other);
    Hash last = std::max(one, other);
    const RangeProof proof = tree.prove_range(first, last);
    ASSERT_TRUE(verify_range(tree.root(), first, last, proof, {}));
    if (proof.leaves.size() > 20) continue;  // a wide one is checked above
    with_every_bit_flipped(codec::encode(proof), [&](const Bytes& forged) {
      const auto decoded = codec::decode<RangeProof>(forged);
      EXPECT_FALSE(decoded && verify_range(tree.root(), first, last, *decoded, {}));
    });
  }
}

TEST(RangeProof, a_long_range_is_proved_in_parts_that_meet) {
  Leaves leaves;
  for (std::uint64_t i = 0; i < 2 * kRangeLeavesMax + 5; ++i) leaves[number(i)] = number(i);
  const Tree tree = tree_of(leaves);
  Leaves collected;
  Hash first;
  std::vector<std::size_t> sizes;
  for (;;) {
    Hash last = all_ones();
    const RangeProof proof = tree.prove_range(first, last);
    ASSERT_TRUE(verify_range(tree.root(), first, last, proof, {}));
    for (const Leaf& leaf : proof.leaves) collected[leaf.key] = leaf.value;
    sizes.push_back(proof.leaves.size());
    if (last == all_ones()) break;
    first = last;
    for (std::size_t i = 32; i-- > 0 && ++first.bytes[i] == 0;) {
    }
  }
  EXPECT_EQ(collected, leaves);
  EXPECT_EQ(sizes, (std::vector<std::size_t>{kRangeLeavesMax, kRangeLeavesMax, 5}));
}

TEST(RangeProof, lone_leaves_beside_the_range_cannot_hide_one_inside) {
  // Two leaves: 0… and 1…. The range is the right half; the forger claims that the whole tree is one leaf on the left.
  Hash left, right;
  right.bytes[0] = 0x80;
  const Tree tree = tree_of({{left, number(1)}, {right, number(2)}});
  RangeProof forged;
  forged.steps.push_back(Split{});
  forged.steps.push_back(Many{tree.root()});
  EXPECT_FALSE(verify_range(tree.root(), right, all_ones(), forged, {}));
  forged.steps = {Leaf{left, number(1)}};
  EXPECT_FALSE(verify_range(tree.root(), right, all_ones(), forged, {}));
  forged.steps = {Many{tree.root()}};
  EXPECT_FALSE(verify_range(tree.root(), right, all_ones(), forged, {}));
  // A tree of one leaf, claimed to lie beside the range that holds it.
  const Tree one = tree_of({{right, number(2)}});
  forged.steps = {Leaf{right, number(2)}};
  EXPECT_FALSE(verify_range(one.root(), right, all_ones(), forged, {}));
  forged.steps = {Leaf{left, number(2)}};
  EXPECT_FALSE(verify_range(one.root(), right, all_ones(), forged, {}));
  forged.steps = {Nothing{}};
  EXPECT_FALSE(verify_range(one.root(), right, all_ones(), forged, {}));
  EXPECT_TRUE(verify_range({}, right, all_ones(), forged, {}));
  EXPECT_FALSE(verify_range({}, all_ones(), right, forged, {}));
}

}  // namespace
}  // namespace aether::smt
