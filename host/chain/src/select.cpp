#include "select.hpp"

#include "aether/programs/programs.hpp"

namespace aether::chain {

Selection select(const ledger::StateView& parent, const ledger::BlockFacts& facts,
                 std::span<const VerifiedTransaction> candidates) {
  Selection out;
  ledger::BlockAdmission admission(parent, programs::all_programs(), facts);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto admitted = admission.admit(candidates[i]);
    if (admitted) {
      out.included.push_back(i);
    } else if (admitted.error().limit == ledger::Limit::transaction) {
      out.refused.emplace_back(i, admitted.error().reject);
    }
  }
  return out;
}

}  // namespace aether::chain
