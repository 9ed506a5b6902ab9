#include <random>

#include "aether/smt/pages.hpp"
#include "support.hpp"

namespace aether::smt {
namespace {

// A disk and the process before it.
class Disk {
 public:
  void commit(const Batch& batch) {
    const Update update = smt::commit(tree_, batch);
    tree_ = update.tree;
    log_[version_] = update.changed;
    const auto plan = pages_.plan(tree_, version_, update.changed.size(), [&](const Hash& bound) {
      const auto at = stored_.find(bound);
      return at == stored_.end() ? std::nullopt : std::optional(at->second);
    });
    pages_written_ = 0;
    for (const auto& [bound, page] : plan.writes) {
      if (page) {
        stored_[bound] = *page;
        ++pages_written_;
      } else {
        stored_.erase(bound);
      }
    }
    pages_.done(plan);
    stored_position_ = pages_.position();
    log_.erase(log_.begin(), log_.lower_bound(stored_position_.log_from));
    ++version_;
  }

  // Everything but what is stored is lost.
  void restart() {
    SerialPool pool;
    Loader loader(pool, kinds().back());
    std::set<Hash> bounds;
    for (const auto& [bound, page] : stored_) {
      ASSERT_TRUE(loader.page(bound, page));
      bounds.insert(bound);
    }
    for (const auto& [version, changed] : log_) loader.changed(changed);
    tree_ = loader.finish();
    pages_ = Pages(std::move(bounds), stored_position_);
  }

  const Tree& tree() const { return tree_; }
  const std::map<Hash, Page>& stored() const { return stored_; }
  std::size_t pages_written() const { return pages_written_; }
  std::size_t log_size() const {
    std::size_t out = 0;
    for (const auto& [version, changed] : log_) out += changed.size();
    return out;
  }

 private:
  Tree tree_;
  Pages pages_;
  std::uint64_t version_ = 0;
  std::map<Hash, Page> stored_;
  std::map<std::uint64_t, std::vector<Changed>> log_;
  Position stored_position_;
  std::size_t pages_written_ = 0;
};

void expect_budget(const Disk& disk, std::size_t changes) {
  EXPECT_LE(disk.pages_written(), (changes + kChangesPerPage - 1) / kChangesPerPage + 1);
}

TEST(Pages, a_restart_after_any_block_finds_the_newest_tree) {
  std::mt19937_64 random(20'26);
  Disk disk;
  Leaves leaves;
  for (int block = 0; block < 300; ++block) {
    // Growing, then shrinking; small and large blocks; sometimes many keys beside each other.
    Batch batch;
    const std::size_t size = block % 10 == 9 ? 900 : random() % 60;
    const bool crowded = block % 37 == 5;
    for (std::size_t i = 0; i < size; ++i) {
      Hash key = number(random() % 6'000);
      if (crowded) key.bytes[0] = 7, key.bytes[1] = 7;
      const bool removes = random() % 10 < (block < 200 ? 2u : 8u);
      batch[key] = removes ? std::nullopt : std::optional(number(random()));
    }
    commit(leaves, batch);
    disk.commit(batch);
    expect_budget(disk, batch.size());
    if (random() % 3 == 0) {
      const Hash root = disk.tree().root();
      disk.restart();
      ASSERT_EQ(disk.tree().root(), root);
    }
  }
  EXPECT_EQ(leaves_of(disk.tree()), leaves);
  EXPECT_EQ(disk.tree().root(), tree_of(leaves).root());
}

TEST(Pages, are_full_enough_and_the_log_stays_short_of_two_rounds) {
  Disk disk;
  std::uint64_t next = 0;
  const auto block = [&](std::size_t size, std::uint64_t keys) {
    Batch batch;
    for (const auto end = next + size; next < end; ++next) batch[number(next % keys)] = number(next);
    disk.commit(batch);
  };
  for (int i = 0; i < 200; ++i) block(500, 20'000);
  const std::size_t pages = disk.stored().size();
  EXPECT_LE(pages, 20'000 / 24);
  for (int i = 0; i < 400; ++i) {
    block(100, 20'000);
    EXPECT_LE(disk.log_size(), 2 * (pages + 100) * kChangesPerPage);
  }
  for (const auto& [bound, page] : disk.stored()) EXPECT_LE(page.size(), kPageLeavesMax);
}

TEST(Pages, of_a_tree_that_was_emptied_are_gone) {
  Disk disk;
  Leaves leaves;
  for (std::uint64_t i = 0; i < 2'000; ++i) leaves[number(i)] = number(i);
  disk.commit(Batch(leaves.begin(), leaves.end()));
  Batch gone;
  for (const auto& [key, value] : leaves) gone[key] = std::nullopt;
  disk.commit(gone);
  for (int round = 0; round < 3; ++round) {
    disk.commit(Batch(leaves.begin(), leaves.end()));
    disk.commit(gone);
  }
  EXPECT_TRUE(disk.stored().empty());
  disk.restart();
  EXPECT_TRUE(disk.tree().root().is_zero());
}

TEST(Loader, refuses_pages_out_of_order) {
  const Leaf low{number(1) < number(2) ? number(1) : number(2), {}}, high{std::max(number(1), number(2)), {}};
  SerialPool pool;
  EXPECT_TRUE(Loader(pool, {}).page({}, {low, high}));
  EXPECT_FALSE(Loader(pool, {}).page({}, {high, low}));
  EXPECT_FALSE(Loader(pool, {}).page({}, {low, low}));
  EXPECT_FALSE(Loader(pool, {}).page(high.key, {low}));
  Loader loader(pool, {});
  EXPECT_TRUE(loader.page({}, {high}));
  EXPECT_FALSE(loader.page(low.key, {low}));
}

TEST(Undone, leads_to_each_older_version) {
  Tree tree;
  std::vector<Hash> roots;
  std::vector<std::vector<Changed>> newest_first;
  std::vector<Tree> trees;
  std::mt19937_64 random(7);
  for (int version = 0; version < 12; ++version) {
    Batch batch;
    for (int i = 0; i < 40; ++i)
      batch[number(random() % 100)] = random() % 3 == 0 ? std::nullopt : std::optional(number(random()));
    Update update = commit(tree, batch);
    tree = update.tree;
    trees.push_back(tree);
    newest_first.insert(newest_first.begin(), std::move(update.changed));
  }
  SerialPool pool;
  for (std::size_t back = 0; back < trees.size(); ++back)
    EXPECT_EQ(undone(tree, std::span(newest_first).first(back), pool, {}).root(),
              trees[trees.size() - 1 - back].root());
  EXPECT_TRUE(undone(tree, newest_first, pool, {}).root().is_zero());
}

}  // namespace
}  // namespace aether::smt
