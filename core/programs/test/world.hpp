// A thin ledger around the programs: balances, objects, declared sets, conservation after each call. And the runs,
// honest and not, that jobs of the tests are about.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "../../vcr/test/support.hpp"
#include "aether/programs/codes.hpp"
#include "aether/programs/instructions.hpp"
#include "aether/programs/payouts.hpp"
#include "aether/programs/phases.hpp"
#include "aether/programs/programs.hpp"

namespace aether::programs::testing {

using Random = std::mt19937_64;
using vcr::testing::HonestRun;

inline Hash hash_of(std::uint64_t n) {
  Hash out;
  for (std::size_t i = 0; i < 8; ++i) out.bytes[i] = static_cast<std::uint8_t>(n >> 8 * i);
  return out;
}

struct Person {
  explicit Person(std::uint8_t number) : seed(std::array<std::uint8_t, 32>{number, 77}) {}
  crypto::Seed seed;
  crypto::PublicKey key = crypto::ed25519_public_key(seed);
  Address address = address_of(key);
};

using Balances = std::map<Address, Balance>;

struct World {
  World() {
    params.jobs.window_slots = 20;
    params.jobs.worker_clock_slots = 6;
    params.jobs.challenger_clock_slots = 4;
    params.jobs.dispute_slots_max = 50;
  }
  ChainParams params;
  ChainId chain{7};
  Slot slot{100};
  std::map<ObjectId, Bytes> state;
  Balances balances;
  Balance burned;
  std::uint64_t nonce = 0;
  std::uint64_t steps = 0;  // of the last call
  Hash transaction;         // the last call's

  std::optional<JobObject> job_object_of(const Hash& id) const {
    const auto at = state.find(job_object(id));
    if (at == state.end()) return std::nullopt;
    return *codec::decode<JobObject>(at->second);
  }
  Job living(const Hash& id) const { return std::get<Job>(job_object_of(id)->state); }
  bool is_living(const Hash& id) const { return std::holds_alternative<Job>(job_object_of(id)->state); }
  ClosedJob closed(const Hash& id) const { return std::get<ClosedJob>(job_object_of(id)->state); }

  Balance held() const {
    Balance out;
    for (const auto& [id, value] : state) {
      for (const ledger::Program* program : plain_programs().native) {
        const Balance of = program->value_held(id, value);
        out.swr += of.swr;
        out.aic += of.aic;
      }
    }
    return out;
  }
  ResultCode call(const Person& who, const EscrowInstruction& i, const Hash& model) {
    return call(who, make_call(i), access_sets(i, {chain, who.address, ++nonce, model}));
  }
  ResultCode call(const Person& who, const ModelsInstruction& i) {
    ++nonce;
    return call(who, make_call(i), access_sets(i));
  }
  ResultCode call(const Person& who, const Call& call, const AccessSets& sets);
};

class TestContext final : public ledger::Context {
 public:
  TestContext(World& world, const VerifiedTransaction& tx)
      : world_(world), tx_(tx), facts_{world.chain, world.slot, world.params}, balance_(world.balances[tx.sender()]) {}
  const ledger::BlockFacts& block() const override { return facts_; }
  const VerifiedTransaction& transaction() const override { return tx_; }
  ledger::AccessMode mode() const override { return ledger::AccessMode::enforce; }
  ledger::Outcome<void> charge(std::uint64_t steps) override {
    steps_ += steps;
    if (steps_ > tx_.body().gas_limit.raw()) return ledger::fail(ledger::Code::out_of_gas);
    return {};
  }
  ledger::Outcome<std::optional<Bytes>> read(const ObjectId& id) override {
    if (!tx_.body().reads.contains(id) && !tx_.body().writes.contains(id))
      return ledger::fail(ledger::Code::undeclared_read);
    read_.insert(id);
    if (const auto at = changed_.find(id); at != changed_.end()) return at->second;
    const auto at = world_.state.find(id);
    return at == world_.state.end() ? std::nullopt : std::optional(at->second);
  }
  ledger::Outcome<void> write(const ObjectId& id, Bytes value) override { return change(id, std::move(value)); }
  ledger::Outcome<void> erase(const ObjectId& id) override { return change(id, std::nullopt); }
  ledger::Outcome<void> debit_sender(Asset asset, Amount amount) override {
    if (balance_.of(asset) < amount) return ledger::fail(ledger::Code::insufficient_funds);
    balance_.of(asset) -= amount;
    return {};
  }
  void credit(const Address& to, Asset asset, Amount amount) override { credits_[to].of(asset) += amount; }
  void burn(Asset asset, Amount amount) override { burned_.of(asset) += amount; }

