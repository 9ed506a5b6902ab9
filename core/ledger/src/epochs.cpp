// Sets and randomness (spec/consensus.md).
#include "aether/crypto/sha256.hpp"
#include "aether/ledger/consensus_rules.hpp"

namespace aether::ledger {
namespace {

constexpr std::string_view kRandomnessTag = "aether/randomness";

template <class T>
T existing(const StateView& state, const ObjectId& id) {
  auto value = load<T>(state, id);
  AETHER_ASSERT(value.has_value());
  return std::move(*value);
}

}  // namespace

Hash first_mix(const Hash& randomness, std::uint64_t next_epoch) {
  return crypto::Tag(kRandomnessTag)(randomness.view(), codec::encode(next_epoch));
}

Hash next_mix(const Hash& mix, const crypto::VrfOutput& output) {
  return crypto::Tag(kRandomnessTag)(mix.view(), output);
}

NextSet next_set(const StateView& state, std::uint64_t epoch) {
  std::vector<Validator> validators;
  std::map<Address, Seat> seats;
  for (const Address& address : existing<Roster>(state, consensus_object(ConsensusObject::roster)).addresses) {
    const auto stake = existing<Stake>(state, stake_object(address));
    if (stake.tombstoned || stake.bonded == 0) continue;
    const auto keys = existing<ValidatorKeys>(state, validator_keys_object(address));
    validators.push_back(
        {address, stake.bonded, keys.node_key, keys.bls_key, keys.vrf_key, keys.kes_key, keys.kes_epoch});
    seats.emplace(address, stake.seat);
  }
  NextSet out;
  if (validators.empty()) {
    out.list = existing<ValidatorList>(state, validators_object(epoch - 1));
    out.list.epoch = epoch;
    out.seats = existing<Seats>(state, consensus_object(ConsensusObject::seats, epoch - 1));
    return out;
  }
  out.list.epoch = epoch;
  out.list.validators = decltype(out.list.validators)(std::move(validators));
  for (const Validator& validator : out.list.validators) out.seats.seats.push_back(seats.at(validator.address));
  return out;
}

std::optional<EpochFacts> epoch_facts(const StateView& state, std::uint64_t number) {
  const auto randomness = load<Randomness>(state, consensus_object(ConsensusObject::randomness));
  if (!randomness) return std::nullopt;
  const auto eta = randomness_of(*randomness, number);
  if (!eta) return std::nullopt;
  const auto bytes = state.get(validators_object(number));
  AETHER_ASSERT(bytes.has_value());
  auto set = ValidatorSet::recall(decode_object<ValidatorList>(*bytes), value_hash(*bytes));
  AETHER_ASSERT(set.has_value());
  return EpochFacts{number, *eta, std::move(*set)};
}

}  // namespace aether::ledger
