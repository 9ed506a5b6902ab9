#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "aether/crypto/sha256.hpp"
#include "aether/smt/proof.hpp"

namespace aether::smt {
namespace {

using Leaves = std::map<Hash, Hash>;

bool bit_of(const Hash& key, unsigned i) { return (key.bytes[i / 8] >> (7 - i % 8) & 1) != 0; }

// The definition of protocol section 5, recomputed from all leaves.
Hash naive(const std::vector<std::pair<Hash, Hash>>& leaves, unsigned depth) {
  if (leaves.empty()) return {};
  if (leaves.size() == 1) {
    Bytes message(leaves[0].first.bytes.begin(), leaves[0].first.bytes.end());
    append(message, leaves[0].second.view());
    return crypto::tagged_hash("aether/leaf", message);
  }
  std::vector<std::pair<Hash, Hash>> left, right;
  for (const auto& leaf : leaves) (bit_of(leaf.first, depth) ? right : left).push_back(leaf);
  Bytes message;
  append(message, naive(left, depth + 1).view());
  append(message, naive(right, depth + 1).view());
  return crypto::tagged_hash("aether/node", message);
}
Hash naive(const Leaves& leaves) { return naive({leaves.begin(), leaves.end()}, 0); }

Hash number(std::uint64_t n) { return crypto::tagged_hash("test", Bytes(8, static_cast<std::uint8_t>(n))); }

// Keys from a small space whose members share prefixes of all lengths: all zero but for a few bits.
rc::Gen<Hash> key_gen() {
  return rc::gen::exec([] {
    Hash key;
    for (const auto at : *rc::gen::container<std::vector<unsigned>>(
             rc::gen::element<unsigned>(0, 1, 2, 3, 4, 5, 7, 8, 11, 12, 127, 128, 251, 252, 254, 255)))
      key.bytes[at / 8] |= static_cast<std::uint8_t>(0x80 >> at % 8);
    return key;
  });
}

using Batch = std::map<Hash, std::optional<Hash>>;
Batch random_batch() {
  Batch batch;
  const auto n = *rc::gen::inRange(0, 20);
  for (int i = 0; i < n; ++i) {
    const Hash key = *key_gen();
    if (*rc::gen::inRange(0, 3) == 0) {
      batch[key] = std::nullopt;
    } else {
      batch[key] = number(*rc::gen::inRange<std::uint64_t>(0, 4));
    }
  }
  return batch;
}

Hash commit(MemoryStore& store, const Batch& batch) {
  std::vector<Change> changes;
  for (const auto& [key, value] : batch) changes.push_back({key, value});
  const Update update = smt::update(store, changes);
  store.apply(update.nodes);
  return update.root;
}
void commit(Leaves& leaves, const Batch& batch) {
  for (const auto& [key, value] : batch) {
    if (value) {
      leaves[key] = *value;
    } else {
      leaves.erase(key);
    }
  }
}

RC_GTEST_PROP(Tree, equals_recomputation_from_all_leaves, ()) {
  MemoryStore store;
  Leaves leaves;
  for (int block = 0; block < 6; ++block) {
    const Batch batch = random_batch();
    commit(leaves, batch);
    const Hash expected = naive(leaves);
    RC_ASSERT(commit(store, batch) == expected);
    RC_ASSERT(root(store) == expected);
    // The pages are a function of the leaves alone.
    MemoryStore fresh;
    commit(fresh, Batch(leaves.begin(), leaves.end()));
    RC_ASSERT(fresh.pages() == store.pages());
  }
}

RC_GTEST_PROP(Tree, one_by_one_in_any_order_is_the_same, ()) {
  Leaves leaves;
  commit(leaves, random_batch());
  std::vector<std::pair<Hash, Hash>> order(leaves.begin(), leaves.end());
  MemoryStore store;
  while (!order.empty()) {
    const auto at = *rc::gen::inRange<std::size_t>(0, order.size());
    commit(store, Batch{{order[at].first, order[at].second}});
    order.erase(order.begin() + static_cast<std::ptrdiff_t>(at));
  }
  RC_ASSERT(root(store) == naive(leaves));
}

RC_GTEST_PROP(Tree, removing_what_was_added_restores_root_and_pages, ()) {
  MemoryStore store;
  Leaves leaves;
  const Batch first = random_batch();
  commit(leaves, first);
  const Hash before = commit(store, first);
  const auto pages = store.pages();
  Batch undo;
  const Batch second = random_batch();
  for (const auto& [key, value] : second)
    undo[key] = leaves.contains(key) ? std::optional(leaves[key]) : std::nullopt;
  commit(store, second);
  RC_ASSERT(commit(store, undo) == before);
  RC_ASSERT(store.pages() == pages);
}

RC_GTEST_PROP(Proof, says_the_truth_and_nothing_else, ()) {
  MemoryStore store;
  Leaves leaves;
  const Batch batch = random_batch();
  commit(leaves, batch);
  const Hash top = commit(store, batch);
  const Hash key = *key_gen();
  const Proof proof = prove(store, key);
  const auto held = leaves.find(key);
  const std::optional<Hash> value = held == leaves.end() ? std::nullopt : std::optional(held->second);
  RC_ASSERT(verify(top, key, value, proof));
  RC_ASSERT(!verify(top, key, number(99), proof));
  if (value) RC_ASSERT(!verify(top, key, std::nullopt, proof));
  RC_ASSERT(*codec::decode<Proof>(codec::encode(proof)) == proof);

  // Any change of one bit of the proof, or of the proved key, ends the proof or leaves it true.
  Bytes bytes = codec::encode(proof);
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size() * 8);
  bytes[at / 8] ^= static_cast<std::uint8_t>(1u << at % 8);
  if (const auto forged = codec::decode<Proof>(bytes)) RC_ASSERT(!verify(top, key, value, *forged));
  const Hash other = *key_gen();
  const bool held_other = leaves.contains(other);
  if (held_other) RC_ASSERT(!verify(top, other, std::nullopt, proof));
  if (!held_other && value) RC_ASSERT(!verify(top, other, value, proof));
}

TEST(Proof, forged_exclusions_of_a_held_key_fail) {
  MemoryStore store;
  Batch batch;
  for (std::uint8_t i = 0; i < 64; ++i) batch[number(i)] = number(i);
  const Hash top = commit(store, batch);
  for (const auto& [key, value] : batch) {
    Proof proof = prove(store, key);
    EXPECT_TRUE(verify(top, key, value, proof));
    EXPECT_FALSE(verify(top, key, std::nullopt, proof));
    proof.other = Leaf{key, *value};  // its own leaf as the "other" one
    EXPECT_FALSE(verify(top, key, std::nullopt, proof));
    EXPECT_FALSE(verify(top, key, value, proof));
    proof.other.reset();
    proof.siblings.insert(proof.siblings.begin(), Hash{});  // one level below the leaf
    EXPECT_FALSE(verify(top, key, std::nullopt, proof));
    EXPECT_FALSE(verify(top, key, value, proof));
  }
  // A leaf elsewhere in the tree is no witness for this key.
  const Hash a = batch.begin()->first, b = batch.rbegin()->first;
  Proof elsewhere = prove(store, b);
  elsewhere.other = Leaf{b, *batch[b]};
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

TEST(Tree, keys_that_differ_in_the_last_bit_only) {
  Hash a, b;
  b.bytes[31] = 1;
  MemoryStore store;
  const Hash top = commit(store, {{a, number(1)}, {b, number(2)}});
  EXPECT_EQ(top, naive(Leaves{{a, number(1)}, {b, number(2)}}));
  EXPECT_EQ(store.pages().size(), 64u);
  EXPECT_EQ(prove(store, b).siblings.size(), 256u);
  EXPECT_TRUE(verify(top, b, number(2), prove(store, b)));
  commit(store, {{b, std::nullopt}});
  EXPECT_EQ(store.pages().size(), 1u);
  commit(store, {{a, std::nullopt}});
  EXPECT_TRUE(store.pages().empty());
  EXPECT_TRUE(root(store).is_zero());
}

}  // namespace
}  // namespace aether::smt
