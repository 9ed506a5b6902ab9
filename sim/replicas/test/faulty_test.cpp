// Faulty validators in networks of whole nodes: the others agree, go on, lose nothing, and burn who signed twice.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "aether/replicas/suite.hpp"

namespace aether::sim {
namespace {

// Four validators, of which the first does nothing but this.
ReplicaOptions with(Misdeeds ways) {
  ReplicaOptions options;
  options.crashes = options.partitions = false;
  options.time = 8 * kMillion;
  options.transaction_every_us = 100'000;
  options.faulty = {{0, ways}};
  return options;
}

TEST(Faulty, ValidatorsChangeNothingForTheOthers) {
  const bool is_quick = std::getenv("AETHER_QUICK") != nullptr;
  const std::uint64_t seeds = is_quick ? 2 : std::getenv("AETHER_LONG") != nullptr ? 60 : 9;
  const ReplicaSummary summary = run_replicas(1, seeds, 1);
  std::cout << to_text(summary);
  for (const ReplicaFailure& failure : summary.failures) ADD_FAILURE() << failure.what << ": " << failure.command();
  if (is_quick) return;
  EXPECT_EQ(summary.missing(), "");
  EXPECT_GT(summary.convictions, seeds);
  EXPECT_GT(summary.restored, 0u);
}

TEST(Faulty, EqualSeedsGiveEqualTraces) {
  ReplicaOptions options = with(Misdeeds::all());
  options.time = 4 * kMillion;
  const ReplicaReport first = run_replicas(options);
  EXPECT_EQ(first.violation, std::nullopt);
  EXPECT_EQ(first.trace, run_replicas(options).trace);
}

// One proposer gives shreds that are no encoding to one node, and the block whole to others, who would make it certain:
// the one that refutes it must not be left behind by a certificate for it.
TEST(Faulty, ABlockThatIsNoEncodingIsInvalidHoweverItComes) {
  const ReplicaReport report = run_replicas(with(Misdeeds().set(Misdeed::wrong_encoding)));
  EXPECT_EQ(report.violation, std::nullopt);
  EXPECT_GT(report.misdeeds.mattered[static_cast<std::size_t>(Misdeed::wrong_encoding)], 0u);
}

// Nodes see one offence by different pairs. What one block names, all forget: none is judged again for each block, and
// there is room for what comes.
TEST(Faulty, WhatWasPunishedIsForgotten) {
  ReplicaNetwork network(with(Misdeeds().set(Misdeed::two_votes).set(Misdeed::two_blocks).set(Misdeed::false_replies)));
  network.start();
  network.load();
  // Who was convicted is in no set two epochs later.
  ASSERT_TRUE(network.run_until(120 * kMillion, [&] { return network.lowest_final() >= Slot{100}; }));
  const ReplicaReport report = network.finish();
  EXPECT_EQ(report.violation, std::nullopt);
  EXPECT_GT(report.convictions, 1u);
  for (std::size_t i = 1; i < network.size(); ++i) EXPECT_EQ(network.node(i).replica().accusations(), 0u) << i;
}

}  // namespace
}  // namespace aether::sim
