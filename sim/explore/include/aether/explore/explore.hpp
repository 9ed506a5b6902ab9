// Every run of four consensus machines within bounds: three honest ones in their code as it is, and one faulty
// validator that says what serves it. States are visited once, by what the machines would do from there.
//
// Messages travel in the order in which they are sent; what departs from that is counted against the bounds, and all
// ways to spend them are tried. Beyond them nothing is left out but what is said here:
// - What a host answers comes at once: durable records (but see `crashes`), execution, blocks that are asked for.
// - Time passes for a node when nothing is under way (but see `timers`).
// - Claims are known from the start, repetitions are left away (nobody needs them), and of the certificates for a block
//   honest nodes send only the first one.
// - The faulty validator speaks to a node just before that node would hear another message.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aether::sim {

struct Bounds {
  std::uint64_t slots = 3;      // what is said of later ones is not heard
  std::uint64_t postponed = 0;  // deliveries that come after all that wait, or never
  std::uint64_t spoken = 0;   // messages of the faulty validator, each to one node: headers of two contents, votes for
                              // any block, certificates that it puts together
  std::uint64_t crashes = 0;  // of a node, before a delivery, or after it with the record durable and nothing said;
                              // it comes back at once, and hears again what was said
  std::uint64_t timers = 0;   // waits for the next proposer that are over before what is under way arrives
  std::uint64_t states_max = 50'000'000;
};

struct Explored {
  std::uint64_t states = 0;     // different ones
  std::uint64_t steps = 0;      // of machines
  std::uint64_t ends = 0;       // different states in which nothing is under way any more
  std::uint64_t final_max = 0;  // slots that were final at all honest nodes, at most …
  std::uint64_t final_min = 0;  // … and at least, of the ends
  std::uint64_t accused = 0;    // states in which the faulty validator was
  std::uint64_t depth = 0;
  bool complete = true;                  // false: there are more than states_max
  std::optional<std::string> violation;  // the first one, and …
  std::vector<std::string> path;         // … the way to it
};

[[nodiscard]] Explored explore(const Bounds& bounds);

}  // namespace aether::sim
