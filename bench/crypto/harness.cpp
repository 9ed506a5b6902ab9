#include "harness.hpp"

#include <sched.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <ctime>
#include <iostream>

#include "aether/env/thread_pool.hpp"

namespace aether::bench {
namespace {

constexpr double kSampleSeconds = 0.02;

double now(clockid_t clock) {
  timespec at{};
  clock_gettime(clock, &at);
  return static_cast<double>(at.tv_sec) + 1e-9 * static_cast<double>(at.tv_nsec);
}

clockid_t clock_of(const Cores& cores) { return cores.count == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC; }

double seconds(clockid_t clock, const std::function<void()>& run, int repeats) {
  const double began = now(clock);
  for (int i = 0; i < repeats; ++i) run();
  return (now(clock) - began) / repeats;
}

// A side with what it takes to time it: samples long enough for the clock.
struct Timed {
  Timed(clockid_t of, const Side& side, double count)
      : clock(of), run(side.run), work(side.count ? *side.count : count) {
    run();  // caches and tables are warm
    const double once = seconds(clock, run, 1);
    repeats = once >= kSampleSeconds ? 1 : static_cast<int>(std::min(1e6, kSampleSeconds / std::max(once, 1e-9))) + 1;
  }
  double sample() {
    samples.push_back(seconds(clock, run, repeats) / work);
    return samples.back();
  }

  clockid_t clock;
  const std::function<void()>& run;
  double work;
  int repeats = 1;
  std::vector<double> samples;  // seconds a unit
};

double median(std::vector<double> of) {
  std::sort(of.begin(), of.end());
  const std::size_t n = of.size();
  return n % 2 == 1 ? of[n / 2] : (of[n / 2 - 1] + of[n / 2]) / 2;
}
double least(const std::vector<double>& of) { return *std::min_element(of.begin(), of.end()); }
double most(const std::vector<double>& of) { return *std::max_element(of.begin(), of.end()); }

boost::json::object times(const std::string& name, const std::vector<double>& samples) {
  return {{"name", name}, {"min_s", least(samples)}, {"median_s", median(samples)}};
}

boost::json::object head(const Case& what) {
  return {{"row", what.row}, {"case", what.name}, {"unit", what.work.unit}};
}

void put(boost::json::object line, const Goals& goals) {
  if (goals.first) line["first_goal"] = *goals.first;
  if (goals.final) line["final_goal"] = *goals.final;
  std::cout << boost::json::serialize(line) << std::endl;
}

// The allowed processors, from the last: the first ones serve interrupts.
std::vector<int> processors() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  require(sched_getaffinity(0, sizeof allowed, &allowed) == 0, "the processors of this process are not known");
  std::vector<int> out;
  for (int i = CPU_SETSIZE - 1; i >= 0; --i)
    if (CPU_ISSET(static_cast<std::size_t>(i), &allowed)) out.push_back(i);
  return out;
}

void run_on(std::span<const int> to) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int i : to) CPU_SET(static_cast<std::size_t>(i), &set);
  require(sched_setaffinity(0, sizeof set, &set) == 0, "this process cannot be bound to a processor");
}

}  // namespace

void Harness::on_one(const std::function<void(const Cores&)>& body) const {
  const std::vector<int> all = processors();
  run_on(std::span(all).first(1));
  SerialPool pool;
  body({1, pool});
  run_on(all);
}

void Harness::on_one_and_two(const std::function<void(const Cores&)>& body) const {
  on_one(body);
  const std::vector<int> all = processors();
  if (all.size() < 2) return;
  run_on(std::span(all).first(2));
  env::ThreadPool pool(2);
  body({2, pool});
  run_on(all);
}

void Harness::compare(const Cores& cores, const Case& what, const Side& ours, const std::vector<Side>& peers) const {
  for (const Side& peer : peers) {
    Timed a(clock_of(cores), ours, what.work.count), b(clock_of(cores), peer, what.work.count);
    std::vector<double> ratios;
    for (int round = 0; round < rounds_; ++round) {
      const double mine = a.sample();
      ratios.push_back(b.sample() / mine);
    }
    boost::json::object line = head(what);
    line["cores"] = cores.count;
    line["ours"] = times(ours.name, a.samples);
    line["peer"] = times(peer.name, b.samples);
    line["ratio"] = median(ratios);
    line["ratio_min"] = least(ratios);
    line["ratio_max"] = most(ratios);
    put(std::move(line), peer.goals);
  }
}

void Harness::rate(const Cores& cores, const Case& what, const Side& ours) const {
  Timed a(clock_of(cores), ours, what.work.count);
  for (int round = 0; round < rounds_; ++round) a.sample();
  boost::json::object line = head(what);
  line["cores"] = cores.count;
  line["ours"] = times(ours.name, a.samples);
  line["rate"] = 1 / median(a.samples);
  put(std::move(line), ours.goals);
}

void Harness::value(const Case& what, double value, const Goals& goals) const {
  boost::json::object line = head(what);
  line["value"] = value;
  put(std::move(line), goals);
}

void require(bool holds, std::string_view what) {
  if (holds) return;
  std::cerr << "aether-bench-crypto: " << what << std::endl;
  std::exit(1);
}

Bytes random_bytes(Random& random, std::size_t size) {
  Bytes out(size);
  for (auto& byte : out) byte = static_cast<std::uint8_t>(random());
  return out;
}

}  // namespace aether::bench
