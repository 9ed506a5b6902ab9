// Rent of what a transaction touches.
#include "aether/ledger/conservation.hpp"
#include "transaction_context.hpp"

namespace aether::ledger {

Outcome<void> TransactionContext::charge_hashed(std::size_t bytes) {
  const auto steps = checked_mul<std::uint64_t>(facts_.params.gas.per_kib_hashed, (bytes + 1'023) / 1'024);
  if (!steps) return fail(Code::out_of_gas);
  return charge(*steps);
}

// The record is looked up where the object is not there alone, so that what is there is read at the price of one
// access.
Outcome<bool> TransactionContext::was_pruned(const ObjectId& id) {
  if (!is_rented(facts_.params.rent, id.domain)) return false;
  AETHER_CHECK(charge(facts_.params.gas.per_state_access));
  const auto rent = ledger::load<Rent>(overlay_, rent_object(id));
  return rent && std::holds_alternative<Pruned>(rent->state);
}

Outcome<void> TransactionContext::settle(const ObjectId& record, const RentChange& change,
                                         const std::optional<Deposit>& before) {
  if (!withdraw(Asset::swr, change.debit)) return fail(Code::deposit_unpaid);
  deposit_ += change.debit;
  if (before) credit(before->payer, Asset::swr, change.refund);
  credit(sender(), Asset::swr, change.fee);
  burn(Asset::swr, change.burn);
  if (change.after) {
    overlay_.put(record, codec::encode(Rent{1, *change.after}));
  } else {
    overlay_.erase(record);
  }
  return {};
}

Outcome<void> TransactionContext::settle_rent() {
  const ChainParams& params = facts_.params;
  // The records that are put meanwhile, which nothing is due for, stand behind: a map's iterators stay.
  for (const auto& [id, value] : overlay_.diff()) {
    if (!is_rented(params.rent, id.domain)) continue;
    const ObjectId record = rent_object(id);
    if (overlay_.diff().contains(record)) continue;  // pruned or restored
    AETHER_CHECK(charge(params.gas.per_state_access));
    const auto rent = ledger::load<Rent>(state_, record);
    if (rent && std::holds_alternative<Pruned>(rent->state)) return fail(Code::object_pruned);
    const auto before = rent ? std::optional(*std::get_if<Deposit>(&rent->state)) : std::nullopt;
    const auto bytes = value ? std::optional(value->size()) : std::nullopt;
    const RentChange change = write_change(params.rent, epoch(), sender(), before, bytes);
    if (change.after == before) continue;
    AETHER_CHECK(charge(params.gas.per_state_access));
    AETHER_CHECK(settle(record, change, before));
  }
  return {};
}

// Object and record, each read and written, whatever becomes of them.
Outcome<std::optional<Rent>> TransactionContext::rent_of(const ObjectId& id) {
  for (int i = 0; i < 4; ++i) AETHER_CHECK(charge(facts_.params.gas.per_state_access));
  AETHER_CHECK(check_declared(id, true));
  if (!is_rented(facts_.params.rent, id.domain)) return fail(Code::not_rented);
  return ledger::load<Rent>(overlay_, rent_object(id));
}

Outcome<void> TransactionContext::fund(const ObjectId& id, Amount amount) {
  AETHER_TRY(const auto rent, rent_of(id));
  const Deposit* before = rent ? std::get_if<Deposit>(&rent->state) : nullptr;
  if (rent && before == nullptr) return fail(Code::object_pruned);
  if (before == nullptr || !overlay_.contains(id)) return fail(Code::not_rented);  // or an input of this transaction
  const auto change = fund_change(facts_.params.rent, epoch(), sender(), *before, amount);
  if (!change) return fail(Code::deposit_too_low);
  return settle(rent_object(id), *change, *before);
}

Outcome<void> TransactionContext::prune(const ObjectId& id) {
  AETHER_TRY(const auto rent, rent_of(id));
  const Deposit* before = rent ? std::get_if<Deposit>(&rent->state) : nullptr;
  if (rent && before == nullptr) return fail(Code::object_pruned);
  const auto value = overlay_.get(id);
  if (before == nullptr || !value) return fail(Code::not_rented);
  const auto change = prune_change(facts_.params.rent, epoch(), *before);
  if (!change) return fail(Code::not_exhausted);
  AETHER_CHECK(charge_hashed(value->size()));
  const auto held = value_in(programs_, id, *value);
  AETHER_ASSERT(held.has_value());  // of one object
  AETHER_CHECK(settle(rent_object(id), *change, *before));
  overlay_.put(rent_object(id), codec::encode(Rent{1, Pruned{value_hash(*value), before->bytes, *held}}));
  overlay_.erase(id);
  return {};
}

Outcome<void> TransactionContext::restore(const ObjectId& id, Bytes value) {
  AETHER_TRY(const auto rent, rent_of(id));
  const Pruned* pruned = rent ? std::get_if<Pruned>(&rent->state) : nullptr;
  if (pruned == nullptr) return fail(Code::not_pruned);
  AETHER_CHECK(charge_hashed(value.size()));
  if (value_hash(value) != pruned->value) return fail(Code::other_value);
  AETHER_CHECK(
      settle(rent_object(id), write_change(facts_.params.rent, epoch(), sender(), std::nullopt, value.size()), {}));
  overlay_.put(id, std::move(value));
  return {};
}

}  // namespace aether::ledger
