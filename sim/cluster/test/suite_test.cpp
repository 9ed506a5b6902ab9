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
  for (std::size_t i = 0; i < kFaultKinds; ++i) {
    EXPECT_GT(summary.faults.applied[i], 0u) << to_string(static_cast<FaultKind>(i));
    EXPECT_GT(summary.faults.mattered[i], 0u) << to_string(static_cast<FaultKind>(i));
  }
}

TEST(Suite, TwinsNeverDisagreeBelowAThird) {
  const std::uint64_t scenarios = is_set("AETHER_QUICK") ? 20 : is_set("AETHER_LONG") ? 10'000 : 1'000;
  Identities identities;
  std::uint64_t slots = 0, evidence = 0;
  for (std::uint64_t number = 1; number <= scenarios; ++number)
    for (const auto& [validators, twins] : {std::pair<std::size_t, std::size_t>{4, 1}, {7, 2}}) {
      const TwinsResult result = run_twins(number, validators, twins, identities);
      ASSERT_FALSE(result.violation.has_value())
          << result.violation->what << ": twins " << number << " of " << validators;
      slots += result.slots;
      evidence += result.evidence;
    }
  EXPECT_GT(slots, scenarios);
  EXPECT_GT(evidence, 0u);  // twins do vote against each other
  std::cout << 2 * scenarios << " scenarios of twins, " << slots << " slots, " << evidence << " pieces of evidence\n";
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
