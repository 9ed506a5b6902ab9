// A run is a pure function of its seed: on each run, whatever the threads, and as committed, which every compiler must
// give.
#include <gtest/gtest.h>

#include <array>

#include "aether/cluster/suite.hpp"

namespace aether::sim {
namespace {

std::uint64_t trace_of(std::uint64_t seed) {
  Identities identities;
  Restriction restriction;
  restriction.duration_us = 20 * kMillion;
  return Cluster(restriction.of(seed), identities).run().trace;
}

TEST(Determinism, EqualSeedsGiveEqualTraces) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) EXPECT_EQ(trace_of(seed), trace_of(seed)) << seed;
}

// By GCC in release. Where a change of machine or simulator is meant to change what happens, the new numbers replace
// them.
TEST(Determinism, TracesAreThoseOfOtherCompilers) {
  const std::array<std::uint64_t, 4> committed{6584824359334242643u, 17511111094547269676u, 7807283464413118371u,
                                               9615168070726569410u};
  for (std::uint64_t seed = 1; seed <= committed.size(); ++seed) EXPECT_EQ(trace_of(seed), committed[seed - 1]) << seed;
}

TEST(Determinism, SeedsGiveDifferentTraces) { EXPECT_NE(trace_of(1), trace_of(2)); }

// Sums of seeds do not depend on which thread ran which.
TEST(Determinism, ThreadsDoNotShow) {
  Restriction restriction;
  restriction.duration_us = 5 * kMillion;
  const auto traces = [&](unsigned threads) {
    return run_seeds(1, 6, restriction, threads, [] { return false; }).traces;
  };
  EXPECT_EQ(traces(1), traces(2));
}

}  // namespace
}  // namespace aether::sim
