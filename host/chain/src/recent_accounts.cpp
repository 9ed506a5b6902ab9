#include "recent_accounts.hpp"

namespace aether::chain {

void RecentAccounts::update(const ledger::Diff& diff) {
  for (const auto& [id, value] : diff) {
    if (id.domain != Domain::account) continue;
    AETHER_ASSERT(value.has_value());  // no account is ever erased
    if (young_.index.size() == generation_ && !young_.index.find(id)) {
      old_ = std::move(young_);
      young_ = Generation(seed_);
    }
    const std::uint32_t number = young_.index.intern(id);
    if (number == young_.accounts.size()) young_.accounts.emplace_back();
    young_.accounts[number] = ledger::decode_object<Account>(*value);
  }
}

const Account* RecentAccounts::Generation::find(const ObjectId& id) const {
  const auto number = index.find(id);
  return number ? &accounts[*number] : nullptr;
}

const Account* RecentAccounts::find(const ObjectId& id) const {
  const Account* found = young_.find(id);
  return found != nullptr ? found : old_.find(id);
}

}  // namespace aether::chain
