// register_model: what may be named by a job, and what it costs.
#include "scene.hpp"

namespace aether::programs::testing {
namespace {

ModelFacts facts_of(std::function<void(infer::Config&)> change = {}) {
  ModelFacts facts = fixture().facts;
  facts.tokenizer_hash = hash_of(99);
  if (change) change(facts.config);
  return facts;
}

TEST(Models, a_model_is_registered_once_by_anyone_who_pays) {
  World world = start();
  const ModelFacts facts = facts_of();
  const ModelsInstruction i = RegisterModel{facts};
  const Amount fee = world.params.jobs.model_fee;
  ASSERT_EQ(world.call(cast().rival, i), kSuccess);
  EXPECT_EQ(world.balances[cast().rival.address].swr, kRich - fee);
  EXPECT_EQ(world.burned, (Balance{fee, 0}));
  const auto model = codec::decode<Model>(world.state.at(model_object(model_id(facts))));
  EXPECT_EQ(*model, (Model{1, facts, cast().rival.address, vcr::proof_bytes_max(facts.config)}));
  EXPECT_EQ(world.call(cast().buyer, i), result_code(ModelsCode::model_exists));
  EXPECT_EQ(world.held(), Balance{});

  world.balances[cast().watcher.address].swr = fee - 1;
  EXPECT_EQ(world.call(cast().watcher, ModelsInstruction{RegisterModel{facts_of([](auto& c) { c.eps = 1; })}}),
            ledger::result_code(ledger::Code::insufficient_funds));
}

TEST(Models, every_fact_is_in_the_id) {
  const ModelFacts facts = facts_of();
  std::set<Hash> ids{model_id(facts)};
  const auto differs = [&](const ModelFacts& other) { EXPECT_TRUE(ids.insert(model_id(other)).second); };
  ModelFacts other = facts;
  other.model_root = hash_of(5);
  differs(other);
  other = facts;
  other.engine_hash = hash_of(5);
  differs(other);
  other = facts;
  other.tokenizer_hash = hash_of(5);
  differs(other);
  other = facts;
  ++other.config.eps;
  differs(other);
}

TEST(Models, hostile_configs_are_refused) {
  using C = infer::Config;
  using E = infer::ConfigError;
  constexpr std::uint32_t kMost = ~std::uint32_t{0};
  struct Hostile {
    ResultCode code;
    std::function<void(C&)> change;
  };
  const std::vector<Hostile> table{
      {result_code(E::version), [](C& c) { c.version = 2; }},
      {result_code(E::vocab), [](C& c) { c.vocab = 0; }},
      {result_code(E::vocab), [](C& c) { c.vocab = kMost; }},
      {result_code(E::width), [](C& c) { c.d = 0; }},
      {result_code(E::width), [](C& c) { c.d = 5'121; }},
      {result_code(E::layers), [](C& c) { c.layers = 0; }},
      {result_code(E::layers), [](C& c) { c.layers = kMost; }},
      {result_code(E::heads), [](C& c) { c.heads = 0; }},
      {result_code(E::heads), [](C& c) { c.heads = kMost; }},
      {result_code(E::kv_heads), [](C& c) { c.kv_heads = 0; }},
      {result_code(E::kv_heads), [](C& c) { c.kv_heads = 3; }},
      {result_code(E::head_dim), [](C& c) { c.head_dim = 0; }},
      {result_code(E::head_dim), [](C& c) { c.head_dim = 31; }},
      {result_code(E::head_dim), [](C& c) { c.head_dim = kMost - 1; }},
      {result_code(E::hidden), [](C& c) { c.ff = 0; }},
      {result_code(E::hidden), [](C& c) { c.ff = 16'385; }},
      {result_code(E::context), [](C& c) { c.context = 0; }},
      {result_code(E::context), [](C& c) { c.context = 8'193; }},
      {result_code(E::eps), [](C& c) { c.eps = (std::uint64_t{1} << 61) + 1; }},
      {result_code(E::stop_token), [](C& c) { c.stop = {c.vocab}; }},
      {result_code(ModelsCode::not_provable), [](C& c) { c.context = 1; }},
  };
  World world = start();
  std::set<std::uint16_t> reached;
  for (const Hostile& hostile : table) {
    EXPECT_EQ(world.call(cast().rival, ModelsInstruction{RegisterModel{facts_of(hostile.change)}}), hostile.code)
        << code_name(hostile.code);
    reached.insert(hostile.code.raw());
  }
  EXPECT_EQ(reached.size(), 12u) << "101 to 112";
  EXPECT_TRUE(world.burned.is_zero());
}

// Whatever is accepted, its largest proof fits; the widest that the rules allow is judged within a transaction's gas.
TEST(Models, random_extreme_configs_are_accepted_only_if_provable) {
  Random random(3);
  const auto one_of = [&](std::initializer_list<std::uint32_t> values) {
    return values.begin()[random() % values.size()];
  };
  std::size_t accepted = 0;
  const int configs = std::getenv("AETHER_QUICK") != nullptr ? 20 : 100;
  for (int i = 0; i < configs; ++i) {
    const ModelFacts facts = facts_of([&](infer::Config& c) {
      c.vocab = one_of({1, 50'000, 131'072});
      c.d = one_of({1, 64, 4'096, 5'120});
      c.layers = one_of({1, 2, 256});
      c.head_dim = one_of({2, 64, 256});
      c.kv_heads = one_of({1, 2, 8});
      c.heads = c.kv_heads * one_of({1, 4, 8});
      c.ff = one_of({1, 11'008, 16'384});
      c.context = one_of({2, 1'024, 8'192});
      c.stop = {};
    });
    World world = start();
    const ResultCode code = world.call(cast().rival, ModelsInstruction{RegisterModel{facts}});
    EXPECT_EQ(code == kSuccess, vcr::provable(facts.config)) << code_name(code);
    if (code != kSuccess) continue;
    ++accepted;
    EXPECT_LE(vcr::proof_bytes_max(facts.config), limits::kStepProofBytesMax);
  }
  EXPECT_GT(accepted, 0u);
}

}  // namespace
}  // namespace aether::programs::testing
