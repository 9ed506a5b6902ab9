#include "aether/ledger/state_view.hpp"

namespace aether::ledger {

std::optional<Bytes> Overlay::get(const ObjectId& id) const {
  const auto at = diff_.find(id);
  return at == diff_.end() ? base_.get(id) : at->second;
}

Account Overlay::account(const Address& address) const {
  return diff_.contains(account_object(address)) ? StateView::account(address) : base_.account(address);
}

bool Overlay::contains(const ObjectId& id) const {
  const auto at = diff_.find(id);
  return at == diff_.end() ? base_.contains(id) : at->second.has_value();
}

void Overlay::apply(Diff&& diff) {
  for (auto& [id, value] : diff) diff_.insert_or_assign(id, std::move(value));
}

}  // namespace aether::ledger
