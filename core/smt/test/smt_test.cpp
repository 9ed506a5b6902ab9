#include <atomic>
#include <thread>

#include "support.hpp"

namespace aether::smt {
namespace {

// Tasks from the last to the first, and said to be many at once.
struct BackwardPool final : TaskPool {
  std::size_t width() const override { return 16; }
  void run(std::size_t count, const std::function<void(std::size_t)>& task) override {
    while (count-- > 0) task(count);
  }
};

struct ThreadedPool final : TaskPool {
  std::size_t width() const override { return 4; }
  void run(std::size_t count, const std::function<void(std::size_t)>& task) override {
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
      for (std::size_t i = next++; i < count; i = next++) task(i);
    };
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < width(); ++i) threads.emplace_back(work);
    for (auto& thread : threads) thread.join();
  }
};

RC_GTEST_PROP(Tree, equals_recomputation_from_all_leaves, ()) {
  Tree tree;
  Leaves leaves;
  for (int block = 0; block < 6; ++block) {
    const Batch batch = random_batch();
    const Leaves before = leaves;
    commit(leaves, batch);
    const Update update = commit(tree, batch);
    tree = update.tree;
    RC_ASSERT(tree.root() == naive(leaves));
    RC_ASSERT(tree.size() == leaves.size());
    RC_ASSERT(leaves_of(tree) == leaves);
    const Hash key = *key_gen();
    const auto at = leaves.find(key);
    RC_ASSERT(tree.get(key) == (at == leaves.end() ? std::nullopt : std::optional(at->second)));
    RC_ASSERT(leaves_of(tree, key) == Leaves(leaves.lower_bound(key), leaves.end()));
    std::vector<Changed> expected;
    for (const auto& [each, value] : batch) {
      const auto old = before.contains(each) ? std::optional(before.at(each)) : std::nullopt;
      if (old != value) expected.push_back({each, old, value});
    }
    RC_ASSERT(update.changed == expected);
  }
}

RC_GTEST_PROP(Tree, one_by_one_in_any_order_is_the_same, ()) {
  Leaves leaves;
  commit(leaves, random_batch());
  std::vector<std::pair<Hash, Hash>> order(leaves.begin(), leaves.end());
  Tree tree;
  while (!order.empty()) {
    const auto at = *rc::gen::inRange<std::size_t>(0, order.size());
    tree = commit(tree, Batch{{order[at].first, order[at].second}}).tree;
    order.erase(order.begin() + static_cast<std::ptrdiff_t>(at));
  }
  RC_ASSERT(tree.root() == naive(leaves));
}

RC_GTEST_PROP(Tree, what_changed_turned_around_leads_back_and_versions_stay_as_they_were, ()) {
  Leaves leaves;
  commit(leaves, random_batch());
  const Tree first = tree_of(leaves);
  const Update second = commit(first, random_batch());
  Batch undo;
  for (const Changed& each : second.changed) undo[each.key] = each.before;
  const Hash root = second.tree.root();
  const Update third = commit(second.tree, undo);
  RC_ASSERT(third.tree.root() == first.root());
  RC_ASSERT(leaves_of(first) == leaves);
  RC_ASSERT(second.tree.root() == root);
  RC_ASSERT(leaves_of(third.tree) == leaves);
}

// Enough leaves for branches, several pieces and full batches; a third of the changes removes.
TEST(Tree, large_batches_equal_recomputation_for_every_pool_and_processor) {
  Leaves leaves;
  Tree tree;
  SerialPool serial;
  BackwardPool backward;
  std::uint64_t next = 0;
  for (const std::size_t size : {3u, 3'000u, 700u, 1u, 1'500u, 4'000u}) {
    Batch batch;
    for (std::size_t i = 0; i < size; ++i) {
      ++next;
      batch[number(next * 7 % 4'001)] = next % 3 == 0 ? std::nullopt : std::optional(number(next));
    }
    commit(leaves, batch);
    const auto changes = changes_of(batch);
    const Tree made = tree.updated(changes, serial, {}).tree;
    ASSERT_EQ(made.root(), naive(leaves));
    for (const CpuFeatures& cpu : kinds()) {
      EXPECT_EQ(tree.updated(changes, backward, cpu).tree.root(), made.root());
      EXPECT_EQ(tree.updated(changes, serial, cpu).tree.root(), made.root());
    }
    tree = made;
  }
  Batch all_gone;
  for (const auto& [key, value] : leaves) all_gone[key] = std::nullopt;
  const Tree nothing = commit(tree, all_gone).tree;
  EXPECT_TRUE(nothing.root().is_zero());
  EXPECT_EQ(nothing.size(), 0u);
}

// Versions are read, updated twice and let go on several threads at once.
TEST(Tree, versions_are_shared_by_threads) {
  ThreadedPool pool;
  Leaves leaves;
  for (std::uint64_t i = 0; i < 2'000; ++i) leaves[number(i)] = number(i);
  Tree tree = tree_of(leaves);
  for (std::uint64_t version = 0; version < 8; ++version) {
    Batch batch;
    for (std::uint64_t i = 0; i < 300; ++i) batch[number(i * (version + 3))] = number(version);
    const auto changes = changes_of(batch);
    Hash beside;
    std::atomic<int> wrong = 0;
    std::thread sibling([&, tree] {
      SerialPool serial;
      beside = tree.updated(changes, serial, {}).tree.root();
    });
    std::thread reader([&, tree, root = tree.root()] {
      for (std::uint64_t i = 0; i < 100; ++i)
        wrong += !verify(root, number(i), tree.get(number(i)), tree.prove(number(i)));
    });
    tree = tree.updated(changes, pool, kinds().back()).tree;
    sibling.join();
    reader.join();
    EXPECT_EQ(tree.root(), beside);
    EXPECT_EQ(wrong, 0);
  }
}

TEST(Tree, keys_that_differ_in_the_last_bit_only) {
  Hash a, b;
  b.bytes[31] = 1;
  const Leaves leaves{{a, number(1)}, {b, number(2)}};
  Tree tree = tree_of(leaves);
  EXPECT_EQ(tree.root(), naive(leaves));
  EXPECT_EQ(tree.prove(b).siblings.size(), 256u);
  EXPECT_TRUE(verify(tree.root(), b, number(2), tree.prove(b)));
  tree = commit(tree, {{b, std::nullopt}}).tree;
  EXPECT_EQ(tree.prove(a).siblings.size(), 0u);
  EXPECT_EQ(tree.root(), naive(Leaves{{a, number(1)}}));
}

// More leaves than a twig holds, all below one path of 250 bits.
TEST(Tree, many_keys_with_one_long_prefix) {
  Leaves leaves;
  for (std::uint8_t i = 0; i < 40; ++i) {
    Hash key = number(1);
    key.bytes[31] = i;
    leaves[key] = number(i);
  }
  const Tree tree = tree_of(leaves);
  EXPECT_EQ(tree.root(), naive(leaves));
  for (const auto& [key, value] : leaves) EXPECT_TRUE(verify(tree.root(), key, value, tree.prove(key)));
}

}  // namespace
}  // namespace aether::smt
