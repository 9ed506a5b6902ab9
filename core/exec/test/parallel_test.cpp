// The parallel executor beside its oracle, ledger::apply_block, on random blocks under many schedules.
#include "aether/exec/block_run.hpp"
#include "aether/exec/ready_queue.hpp"
#include "random_chain.hpp"
#include "threads_pool.hpp"

namespace aether::exec {
namespace {

using namespace testing;

// Phase 3 by `workers` virtual workers in this thread: at each moment one of them, drawn by the seed, takes any ready
// transaction and runs it, or publishes what it has run. So runs overlap in every way that threads allow.
void run_by_schedule(BlockRun& block, std::uint64_t seed, std::size_t workers) {
  std::mt19937_64 random(seed);
  const ConflictDag& dag = block.dag();
  std::vector<std::uint32_t> waits;
  std::vector<TransactionIndex> ready;
  for (TransactionIndex at = 0; at < dag.size(); ++at) {
    waits.push_back(dag.edges_to(at));
    if (waits.back() == 0) ready.push_back(at);
  }
  std::vector<std::pair<TransactionIndex, ledger::Run>> running;
  std::size_t done = 0;
  const auto draw = [&](auto& from) {
    std::swap(from[random() % from.size()], from.back());
    auto out = std::move(from.back());
    from.pop_back();
    return out;
  };
  while (done < dag.size()) {
    if (!ready.empty() && running.size() < workers && (running.empty() || random() % 2 == 0)) {
      const TransactionIndex at = draw(ready);
      running.emplace_back(at, block.run(at));
    } else {
      ASSERT_FALSE(running.empty());  // else the DAG has a circle
      auto [at, run] = draw(running);
      block.publish(at, std::move(run));
      ++done;
      dag.successors(at, [&](TransactionIndex successor) {
        if (--waits[successor] == 0) ready.push_back(successor);
      });
    }
  }
}

void expect_equal(const ledger::BlockOutput& out, const ledger::BlockOutput& oracle) {
  EXPECT_TRUE(out.diff == oracle.diff);
  EXPECT_TRUE(out.receipts == oracle.receipts);
  EXPECT_EQ(receipts_root(out.receipts), receipts_root(oracle.receipts));
  EXPECT_EQ(out.gas_used, oracle.gas_used);
}

// What the blocks held: a comparison that never reaches a rule compares nothing of it.
struct Seen {
  std::size_t transactions = 0, failed = 0, logs = 0, pruned = 0, restored = 0;
  std::map<unsigned, std::size_t> codes;

