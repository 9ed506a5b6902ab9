// aether-sim: attacks a cluster of consensus machines in virtual time (sim/cluster), or networks of whole nodes, or
// shows one that is cut and heals (sim/replicas).
#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>

#include "aether/cluster/describe.hpp"
#include "aether/cluster/scenarios.hpp"
#include "aether/replicas/partition.hpp"
#include "aether/replicas/suite.hpp"

namespace {

using namespace aether::sim;

std::string kind_names() {
  std::string names;
  for (std::size_t i = 0; i < kFaultKinds; ++i) names += " " + std::string(to_string(static_cast<FaultKind>(i)));
  return names;
}

bool switch_off(FaultSet& off, const std::string& name) {
  for (std::size_t i = 0; i < kFaultKinds; ++i)
    if (const auto kind = static_cast<FaultKind>(i); to_string(kind) == name) {
      off.set(kind, true);
      return true;
    }
  return false;
}

// What every node does, as it happens.
int trace(std::uint64_t seed, const Restriction& restriction) {
  const Options options = restriction.of(seed);
  std::cout << describe(options) << '\n';
  Identities identities;
  Cluster cluster(options, identities);
  cluster.on_effect = [&](const Node& node, const aether::consensus::Effect& effect) {
    std::cout << cluster.now() << ' ' << node.index() << (cluster.is_faulty(node.index()) ? "! " : "  ")
              << describe(effect) << '\n';
  };
  cluster.filter = [&](NodeIndex from, NodeIndex to, const Packet& packet) {
    if (!std::holds_alternative<aether::consensus::Message>(packet.body))
      std::cout << cluster.now() << ' ' << from << " > " << to << ' ' << describe(packet) << '\n';
    return true;
  };
  const Report report = cluster.run();
  if (report.violation) std::cout << "VIOLATION " << report.violation->what << '\n';
  return report.violation ? 1 : 0;
}

// One scenario of performance, or all.
int measure_all(const std::string& name) {
  bool violated = false;
  for (const Scenario& scenario : scenarios()) {
    if (name != "all" && scenario.name != name) continue;
    const Options options = scenario.options();
    const Figures figures = scenario.name == "partition" ? measure_partition(options) : measure(options);
    std::cout << to_text(scenario, options, figures) << std::endl;
    violated = violated || figures.violation;
  }
  return violated ? 1 : 0;
}

int show_network(std::uint64_t seed, std::size_t validators, bool json) {
  constexpr Micros kCut = 30 * kMillion;
  const PartitionStory story = tell_partition(seed, validators, kCut);
  std::cout << (json ? to_json(story) : to_text(story));
  return story.violation ? 1 : 0;
}

struct Range {
  std::uint64_t first = 1, last = 0;
};

// "A..B", or one number: up to it.
std::optional<Range> range_of(const std::string& text) {
  Range range;
  const std::size_t dots = text.find("..");
  if (dots != std::string::npos && !CLI::detail::lexical_cast(text.substr(0, dots), range.first)) return std::nullopt;
  const std::string last = dots == std::string::npos ? text : text.substr(dots + 2);
  if (!CLI::detail::lexical_cast(last, range.last) || range.last < range.first) return std::nullopt;
  return range;
}

bool run_all_twins(const Range& numbers, unsigned threads) {
  const TwinsSummary summary = run_twins(numbers.first, numbers.last, threads);
  std::cout << summary.scenarios << " scenarios of twins, " << summary.slots << " final slots, " << summary.evidence
            << " pieces of evidence\n";
  for (const auto& [number, violation] : summary.violations)
    std::cout << "VIOLATION " << violation.what << ": aether-sim --twins " << number << ".." << number << '\n';
  return summary.violations.empty();
}

bool run_all_replicas(const Range& seeds, unsigned threads, bool is_complete) {
  const ReplicaSummary summary = run_replicas(seeds.first, seeds.last, threads);
  std::cout << to_text(summary) << std::flush;
  const std::string missing = is_complete ? summary.missing() : "";
  if (!missing.empty()) std::cerr << "aether-sim: never mattered:" << missing << '\n';
  return summary.failures.empty() && missing.empty();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Attacks a cluster of consensus machines in virtual time. Exit codes: 0 nothing was violated, 1 something was.");
  std::uint64_t seed = 1;
  std::uint64_t minutes = 0;
  std::uint64_t seconds = 0;
  unsigned threads = 2;
  std::string seeds, twins, replicas, scenario, output = "text";
  std::vector<std::string> off;
  Restriction restriction;
  bool traces = false;
  bool is_complete = false;
  const auto* one_seed = app.add_option("--seed", seed, "the run's seed; with --minutes the first");
  app.add_option("--seeds", seeds, "a range of seeds, A..B, or 1..N as N");
  std::vector<std::string> names{"all", "network"};
  for (const Scenario& one : scenarios()) names.emplace_back(one.name);
  app.add_option("--scenario", scenario,
                 "of performance, or all of them; network: whole nodes with the ledger, cut and healed")
      ->check(CLI::IsMember(names));
  app.add_option("--minutes", minutes, "seed after seed for so long");
  app.add_option(
      "--twins", twins,
      "scenarios of twins, A..B, or 1..N as N: the odd ones with 7 validators, the even ones with 4; after the "
      "seeds, where some are asked for");
  app.add_option(
      "--replicas", replicas,
      "networks of whole nodes with faulty validators, seeds A..B, or 1..N as N; after seeds and twins, where "
      "some are asked for");
  app.add_flag("--complete", is_complete,
               "a kind of fault that never mattered, or a situation never reached, is a failure");
  app.add_option("--off", off, "kinds of faults to leave out, with commas:" + kind_names())->delimiter(',');
  app.add_option("--validators", restriction.validators, "at most so many");
  app.add_option("--faulty", restriction.faulty, "at most so many");
  app.add_option("--seconds", seconds, "of virtual time, instead of what the seed draws");
  app.add_option("--threads", threads, "seeds at once")->check(CLI::Range(1, 64));
  app.add_option("--output", output, "text or json")->check(CLI::IsMember({"text", "json"}));
  app.add_flag("--trace", traces, "print every effect of the run of --seed");
  CLI11_PARSE(app, argc, argv);

  if (seconds > 0) restriction.duration_us = seconds * kMillion;
  for (const std::string& name : off)
    if (!switch_off(restriction.off, name)) {
      std::cerr << "aether-sim: no kind of fault is called '" << name << "'; see --help\n";
      return 2;
    }
  Range numbers;
  const auto wants_range = [&](const char* option, const std::string& text, Range& range) {
    if (text.empty()) return true;
    const auto read = range_of(text);
    if (read)
      range = *read;
    else
      std::cerr << "aether-sim: " << option << " wants A..B with A <= B, or N, not '" << text << "'\n";
    return read.has_value();
  };
  Range of_seeds{seed, seed};
  Range networks;
  if (!wants_range("--seeds", seeds, of_seeds) || !wants_range("--twins", twins, numbers) ||
      !wants_range("--replicas", replicas, networks))
    return 2;
  if (scenario == "network") return show_network(seed, restriction.validators.value_or(4), output == "json");
  if (!scenario.empty()) return measure_all(scenario);
  if (traces) return trace(seed, restriction);

  bool failed = false;
  const bool nothing_else = twins.empty() && replicas.empty();
  if (nothing_else || !seeds.empty() || one_seed->count() > 0 || minutes > 0) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(minutes);
    if (minutes > 0 && seeds.empty()) of_seeds.last = ~std::uint64_t{0} - 1'000;
    Summary summary = run_seeds(of_seeds.first, of_seeds.last, restriction, threads,
                                [&] { return minutes > 0 && std::chrono::steady_clock::now() >= end; });
    for (Failure& failure : summary.failures) failure = shrink(std::move(failure));
    std::cout << (output == "json" ? to_json(summary) + "\n" : to_text(summary)) << std::flush;
    failed = !summary.failures.empty();
    if (const std::string missing = summary.missing(); is_complete && !missing.empty()) {
      std::cerr << "aether-sim: never met:" << missing << '\n';
      failed = true;
    }
  }
  if (!twins.empty()) failed = !run_all_twins(numbers, threads) || failed;
  if (!replicas.empty()) failed = !run_all_replicas(networks, threads, is_complete) || failed;
  return failed ? 1 : 0;
}
