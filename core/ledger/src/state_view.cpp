#include "aether/ledger/state_view.hpp"

namespace aether::ledger {

std::optional<Bytes> Overlay::get(const ObjectId& id) const {
  const auto at = diff_.find(id);
  return at == diff_.end() ? base_.get(id) : at->second;
}

void Overlay::apply(Diff&& diff) {
  diff.merge(diff_);
  diff_ = std::move(diff);
}

}  // namespace aether::ledger
