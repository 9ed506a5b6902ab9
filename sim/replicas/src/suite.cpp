#include "aether/replicas/suite.hpp"

#include <atomic>
#include <mutex>
#include <thread>

namespace aether::sim {

ReplicaOptions draw_replica_options(std::uint64_t seed) {
  Random random(seed ^ 0x5eed'0fa1'7e57ull);
  ReplicaOptions options;
  options.seed = seed;
  options.validators = seed % 4 == 0 ? 7 : 4;
  options.time = 10 * kMillion;
  options.transaction_every_us = 60'000;
  options.latency_us = random.between(5'000, 30'000);
  options.jitter_us = options.latency_us / 4;
  options.crashes = options.partitions = false;
  const std::uint64_t world = random.below(4);
  if (world == 1)
    options.trouble = {.loss_pm = 20'000, .duplicate_pm = 20'000, .reorder_pm = 50'000, .reorder_us_max = 200'000};
  if (world == 2) options.crashes = options.partitions = true;
  const bool burns = random.below(2) == 0;
  std::vector<std::size_t> nodes(options.validators);
  for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i] = i;
  random.shuffle(nodes);
  nodes.resize((options.validators - 1) / 3);
  for (const std::size_t node : nodes) {
    Misdeeds ways;
    for (std::size_t i = 0; i < kMisdeeds; ++i) ways.set(static_cast<Misdeed>(i), random.below(2) == 0);
    if (!burns) ways.set(Misdeed::two_blocks, false).set(Misdeed::two_votes, false);
    options.faulty.emplace(node, ways);
  }
  options.only_shreds = seed % 2 == 0;
  if (world == 3) {
    options.followers = 1;
    options.prunes = true;
    options.slot_ms = 100;
    options.epoch_slots = 12;
    options.snapshot_slots = 24;
    for (const std::size_t node : nodes)
      options.liars.emplace(node, SnapshotLiar{static_cast<std::uint8_t>(random.below(kSnapshotLiars))});
  }
  return options;
}

std::string ReplicaFailure::command() const {
  return "aether-sim --replicas " + std::to_string(seed) + ".." + std::to_string(seed);
}

void ReplicaSummary::add(std::uint64_t seed, const ReplicaReport& report) {
  ++seeds;
  slots += report.final_slot.raw();
  transactions += report.transactions;
  convictions += report.convictions;
  restored += report.restored;
  crashes += report.crashes;
  partitions += report.partitions;
  time += report.time;
  misdeeds += report.misdeeds;
  traces += mix(report.trace ^ seed);
  if (report.violation) failures.push_back({seed, *report.violation});
}

std::string ReplicaSummary::missing() const {
  std::string out;
  for (std::size_t i = 0; i < kMisdeeds; ++i)
    if (misdeeds.mattered[i] == 0) out += " " + std::string(to_string(static_cast<Misdeed>(i)));
  return out;
}

ReplicaReport run_replicas(const ReplicaOptions& options) {
  ReplicaNetwork network(options);
  network.start();
  for (std::size_t i = 0; i < options.followers; ++i) network.crash(options.validators + i);
  network.load();
  network.disturb();
  network.run_until(options.time);
  return network.finish();  // who was away comes back
}

ReplicaSummary run_replicas(std::uint64_t first, std::uint64_t last, unsigned threads) {
  ReplicaSummary summary;
  std::mutex mutex;
  std::atomic<std::uint64_t> next{first};
  const auto work = [&] {
    for (std::uint64_t seed = next++; seed <= last; seed = next++) {
      const ReplicaReport report = run_replicas(draw_replica_options(seed));
      const std::scoped_lock lock(mutex);
      summary.add(seed, report);
    }
  };
  std::vector<std::jthread> workers;
  for (unsigned i = 1; i < threads; ++i) workers.emplace_back(work);
  work();
  workers.clear();
  std::ranges::stable_sort(summary.failures, {}, &ReplicaFailure::seed);
  return summary;
}

std::string to_text(const ReplicaSummary& summary) {
  std::string out = "networks of whole nodes: seeds " + std::to_string(summary.seeds) + ", " +
                    std::to_string(summary.time / kMillion) + " simulated seconds, " + std::to_string(summary.slots) +
                    " final slots, " + std::to_string(summary.transactions) + " transactions, " +
                    std::to_string(summary.convictions) + " convictions, " + std::to_string(summary.restored) +
                    " restored from snapshots, " + std::to_string(summary.crashes) + " crashes, " +
                    std::to_string(summary.partitions) + " partitions, trace " + std::to_string(summary.traces) + "\n";
  for (std::size_t i = 0; i < kMisdeeds; ++i) {
    std::string name(to_string(static_cast<Misdeed>(i)));
    name.resize(18, ' ');
    out += "  " + name + " done " + std::to_string(summary.misdeeds.done[i]) + ", mattered " +
           std::to_string(summary.misdeeds.mattered[i]) + "\n";
  }
  for (const ReplicaFailure& failure : summary.failures)
    out += "VIOLATION " + failure.what + ": " + failure.command() + "\n";
  return out;
}

}  // namespace aether::sim
