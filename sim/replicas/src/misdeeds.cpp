#include "aether/replicas/misdeeds.hpp"

namespace aether::sim {

std::string_view to_string(Misdeed misdeed) {
  constexpr std::array<std::string_view, kMisdeeds> kNames{
      "two_blocks",     "wrong_state",      "wrong_transactions", "forged_signature", "too_much_gas", "spent_twice",
      "false_evidence", "false_attendance", "wrong_encoding",     "no_block",         "hidden_block", "withheld_shreds",
      "lost_relays",    "corrupt_shreds",   "two_votes",          "late_claims",      "garbled",      "replayed",
      "boasts",         "false_replies",    "forged_gossip",      "empty_questions"};
  return kNames[static_cast<std::size_t>(misdeed)];
}

}  // namespace aether::sim
