#include "answers.hpp"

namespace aether::query {

api::Answer<api::GetRentAnswer> ChainQueries::handle(const api::GetRent& request) {
  const auto snapshot = chain_.snapshot();
  const auto facts = chain_.next_facts(*snapshot);
  const RentParams& params = facts.params.rent;
  api::GetRentAnswer out;
  out.at = tip_of(*snapshot);
  out.epoch = ledger::epoch_of(facts.params.block, facts.slot);
  if (!ledger::is_rented(params, request.object.domain)) {
    out.status = api::RentStatus::unrented;
    return out;
  }
  const auto rent = ledger::load<ledger::Rent>(*snapshot, ledger::rent_object(request.object));
  if (!rent) return out;
  if (const auto* pruned = std::get_if<ledger::Pruned>(&rent->state)) {
    out.status = api::RentStatus::pruned;
    out.pruned = *pruned;
    return out;
  }
  out.deposit = std::get<ledger::Deposit>(rent->state);
  const ledger::Standing now = ledger::standing(params, *out.deposit, out.epoch);
  out.status = now.exempt      ? api::RentStatus::exempt
               : now.exhausted ? api::RentStatus::exhausted
                               : api::RentStatus::paid;
  out.left = now.left;
  out.per_epoch = ledger::rent_per_epoch(params, out.deposit->bytes);
  if (const auto epoch = ledger::exhausted_from(params, *out.deposit))
    if (const auto slot = checked_mul(*epoch, facts.params.block.epoch_slots)) out.exhausted_from = Slot{*slot};
  return out;
}

}  // namespace aether::query
