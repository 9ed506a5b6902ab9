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

// What one node alone saw, and lost from its memory before it was in a block, is punished all the same.
TEST(Faulty, EvidenceOutlivesTheNodeThatSawIt) {
  ReplicaNetwork network(with(Misdeeds().set(Misdeed::two_votes)));
  constexpr std::size_t kFaulty = 0, kSees = 1;
  std::map<std::pair<std::size_t, Slot>, Hash> heard;  // whom the others hear the faulty one vote for
  network.filter = [&](std::size_t from, std::size_t to, const replica::NetMessage& message) {
    const auto* vote = std::get_if<Vote>(&message);
    if (vote == nullptr || from != kFaulty || to == kSees) return true;
    return heard.try_emplace({to, vote->body.slot}, vote->body.block).first->second == vote->body.block;
  };
  const auto saw = [&](std::size_t node) { return network.node(node).replica().accusations(); };
  network.start();
  network.load();
  ASSERT_TRUE(network.run_until(60 * kMillion, [&] {
    return saw(kSees) > 0 && network.node(kSees).stored_evidence() == saw(kSees) && saw(2) == 0 && saw(3) == 0;
  }));
  const std::size_t before = saw(kSees);
  network.crash(kSees);
  network.boot(kSees);
  EXPECT_EQ(saw(kSees), before);
  network.filter = nullptr;
  const ReplicaReport report = network.finish();  // an offence that is in no block is a violation
  EXPECT_EQ(report.violation, std::nullopt);
  EXPECT_GT(report.convictions, 0u);
  EXPECT_LE(network.node(kSees).stored_evidence(), saw(kSees)) << "what is settled leaves the disk";
}

}  // namespace
}  // namespace aether::sim
