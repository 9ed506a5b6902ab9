#include "aether/cluster/faults.hpp"

namespace aether::sim {

std::string_view to_string(FaultKind kind) {
  constexpr std::array<std::string_view, kFaultKinds> kNames{
      "loss",           "duplication",    "reorder",        "partition",     "one_way_cut",
      "clog",           "narrow_uplink",  "crash",          "power_failure", "lost_write",
      "torn_write",     "lost_record",    "pause",          "clock_drift",   "clock_step",
      "slow_execution", "silent",         "equivocate",     "lie",           "vote_for_anything",
      "vote_to_one",    "withhold_votes", "withhold_data",  "late_claims",   "claims_to_half",
      "drip_claims",    "impatient",      "bad_signatures", "spam",          "forged_votes",
      "twin",           "changing_sets"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view to_string(Situation situation) {
  constexpr std::array<std::string_view, kSituations> kNames{
      "two_certificates",  "several_prevotes", "slots_jumped",  "final_by_descendant",
      "headers_convicted", "votes_convicted",  "epoch_waited",  "set_entered",
      "empty_block",       "delta_grown",      "block_fetched", "block_forgotten"};
  return kNames[static_cast<std::size_t>(situation)];
}

}  // namespace aether::sim
