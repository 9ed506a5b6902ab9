// Many networks of whole nodes with faulty validators: a seed draws who is faulty, what they do, and what else happens.
#pragma once

#include "aether/replicas/network.hpp"

namespace aether::sim {

// Four or seven validators of equal weight, less than a third of them faulty, each with half of all misdeeds; half of
// the seeds are without those that burn stake, since who is convicted soon leaves. Loss, crashes and partitions in
// some; a node that comes late, and begins at a snapshot that faulty ones lie about, in others.
[[nodiscard]] ReplicaOptions draw_replica_options(std::uint64_t seed);

struct ReplicaFailure {
  std::uint64_t seed = 0;
  std::string what;
  // The command that repeats it.
  [[nodiscard]] std::string command() const;
};

struct ReplicaSummary {
  std::uint64_t seeds = 0, slots = 0, transactions = 0, convictions = 0, restored = 0, crashes = 0, partitions = 0;
  Micros time = 0;
  MisdeedCounts misdeeds;
  std::uint64_t traces = 0;  // of all runs, in any order
  std::vector<ReplicaFailure> failures;

  void add(std::uint64_t seed, const ReplicaReport& report);
  // The misdeeds that never mattered; empty when there are none.
  [[nodiscard]] std::string missing() const;
};

[[nodiscard]] ReplicaReport run_replicas(const ReplicaOptions& options);
// Seeds first … last on `threads` threads.
[[nodiscard]] ReplicaSummary run_replicas(std::uint64_t first, std::uint64_t last, unsigned threads);

[[nodiscard]] std::string to_text(const ReplicaSummary& summary);

}  // namespace aether::sim
