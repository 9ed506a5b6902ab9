#include "aether/ledger/congestion.hpp"

#include <algorithm>

namespace aether::ledger {
namespace {

// In millionths of the share.
std::uint64_t target_of(const CongestionParams& params) {
  return std::uint64_t{params.target_bps} * (kFullShare / kBpsWhole);
}

// Products below stay under 2^57: a multiplier is at most 10^8, a step 1 250, a difference of averages 10^6.
Multiplier moved(const CongestionParams& params, Multiplier from, std::uint64_t average) {
  const std::uint64_t target = target_of(params);
  const std::uint64_t step = from.raw() * params.step_bps;
  if (average > target) {
    const std::uint64_t growth = step * (average - target) / ((kFullShare - target) * kBpsWhole);
    return Multiplier{std::min(from.raw() + growth, kMultiplierAtRest.raw() * params.multiplier_max)};
  }
  const std::uint64_t whole = target * kBpsWhole;
  const std::uint64_t fall = (step * (target - average) + whole - 1) / whole;
  return Multiplier{std::max(from.raw() - fall, kMultiplierAtRest.raw())};
}

std::uint64_t share_of(std::uint64_t whole, const CongestionParams& params) {
  const auto share = mul_div(whole, params.object_share_bps, kBpsWhole);
  AETHER_ASSERT(share && *share <= whole);
  return static_cast<std::uint64_t>(*share);
}

std::uint64_t left(std::uint64_t max, std::uint64_t used) { return max - std::min(used, max); }

}  // namespace

ObjectId congestion_object(const ObjectId& object) { return {Domain::congestion, state_key(object)}; }

bool is_at_rest(const Congestion& congestion) {
  return congestion.average == 0 && congestion.multiplier == kMultiplierAtRest;
}

Congestion after_block(const CongestionParams& params, const Congestion& before, std::uint32_t used) {
  AETHER_ASSERT(used <= kFullShare && before.average <= kFullShare);
  Congestion after = before;
  after.slot = next(before.slot);
  after.average = static_cast<std::uint32_t>((std::uint64_t{3} * before.average + used) / 4);
  after.multiplier = moved(params, before.multiplier, after.average);
  const bool cold = after.multiplier == kMultiplierAtRest && std::uint64_t{4} * after.average < target_of(params);
  if (cold) after.average = 0;
  return after;
}

Congestion idle_until(const CongestionParams& params, const Congestion& before, Slot slot) {
  AETHER_ASSERT(before.slot < slot);
  Congestion now = before;
  while (next(now.slot) < slot && !is_at_rest(now)) now = after_block(params, now, 0);
  now.slot = Slot{slot.raw() - 1};
  return now;
}

std::uint64_t object_bytes_max(const ChainParams& params) {
  return share_of(params.block.bytes_max, params.congestion);
}
std::uint64_t object_gas_max(const ChainParams& params) { return share_of(params.block.gas_max, params.congestion); }

bool is_shared(const VerifiedTransaction& tx, const ObjectId& declared) {
  return declared.domain != Domain::code && declared.domain != Domain::upload &&
         declared != account_object(tx.sender());
}

bool declares_shared(const VerifiedTransaction& tx) {
  const auto shared = [&](const ObjectId& id) { return is_shared(tx, id); };
  const auto& body = tx.body();
  return std::any_of(body.reads.begin(), body.reads.end(), shared) ||
         std::any_of(body.writes.begin(), body.writes.end(), shared);
}

BlockCongestion::Object& BlockCongestion::object(const ObjectId& id) {
  const auto [at, fresh] = objects_.try_emplace(id);
  if (!fresh) return at->second;
  Object& made = at->second;
  made.before.slot = Slot{slot_.raw() - 1};
  if (const auto record = load<Congestion>(parent_, congestion_object(id))) {
    made.stored = true;
    made.before = idle_until(params_.congestion, *record, slot_);
  }
  return made;
}

Multiplier BlockCongestion::multiplier(const VerifiedTransaction& tx) { return multiplier(tx, {}, {}); }

Multiplier BlockCongestion::multiplier(const VerifiedTransaction& tx, const AccessSet& reads, const AccessSet& writes) {
  Multiplier hottest = kMultiplierAtRest;
  for (const AccessSet* set : {&tx.body().reads, &tx.body().writes, &reads, &writes})
    for_each_shared(tx, *set, [&](const ObjectId& id) { hottest = std::max(hottest, object(id).before.multiplier); });
  return hottest;
}

Room BlockCongestion::room(const ObjectId& id, bool dispute) const {
  const auto at = objects_.find(id);
  const Load load = at == objects_.end() ? Load{} : dispute ? at->second.disputes : at->second.ordinary;
  return {left(object_bytes_max(params_), load.bytes), left(object_gas_max(params_), load.gas)};
}

bool BlockCongestion::has_room(const VerifiedTransaction& tx, bool dispute) const {
  const auto full = [&](const ObjectId& id) {
    if (!is_shared(tx, id) || !objects_.contains(id)) return false;
    const Room left = room(id, dispute);
    return tx.byte_size() > left.bytes || tx.body().gas_limit.raw() > left.gas;
  };
  const auto& body = tx.body();
  return std::none_of(body.reads.begin(), body.reads.end(), full) &&
         std::none_of(body.writes.begin(), body.writes.end(), full);
}

void BlockCongestion::add(const VerifiedTransaction& tx, bool dispute) {
  for (const AccessSet* set : {&tx.body().reads, &tx.body().writes})
    for_each_shared(tx, *set, [&](const ObjectId& id) {
      Load& load = dispute ? object(id).disputes : object(id).ordinary;
      load.bytes += tx.byte_size();
      load.gas += tx.body().gas_limit.raw();
    });
}

std::uint32_t BlockCongestion::used(const Object& object) const {
  const auto part = [](std::uint64_t load, std::uint64_t share) {
    const auto millionths = mul_div(load, kFullShare, share);
    return millionths ? std::min(*millionths, u128{kFullShare}) : u128{kFullShare};
  };
  // Σ gas_limit of a block is at most its gas, so the sum of both lanes cannot overflow.
  const auto& [before, stored, ordinary, disputes] = object;
  return static_cast<std::uint32_t>(std::max(part(ordinary.bytes + disputes.bytes, object_bytes_max(params_)),
                                             part(ordinary.gas + disputes.gas, object_gas_max(params_))));
}

Diff BlockCongestion::records() const {
  Diff diff;
  for (const auto& [id, object] : objects_) {
    // Looked up for a transaction that was not admitted: no part of the block.
    if (object.ordinary.bytes + object.disputes.bytes == 0) continue;
    const Congestion after = after_block(params_.congestion, object.before, used(object));
    if (!is_at_rest(after)) {
      diff[congestion_object(id)] = codec::encode(after);
    } else if (object.stored) {
      diff[congestion_object(id)] = std::nullopt;
    }
  }
  return diff;
}

}  // namespace aether::ledger
