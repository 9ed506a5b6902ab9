// A state that comes in chunks, on both kinds of Kv, with power lost at every step; and what becomes of its database.
#include "aether/storage/partial_state.hpp"

#include "chain_of_blocks.hpp"

namespace aether::storage {
namespace {

constexpr std::uint64_t kBlocks = 30;
constexpr std::size_t kChunks = 7;
const StoreOptions kOptions{.genesis = Hash{{1}}, .name = "the test's database"};
const Bytes kPlan{1, 2, 3};
SerialPool pool;

Outcome<std::unique_ptr<Store>> open_store(std::unique_ptr<Kv> kv) {
  return Store::open(std::move(kv), kOptions, pool, {});
}

// A chain, and its state in chunks.
struct Source {
  std::unique_ptr<Store> store = std::move(*open_store(open_memory_kv()));
  std::array<PartialState::Chunk, kChunks> chunks;
  BlockRecord tip;
  PrecommitCertificate certificate;

  Source() {
    for (std::uint64_t i = 0; i < kBlocks; ++i) EXPECT_TRUE(ChainOfBlocks::commit_next(*store));
    const auto snapshot = store->snapshot();
    std::size_t at = 0;
    snapshot->visit_objects({}, [&](const Hash& key, const ObjectId& id, ByteView value) {
      chunks[at++ * kChunks / snapshot->tree().size()].add(key, id, value);
      return true;
    });
    tip = *snapshot->tip();
    certificate = *snapshot->certificate();
  }

