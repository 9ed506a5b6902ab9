#include "aether/ledger/rent.hpp"
#include "aether/types/stake.hpp"
#include "answers.hpp"

namespace aether::query {
namespace {

// An object that every state of a chain of validators holds.
template <class T>
T existing(const Snapshot& snapshot, const ObjectId& id) {
  auto object = ledger::load<T>(snapshot, id);
  AETHER_ASSERT(object.has_value());
  return std::move(*object);
}

std::unexpected<api::Error> not_kept(std::uint64_t epoch) {
  return error(ErrorCode::not_kept, "the state does not hold epoch " + std::to_string(epoch) +
                                        ": it has the newest block's, the one before, and the next once it is settled");
}

std::uint64_t epoch_of_tip(const Snapshot& snapshot, const BlockParams& params) {
  return ledger::epoch_of(params, snapshot.tip()->slot);
}

}  // namespace

api::Answer<api::GetEpochAnswer> ChainQueries::handle(const api::GetEpoch& request) {
  const auto snapshot = chain_.snapshot();
  const BlockParams& params = chain_.genesis().params.block;
  api::GetEpochAnswer out;
  out.at = tip_of(*snapshot);
  out.epoch = request.epoch ? *request.epoch : epoch_of_tip(*snapshot, params);
  const auto first = checked_mul(out.epoch, params.epoch_slots);
  const auto last = first ? checked_add<std::uint64_t>(*first, params.epoch_slots - 1) : std::nullopt;
  if (!last) return not_kept(out.epoch);
  out.first = Slot{*first};
  out.last = Slot{*last};
  if (kind() == api::ChainKind::dev) return out;
  out.randomness =
      randomness_of(existing<Randomness>(*snapshot, consensus_object(ConsensusObject::randomness)), out.epoch);
  if (!out.randomness) return not_kept(out.epoch);
  const auto list = existing<ValidatorList>(*snapshot, validators_object(out.epoch));
  out.validators = static_cast<std::uint32_t>(list.validators.size());
  for (const Validator& validator : list.validators) out.weight += validator.weight;  // ≤ 2^128: a set's rule
  return out;
}

api::Answer<api::GetValidatorsAnswer> ChainQueries::handle(const api::GetValidators& request) {
  AETHER_TRY(const auto limit, api::page_limit(request.limit));
  if (kind() == api::ChainKind::dev)
    return error(ErrorCode::not_available, "this chain is sealed by one key and has no validators");
  const auto snapshot = chain_.snapshot();
  const std::uint64_t epoch = request.epoch ? *request.epoch : epoch_of_tip(*snapshot, chain_.genesis().params.block);
  const auto list = ledger::load<ValidatorList>(*snapshot, validators_object(epoch));
  if (!list) return not_kept(epoch);
  const auto attendance = existing<Attendance>(*snapshot, consensus_object(ConsensusObject::attendance));
  api::GetValidatorsAnswer out{tip_of(*snapshot), epoch, {}, {}};
  std::uint32_t index = 0;
  for (const Validator& validator : list->validators) {
    const std::uint32_t at = index++;
    if (request.after && validator.address <= *request.after) continue;
    if (out.validators.size() == limit) {
      out.next = out.validators.back().validator.address;
      break;
    }
    const auto stake = existing<Stake>(*snapshot, stake_object(validator.address));
    out.validators.push_back({at, validator, stake.bonded, stake.tombstoned, attendance.missed[stake.seat]});
  }
  return out;
}

}  // namespace aether::query
