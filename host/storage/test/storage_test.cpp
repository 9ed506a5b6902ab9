#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>

#include "chain_of_blocks.hpp"

namespace aether::storage {
namespace {

const StoreOptions kOptions{.genesis = Hash{{1}}, .name = "the test's database"};
SerialPool pool;

Outcome<std::unique_ptr<Store>> open(std::unique_ptr<Kv> kv, const StoreOptions& options = kOptions) {
  return Store::open(std::move(kv), options, pool, {});
}

template <class B>
struct StoreOn : ::testing::Test {
  B backend;
  ChainOfBlocks chain;
  std::unique_ptr<Store> open_store() {
    auto kv = backend.open();
    if (!kv) return nullptr;
    auto store = open(std::move(kv), {kOptions.genesis, kOptions.name, backend.fold});
    EXPECT_TRUE(store) << store.error().message;
    return store ? std::move(*store) : nullptr;
  }
};
TYPED_TEST_SUITE(StoreOn, StoreBackends);

TYPED_TEST(StoreOn, what_is_committed_is_there_after_reopening) {
  {
    const auto store = this->open_store();
    EXPECT_FALSE(store->snapshot()->tip());
    EXPECT_TRUE(store->snapshot()->tree().root().is_zero());
    for (std::uint64_t n = 0; n < 40; ++n) ASSERT_TRUE(ChainOfBlocks::commit_next(*store));
  }
  const auto store = this->open_store();
  this->chain.expect_whole(*store->snapshot(), 39);
  ASSERT_TRUE(ChainOfBlocks::commit_next(*store));
  this->chain.expect_whole(*store->snapshot(), 40);
}

TYPED_TEST(StoreOn, a_snapshot_is_unmoved_by_later_commits) {
  const auto store = this->open_store();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(ChainOfBlocks::commit_next(*store));
  const auto before = store->snapshot();
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(ChainOfBlocks::commit_next(*store));
  this->chain.expect_whole(*before, 4);
  this->chain.expect_whole(*store->snapshot(), 34);
}

TYPED_TEST(StoreOn, older_trees_are_served_up_to_the_bound_also_after_a_restart) {
  constexpr std::uint64_t kTip = kTreeVersionsMax + 100;
  {
    const auto store = this->open_store();
    for (std::uint64_t n = 0; n <= kTip; ++n) ASSERT_TRUE(ChainOfBlocks::commit_next(*store));
  }
  const auto check = [&](const Snapshot& snapshot, std::uint64_t tip) {
    for (const std::uint64_t back : {0u, 1u, 15u, 16u, 17u, 100u, 255u, 256u}) {
      const auto tree = snapshot.tree(Slot{tip - back});
      ASSERT_TRUE(tree);
      EXPECT_EQ(tree->root(), this->chain.root(tip - back)) << back;
    }
    EXPECT_FALSE(snapshot.tree(Slot{tip - kTreeVersionsMax - 1}));
    EXPECT_FALSE(snapshot.tree(Slot{tip + 1}));
    EXPECT_FALSE(snapshot.tree(Slot{0}));
  };
  const auto store = this->open_store();
  check(*store->snapshot(), kTip);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(ChainOfBlocks::commit_next(*store));
  check(*store->snapshot(), kTip + 5);
}

TYPED_TEST(StoreOn, the_log_is_pruned) {
  auto kv = this->backend.open();
  const Kv& raw = *kv;
  const auto store = std::move(*open(std::move(kv)));
  for (int i = 0; i < 400; ++i) ASSERT_TRUE(ChainOfBlocks::commit_next(*store));
  std::size_t entries = 0;
  raw.snapshot()->scan(Family::log, {}, [&](ByteView, ByteView) { return ++entries > 0; });
  EXPECT_EQ(entries, kTreeVersionsMax);
}

// What the store says of slots: all or nothing of each.
void expect_kept_from(const Snapshot& snapshot, std::uint64_t from) {
  EXPECT_EQ(snapshot.kept_from(), Slot{from});
  for (std::uint64_t slot = 0; slot <= snapshot.tip()->slot.raw(); ++slot) {
    const bool kept = slot >= from;
    EXPECT_EQ(snapshot.record(Slot{slot}).has_value(), kept) << slot;
    EXPECT_EQ(snapshot.receipts(Slot{slot}).has_value(), kept) << slot;
    EXPECT_EQ(snapshot.slot_of_block(number(slot)).has_value(), kept) << slot;
    EXPECT_EQ(snapshot.transaction(number(slot)).has_value(), kept) << slot;
  }
}

TYPED_TEST(StoreOn, pruning_takes_the_oldest_blocks_a_few_at_a_time_and_leaves_the_state) {
  {
    const auto store = this->open_store();
    for (int i = 0; i < 60; ++i) ASSERT_TRUE(ChainOfBlocks::commit_next(*store));
    const auto before = store->snapshot();
    ASSERT_TRUE(store->prune(Slot{50}, {.blocks = 16, .transactions = 1'000}));
    expect_kept_from(*store->snapshot(), 16);
    ASSERT_TRUE(store->prune(Slot{50}, {.blocks = 16, .transactions = 3}));  // each has one
    expect_kept_from(*store->snapshot(), 19);
    ASSERT_TRUE(store->prune(Slot{10}, {}));
    expect_kept_from(*store->snapshot(), 19);
    this->chain.expect_whole(*before, 59);
    ASSERT_TRUE(ChainOfBlocks::commit_next(*store));
    ASSERT_TRUE(store->prune(Slot{60}, {.blocks = 100, .transactions = 1'000}));
    expect_kept_from(*store->snapshot(), 60);
    EXPECT_EQ(store->snapshot()->tree(Slot{30})->root(), this->chain.root(30));
    ASSERT_TRUE(ChainOfBlocks::commit_next(*store));  // synced, with all before
  }
  const auto store = this->open_store();
  expect_kept_from(*store->snapshot(), 60);
  EXPECT_EQ(store->snapshot()->tree().root(), this->chain.root(61));
}

TYPED_TEST(StoreOn, after_a_loss_of_power_each_block_is_pruned_whole_or_not_at_all) {
  Random random(3);
  int cut = 0;
  for (int round = 0; round < this->backend.rounds() / (quick() ? 12 : 6); ++round) {
    TypeParam machine;
    const auto open_it = [&] {
      return std::move(*open(machine.open(), {kOptions.genesis, kOptions.name, machine.fold}));
    };
    {
      const auto store = open_it();
      for (int i = 0; i < 20; ++i) ASSERT_TRUE(ChainOfBlocks::commit_next(*store));
      machine.lose_power_after(1 + random.below(3 * machine.steps_of_a_block()));
      for (std::uint64_t below = 2; store->prune(Slot{below}, {}) && below < 18; below += 2) {
      }
    }
    machine.restart(random.draw());
    const auto store = open_it();
    const auto snapshot = store->snapshot();
    expect_kept_from(*snapshot, snapshot->kept_from().raw());
    cut += snapshot->kept_from() < Slot{18} ? 1 : 0;
  }
  EXPECT_GT(cut, 0);
}

// Power is lost at a random step of committing; a block that was acknowledged is never lost, no other one is half
// there.
TYPED_TEST(StoreOn, after_each_loss_of_power_the_tip_is_the_last_acknowledged_block_or_the_next_and_whole) {
  Random random(20'26);
  const int rounds = exhaustive() ? 400 : quick() ? 20 : this->backend.rounds();
  std::uint64_t next = 0;  // the first block that was not acknowledged
  int unacknowledged_found = 0, unacknowledged_lost = 0;
  for (int round = 0; round < rounds; ++round) {
    {
      const auto store = this->open_store();
      ASSERT_TRUE(store);
      this->backend.lose_power_after(1 + random.below(4 * this->backend.steps_of_a_block()));
      while (ChainOfBlocks::commit_next(*store)) ++next;
    }
    this->backend.restart(random.draw());
    const auto store = this->open_store();
    ASSERT_TRUE(store);
    const auto tip = store->snapshot()->tip();
    const std::uint64_t found = tip ? tip->slot.raw() + 1 : 0;
    ASSERT_TRUE(found == next || found == next + 1) << found << " blocks found, " << next << " acknowledged";
    (found == next ? unacknowledged_lost : unacknowledged_found) += 1;
    next = found;
    if (tip) {
      ASSERT_EQ(store->snapshot()->tree().root(), this->chain.root(found - 1));
      if (round % 10 == 0) this->chain.expect_whole(*store->snapshot(), found - 1);
    }
  }
  EXPECT_GT(unacknowledged_lost, 0);
  this->chain.expect_whole(*this->open_store()->snapshot(), next - 1);
}

// Blocks of one batch leave what the same blocks leave one by one, whether folded between or not, and after opening.
TYPED_TEST(StoreOn, several_blocks_may_be_one_batch) {
  Random random(5);
  std::uint64_t blocks = 0;
  while (blocks < 150) {
    const auto store = this->open_store();
    ASSERT_TRUE(store);
    for (int i = 0; i < 4; ++i) {
      const std::size_t count = 1 + random.below(40);
      ASSERT_TRUE(ChainOfBlocks::commit_next(*store, count));
      blocks += count;
      const std::uint64_t middle = blocks - 1 - random.below(count);
      ASSERT_EQ(store->snapshot()->tree(Slot{middle})->root(), this->chain.root(middle));
    }
    this->chain.expect_whole(*store->snapshot(), blocks - 1);
  }
  this->chain.expect_whole(*this->open_store()->snapshot(), blocks - 1);
}

TEST(Store, erased_objects_are_gone_and_scans_cover_a_domain_once) {
  const auto store = std::move(*open(open_memory_kv()));
  constexpr std::uint64_t kObjects = 40;
  const auto object = [](std::uint64_t n) { return ObjectId{Domain::utxo, number(n)}; };
  const auto commit_diff = [&](const ledger::Diff& diff) {
    const auto parent = store->snapshot();
    const auto tree = ChainOfBlocks::update(parent->tree(), diff);
    BlockCommit commit;
    commit.record.slot = Slot{parent->tip() ? parent->tip()->slot.raw() + 1 : 0};
    commit.record.state_root = tree.tree.root();
    commit.tree = &tree;
    commit.objects = tree.objects;
    return store->commit(commit);
  };
  ledger::Diff changes;
  for (std::uint64_t i = 0; i < kObjects; ++i) changes[object(i)] = codec::encode(i);
  ASSERT_TRUE(commit_diff(changes));
  changes.clear();
  changes[object(3)] = std::nullopt;
  changes[{Domain::model, Hash{{9}}}] = Bytes{1};
  ASSERT_TRUE(commit_diff(changes));
  const auto snapshot = store->snapshot();
  EXPECT_FALSE(snapshot->get(object(3)));
  const auto keys = [&](Domain domain, std::optional<Hash> after, std::size_t count_max) {
    std::vector<Hash> out;
    snapshot->scan(domain, after, [&](const Hash& key, ByteView value) {
      EXPECT_EQ(snapshot->get(ObjectId{domain, key}), Bytes(value.begin(), value.end()));
      out.push_back(key);
      return out.size() < count_max;
    });
    return out;
  };
  const auto all = keys(Domain::utxo, {}, 1'000);
  EXPECT_EQ(all.size(), kObjects - 1);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  std::vector<Hash> paged;
  for (std::optional<Hash> after;;) {
    const auto page = keys(Domain::utxo, after, 7);
    if (page.empty()) break;
    EXPECT_LE(page.size(), 7u);
    paged.insert(paged.end(), page.begin(), page.end());
    after = page.back();
  }
  EXPECT_EQ(paged, all);
  // A cursor need not be the key of an object any more.
  EXPECT_EQ(keys(Domain::utxo, object(3).key, 1'000).front(), *std::upper_bound(all.begin(), all.end(), object(3).key));
  EXPECT_EQ(keys(Domain::model, {}, 10).size(), 1u);
  EXPECT_TRUE(keys(Domain::model, Hash{{9}}, 10).empty());
  EXPECT_TRUE(keys(Domain::job, {}, 10).empty());
}

// What Store::open says after `damage` was written into a database of 40 blocks, of which 32 are folded.
template <class Damage>
ErrorKind kind_after(const Damage& damage, const StoreOptions& options = kOptions) {
  SimulatedDisk disk;
  {
    const auto store = std::move(*open(open_memory_kv(&disk)));
    for (int i = 0; i < 40; ++i) EXPECT_TRUE(ChainOfBlocks::commit_next(*store));
  }
  Batch batch;
  auto kv = open_memory_kv(&disk);
  damage(*kv->snapshot(), batch);
  EXPECT_TRUE(kv->write(batch, Durability::synced));
  const auto store = open(std::move(kv), options);
  if (store) {
    ADD_FAILURE() << "it was opened";
    return {};
  }
  EXPECT_NE(store.error().message.find(options.name), std::string::npos) << store.error().message;
  return store.error().kind;
}

TEST(Store, refuses_other_chains_other_schemas_and_damage) {
  const auto nothing = [](const KvSnapshot&, Batch&) {};
  EXPECT_EQ(kind_after(nothing, {.genesis = Hash{{2}}, .name = "x"}), ErrorKind::foreign);
  const auto write = [](Family family, Bytes key, Bytes value) {
    return [=](const KvSnapshot&, Batch& batch) { batch.put(family, key, value); };
  };
  const auto name = [](std::string_view text) { return Bytes(text.begin(), text.end()); };
  EXPECT_EQ(kind_after(write(Family::meta, name("schema"), {1, 0, 0, 0})), ErrorKind::schema);
  EXPECT_EQ(kind_after(write(Family::meta, name("tip"), {1})), ErrorKind::corrupt);
  // Of the state: a record that is none, one too many, one that went missing, one whose value is another.
  EXPECT_EQ(kind_after(write(Family::state, name("short"), {0})), ErrorKind::corrupt);
  EXPECT_EQ(kind_after(write(Family::state, Bytes(Hash::kSize), {0})), ErrorKind::corrupt);
  EXPECT_EQ(kind_after(write(Family::state, Bytes(Hash::kSize), Bytes(40))), ErrorKind::corrupt);
  // Of the newest changes: one that is none, a hole, none of the tip, another value.
  const auto recent_key = [](std::uint64_t slot) {
    return Bytes{0, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(slot)};
  };
  EXPECT_EQ(kind_after(write(Family::recent, recent_key(36), {1, 2, 3})), ErrorKind::corrupt);
  EXPECT_EQ(kind_after(write(Family::recent, {1}, {})), ErrorKind::corrupt);
  for (const std::uint64_t slot : {36, 39})
    EXPECT_EQ(kind_after([&](const KvSnapshot&, Batch& batch) { batch.erase(Family::recent, recent_key(slot)); }),
              ErrorKind::corrupt);
  EXPECT_EQ(kind_after([&](const KvSnapshot& kv, Batch& batch) {
              auto record = *kv.get(Family::recent, recent_key(36));
              record.back() ^= 1;
              batch.put(Family::recent, recent_key(36), record);
            }),
            ErrorKind::corrupt);
  std::set<Bytes> changed_since;
  for (std::uint64_t n = 32; n < 40; ++n) {
    for (const auto& [id, value] : ChainOfBlocks::diff(n)) {
      const Hash key = state_key(id);
      changed_since.emplace(key.bytes.begin(), key.bytes.end());
    }
  }
  const auto first = [&](const KvSnapshot& kv) {  // whose newest change is folded
    std::pair<Bytes, Bytes> out;
    kv.scan(Family::state, {}, [&](ByteView key, ByteView value) {
      out = {Bytes(key.begin(), key.end()), Bytes(value.begin(), value.end())};
      return changed_since.contains(out.first);
    });
    return out;
  };
  EXPECT_EQ(kind_after([&](const KvSnapshot& kv, Batch& batch) { batch.erase(Family::state, first(kv).first); }),
            ErrorKind::corrupt);
  EXPECT_EQ(kind_after([&](const KvSnapshot& kv, Batch& batch) {
              auto [key, value] = first(kv);
              value.back() ^= 1;
              batch.put(Family::state, key, value);
            }),
            ErrorKind::corrupt);
}

// A child commits blocks and acknowledges each through a pipe; it is killed after a random number of acknowledgements.
TEST(Store, after_kill_9_the_tip_is_the_last_acknowledged_block_or_the_next_and_whole) {
  const auto dir = std::move(*env::TempDir::create());
  const auto open_store = [&]() -> std::unique_ptr<Store> {
    auto kv = open_rocks_kv({.directory = dir.path() / "chain"});
    if (!kv) return nullptr;
    auto store = open(std::move(*kv));
    return store ? std::move(*store) : nullptr;
  };
  Random random(20'26);
  ChainOfBlocks chain;
  std::uint64_t acknowledged = 0;
  for (int round = 0; round < 10; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      const auto store = open_store();
      if (!store) _exit(1);
      for (;;) {
        if (!ChainOfBlocks::commit_next(*store)) _exit(2);
        const std::uint64_t n = store->snapshot()->tip()->slot.raw();
        if (::write(pipe_ends[1], &n, sizeof n) != sizeof n) _exit(3);
      }
    }
    ::close(pipe_ends[1]);
    for (std::size_t count = 1 + random.below(20); count > 0; --count)
      ASSERT_EQ(::read(pipe_ends[0], &acknowledged, sizeof acknowledged), static_cast<ssize_t>(sizeof acknowledged));
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    // What it acknowledged between our last read and its death is still in the pipe.
    std::uint64_t later = 0;
    while (::read(pipe_ends[0], &later, sizeof later) == sizeof later) acknowledged = later;
    ::close(pipe_ends[0]);
    const auto store = open_store();
    ASSERT_TRUE(store);
    const auto snapshot = store->snapshot();
    const std::uint64_t tip = snapshot->tip()->slot.raw();
    EXPECT_TRUE(tip == acknowledged || tip == acknowledged + 1) << tip << " after " << acknowledged;
    chain.expect_whole(*snapshot, tip);
  }
}

}  // namespace
}  // namespace aether::storage