  void add(const ledger::BlockOutput& block) {
    for (const Receipt& receipt : block.receipts) {
      ++transactions;
      logs += receipt.logs.size();
      failed += receipt.code != kSuccess;
      ++codes[receipt.code.raw()];
    }
  }
};

// 560 schedules of blocks of 100 transactions, each on the state that the one before left.
TEST(Parallel, every_schedule_gives_what_the_serial_executor_gives) {
  const std::size_t chains = std::getenv("AETHER_QUICK") != nullptr ? 2 : 14;
  Seen seen;
  std::size_t schedules = 0;
  for (std::uint64_t seed = 0; seed < chains; ++seed) {
    RandomChain chain(seed);
    for (int i = 0; i < 40; ++i, ++schedules) {
      const auto block = chain.block(100);
      const auto input = chain.input(block);
      const auto oracle = ledger::apply_block(chain.state(), programs(), input);
      ASSERT_TRUE(oracle.has_value());
      SerialPool pool;
      BlockRun run(chain.state(), programs(), input);
      ASSERT_TRUE(run.admit(pool).has_value());
      run_by_schedule(run, schedules, 1 + schedules % 9);
      const auto out = run.settle(pool);
      expect_equal(out, *oracle);
      const Hash root = update_tree(chain.tree(), oracle->diff, pool, {}).tree.root();
      const auto tree = update_tree(chain.tree(), out.diff, pool, {}).tree;
      ASSERT_EQ(tree.root(), root);
      if (HasFailure()) FAIL() << "chain " << seed << ", block " << i;
      seen.add(out);
      chain.apply(out.diff, tree);
    }
    seen.pruned += chain.pruned();
    seen.restored += chain.restored();
  }
  EXPECT_GE(seen.transactions, 90 * schedules);
  EXPECT_GE(10 * seen.failed, 3 * seen.transactions);
  using enum ledger::Code;
  for (const auto code : {undeclared_read, undeclared_write, out_of_gas, insufficient_funds, value_not_conserved,
                          missing_input, foreign_input, redeemer_without_script, object_pruned, not_rented,
                          not_exhausted, not_pruned, other_value, deposit_too_low})
    EXPECT_GT(seen.codes[ledger::result_code(code).raw()], 0u) << to_string(code);
  EXPECT_GT(seen.codes[900], 0u);
  EXPECT_GT(seen.codes[901], 0u);
  EXPECT_GT(seen.codes[902], 0u);
  EXPECT_GT(seen.logs, 0u);
  EXPECT_GT(seen.pruned, 10 * chains);
  EXPECT_GT(seen.restored, 5 * chains);
}

TEST(Parallel, threads_give_what_the_serial_executor_gives) {
  Seen seen;
  for (std::uint64_t seed = 100; seed < 104; ++seed) {
    RandomChain chain(seed);
    for (std::size_t i = 0; i < 8; ++i) {
      const auto block = chain.block(400);
      const auto input = chain.input(block);
      const auto oracle = ledger::apply_block(chain.state(), programs(), input);
      ASSERT_TRUE(oracle.has_value());
      ThreadsPool pool(1 + i % 5);
      const auto out = execute_block(chain.state(), chain.tree(), programs(), input, pool, {});
      ASSERT_TRUE(out.has_value());
      expect_equal({out->diff, out->receipts, out->gas_used}, *oracle);
      if (HasFailure()) FAIL() << "chain " << seed << ", block " << i;
      seen.add(*oracle);
      chain.apply(out->diff, out->tree.tree);
    }
  }
  EXPECT_GE(seen.transactions, 10'000u);
}

// Beside transactions, some of which read stakes and write keys, blocks of validators change stakes, sets and records.
TEST(Parallel, blocks_of_validators_are_as_the_serial_executor_has_them) {
  std::size_t convicted = 0, leaked = 0, refused = 0;
  for (std::uint64_t seed = 200; seed < 204; ++seed) {
    RandomChain chain(seed, RandomChain::genesis_of_validators());
    for (std::size_t i = 0; i < 60; ++i) {
      auto block = chain.block(20);
      block.push_back(chain.any_renewal());
      const ledger::ConsensusInput consensus = chain.any_consensus();
      auto input = chain.input(block);
      input.consensus = &consensus;
      const auto oracle = ledger::apply_block(chain.state(), programs(), input);
      ASSERT_TRUE(oracle.has_value());
      ThreadsPool pool(1 + i % 3);
      const auto out = execute_block(chain.state(), chain.tree(), programs(), input, pool, {});
      ASSERT_TRUE(out.has_value());
      expect_equal({out->diff, out->receipts, out->gas_used}, *oracle);
      if (HasFailure()) FAIL() << "chain " << seed << ", block " << i;
      convicted += consensus.offences.size();
      leaked += consensus.offences.empty() && std::ranges::any_of(oracle->diff, [](const auto& entry) {
                  return entry.first.domain == Domain::stake;
                });
      refused += oracle->receipts.back().code != kSuccess;
      chain.apply(out->diff, out->tree.tree);
    }
  }
  EXPECT_GT(convicted, 4u);
  EXPECT_GT(leaked, 10u);
  EXPECT_GT(refused, 10u);
}

// A block that breaks a rule is refused for the same transaction and rule.
TEST(Parallel, an_invalid_block_is_refused_as_the_serial_executor_refuses_it) {
  RandomChain chain(7);
  SerialPool pool;
  std::set<ledger::Reject> rejects;
  for (int i = 0; i < 60; ++i) {
    const auto block = chain.unchecked(60);
    const auto input = chain.input(block);
    const auto oracle = ledger::apply_block(chain.state(), programs(), input);
    const auto out = apply_block(chain.state(), programs(), input, pool);
    ASSERT_EQ(out.has_value(), oracle.has_value());
    if (oracle) continue;
    EXPECT_EQ(out.error().kind, oracle.error().kind);
    EXPECT_EQ(out.error().index, oracle.error().index);
    EXPECT_EQ(out.error().reject, oracle.error().reject);
    rejects.insert(oracle.error().reject);
  }
  EXPECT_GE(rejects.size(), 2u);
}

}  // namespace
}  // namespace aether::exec
