// Whole nodes with the real ledger: what clients sent becomes final everywhere, once, whatever happens.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "aether/replicas/network.hpp"

namespace aether::sim {
namespace {

constexpr Micros kSecond = 1'000'000;

NetworkOptions trouble() {
  return {.loss_pm = 20'000, .duplicate_pm = 20'000, .reorder_pm = 50'000, .reorder_us_max = 200'000};
}

TEST(Replicas, AgreeOnStatesUnderLoad) {
  ReplicaOptions options;
  options.followers = 1;
  options.crashes = options.partitions = false;
  options.time = 10 * kSecond;
  ReplicaNetwork network(options);
  const ReplicaReport report = network.run();
  EXPECT_EQ(report.violation, std::nullopt);
  EXPECT_GT(report.transactions, 400u);
  EXPECT_GT(report.final_slot, Slot{40});
}

TEST(Replicas, LoseNothingUnderFaults) {
  const std::uint64_t seeds = std::getenv("AETHER_QUICK") != nullptr  ? 2
                              : std::getenv("AETHER_LONG") != nullptr ? 100
                                                                      : 8;
  std::uint64_t slots = 0, transactions = 0, crashes = 0, partitions = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    ReplicaOptions options;
    options.seed = seed;
    options.validators = seed % 4 == 0 ? 7 : 4;
    options.followers = seed % 3 == 0 ? 1 : 0;
    options.trouble = trouble();
    options.time = 40 * kSecond;
    const ReplicaReport report = ReplicaNetwork(options).run();
    EXPECT_EQ(report.violation, std::nullopt) << "seed " << seed;
    slots += report.final_slot.raw(), transactions += report.transactions;
    crashes += report.crashes, partitions += report.partitions;
  }
  std::cout << seeds << " seeds: " << slots << " slots, " << transactions << " transactions, " << crashes
            << " crashes, " << partitions << " partitions\n";
  EXPECT_GT(slots, seeds * 2 * ReplicaOptions{}.epoch_slots) << "epochs must pass";
  EXPECT_GT(crashes, seeds);
  EXPECT_GT(partitions, seeds);
}

TEST(Replicas, EqualSeedsGiveEqualTraces) {
  ReplicaOptions options;
  options.trouble = trouble();
  options.time = 15 * kSecond;
  const ReplicaReport first = ReplicaNetwork(options).run();
  const ReplicaReport second = ReplicaNetwork(options).run();
  EXPECT_EQ(first.trace, second.trace);
  EXPECT_EQ(first.state_root, second.state_root);
  options.seed = 2;
  EXPECT_NE(ReplicaNetwork(options).run().trace, first.trace);
}

// Half against half: nobody goes on, and afterwards all do.
TEST(Replicas, NothingBecomesFinalInAPartitionOfHalves) {
  ReplicaOptions options;
  ReplicaNetwork network(options);
  network.start();
  ASSERT_TRUE(network.run_until(20 * kSecond, [&] { return network.lowest_final() >= Slot{5}; }));
  network.partition({0, 0, 1, 1});
  for (int i = 0; i < 20; ++i) network.send_transaction();
  network.run_until(network.now() + 3 * kSecond);
  const Slot before = network.highest_final();
  network.run_until(network.now() + 30 * kSecond);
  EXPECT_EQ(network.highest_final(), before);
  network.calm();
  EXPECT_TRUE(network.run_until(network.now() + 30 * kSecond, [&] { return network.all_final(); }));
  EXPECT_EQ(network.report().violation, std::nullopt);
}

// Who was away while the others went on for long gets the chain in ranges, from several of them.
TEST(Replicas, ALateJoinerCatchesUp) {
  ReplicaOptions options;
  options.slot_ms = 50;
  options.delta_us_min = 60'000;
  ReplicaNetwork network(options);
  network.start();
  network.crash(3);
  ASSERT_TRUE(network.run_until(200 * kSecond, [&] {
    if (network.report().events % 97 == 0) network.send_transaction();
    return network.lowest_final() >= Slot{300};
  }));
  std::set<std::size_t> asked;
  network.filter = [&](std::size_t from, std::size_t to, const replica::NetMessage& message) {
    if (from == 3 && std::holds_alternative<sync::ChainRequest>(message)) asked.insert(to);
    return true;
  };
  network.boot(3);
  const Slot goal = network.highest_final();
  EXPECT_TRUE(network.run_until(network.now() + 20 * kSecond, [&] { return network.lowest_final() >= goal; }));
  EXPECT_GT(asked.size(), 1u);
  network.calm();
  EXPECT_TRUE(network.run_until(network.now() + 20 * kSecond, [&] { return network.all_final(); }));
  EXPECT_EQ(network.report().violation, std::nullopt);
}

// All nodes lose their memory at the same moment, again and again.
TEST(Replicas, SurvivePowerFailures) {
  ReplicaOptions options;
  ReplicaNetwork network(options);
  network.start();
  for (int i = 0; i < 30; ++i) {
    network.send_transaction();
    network.run_until(network.now() + 313'000);
    for (std::size_t node = 0; node < network.size(); ++node) network.crash(node);
    for (std::size_t node = 0; node < network.size(); ++node) network.boot(node);
  }
  network.calm();
  EXPECT_TRUE(network.run_until(network.now() + 60 * kSecond, [&] { return network.all_final(); }));
  EXPECT_EQ(network.report().violation, std::nullopt);
}

// Shreds that never come directly are asked for.
TEST(Replicas, RepairWhatIsLost) {
  ReplicaOptions options;
  options.only_shreds = true;
  ReplicaNetwork network(options);
  std::set<std::size_t> asked;
  network.filter = [&](std::size_t from, std::size_t to, const replica::NetMessage& message) {
    if (from == 1 && std::holds_alternative<dissem::ShredRequest>(message)) asked.insert(to);
    // Node 1 gets no shred of whom it did not ask, and no block in another way.
    if (to == 1 && std::holds_alternative<sync::Reply>(message)) return false;
    return to != 1 || asked.contains(from) || !std::holds_alternative<Shred>(message);
  };
  network.start();
  for (int i = 0; i < 20; ++i) network.send_transaction();
  EXPECT_TRUE(network.run_until(30 * kSecond, [&] { return network.all_final(); }));
  EXPECT_FALSE(asked.empty());
  EXPECT_EQ(network.report().violation, std::nullopt);
}

}  // namespace
}  // namespace aether::sim
