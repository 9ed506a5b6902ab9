#include "aether/types/validator_set.hpp"

#include "aether/crypto/bls_votes.hpp"

namespace aether {

std::string_view to_string(ValidatorSetError error) {
  switch (error) {
    case ValidatorSetError::version: return "the validator list's version is unknown";
    case ValidatorSetError::no_validators: return "a validator set has at least one validator";
    case ValidatorSetError::too_many: return "a validator set has at most 512 validators";
    case ValidatorSetError::repeated_address: return "a validator is in the set twice";
    case ValidatorSetError::zero_weight: return "a validator has no weight";
    case ValidatorSetError::total_overflow: return "the weights add up to 2^128 or more";
    case ValidatorSetError::bls_key: return "a validator's BLS key is none";
    case ValidatorSetError::vrf_key: return "a validator's VRF key is none";
    case ValidatorSetError::other_hash: return "the validator list is not the one that the state holds";
  }
  return "unknown";
}

ObjectId validators_object(std::uint64_t epoch) {
  ObjectId id{Domain::validators, {}};
  for (std::size_t i = 0; i < 8; ++i) id.key.bytes[i] = static_cast<std::uint8_t>(epoch >> (8 * i));
  return id;
}

Result<ValidatorSet, ValidatorSetError> ValidatorSet::make(std::uint64_t epoch, std::span<const Bonded> bonded) {
  if (bonded.size() > limits::kValidatorsMax) return fail(ValidatorSetError::too_many);
  std::vector<Validator> validators;
  validators.reserve(bonded.size());
  for (const Bonded& one : bonded) {
    const Registration& r = *one.registration;
    validators.push_back({r.address, one.weight, r.node_key, r.bls_key, r.vrf_key, r.kes_key, one.kes_epoch});
  }
  std::stable_sort(validators.begin(), validators.end());
  const auto same_address = [](const Validator& a, const Validator& b) { return a.address == b.address; };
  if (std::adjacent_find(validators.begin(), validators.end(), same_address) != validators.end())
    return fail(ValidatorSetError::repeated_address);
  ValidatorList list;
  list.epoch = epoch;
  list.validators = decltype(list.validators)(std::move(validators));
  return from_list(std::move(list));
}

Result<ValidatorSet, ValidatorSetError> ValidatorSet::recall(Unverified<ValidatorList> list, const Hash& recorded) {
  if (value_hash(codec::encode(list.unchecked())) != recorded) return fail(ValidatorSetError::other_hash);
  return from_list(std::move(list).unchecked());
}

Result<ValidatorSet, ValidatorSetError> ValidatorSet::from_list(ValidatorList list) {
  if (list.version != 1) return fail(ValidatorSetError::version);
  if (list.validators.empty()) return fail(ValidatorSetError::no_validators);
  ValidatorSet set;
  for (const Validator& validator : list.validators) {
    if (validator.weight == 0) return fail(ValidatorSetError::zero_weight);
    const auto total = checked_add(set.total_, validator.weight);
    if (!total) return fail(ValidatorSetError::total_overflow);
    set.total_ = *total;
    const auto bls_key = crypto::BlsPublicKey::decode(validator.bls_key);
    if (!bls_key) return fail(ValidatorSetError::bls_key);
    set.bls_keys_.push_back(*bls_key);
    const auto vrf_key = crypto::VrfKey::from_bytes(validator.vrf_key);
    if (!vrf_key) return fail(ValidatorSetError::vrf_key);
    set.vrf_keys_.push_back(*vrf_key);
  }
  set.list_ = std::move(list);
  return set;
}

std::optional<ValidatorIndex> ValidatorSet::index_of(const Address& address) const {
  const auto& all = list_.validators.items();
  const auto at = std::lower_bound(all.begin(), all.end(), address,
                                   [](const Validator& validator, const Address& a) { return validator.address < a; });
  if (at == all.end() || at->address != address) return std::nullopt;
  return static_cast<ValidatorIndex>(at - all.begin());
}

u128 ValidatorSet::weight_of(ByteView signers) const {
  AETHER_ASSERT(signers.size() == signers_size());
  u128 weight = 0;  // of distinct validators, so at most total_
  for (std::size_t i = 0; i < size(); ++i)
    if (crypto::has_signer(signers, i)) weight += list_.validators.items()[i].weight;
  return weight;
}

}  // namespace aether
