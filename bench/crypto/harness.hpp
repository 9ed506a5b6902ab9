// Measures our code and a peer in turn, A B A B, pinned, and writes each result as a line of JSON on stdout.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "aether/base/bytes.hpp"
#include "aether/base/task_pool.hpp"

namespace aether::bench {

// How much a run does, and how it is called: 4096 "signature".
struct Work {
  double count = 1;
  std::string_view unit;
};

// At least so much must come out: of ratios, or of a value.
struct Goals {
  std::optional<double> first, final;
};

struct Side {
  std::string name;
  std::function<void()> run;
  std::optional<double> count = {};  // where a run does another amount than the case's
  Goals goals = {};                  // of a peer: on the ratio, peer's time by ours
};

struct Case {
  int row;
  std::string name;
  Work work;
};

// Where work runs: one core and no other thread, or two.
struct Cores {
  unsigned count;
  TaskPool& pool;

  // Calls f(first, last) for as many even parts of [0, n) as there are cores.
  template <class F>
  void split(std::size_t n, const F& f) const {
    pool.run(count, [&](std::size_t i) { f(n * i / count, n * (i + 1) / count); });
  }
};

class Harness {
 public:
  // `small`: every path once, on small inputs; the figures mean nothing.
  Harness(int rounds, bool small) : rounds_(small ? 1 : rounds), small_(small) {}

  bool small() const { return small_; }
  std::size_t size(std::size_t full, std::size_t small) const { return small_ ? small : full; }

  // body(cores) with this process bound to one core, then to two where there are two.
  void on_one_and_two(const std::function<void(const Cores&)>& body) const;
  void on_one(const std::function<void(const Cores&)>& body) const;

  // Each peer in turn with ours. On one core, time is the CPU time of the process, so that what else the machine does
  // counts little; on two, the clock's.
  void compare(const Cores& cores, const Case& what, const Side& ours, const std::vector<Side>& peers) const;

  // Work per second of ours alone, with goals on that rate.
  void rate(const Cores& cores, const Case& what, const Side& ours) const;

  // A figure that is no time.
  void value(const Case& what, double value, const Goals& goals = {}) const;

 private:
  int rounds_;
  bool small_;
};

// Ends the program with a message: a time counts only after the results agree.
void require(bool holds, std::string_view what);

using Random = std::mt19937_64;
Bytes random_bytes(Random& random, std::size_t size);

template <std::size_t N>
std::array<std::uint8_t, N> random_array(Random& random) {
  std::array<std::uint8_t, N> out;
  for (auto& byte : out) byte = static_cast<std::uint8_t>(random());
  return out;
}

}  // namespace aether::bench
