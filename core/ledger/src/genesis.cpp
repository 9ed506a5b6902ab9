#include "aether/ledger/apply.hpp"
#include "aether/ledger/conservation.hpp"

namespace aether::ledger {
namespace {

struct Nothing final : StateView {
  std::optional<Bytes> get(const ObjectId&) const override { return std::nullopt; }
};

std::optional<Balance> total_of(const Genesis& genesis) {
  Balance total;
  for (const auto& account : genesis.accounts) {
    const auto sum = checked_add(total, account.balance);
    if (!sum || sum->swr > kAmountMax || sum->aic > kAmountMax) return std::nullopt;
    total = *sum;
  }
  const auto* bft = std::get_if<BftGenesis>(&genesis.sealer);
  if (bft == nullptr) return total;
  for (const auto& validator : bft->validators) {
    const auto sum = checked_add(total, Balance{validator.bond, 0});
    if (!sum || sum->swr > kAmountMax) return std::nullopt;
    total = *sum;
  }
  return total;
}

Result<void, GenesisError> check_validators(const Genesis& genesis, const BftGenesis& bft) {
  if (genesis.params.block.epoch_slots < 3) return fail(GenesisError::epoch_too_short);
  if (bft.validators.empty()) return fail(GenesisError::no_validators);
  const GenesisValidator* before = nullptr;
  for (const auto& validator : bft.validators) {
    if (validator.bond == 0) return fail(GenesisError::zero_bond);
    if (!verify_registration(validator.registration, genesis.chain_id)) return fail(GenesisError::registration);
    if (before != nullptr && before->registration.address == validator.registration.address)
      return fail(GenesisError::repeated_validator);
    before = &validator;
  }
  return {};
}

void put_validators(Overlay& state, const BftGenesis& bft) {
  const auto put = [&](const ObjectId& id, const auto& value) { state.put(id, codec::encode(value)); };
  Roster roster;
  for (const auto& [registration, bond] : bft.validators) {
    const auto& r = registration;
    put(stake_object(r.address), Stake{1, bond, static_cast<Seat>(roster.addresses.size()), false});
    put(validator_keys_object(r.address), ValidatorKeys{1, r.node_key, r.bls_key, r.vrf_key, r.kes_key, 0});
    roster.addresses.push_back(r.address);
  }
  Attendance attendance;
  attendance.missed.resize(roster.addresses.size());
  attendance.leaking.resize(roster.addresses.size());
  put(consensus_object(ConsensusObject::roster), roster);
  put(consensus_object(ConsensusObject::attendance), attendance);
  put(consensus_object(ConsensusObject::randomness),
      Randomness{1, 0, {}, bft.randomness, first_mix(bft.randomness, 1), false});
  for (const std::uint64_t epoch : {0, 1}) {
    const NextSet set = next_set(state, epoch);
    put(validators_object(epoch), set.list);
    put(consensus_object(ConsensusObject::seats, epoch), set.seats);
  }
}

}  // namespace

std::string_view to_string(GenesisError error) {
  switch (error) {
    case GenesisError::version: return "the genesis version is not 1";
    case GenesisError::params: return "the chain parameters are refused";
    case GenesisError::amount_above_bound:
      return "the balances and bonds of an asset sum to more than 2^100 base units";
    case GenesisError::epoch_too_short: return "an epoch of validators has at least 3 slots";
    case GenesisError::no_validators: return "a chain of validators begins with at least one";
    case GenesisError::zero_bond: return "a validator has no bond";
    case GenesisError::registration: return "a validator's registration has a proof that does not hold on this chain";
    case GenesisError::repeated_validator: return "a validator stands there twice";
  }
  return "unknown";
}

Result<void, GenesisError> check_genesis(const Genesis& genesis) {
  if (genesis.version != 1) return fail(GenesisError::version);
  if (!validate(genesis.params)) return fail(GenesisError::params);
  if (!total_of(genesis)) return fail(GenesisError::amount_above_bound);
  if (const auto* bft = std::get_if<BftGenesis>(&genesis.sealer)) return check_validators(genesis, *bft);
  return {};
}

Diff genesis_state(const Genesis& genesis) {
  const auto total = total_of(genesis);
  AETHER_ASSERT(total.has_value());
  const Nothing nothing;
  Overlay state(nothing);
  for (const auto& each : genesis.accounts) {
    Account account;
    account.balance = each.balance;
    state.put(account_object(each.address), codec::encode(account));
  }
  Supply supply;
  supply.total = *total;
  state.put(kSupplyObject, codec::encode(supply));
  if (const auto* bft = std::get_if<BftGenesis>(&genesis.sealer)) put_validators(state, *bft);
  return state.take();
}

}  // namespace aether::ledger
