// Many runs: seeds side by side on some threads, their sum, and what makes a failure small.
#pragma once

#include "aether/cluster/cluster.hpp"

namespace aether::sim {

// What is asked for beside the seed; it makes a run smaller, never larger.
struct Restriction {
  FaultSet off;
  std::optional<std::size_t> validators;
  std::optional<std::size_t> faulty;
  std::optional<Micros> duration_us;

  [[nodiscard]] Options of(std::uint64_t seed) const;
  // The command that repeats the run.
  [[nodiscard]] std::string command(std::uint64_t seed) const;
};

struct Failure {
  std::uint64_t seed = 0;
  Restriction restriction;
  Violation violation;
};

struct Summary {
  std::uint64_t seeds = 0, with_real_keys = 0, stopped_at_epoch = 0;
  std::uint64_t events = 0, slots = 0, calm_phases = 0, evidence = 0;
  std::uint64_t finalized = 0, directly = 0;
  Micros time = 0, recovery_max = 0;
  FaultCounts faults;
  SituationCounts situations;
  std::uint64_t traces = 0;  // of all runs, in any order
  std::vector<Failure> failures;

  void add(std::uint64_t seed, const Restriction& restriction, const Options& options, const Report& report);
  // The kinds of faults that never mattered and the situations that were never reached; empty when there are none.
  [[nodiscard]] std::string missing() const;
  [[nodiscard]] std::uint64_t hours_tenths() const { return time / (360 * kMillion); }
};

// Seeds first … last on `threads` threads, until `stop` says so.
[[nodiscard]] Summary run_seeds(std::uint64_t first, std::uint64_t last, const Restriction& restriction,
                                unsigned threads, const std::function<bool()>& stop);

// A failure that is as small as switching faults off, taking nodes away and ending earlier makes it.
[[nodiscard]] Failure shrink(Failure failure);

[[nodiscard]] std::string to_text(const Summary& summary);
[[nodiscard]] std::string to_json(const Summary& summary);

// "50 % 152 ms, 95 % 155 ms, 99 % 160 ms" of times in µs.
struct Percentiles {
  std::uint32_t p50 = 0, p95 = 0, p99 = 0, max = 0;
};
[[nodiscard]] Percentiles percentiles(std::vector<std::uint32_t> times);

}  // namespace aether::sim