  void expect_restored(const Snapshot& snapshot) const {
    ASSERT_EQ(snapshot.tip(), tip);
    EXPECT_EQ(snapshot.tree().root(), tip.state_root);
    EXPECT_EQ(snapshot.certificate(), certificate);
    EXPECT_EQ(snapshot.kept_from(), tip.slot);
    EXPECT_EQ(snapshot.slot_of_block(tip.hash), tip.slot);
    EXPECT_FALSE(snapshot.record(Slot{tip.slot.raw() - 1}));
    EXPECT_FALSE(snapshot.block(tip.slot));
    std::map<ObjectId, Bytes> found, expected;
    const auto collect = [](std::map<ObjectId, Bytes>& into) {
      return [&into](const Hash&, const ObjectId& id, ByteView value) {
        return into.emplace(id, Bytes(value.begin(), value.end())).second;
      };
    };
    snapshot.visit_objects({}, collect(found));
    store->snapshot()->visit_objects({}, collect(expected));
    EXPECT_EQ(found, expected);
    std::size_t jobs = 0, listed = 0;
    for (const auto& [id, value] : expected) jobs += id.domain == Domain::job ? 1 : 0;
    snapshot.scan(Domain::job, {}, [&](const Hash&, ByteView) { return ++listed > 0; });
    EXPECT_EQ(listed, jobs);
  }
};

template <class B>
struct PartialStateOn : ::testing::Test {
  B backend;
  Source source;
};
TYPED_TEST_SUITE(PartialStateOn, Backends);

TYPED_TEST(PartialStateOn, chunks_may_come_in_any_order_and_twice) {
  auto partial = std::move(*PartialState::begin(this->backend.open(), kPlan));
  EXPECT_EQ(partial->kept(kChunks), std::vector<bool>(kChunks));
  for (const std::uint32_t index : {6u, 0u, 3u, 3u, 5u, 1u, 2u, 4u})
    ASSERT_TRUE(partial->keep(index, this->source.chunks[index]));
  EXPECT_EQ(partial->kept(kChunks), std::vector<bool>(kChunks, true));
  auto kv = std::move(*partial).finish(kOptions.genesis, this->source.tip, this->source.certificate);
  ASSERT_TRUE(kv);
  const auto store = open_store(std::move(*kv));
  ASSERT_TRUE(store) << store.error().message;
  this->source.expect_restored(*(*store)->snapshot());
  ASSERT_TRUE(ChainOfBlocks::commit_next(**store));
  ASSERT_TRUE(ChainOfBlocks::commit_next(*this->source.store));
  EXPECT_EQ((*store)->snapshot()->tip(), this->source.store->snapshot()->tip());
}

// Power is lost at every step in turn. What was acknowledged is there, nothing is there in part, and the rest can be
// added.
TYPED_TEST(PartialStateOn, goes_on_after_a_loss_of_power_at_any_step) {
  Random random(20'26);
  bool is_through = false;
  int steps = 1;
  int found_planned = 0, found_some = 0, found_all = 0;
  for (; !is_through; steps += quick() ? 5 : 1) {
    TypeParam machine;
    bool is_planned = false;
    std::vector<bool> acknowledged(kChunks);
    const auto restore = [&]() -> Outcome<void> {
      auto kv = machine.open();
      machine.lose_power_after(static_cast<std::uint64_t>(steps));
      AETHER_TRY(auto partial, PartialState::begin(std::move(kv), kPlan));
      is_planned = true;
      for (std::uint32_t i = 0; i < kChunks; ++i) {
        AETHER_CHECK(partial->keep(i, this->source.chunks[i]));
        acknowledged[i] = true;
      }
      AETHER_TRY(kv, std::move(*partial).finish(kOptions.genesis, this->source.tip, this->source.certificate));
      return {};
    };
    is_through = restore().has_value();
    machine.restart(random.draw());
    auto partial = PartialState::resume(machine.open());
    if (!partial) {
      ASSERT_FALSE(is_planned);
      continue;
    }
    ++found_planned;
    EXPECT_EQ(partial->plan(), kPlan);
    const std::vector<bool> kept = partial->kept(kChunks);
    const auto count = std::ranges::count(kept, true);
    found_some += count > 0 && count < static_cast<std::ptrdiff_t>(kChunks) ? 1 : 0;
    found_all += count == static_cast<std::ptrdiff_t>(kChunks) ? 1 : 0;
    for (std::uint32_t i = 0; i < kChunks; ++i) {
      ASSERT_TRUE(kept[i] || !acknowledged[i]) << i;
      ASSERT_TRUE(kept[i] || partial->keep(i, this->source.chunks[i]));
    }
    auto kv = std::move(*partial).finish(kOptions.genesis, this->source.tip, this->source.certificate);
    ASSERT_TRUE(kv);
    const auto store = open_store(std::move(*kv));
    ASSERT_TRUE(store) << store.error().message;
    this->source.expect_restored(*(*store)->snapshot());
  }
  EXPECT_GT(found_planned, 0);
  EXPECT_GT(found_some, 0);
  EXPECT_GT(found_all, 0);
}

TYPED_TEST(PartialStateOn, a_store_becomes_the_restored_one_and_older_snapshots_stay_as_they_are) {
  auto store = std::move(*open_store(open_memory_kv()));
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(ChainOfBlocks::commit_next(*store));
  const auto before = store->snapshot();
  {
    auto partial = std::move(*PartialState::begin(this->backend.open(), kPlan));
    for (std::uint32_t i = 0; i < kChunks; ++i) ASSERT_TRUE(partial->keep(i, this->source.chunks[i]));
    auto kv = std::move(*partial).finish(kOptions.genesis, this->source.tip, this->source.certificate);
    ASSERT_TRUE(kv);
    ASSERT_TRUE(store->become(std::move(*open_store(std::move(*kv)))));
  }
  this->source.expect_restored(*store->snapshot());
  ChainOfBlocks().expect_whole(*before, 8);
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(ChainOfBlocks::commit_next(*store));
  ChainOfBlocks().expect_whole(*before, 8);
  const auto tip = store->snapshot()->tip();
  EXPECT_EQ(tip->state_root, ChainOfBlocks().root(tip->slot.raw()));
  store.reset();
  EXPECT_FALSE(PartialState::resume(this->backend.open()));
}

TEST(PartialState, the_database_that_a_store_leaves_is_removed_when_nobody_looks_at_it) {
  const env::TempDir directory = std::move(*env::TempDir::create());
  const auto lock = std::move(*lock_directory(directory.path()));
  const auto open = [&](const char* name) {
    return std::move(*open_store(std::move(*open_rocks_kv({directory.path(), nullptr, name, lock}))));
  };
  const auto store = open("db");
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(ChainOfBlocks::commit_next(*store));
  auto before = store->snapshot();
  ASSERT_TRUE(store->become(open("db-1")));
  EXPECT_FALSE(store->snapshot()->tip());
  EXPECT_TRUE(std::filesystem::exists(directory.path() / "db"));
  ChainOfBlocks().expect_whole(*before, 8);
  before.reset();
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "db"));
  ASSERT_TRUE(ChainOfBlocks::commit_next(*store));
  EXPECT_EQ(open_rocks_kv({.directory = directory.path(), .name = "db-2"}).error().kind, ErrorKind::locked);
}

}  // namespace
}  // namespace aether::storage
