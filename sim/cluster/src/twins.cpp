#include <atomic>
#include <mutex>
#include <thread>

#include "aether/cluster/scenarios.hpp"

namespace aether::sim {

TwinsResult run_twins(std::uint64_t number, std::size_t validators, std::size_t twins, Identities& identities) {
  Options options{.seed = number, .nodes = validators, .validators = validators, .faulty = twins};
  options.keeps_faulty_below_a_third = 3 * twins < validators;
  options.faults.set(FaultKind::twin, true);
  options.detects_other_self = true;
  options.slot_ms = 0;
  options.latency_us = 10'000;
  options.jitter_us = 5'000;
  options.delta_us_min = 25'000;
  options.fsync_us = 500;
  options.execute_us = 500;
  Cluster cluster(options, identities);
  if (!options.keeps_faulty_below_a_third) cluster.checker().expect_failure();
  Random random(mix(number ^ 0x7477696e73));
  cluster.start();

  // Rounds of about a slot, each with a network that is cut into one to three parts, and sometimes with one node away.
  constexpr std::uint64_t kRounds = 8;
  const std::size_t size = cluster.size();
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    cluster.network().join();
    const std::uint64_t parts = random.between(1, 3);
    std::vector<std::uint64_t> part;
    for (NodeIndex i = 0; i < size; ++i) part.push_back(random.below(parts));
    for (NodeIndex a = 0; a < size; ++a)
      for (NodeIndex b = 0; b < size; ++b)
        if (part[a] != part[b]) cluster.network().cut(a, b, true);
    if (random.below(4) == 0) {
      const NodeIndex node = random.below(size);
      cluster.crash(node);
      cluster.at(cluster.now() + random.between(1'000, 60'000), [&cluster, node] { cluster.boot(node); });
    }
    cluster.run_until(cluster.now() + random.between(15'000, 120'000));
  }
  // Healed: what was said in one part is heard in the others, and proves what it proves.
  cluster.calm();
  cluster.run_until(cluster.now() + 500'000);
  const Checker& checker = cluster.checker();
  return {checker.violation(), checker.disagreed(), checker.names_a_third(), checker.final_slot().raw(),
          checker.evidence_count()};
}

TwinsSummary run_twins(std::uint64_t first, std::uint64_t last, unsigned threads) {
  TwinsSummary summary;
  std::mutex mutex;
  std::atomic<std::uint64_t> scenario{first};
  const auto work = [&] {
    Identities identities;
    for (std::uint64_t number = scenario++; number <= last; number = scenario++) {
      const TwinsResult result =
          number % 2 == 0 ? run_twins(number, 4, 1, identities) : run_twins(number, 7, 2, identities);
      const std::scoped_lock lock(mutex);
      ++summary.scenarios;
      summary.slots += result.slots;
      summary.evidence += result.evidence;
      if (result.violation) summary.violations.emplace_back(number, *result.violation);
    }
  };
  std::vector<std::jthread> workers;
  for (unsigned i = 1; i < threads; ++i) workers.emplace_back(work);
  work();
  workers.clear();
  return summary;
}

}  // namespace aether::sim
