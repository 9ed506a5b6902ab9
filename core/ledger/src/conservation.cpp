#include "aether/ledger/conservation.hpp"

#include "aether/ledger/rent.hpp"
#include "aether/types/stake.hpp"
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
  if (id.domain == Domain::rent) {
    const auto rent = codec::decode<Rent>(value);
    AETHER_ASSERT(rent.has_value());
    if (const auto* pruned = std::get_if<Pruned>(&rent->state)) return pruned->held;
    sum->swr = std::get_if<Deposit>(&rent->state)->amount;
    return sum;
  }
  if (id.domain == Domain::stake) {
    const auto stake = codec::decode<Stake>(value);
    AETHER_ASSERT(stake.has_value());
    sum->swr = stake->bonded;
    return sum;
  }
  if (id.domain == Domain::supply || id.domain == Domain::validators || id.domain == Domain::congestion ||
      id.domain == Domain::consensus)
    return sum;
  for (const Program* program : programs.native) {
    sum = checked_add(*sum, program->value_held(id, value));
    if (!sum) return std::nullopt;
  }
  return sum;
}

void HeldChange::add(const HeldChange& other) {
  const auto add = [](std::optional<Balance>& sum, const std::optional<Balance>& more) {
    sum = sum && more ? checked_add(*sum, *more) : std::nullopt;
  };
  add(before, other.before);
  add(after, other.after);
}

bool conserves(const HeldChange& held, const Supply& before, const Supply& after) {
  if (!held.before || !held.after) return false;
  const auto left = checked_sub(*held.before, *held.after);
  return left && checked_sub(before.total, after.total) == left && checked_sub(after.burned, before.burned) == left;
}

bool conserves(const StateView& parent, Programs programs, const Diff& diff) {
  HeldChange held;
  const auto holds = [&](const ObjectId& id, const std::optional<Bytes>& value) {
    return value ? value_in(programs, id, *value) : Balance{};
  };
  const Supply before = load_or_default<Supply>(parent, kSupplyObject);
  Supply after = before;
  for (const auto& [id, value] : diff) {
    held.add({holds(id, parent.get(id)), holds(id, value)});
    if (id != kSupplyObject) continue;
    const auto supply = value ? codec::decode<Supply>(*value) : fail(codec::Error::truncated);
    if (!supply) return false;
    after = *supply;
  }
  return conserves(held, before, after);
}

}  // namespace aether::ledger
