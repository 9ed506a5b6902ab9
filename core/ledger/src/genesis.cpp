#include "aether/ledger/apply.hpp"
#include "aether/ledger/conservation.hpp"

namespace aether::ledger {
namespace {

std::optional<Balance> total_of(const Genesis& genesis) {
  Balance total;
  for (const auto& account : genesis.accounts) {
    const auto sum = checked_add(total, account.balance);
    if (!sum || sum->swr > kAmountMax || sum->aic > kAmountMax) return std::nullopt;
    total = *sum;
  }
  return total;
}

}  // namespace

std::string_view to_string(GenesisError error) {
  switch (error) {
    case GenesisError::version: return "the genesis version is not 1";
    case GenesisError::params: return "the chain parameters are refused";
    case GenesisError::amount_above_bound: return "the balances of an asset sum to more than 2^100 base units";
  }
  return "unknown";
}

Result<void, GenesisError> check_genesis(const Genesis& genesis) {
  if (genesis.version != 1) return fail(GenesisError::version);
  if (!validate(genesis.params)) return fail(GenesisError::params);
  if (!total_of(genesis)) return fail(GenesisError::amount_above_bound);
  return {};
}

Diff genesis_state(const Genesis& genesis) {
  const auto total = total_of(genesis);
  AETHER_ASSERT(total.has_value());
  Diff diff;
  for (const auto& each : genesis.accounts) {
    Account account;
    account.balance = each.balance;
    diff[account_object(each.address)] = codec::encode(account);
  }
  Supply supply;
  supply.total = *total;
  diff[kSupplyObject] = codec::encode(supply);
  return diff;
}

}  // namespace aether::ledger
