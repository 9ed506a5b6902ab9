#include <random>

#include "support.hpp"

namespace aether::smt {
namespace {

TEST(Undone, leads_to_each_older_version) {
  Tree tree;
  std::vector<std::vector<Change>> newest_first;
  std::vector<Tree> trees;
  std::mt19937_64 random(7);
  for (int version = 0; version < 12; ++version) {
    Batch batch;
    for (int i = 0; i < 40; ++i)
      batch[number(random() % 100)] = random() % 3 == 0 ? std::nullopt : std::optional(number(random()));
    const Update update = commit(tree, batch);
    tree = update.tree;
    trees.push_back(tree);
    std::vector<Change> before;
    for (const Changed& each : update.changed) before.push_back({each.key, each.before});
    newest_first.insert(newest_first.begin(), std::move(before));
  }
  SerialPool pool;
  for (std::size_t back = 0; back < trees.size(); ++back)
    EXPECT_EQ(undone(tree, std::span(newest_first).first(back), pool, {}).root(),
              trees[trees.size() - 1 - back].root());
  EXPECT_TRUE(undone(tree, newest_first, pool, {}).root().is_zero());
}

}  // namespace
}  // namespace aether::smt
