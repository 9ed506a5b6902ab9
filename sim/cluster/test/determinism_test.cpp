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
  const std::array<std::uint64_t, 4> committed{13557058316317291068u, 6176755203889318801u, 5064128585414509801u,
                                               5522282911102937148u};
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
