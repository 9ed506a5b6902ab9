// The story of a network that is cut in halves and heals, for who wants to see it: `aether-sim --scenario network`.
#pragma once

#include "aether/replicas/network.hpp"

namespace aether::sim {

struct PartitionStory {
  std::size_t validators = 0;
  std::uint64_t seed = 0;
  Slot final_at_cut;           // the newest final slot when the network was cut
  Slot final_at_heal;          // … when it was joined again: what was on its way may have ended, nothing more
  Micros cut_us = 0;           // how long it was cut, in virtual time
  std::uint64_t sent_cut = 0;  // transactions sent while it was cut; one node lost its memory then
  Micros first_final_us = 0;   // from healing until a new block was final
  Micros all_final_us = 0;     // … until every transaction was final at every node
  Slot final_slot;             // in the end
  std::uint64_t transactions = 0;
  std::vector<Hash> state_roots;  // of each node after final_slot
  std::optional<std::string> violation;
};

[[nodiscard]] PartitionStory tell_partition(std::uint64_t seed, std::size_t validators, Micros cut_us);

[[nodiscard]] std::string to_text(const PartitionStory& story);
[[nodiscard]] std::string to_json(const PartitionStory& story);

}  // namespace aether::sim
