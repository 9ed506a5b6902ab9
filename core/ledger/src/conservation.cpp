#include "aether/ledger/conservation.hpp"

#include "aether/types/utxo.hpp"

namespace aether::ledger {

std::optional<Balance> checked_add(const Balance& a, const Balance& b) {
  const auto swr = aether::checked_add(a.swr, b.swr);
  const auto aic = aether::checked_add(a.aic, b.aic);
  if (!swr || !aic) return std::nullopt;
  return Balance{*swr, *aic};
}

std::optional<Balance> checked_sub(const Balance& a, const Balance& b) {
  const auto swr = aether::checked_sub(a.swr, b.swr);
  const auto aic = aether::checked_sub(a.aic, b.aic);
  if (!swr || !aic) return std::nullopt;
  return Balance{*swr, *aic};
}

std::optional<Balance> value_in(Programs programs, const ObjectId& id, ByteView value) {
  if (id.domain == Domain::account) {
    const auto account = codec::decode<Account>(value);
    AETHER_ASSERT(account.has_value());
    return account->balance;
  }
  if (id.domain == Domain::treasury) {
    const auto treasury = codec::decode<Treasury>(value);
    AETHER_ASSERT(treasury.has_value());
    return treasury->balance;
  }
  std::optional<Balance> sum = Balance{};
  if (id.domain == Domain::utxo) {
    const auto utxo = codec::decode<Utxo>(value);
    AETHER_ASSERT(utxo.has_value());
    sum->of(utxo->asset) = utxo->amount;
    return sum;
  }
  if (id.domain == Domain::supply || id.domain == Domain::validators) return sum;
  for (const Program* program : programs) {
    sum = checked_add(*sum, program->value_held(id, value));
    if (!sum) return std::nullopt;
  }
  return sum;
}

bool conserves(const StateView& parent, Programs programs, const Diff& diff) {
  Balance before;
  Balance after;
  const auto add = [&](Balance& sum, const ObjectId& id, const std::optional<Bytes>& value) {
    if (!value) return true;
    const auto held = value_in(programs, id, *value);
    const auto next = held ? checked_add(sum, *held) : std::nullopt;
    if (next) sum = *next;
    return next.has_value();
  };
  Supply supply_after = load_or_default<Supply>(parent, kSupplyObject);
  const Supply supply_before = supply_after;
  for (const auto& [id, value] : diff) {
    if (!add(before, id, parent.get(id)) || !add(after, id, value)) return false;
    if (id == kSupplyObject) {
      if (!value) return false;
      const auto supply = codec::decode<Supply>(*value);
      if (!supply) return false;
      supply_after = *supply;
    }
  }
  const auto left = checked_sub(before, after);
  return left && checked_sub(supply_before.total, supply_after.total) == left &&
         checked_sub(supply_after.burned, supply_before.burned) == left;
}

}  // namespace aether::ledger
