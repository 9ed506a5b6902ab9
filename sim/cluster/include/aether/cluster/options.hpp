// All that a run depends on. A seed draws it (swarm testing: each kind of fault is on or off at random, Groce et al.,
// "Swarm Testing", 2012); what reproduces a failure may restrict it further.
#pragma once

#include "aether/cluster/faults.hpp"
#include "aether/world/event_queue.hpp"
#include "aether/world/random.hpp"

namespace aether::sim {

struct Options {
  std::uint64_t seed = 0;
  std::size_t nodes = 4;       // each has a validator's keys
  std::size_t validators = 4;  // of them, in the set of genesis; at most `nodes`
  std::size_t faulty = 0;      // the first nodes in a random order
  bool equal_weights = true;
  bool real_keys = false;
  FaultSet faults = {};

  std::uint64_t epoch_slots = 60;
  std::uint64_t slot_ms = 500;
  Micros delta_us_min = 200'000;
  Micros latency_us = 50'000;  // between nodes, one way: drawn from a half to the whole, …
  Micros jitter_us = 10'000;   // … each time ± this
  bool equal_latency = false;  // … or the whole for all
  bool in_order = false;       // what was sent later between two nodes arrives no earlier
  Micros fsync_us = 2'000;
  Micros execute_us = 5'000;
  Micros transaction_every_us = 100'000;
  std::uint64_t unfinal_slots_max = 256;

  Micros duration_us = 240 * kMillion;
  Micros chaos_us = 40 * kMillion;  // faults of network and machines; then calm, until all are live again
  bool checks_liveness = true;
  bool keeps_faulty_below_a_third = true;
  bool detects_other_self = true;
};

[[nodiscard]] Options draw_options(std::uint64_t seed);

}  // namespace aether::sim
