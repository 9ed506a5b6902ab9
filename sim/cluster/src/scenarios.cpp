#include "aether/cluster/scenarios.hpp"

namespace aether::sim {

namespace {

// The reference of the protocol's design: one-way delay δ = 50 ± 10 ms, Δ = 100 ms, nothing costs time but messages.
Options reference(std::size_t validators) {
  Options options{.seed = 11, .nodes = validators, .validators = validators};
  options.slot_ms = 0;
  options.epoch_slots = 3'000;
  options.latency_us = 50'000;
  options.jitter_us = 10'000;
  options.equal_latency = true;
  options.delta_us_min = 100'000;
  options.fsync_us = 1;
  options.execute_us = 1;
  options.duration_us = 60 * kMillion;
  return options;
}

// Each message takes δ exactly.
Options exact(std::size_t validators) {
  Options options = reference(validators);
  options.jitter_us = 0;
  return options;
}

// A message takes 50 ± 10 ms, or as long as one that was sent before it.
Options in_order(std::size_t validators) {
  Options options = reference(validators);
  options.in_order = true;
  return options;
}

Options with_faulty(std::size_t validators, std::size_t faulty, FaultKind kind) {
  Options options = reference(validators);
  options.faulty = faulty;
  options.faults.set(kind, true);
  return options;
}

// Of the world: latencies between 5 and 120 ms.
Options spread(std::size_t validators) {
  Options options = reference(validators);
  options.equal_latency = false;
  options.latency_us = 120'000;
  options.jitter_us = 6'000;
  options.delta_us_min = 250'000;
  options.fsync_us = 1'000;
  options.execute_us = 5'000;
  if (validators >= 100) options.duration_us = 10 * kMillion;
  return options;
}

constexpr std::array kScenarios{
    Scenario{"n4", "4 validators, 50 ± 10 ms", [] { return reference(4); }},
    Scenario{"n7", "7 validators, 50 ± 10 ms", [] { return reference(7); }},
    Scenario{"n31", "31 validators, 50 ± 10 ms", [] { return reference(31); }},
    Scenario{"n100", "100 validators, 50 ± 10 ms",
             [] {
               Options options = reference(100);
               options.duration_us = 10 * kMillion;
               return options;
             }},
    Scenario{"n4-exact", "4 validators, 50 ms", [] { return exact(4); }},
    Scenario{"n31-exact", "31 validators, 50 ms", [] { return exact(31); }},
    Scenario{"n4-in-order", "4 validators, 50 ± 10 ms, in order", [] { return in_order(4); }},
    Scenario{"n4-world", "4 validators, 60 … 120 ms", [] { return spread(4); }},
    Scenario{"n7-world", "7 validators, 60 … 120 ms", [] { return spread(7); }},
    Scenario{"n31-world", "31 validators, 60 … 120 ms", [] { return spread(31); }},
    Scenario{"silent", "10 of 31 say nothing", [] { return with_faulty(31, 10, FaultKind::silent); }},
    Scenario{"silent-20", "6 of 31 say nothing", [] { return with_faulty(31, 6, FaultKind::silent); }},
    Scenario{"silent-30", "9 of 31 say nothing", [] { return with_faulty(31, 9, FaultKind::silent); }},
    Scenario{"late-claims", "10 of 31 claim late", [] { return with_faulty(31, 10, FaultKind::late_claims); }},
    Scenario{"claims-to-half", "10 of 31 claim to half of the others",
             [] { return with_faulty(31, 10, FaultKind::claims_to_half); }},
    Scenario{"equivocate", "10 of 31 equivocate", [] { return with_faulty(31, 10, FaultKind::equivocate); }},
    Scenario{"partition", "31 validators, cut 60 to 40 for ten minutes", [] { return reference(31); }},
};

Figures figures_of(const Report& report) {
  Figures figures{.finality = percentiles(report.finality),
                  .slot_time = percentiles(report.slot_times),
                  .slots = report.slots,
                  .violation = report.violation};
  if (report.finalized > 0) figures.directly_pm = report.directly * kMillion / report.finalized;
  return figures;
}

std::string ms(std::uint64_t us) { return std::to_string(us / 1'000) + "." + std::to_string(us / 100 % 10); }
std::string deltas(std::uint64_t us, Micros delta) {
  const std::uint64_t hundredths = 100 * us / delta;
  const std::uint64_t rest = hundredths % 100;
  return std::to_string(hundredths / 100) + (rest < 10 ? ".0" : ".") + std::to_string(rest);
}

}  // namespace

std::span<const Scenario> scenarios() { return kScenarios; }

const Scenario* scenario_of(std::string_view name) {
  const auto found = std::ranges::find(kScenarios, name, &Scenario::name);
  return found == kScenarios.end() ? nullptr : &*found;
}

Figures measure(const Options& options) {
  Identities identities;
  Cluster cluster(options, identities);
  cluster.start();
  cluster.run_until(options.duration_us);
  return figures_of(cluster.report());
}

Figures measure_partition(Options options) {
  Identities identities;
  Cluster cluster(options, identities);
  cluster.start();
  constexpr Micros kCutAt = 5 * kMillion, kCutFor = 600 * kMillion;
  cluster.run_until(kCutAt);
  const std::size_t size = cluster.size();
  for (NodeIndex a = 0; a < size; ++a)
    for (NodeIndex b = 0; b < size; ++b)
      if ((10 * a < 6 * size) != (10 * b < 6 * size)) cluster.network().cut(a, b, true);
  cluster.run_until(kCutAt + kCutFor);
  cluster.network().join();
  const Slot target{cluster.highest_final().raw() + 2};
  const Micros healed = cluster.now();
  while (cluster.lowest_final() < target && cluster.now() < healed + kCutFor) cluster.run_until(cluster.now() + 1'000);
  Figures figures = figures_of(cluster.report());
  figures.recovery_us = cluster.now() - healed;
  return figures;
}

std::string to_text(const Scenario& scenario, const Options& options, const Figures& figures) {
  const auto in_deltas = [&](const Percentiles& times) {
    return deltas(times.p50, options.latency_us) + " / " + deltas(times.p95, options.latency_us) + " / " +
           deltas(times.p99, options.latency_us) + " δ";
  };
  const auto in_ms = [&](const Percentiles& times) {
    return ms(times.p50) + " / " + ms(times.p95) + " / " + ms(times.p99) + " ms";
  };
  std::string out =
      std::string(scenario.name) + ": " + std::string(scenario.what) + "; finality p50/p95/p99 " +
      in_ms(figures.finality) + " = " + in_deltas(figures.finality) + "; slot " + in_ms(figures.slot_time) + " = " +
      in_deltas(figures.slot_time) + "; " + std::to_string(figures.slots) + " slots, directly final " +
      std::to_string(figures.directly_pm / 10'000) + "." + std::to_string(figures.directly_pm / 1'000 % 10) + " %";
  if (figures.recovery_us > 0) out += "; recovered in " + ms(figures.recovery_us) + " ms";
  if (figures.violation) out += "; VIOLATION " + figures.violation->what;
  return out;
}

}  // namespace aether::sim