  // What only contracts ask for.
  std::uint64_t gas_left() const override { return tx_.body().gas_limit.raw() - steps_; }
  ledger::Outcome<ledger::Presence> presence(const ObjectId& id) override {
    AETHER_TRY(const auto bytes, read(id));
    return bytes ? ledger::Presence::present : ledger::Presence::absent;
  }
  Bytes observed(const ObjectId& id) const override { return world_.state.at(id); }
  ledger::Outcome<void> debit(const Address&, Asset, Amount) override { return no_contract(); }
  ledger::Outcome<void> deposit(const Address&, Asset, Amount) override { return no_contract(); }
  ledger::Outcome<void> log(Log) override { return no_contract(); }
  ledger::Outcome<void> fund(const ObjectId&, Amount) override { return no_contract(); }
  ledger::Outcome<void> prune(const ObjectId&) override { return no_contract(); }
  ledger::Outcome<void> restore(const ObjectId&, Bytes) override { return no_contract(); }
  void set_output(Bytes) override { AETHER_ASSERT(false); }

  // Exactly what was declared was touched.
  void check_sets() const {
    AccessSet reads, writes;
    for (const auto& [id, value] : changed_) writes.insert(id);
    for (const ObjectId& id : read_) {
      if (!writes.contains(id)) reads.insert(id);
    }
    EXPECT_EQ(reads, tx_.body().reads);
    EXPECT_EQ(writes, tx_.body().writes);
  }
  void apply() {
    world_.balances[tx_.sender()] = balance_;
    for (const auto& [to, amount] : credits_) {
      world_.balances[to].swr += amount.swr;
      world_.balances[to].aic += amount.aic;
    }
    world_.burned.swr += burned_.swr;
    world_.burned.aic += burned_.aic;
    for (auto& [id, value] : changed_) {
      if (value) {
        world_.state[id] = *value;
      } else {
        world_.state.erase(id);
      }
    }
  }
  std::uint64_t steps() const { return steps_; }

 private:
  static ledger::Outcome<void> no_contract() { return ledger::fail(ledger::Code::unknown_program); }
  ledger::Outcome<void> change(const ObjectId& id, std::optional<Bytes> value) {
    if (!tx_.body().writes.contains(id)) return ledger::fail(ledger::Code::undeclared_write);
    changed_[id] = std::move(value);
    return {};
  }
  World& world_;
  const VerifiedTransaction& tx_;
  ledger::BlockFacts facts_;
  Balance balance_, burned_;
  Balances credits_;
  std::map<ObjectId, std::optional<Bytes>> changed_;
  std::set<ObjectId> read_;
  std::uint64_t steps_ = 0;
};

inline ResultCode World::call(const Person& who, const Call& call, const AccessSets& sets) {
  TransactionBody body;
  body.chain_id = chain;
  body.sender = who.key;
  body.nonce = nonce;
  body.reads = sets.reads;
  body.writes = sets.writes;
  body.call = call;
  body.gas_limit = Gas{100'000'000};
  const VerifiedTransaction tx = assume_verified({std::move(body), {}});
  transaction = tx.id();
  for (const ledger::Program* program : plain_programs().native) {
    if (program->id() != call.program) continue;
    TestContext context(*this, tx);
    const auto outcome = program->execute(context, call.data);
    steps = context.steps();
    EXPECT_GE(steps, params.gas.instruction);
    if (!outcome) return outcome.error();
    context.check_sets();
    context.apply();
    return kSuccess;
  }
  return ledger::result_code(ledger::Code::unknown_program);
}

// A run with what a worker claims about it.
struct Case {
  std::vector<std::uint32_t> output;
  std::shared_ptr<vcr::TraceSource> source;  // what the worker can show
  std::shared_ptr<vcr::TraceStore> own;      // the honest trace over the claimed tokens
  Hash trace_root;
  std::optional<vcr::Claim> claim;  // a step proof, if one convicts
  bool honest = false;
};

struct Fixture {
  HonestRun run = vcr::testing::random_run(vcr::testing::small_config(), 21, 4, 22);
  ModelFacts facts{run.config(), run.tree->root(), hash_of(1), hash_of(2)};
  Hash model = model_id(facts);
  std::vector<Case> cases;  // 0: honest; last: an invented hash, which only a descent convicts
  std::vector<vcr::Claim> false_claims;

