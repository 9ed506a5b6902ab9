// Nodes that remove old blocks, and others that were away for longer than those are kept: they begin at a snapshot.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "aether/replicas/network.hpp"

namespace aether::sim {
namespace {

constexpr Micros kSecond = 1'000'000;

ReplicaOptions pruned() {
  ReplicaOptions options;
  options.slot_ms = 100;
  options.epoch_slots = 12;
  options.prunes = true;
  return options;
}

// Runs with load until the network is so many epochs further.
bool epochs_pass(ReplicaNetwork& network, const ReplicaOptions& options, std::uint64_t epochs) {
  const Slot goal{network.highest_final().raw() + epochs * options.epoch_slots};
  return network.run_until(network.now() + 300 * kSecond, [&] {
    if (network.report().events % 997 == 0) network.send_transaction();
    return network.highest_final() >= goal;
  });
}

// All are there again, and everything is final everywhere.
void expect_recovery(ReplicaNetwork& network) {
  network.calm();
  for (int i = 0; i < 10; ++i) network.send_transaction();
  const Slot goal{network.highest_final().raw() + 10};
  EXPECT_TRUE(network.run_until(network.now() + 120 * kSecond,
                                [&] { return network.lowest_final() >= goal && network.all_final(); }));
  EXPECT_EQ(network.report().violation, std::nullopt);
}

TEST(Snapshots, ALateJoinerBeginsAtOneFromSeveralPeers) {
  ReplicaOptions options = pruned();
  options.followers = 1;
  ReplicaNetwork network(options);
  network.start();
  network.crash(4);
  ASSERT_TRUE(epochs_pass(network, options, 4));
  std::set<std::size_t> asked;
  network.filter = [&](std::size_t from, std::size_t to, const replica::NetMessage& message) {
    if (from == 4 && std::holds_alternative<sync::ChunkRequest>(message)) asked.insert(to);
    return true;
  };
  network.boot(4);
  expect_recovery(network);
  EXPECT_GE(network.report().restored, 1u);
  EXPECT_GT(asked.size(), 1u);
  EXPECT_GT(network.node(4).chain().begin()->first, Slot{2 * options.epoch_slots}) << "it has no older blocks";
}

// A validator keeps its record over the snapshot: it votes in no slot that it may have voted in.
TEST(Snapshots, AValidatorThatSleptThroughEpochsVotesAgain) {
  const ReplicaOptions options = pruned();
  ReplicaNetwork network(options);
  network.start();
  ASSERT_TRUE(epochs_pass(network, options, 1));
  const Slot left = network.node(3).replica().consensus().record().slot;
  network.crash(3);
  ASSERT_TRUE(epochs_pass(network, options, 4));
  network.boot(3);
  bool votes = false;
  network.filter = [&](std::size_t from, std::size_t, const replica::NetMessage& message) {
    if (const auto* vote = std::get_if<Vote>(&message); vote != nullptr && from == 3) {
      EXPECT_GE(vote->body.slot, left);
      votes = votes || (network.report().restored > 0 && vote->body.slot > Slot{5 * options.epoch_slots});
    }
    return true;
  };
  expect_recovery(network);
  EXPECT_GE(network.report().restored, 1u);
  EXPECT_TRUE(network.run_until(network.now() + 20 * kSecond, [&] { return votes; }));
  EXPECT_FALSE(network.node(3).replica().consensus().silent());
}

// Crashes while it restores: what was stored is not asked for again, unless another snapshot was chosen.
TEST(Snapshots, ARestoreGoesOnAfterCrashes) {
  ReplicaOptions options = pruned();
  options.followers = 1;
  ReplicaNetwork network(options);
  network.start();
  network.crash(4);
  ASSERT_TRUE(epochs_pass(network, options, 4));
  std::map<Hash, std::map<std::uint32_t, int>> asked;
  int chunks = 0;
  network.filter = [&](std::size_t from, std::size_t, const replica::NetMessage& message) {
    const auto* request = std::get_if<sync::ChunkRequest>(&message);
    if (from != 4 || request == nullptr) return true;
    ++asked[request->name][request->chunk];
    return ++chunks % 3 != 0;  // a third of the questions are lost
  };
  network.boot(4);
  int crashes = 0;
  for (int stop = 2; network.report().restored == 0 && crashes < 20; stop = chunks + 2, ++crashes) {
    ASSERT_TRUE(network.run_until(network.now() + 60 * kSecond,
                                  [&] { return chunks >= stop || network.report().restored > 0; }));
    network.run_until(network.now() + 45'000);  // some of the answers have come
    network.crash(4);
    network.boot(4);
  }
  EXPECT_GT(crashes, 2);
  expect_recovery(network);
  EXPECT_GE(network.report().restored, 1u);
  ASSERT_FALSE(asked.empty());
  const auto times = [](const auto& of) {
    int sum = 0;
    for (const auto& [chunk, count] : of) sum += count;
    return sum;
  };
  for (const auto& [name, of] : asked)
    EXPECT_LT(times(of), static_cast<int>(3 * of.size())) << "most of what was stored is asked for again";
}

// Each kind of liar beside honest nodes; two of them together, too.
TEST(Snapshots, LiarsDoNotKeepANodeAway) {
  const std::size_t step = std::getenv("AETHER_QUICK") != nullptr ? 3 : 1;
  std::uint64_t blames = 0;
  for (std::size_t kind = 0; kind < kSnapshotLiars; kind += step) {
    ReplicaOptions options = pruned();
    options.seed = kind + 1;
    options.followers = 1;
    options.snapshot_slots = 24;
    options.liars = {{0, SnapshotLiar{static_cast<std::uint8_t>(kind)}},
                     {1, SnapshotLiar{static_cast<std::uint8_t>((kind + 3) % kSnapshotLiars)}}};
    ReplicaNetwork network(options);
    network.start();
    network.crash(4);
    ASSERT_TRUE(epochs_pass(network, options, 4));
    network.boot(4);
    expect_recovery(network);
    EXPECT_GE(network.report().restored, 1u) << kind;
    blames += network.report().blames;
  }
  EXPECT_GE(blames, kSnapshotLiars / 2 / step);
}

// Loss, crashes, partitions and a liar, with epochs so short that whoever was away needs a snapshot.
TEST(Snapshots, LoseNothingUnderFaults) {
  const std::uint64_t seeds = std::getenv("AETHER_QUICK") != nullptr  ? 1
                              : std::getenv("AETHER_LONG") != nullptr ? 60
                                                                      : 6;
  std::uint64_t restored = 0, blames = 0, slots = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    ReplicaOptions options = pruned();
    options.seed = seed;
    options.followers = 1;
    options.snapshot_slots = 24;
    options.trouble = {.loss_pm = 20'000, .duplicate_pm = 20'000, .reorder_pm = 50'000, .reorder_us_max = 200'000};
    options.transaction_every_us = 50'000;
    options.time = 30 * kSecond;
    options.liars = {{seed % 4, SnapshotLiar{static_cast<std::uint8_t>(seed % kSnapshotLiars)}}};
    ReplicaNetwork network(options);
    network.start();
    network.crash(4);
    network.load();
    network.run_until(10 * kSecond);
    network.boot(4);
    network.disturb();
    network.run_until(options.time);
    const ReplicaReport report = network.finish();
    EXPECT_EQ(report.violation, std::nullopt) << "seed " << seed;
    restored += report.restored, blames += report.blames, slots += report.final_slot.raw();
  }
  std::cout << seeds << " seeds: " << slots << " slots, " << restored << " restored, " << blames
            << " blames of liars\n";
  EXPECT_GE(restored, seeds);
}

}  // namespace
}  // namespace aether::sim
