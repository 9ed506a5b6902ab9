// What the proxy does to the traffic between nodes: faults of each direction between two of them, and cuts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "aether/env/file.hpp"

namespace aether::faults {

inline constexpr std::uint64_t kDelayUsMax = 60'000'000;
inline constexpr std::uint32_t kMillion = 1'000'000;
inline constexpr std::uint32_t kNodesMax = 16;

// Of one direction. Chances are in millionths.
struct Faults {
  std::uint64_t delay_us = 0;       // on the way, at most kDelayUsMax
  std::uint64_t jitter_us = 0;      // the delay is drawn from delay ± jitter, evenly; at most the delay
  std::uint32_t loss_ppm = 0;       // a datagram is gone; bytes of a stream come after one more round trip and 200 ms
  std::uint32_t reorder_ppm = 0;    // a datagram takes half of its delay, past those before it; others keep their order
  std::uint32_t duplicate_ppm = 0;  // a datagram comes twice

  bool operator==(const Faults&) const = default;
};
// Whether all are within the bounds above.
[[nodiscard]] bool is_valid(const Faults& faults);

// Where `from` reaches `to`: a port of the loopback, UDP and TCP, and the port of `to` behind it.
struct Gate {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint16_t port = 0;
  std::uint16_t target = 0;

  bool operator==(const Gate&) const = default;
};

using Direction = std::pair<std::uint32_t, std::uint32_t>;  // from, to

struct Rules {
  std::uint64_t seed = 1;
  std::vector<Gate> gates;
  Faults all;                         // of every direction
  std::map<Direction, Faults> links;  // but these
  std::set<Direction> cuts;           // nothing passes

  bool operator==(const Rules&) const = default;
  [[nodiscard]] const Faults& of(Direction direction) const;
  [[nodiscard]] bool is_cut(Direction direction) const { return cuts.contains(direction); }
  // Cuts both directions between nodes of different groups; who is in no group is in one with the others that are not.
  // Earlier cuts end.
  void partition(const std::vector<std::vector<std::uint32_t>>& groups, std::uint32_t nodes);
};

// Lines: "aether-faults 1", "seed S", "all FAULTS", then any of "gate FROM TO PORT TARGET", "link FROM TO FAULTS" and
// "cut FROM TO", where FAULTS is the numbers of Faults in their order.
[[nodiscard]] std::string to_text(const Rules& rules);
[[nodiscard]] std::optional<Rules> rules_from_text(std::string_view text);

}  // namespace aether::faults
