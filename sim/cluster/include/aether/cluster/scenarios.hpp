// Scripted runs: clusters without chance in their faults, for the figures of docs/performance.md and for attacks that
// chance would hardly find.
#pragma once

#include "aether/cluster/suite.hpp"

namespace aether::sim {

// Of one run of a scenario. δ is the latency of its options.
struct Figures {
  Percentiles finality;   // from an honest proposal until a node has its C2, in µs
  Percentiles slot_time;  // between starts of slots
  std::uint64_t slots = 0;
  std::uint64_t directly_pm = 0;  // blocks with a C2 of their own slot, of a million
  Micros recovery_us = 0;         // from the healing of a partition until all finalize new slots
  std::optional<Violation> violation;
};

struct Scenario {
  std::string_view name;
  std::string_view what;
  Options (*options)();
};

// Of performance, each run as it is by measure().
[[nodiscard]] std::span<const Scenario> scenarios();
[[nodiscard]] const Scenario* scenario_of(std::string_view name);

[[nodiscard]] Figures measure(const Options& options);
// A partition of 60 to 40 for ten simulated minutes, then healed.
[[nodiscard]] Figures measure_partition(Options options);

[[nodiscard]] std::string to_text(const Scenario& scenario, const Options& options, const Figures& figures);

// Two nodes for each of up to a third of the validators, with its key, and a network that is cut anew every round
// (after Bano et al., "Twins: BFT Systems Made Robust", 2022). Returns the violation, if there is one.
struct TwinsResult {
  std::optional<Violation> violation;
  bool disagreed = false;
  bool names_a_third = false;
  std::uint64_t slots = 0, evidence = 0;
};
// `twins` of `validators` have a second node. With a third or more of them nothing is promised but evidence.
[[nodiscard]] TwinsResult run_twins(std::uint64_t number, std::size_t validators, std::size_t twins,
                                    Identities& identities);

// Scenarios first … last: the even ones with one twin of four, the odd ones with two of seven.
struct TwinsSummary {
  std::uint64_t scenarios = 0, slots = 0, evidence = 0;
  std::vector<std::pair<std::uint64_t, Violation>> violations;
};
[[nodiscard]] TwinsSummary run_twins(std::uint64_t first, std::uint64_t last, unsigned threads);

}  // namespace aether::sim
