#include "aether/ledger/rent.hpp"

#include <algorithm>

namespace aether::ledger {
namespace {

// Of an object beside its value: its id and its record's in the store, the record, and their two leaves in the tree.
constexpr std::uint64_t kFrameBytes = 192;

// What is left of a deposit where the value shrinks or grows: it keeps covering as many epochs, or is all there is.
Amount scaled(Amount left, std::size_t before, std::size_t after) {
  if (after >= before) return left;
  const auto out = mul_div(left, after + kFrameBytes, before + kFrameBytes, Rounding::up);
  AETHER_ASSERT(out && *out <= left);
  return *out;
}

// A deposit of `amount` by the sender instead of one of which `left` is left.
RentChange taken_over(const Address& sender, const Address& payer, Amount left, const Deposit& after) {
  if (sender == payer) return {after, after.amount - left, 0, 0, 0};
  return {after, after.amount, left, 0, 0};
}

}  // namespace

bool is_rented(const RentParams& params, Domain domain) {
  if (params.per_byte_epoch == 0) return false;
  return domain == Domain::utxo || domain == Domain::upload || domain == Domain::code || domain == Domain::contract ||
         domain == Domain::storage;
}

// Below 2^61 by the bounds of the parameters, and a deposit below 2^81.
Amount rent_per_epoch(const RentParams& params, std::size_t value_bytes) {
  return params.per_byte_epoch * (value_bytes + kFrameBytes);
}
Amount deposit_for(const RentParams& params, std::size_t value_bytes) {
  return rent_per_epoch(params, value_bytes) * params.deposit_epochs;
}

Standing standing(const RentParams& params, const Deposit& deposit, std::uint64_t epoch) {
  AETHER_ASSERT(deposit.since <= epoch);
  const Amount per_epoch = rent_per_epoch(params, deposit.bytes);
  if (deposit.amount >= per_epoch * params.exempt_epochs) return {0, deposit.amount, true, false};
  const std::uint64_t over = epoch - deposit.since;
  const Amount drawn = std::min(per_epoch * over, deposit.amount);  // the product is below 2^125
  return {drawn, deposit.amount - drawn, false, over >= deposit.amount / per_epoch};
}

std::optional<std::uint64_t> exhausted_from(const RentParams& params, const Deposit& deposit) {
  const Amount per_epoch = rent_per_epoch(params, deposit.bytes);
  if (deposit.amount >= per_epoch * params.exempt_epochs) return std::nullopt;
  const Amount epochs = deposit.amount / per_epoch;  // below exempt_epochs
  return checked_add(deposit.since, static_cast<std::uint64_t>(epochs));
}

RentChange write_change(const RentParams& params, std::uint64_t epoch, const Address& sender,
                        const std::optional<Deposit>& before, std::optional<std::size_t> value_bytes) {
  if (!before) {
    if (!value_bytes) return {};
    const Amount needed = deposit_for(params, *value_bytes);
    return {Deposit{sender, needed, epoch, static_cast<std::uint32_t>(*value_bytes)}, needed, 0, 0, 0};
  }
  const Standing now = standing(params, *before, epoch);
  if (!value_bytes) return {std::nullopt, 0, now.left, now.drawn, 0};
  const Amount needed = deposit_for(params, *value_bytes);
  Deposit after{before->payer, std::max(needed, scaled(now.left, before->bytes, *value_bytes)), epoch,
                static_cast<std::uint32_t>(*value_bytes)};
  RentChange out{after, 0, 0, 0, 0};
  if (needed <= now.left) {
    out.refund = now.left - after.amount;
    // While it is exempt the record tells no epochs: it need not be written in each.
    if (now.exempt && out.refund == 0 && after.bytes == before->bytes) out.after = before;
  } else {
    after.payer = sender;
    out = taken_over(sender, before->payer, now.left, after);
  }
  out.burn = now.drawn;
  return out;
}

std::optional<RentChange> fund_change(const RentParams& params, std::uint64_t epoch, const Address& sender,
                                      const Deposit& before, Amount amount) {
  const Standing now = standing(params, before, epoch);
  if (amount <= now.left || amount < deposit_for(params, before.bytes)) return std::nullopt;
  RentChange out = taken_over(sender, before.payer, now.left, {sender, amount, epoch, before.bytes});
  out.burn = now.drawn;
  return out;
}

std::optional<RentChange> prune_change(const RentParams& params, std::uint64_t epoch, const Deposit& before) {
  const Standing now = standing(params, before, epoch);
  if (!now.exhausted) return std::nullopt;
  const Amount fee = std::min(now.drawn, rent_per_epoch(params, before.bytes));
  return RentChange{std::nullopt, 0, now.left, now.drawn - fee, fee};
}

}  // namespace aether::ledger
