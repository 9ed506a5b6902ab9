// Seeds in numbers: no violation, and every kind of fault was met and mattered.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "aether/cluster/scenarios.hpp"

namespace aether::sim {
namespace {

bool is_set(const char* name) { return std::getenv(name) != nullptr; }

std::string described(const Summary& summary) {
  std::string out;
  for (const Failure& failure : summary.failures) {
    const Failure small = shrink(failure);
    out += small.violation.what + ": " + small.restriction.command(small.seed) + "\n";
  }
  return out;
}

TEST(Suite, NothingIsViolatedUnderAnyFault) {
  const std::uint64_t seeds = is_set("AETHER_QUICK") ? 12 : is_set("AETHER_LONG") ? 1'000 : 300;
  const Summary summary = run_seeds(1, seeds, {}, 2, [] { return false; });
  std::cout << to_text(summary);
  EXPECT_TRUE(summary.failures.empty()) << described(summary);
  EXPECT_EQ(summary.seeds, seeds);
  if (is_set("AETHER_QUICK")) return;
  EXPECT_GE(summary.time, 20 * 3'600 * kMillion);
  EXPECT_GE(10 * summary.with_real_keys, summary.seeds);
  EXPECT_EQ(summary.missing(), "");
}

// Seeds in which the simulator's host once took a block for its own that held the same, and never fetched it.
TEST(Suite, WhoBuiltTheSameStillFetchesTheBlock) {
  for (const std::uint64_t seed : {1230, 1943}) {
    Restriction restriction;
    restriction.duration_us = (seed == 1230 ? 275 : 88) * kMillion;
    const Summary summary = run_seeds(seed, seed, restriction, 1, [] { return false; });
    EXPECT_TRUE(summary.failures.empty()) << described(summary);
  }
}

// Its power fails when its record is durable, and it does not know yet. Who alone is a quorum has voted then for a
// block that nobody else has.
TEST(Suite, WhoLosesPowerHasTheProposalThatItsRecordNames) {
  Restriction restriction;
  restriction.duration_us = 93 * kMillion;
  for (std::size_t kind = 0; kind < kFaultKinds; ++kind)
    restriction.off.set(static_cast<FaultKind>(kind), static_cast<FaultKind>(kind) != FaultKind::power_failure);
  const Summary summary = run_seeds(17'681, 17'681, restriction, 1, [] { return false; });
  EXPECT_GT(summary.faults.mattered[static_cast<std::size_t>(FaultKind::power_failure)], 0u);
  EXPECT_TRUE(summary.failures.empty()) << described(summary);
}

TEST(Suite, TwinsNeverDisagreeBelowAThird) {
  const std::uint64_t scenarios = is_set("AETHER_QUICK") ? 40 : is_set("AETHER_LONG") ? 20'000 : 2'000;
  const TwinsSummary summary = run_twins(1, scenarios, 2);
  for (const auto& [number, violation] : summary.violations) ADD_FAILURE() << violation.what << ": twins " << number;
  EXPECT_EQ(summary.scenarios, scenarios);
  EXPECT_GT(2 * summary.slots, scenarios);
  EXPECT_GT(summary.evidence, 0u);  // twins do vote against each other
  std::cout << summary.scenarios << " scenarios of twins, " << summary.slots << " slots, " << summary.evidence
            << " pieces of evidence\n";
}

TEST(Suite, WhereTwinsOfMoreThanAThirdDisagreeTheyAreNamed) {
  const std::uint64_t scenarios = is_set("AETHER_QUICK") ? 20 : 400;
  Identities identities;
  std::uint64_t disagreed = 0;
  for (std::uint64_t number = 1; number <= scenarios; ++number) {
    const TwinsResult result = run_twins(number, 4, 2, identities);
    ASSERT_FALSE(result.violation.has_value()) << result.violation->what << ": twins " << number;
    if (!result.disagreed) continue;
    ++disagreed;
    EXPECT_TRUE(result.names_a_third) << "twins " << number;
  }
  std::cout << disagreed << " of " << scenarios << " scenarios with two twins of four disagreed\n";
  if (!is_set("AETHER_QUICK")) {
    EXPECT_GT(disagreed, 0u);
  }
}

}  // namespace
}  // namespace aether::sim