  Fixture() {
    cases.push_back({run.output, run.own, run.own, run.own->root(), std::nullopt, true});
    Random random(5);
    for (int i = 0; i < 4; ++i) {
      std::vector<vcr::testing::Row> rows = run.rows;
      vcr::testing::Row& row = rows[random() % rows.size()];
      row.bytes[random() % row.bytes.size()] ^= 4;
      auto store = std::make_shared<vcr::TraceStore>(run.with(rows));
      add(run, store, run.own, run.output);
    }
    const HonestRun other = vcr::testing::run_of(run.model, run.tree, run.prompt, 0, {1, 2, 3, 4});
    add(other, other.own, other.own, other.output);
    auto invented = std::make_shared<vcr::testing::Overlay>(*run.own);
    invented->set({3, 0, 2}, hash_of(9));
    cases.push_back({run.output, invented, run.own, invented->root(), std::nullopt, false});
    const vcr::TraceShape& shape = run.own->shape();
    for (const std::uint32_t op : {0U, 1U, 2U, 3U, 6U, 8U, 9U}) {
      false_claims.push_back(*vcr::prove_element(shape, *run.tree, run.tokens(), *run.own, {op, 3, 1, 0}));
    }
  }

 private:
  void add(const HonestRun& made, std::shared_ptr<vcr::TraceStore> store, std::shared_ptr<vcr::TraceStore> own,
           std::vector<std::uint32_t> output) {
    auto claim = vcr::find_first_fraud(*own, *run.tree, made.tokens(), *store, store->root());
    ASSERT_TRUE(claim);
    cases.push_back({std::move(output), store, own, store->root(), std::move(*claim), false});
  }
};
inline Fixture& fixture() {
  static Fixture made;
  return made;
}

struct Cast {
  Person buyer{1}, worker{2}, rival{3}, watcher{4}, accuser{5}, passer{6};
  std::array<const Person*, 6> all{&buyer, &worker, &rival, &watcher, &accuser, &passer};
  const Person& of(const Address& address) const {
    for (const Person* person : all) {
      if (person->address == address) return *person;
    }
    return passer;
  }
};
inline const Cast& cast() {
  static const Cast made;
  return made;
}

inline constexpr Amount kRich = Amount{1} << 70;

// A world with the model registered and everyone rich.
inline World start() {
  World world;
  world.state[model_object(fixture().model)] =
      codec::encode(Model{1, fixture().facts, cast().buyer.address, vcr::proof_bytes_max(fixture().facts.config)});
  for (const Person* person : cast().all) world.balances[person->address] = {kRich, kRich};
  return world;
}

inline Post a_post() {
  Post post;
  post.terms.model_id = fixture().model;
  post.terms.max_new = 4;
  post.terms.price = 1'000'003;
  post.terms.bond = 10'000'007;
  post.terms.accept_slots = 10;
  post.terms.sla_slots = 5;
  post.terms.max_slots = 15;
  post.terms.sla_bps = 3'000;
  post.terms.attempts = 2;
  post.terms.accept_uncovered = true;
  post.prompt = fixture().run.prompt;
  return post;
}

inline vcr::VcrBody receipt_of(const World& world, const Hash& id, const Person& worker, const Case& what) {
  const Job job = world.living(id);
  vcr::VcrBody body;
  body.chain_id = world.chain;
  body.job_id = id;
  body.attempt = job.attempt;
  body.provider = worker.key;
  body.model_id = job.terms.model_id;
  body.request_root = job.request_root;
  body.output_root = vcr::token_root(what.output);
  body.n_out = {static_cast<std::uint32_t>(what.output.size())};
  body.trace_root = what.trace_root;
  body.units = *infer::units(fixture().facts.config, {job.n_prompt, body.n_out[0]});
  return body;
}

inline SubmitVcr a_submit(const World& world, const Hash& id, const Person& worker, const Case& what) {
  return {id, vcr::sign(receipt_of(world, id, worker, what), worker.seed), what.output};
}

}  // namespace aether::programs::testing
