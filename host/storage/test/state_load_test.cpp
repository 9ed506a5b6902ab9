// A state that comes in parts, on both kinds of Kv, with power lost at every step.
#include "aether/storage/state_load.hpp"

#include "chain_of_blocks.hpp"

namespace aether::storage {
namespace {

constexpr std::uint64_t kBlocks = 30;
const StoreOptions kOptions{.genesis = Hash{{1}}, .name = "the test's database"};
SerialPool pool;

struct Object {
  ObjectId id;
  Bytes value;
};

struct Source {
  std::map<Hash, Object> state;  // by state key
  BlockRecord tip;

  Source() {
    const auto store = std::move(*Store::open(open_memory_kv(), kOptions, pool, {}));
    for (std::uint64_t i = 0; i < kBlocks; ++i) EXPECT_TRUE(ChainOfBlocks::commit_next(*store));
    store->snapshot()->visit_objects({}, [&](const Hash& key, const ObjectId& id, ByteView value) {
      return state.emplace(key, Object{id, Bytes(value.begin(), value.end())}).second;
    });
    tip = *store->snapshot()->tip();
  }

  // In three parts, the last first.
  Outcome<void> load_into(Kv& kv) const {
    StateLoad load(kv);
    std::vector<StateLoad::Part> parts;
    for (int i = 0; i < 3; ++i) parts.push_back(load.part());
    for (std::size_t i = 3; i-- > 0;) {
      std::size_t at = 0;
      for (const auto& [key, object] : state)
        if (at++ * 3 / state.size() == i) AETHER_CHECK(parts[i].add(key, object.id, object.value));
      AETHER_CHECK(parts[i].finish());
    }
    return load.finish(std::move(parts), kOptions.genesis, tip);
  }

  void expect_whole(const Snapshot& snapshot) const {
    ASSERT_EQ(snapshot.tip(), tip);
    EXPECT_EQ(snapshot.tree().root(), tip.state_root);
    EXPECT_EQ(snapshot.slot_of_block(tip.hash), tip.slot);
    EXPECT_EQ(snapshot.record(tip.slot), tip);
    std::size_t objects = 0, jobs = 0, listed = 0;
    for (const auto& [key, object] : state) {
      EXPECT_EQ(snapshot.get(object.id), object.value);
      jobs += object.id.domain == Domain::job ? 1 : 0;
    }
    snapshot.visit_objects({}, [&](const Hash&, const ObjectId&, ByteView) { return ++objects > 0; });
    snapshot.scan(Domain::job, {}, [&](const Hash&, ByteView) { return ++listed > 0; });
    EXPECT_EQ(objects, state.size());
    EXPECT_EQ(listed, jobs);
    EXPECT_FALSE(snapshot.record(Slot{0}));
  }
};

template <class B>
struct StateLoadOn : ::testing::Test {};
TYPED_TEST_SUITE(StateLoadOn, Backends);

TYPED_TEST(StateLoadOn, a_loaded_chain_is_whole_and_goes_on) {
  const Source source;
  TypeParam backend;
  {
    auto kv = backend.open();
    ASSERT_TRUE(source.load_into(*kv));
  }
  for (int again = 0; again < 2; ++again) {
    const auto store = std::move(*Store::open(backend.open(), kOptions, pool, {}));
    if (again == 0) {
      source.expect_whole(*store->snapshot());
      ASSERT_TRUE(ChainOfBlocks::commit_next(*store));
    }
    EXPECT_EQ(store->snapshot()->tip()->state_root, ChainOfBlocks().root(kBlocks));
    EXPECT_EQ(store->snapshot()->tree(Slot{kBlocks - 1})->root(), source.tip.state_root);
    EXPECT_FALSE(store->snapshot()->tree(Slot{kBlocks - 2}));
  }
}

TYPED_TEST(StateLoadOn, after_a_loss_of_power_at_any_step_what_was_acknowledged_is_whole) {
  const Source source;
  Random random(20'26);
  bool acknowledged = false;
  int steps = 1;
  for (; !acknowledged; steps += quick() ? 5 : 1) {
    TypeParam backend;
    if (auto kv = backend.open()) {
      backend.lose_power_after(static_cast<std::uint64_t>(steps));
      acknowledged = source.load_into(*kv).has_value();
    }
    backend.restart(random.draw());
    auto kv = backend.open();
    ASSERT_TRUE(kv);
    const auto store = Store::open(std::move(kv), kOptions, pool, {});
    if (acknowledged || (store && (*store)->snapshot()->tip())) {
      ASSERT_TRUE(store) << store.error().message;
      source.expect_whole(*(*store)->snapshot());
    }
  }
  EXPECT_GT(steps, 10);
}

}  // namespace
}  // namespace aether::storage
