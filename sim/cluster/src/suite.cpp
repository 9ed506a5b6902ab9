#include "aether/cluster/suite.hpp"

#include <atomic>
#include <mutex>
#include <thread>

namespace aether::sim {

Options Restriction::of(std::uint64_t seed) const {
  Options options = draw_options(seed);
  for (std::size_t i = 0; i < kFaultKinds; ++i)
    if (const auto kind = static_cast<FaultKind>(i); off.has(kind)) options.faults.set(kind, false);
  if (validators) {
    options.nodes -= options.validators - std::min(options.validators, *validators);
    options.validators = std::min(options.validators, *validators);
    options.faulty = std::min(options.faulty, (options.validators - 1) / 3);
  }
  if (faulty) options.faulty = std::min(options.faulty, *faulty);
  if (duration_us) options.duration_us = *duration_us;
  return options;
}

std::string Restriction::command(std::uint64_t seed) const {
  std::string out = "aether-sim --seed " + std::to_string(seed);
  std::string names;
  for (std::size_t i = 0; i < kFaultKinds; ++i)
    if (const auto kind = static_cast<FaultKind>(i); off.has(kind))
      names += (names.empty() ? "" : ",") + std::string(to_string(kind));
  if (!names.empty()) out += " --off " + names;
  if (validators) out += " --validators " + std::to_string(*validators);
  if (faulty) out += " --faulty " + std::to_string(*faulty);
  if (duration_us) out += " --seconds " + std::to_string(*duration_us / kMillion);
  return out;
}

void Summary::add(std::uint64_t seed, const Restriction& restriction, const Options& options, const Report& report) {
  ++seeds;
  with_real_keys += options.real_keys ? 1 : 0;
  stopped_at_epoch += report.stopped_at_epoch ? 1 : 0;
  events += report.events;
  slots += report.slots;
  calm_phases += report.calm_phases;
  evidence += report.evidence;
  finalized += report.finalized;
  directly += report.directly;
  time += report.time;
  recovery_max = std::max(recovery_max, report.recovery_max);
  faults += report.faults;
  situations += report.situations;
  traces += mix(report.trace ^ seed);
  if (report.violation) failures.push_back({seed, restriction, *report.violation});
}

std::string Summary::missing() const {
  std::string out;
  for (std::size_t i = 0; i < kFaultKinds; ++i)
    if (faults.mattered[i] == 0) out += " " + std::string(to_string(static_cast<FaultKind>(i)));
  for (std::size_t i = 0; i < kSituations; ++i)
    if (situations.reached[i] == 0) out += " " + std::string(to_string(static_cast<Situation>(i)));
  return out;
}

Summary run_seeds(std::uint64_t first, std::uint64_t last, const Restriction& restriction, unsigned threads,
                  const std::function<bool()>& stop) {
  Summary summary;
  std::mutex mutex;
  std::atomic<std::uint64_t> next{first};
  const auto work = [&] {
    Identities identities;
    for (std::uint64_t seed = next++; seed <= last; seed = next++) {
      {
        const std::scoped_lock lock(mutex);
        if (stop()) return;
      }
      const Options options = restriction.of(seed);
      const Report report = Cluster(options, identities).run();
      const std::scoped_lock lock(mutex);
      summary.add(seed, restriction, options, report);
    }
  };
  std::vector<std::jthread> workers;
  for (unsigned i = 1; i < threads; ++i) workers.emplace_back(work);
  work();
  workers.clear();
  std::ranges::stable_sort(summary.failures, {}, &Failure::seed);
  return summary;
}

Failure shrink(Failure failure) {
  Identities identities;
  const auto attempt = [&](const Restriction& smaller) {
    const Report report = Cluster(smaller.of(failure.seed), identities).run();
    if (!report.violation) return false;
    failure.restriction = smaller;
    failure.violation = *report.violation;
    return true;
  };
  for (std::size_t i = 0; i < kFaultKinds; ++i) {
    const auto kind = static_cast<FaultKind>(i);
    if (!failure.restriction.of(failure.seed).faults.has(kind)) continue;
    Restriction smaller = failure.restriction;
    smaller.off.set(kind, true);
    static_cast<void>(attempt(smaller));
  }
  for (;;) {
    const std::size_t faulty = failure.restriction.of(failure.seed).faulty;
    Restriction smaller = failure.restriction;
    smaller.faulty = faulty - 1;
    if (faulty == 0 || !attempt(smaller)) break;
  }
  constexpr std::size_t kFewest = 4;
  for (;;) {
    const std::size_t validators = failure.restriction.of(failure.seed).validators;
    Restriction smaller = failure.restriction;
    smaller.validators = validators - 1;
    if (validators <= kFewest || !attempt(smaller)) break;
  }
  Restriction smaller = failure.restriction;
  smaller.duration_us = (failure.violation.at / kMillion + 1) * kMillion;
  static_cast<void>(attempt(smaller));
  return failure;
}

std::string to_text(const Summary& summary) {
  std::string out;
  const auto line = [&](const std::string& text) { out += text + "\n"; };
  const std::uint64_t tenths = summary.hours_tenths();
  line("seeds " + std::to_string(summary.seeds) + " (" + std::to_string(summary.with_real_keys) + " with real keys), " +
       std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " simulated hours, " +
       std::to_string(summary.slots) + " final slots, " + std::to_string(summary.events) + " events, trace " +
       std::to_string(summary.traces));
  line("directly final: " + std::to_string(summary.directly) + " of " + std::to_string(summary.finalized) +
       " blocks; calm phases " + std::to_string(summary.calm_phases) + ", longest recovery " +
       std::to_string(summary.recovery_max / 1'000) + " ms; pieces of evidence " + std::to_string(summary.evidence) +
       "; stopped at an epoch without finality " + std::to_string(summary.stopped_at_epoch));
  for (std::size_t i = 0; i < kFaultKinds; ++i) {
    std::string name(to_string(static_cast<FaultKind>(i)));
    name.resize(18, ' ');
    line("  " + name + " applied " + std::to_string(summary.faults.applied[i]) + ", mattered " +
         std::to_string(summary.faults.mattered[i]));
  }
  for (std::size_t i = 0; i < kSituations; ++i) {
    std::string name(to_string(static_cast<Situation>(i)));
    name.resize(20, ' ');
    line("  " + name + " reached " + std::to_string(summary.situations.reached[i]));
  }
  for (const Failure& failure : summary.failures)
    line("VIOLATION " + failure.violation.what + " at node " + std::to_string(failure.violation.node) + ", " +
         std::to_string(failure.violation.at) + " us: " + failure.restriction.command(failure.seed));
  return out;
}

std::string to_json(const Summary& summary) {
  std::string out =
      "{\"seeds\":" + std::to_string(summary.seeds) + ",\"real_keys\":" + std::to_string(summary.with_real_keys) +
      ",\"simulated_seconds\":" + std::to_string(summary.time / kMillion) +
      ",\"final_slots\":" + std::to_string(summary.slots) + ",\"events\":" + std::to_string(summary.events) +
      ",\"finalized\":" + std::to_string(summary.finalized) + ",\"directly\":" + std::to_string(summary.directly) +
      ",\"recovery_ms_max\":" + std::to_string(summary.recovery_max / 1'000) +
      ",\"evidence\":" + std::to_string(summary.evidence) +
      ",\"stopped_at_epoch\":" + std::to_string(summary.stopped_at_epoch) + ",\"faults\":{";
  for (std::size_t i = 0; i < kFaultKinds; ++i)
    out += (i > 0 ? ",\"" : "\"") + std::string(to_string(static_cast<FaultKind>(i))) +
           "\":{\"applied\":" + std::to_string(summary.faults.applied[i]) +
           ",\"mattered\":" + std::to_string(summary.faults.mattered[i]) + "}";
  out += "},\"situations\":{";
  for (std::size_t i = 0; i < kSituations; ++i)
    out += (i > 0 ? ",\"" : "\"") + std::string(to_string(static_cast<Situation>(i))) +
           "\":" + std::to_string(summary.situations.reached[i]);
  out += "},\"violations\":[";
  for (std::size_t i = 0; i < summary.failures.size(); ++i) {
    const Failure& failure = summary.failures[i];
    out += (i > 0 ? ",{\"what\":\"" : "{\"what\":\"") + failure.violation.what + "\",\"reproduce\":\"" +
           failure.restriction.command(failure.seed) + "\"}";
  }
  return out + "]}";
}

Percentiles percentiles(std::vector<std::uint32_t> times) {
  if (times.empty()) return {};
  std::ranges::sort(times);
  const auto at = [&](std::size_t percent) { return times[(times.size() - 1) * percent / 100]; };
  return {at(50), at(95), at(99), times.back()};
}

}  // namespace aether::sim
