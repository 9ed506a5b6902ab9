#include "aether/cluster/identities.hpp"

#include "aether/crypto/ed25519.hpp"

namespace aether::sim {

namespace {

Secret<32> secret_of(std::uint32_t number, std::uint8_t purpose) {
  std::array<std::uint8_t, 32> bytes{};
  for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
  bytes[31] = purpose;
  return Secret<32>(bytes);
}

}  // namespace

ValidatorSecrets Identities::secrets(std::uint32_t number) {
  return {secret_of(number, 1), crypto::bls_key_gen(secret_of(number, 2)), secret_of(number, 3),
          crypto::KesSecretKey(secret_of(number, 4))};
}

const Validator& Identities::validator(std::uint32_t number, bool kes) {
  Validator& made = made_[number];
  if (made.vrf_key == crypto::VrfPublicKey{}) {
    made.node_key = crypto::ed25519_public_key(secret_of(number, 1));
    made.address = address_of(made.node_key);
    made.bls_key = crypto::bls_public_key(crypto::bls_key_gen(secret_of(number, 2))).encode();
    made.vrf_key = crypto::vrf_public_key(secret_of(number, 3));
  }
  if (kes && made.kes_key == crypto::KesPublicKey{})
    made.kes_key = crypto::KesSecretKey(secret_of(number, 4)).public_key();
  return made;
}

std::shared_ptr<const ValidatorSet> make_set(Identities& identities, std::uint64_t epoch,
                                             const std::vector<Member>& members, bool kes) {
  std::vector<Validator> validators;
  for (const Member& member : members) {
    validators.push_back(identities.validator(member.number, kes));
    validators.back().weight = member.weight;
  }
  ValidatorList list{.epoch = epoch,
                     .validators = codec::SortedSet<Validator, limits::kValidatorsMax>(std::move(validators))};
  AETHER_ASSERT(list.validators.size() == members.size());
  const Hash recorded = value_hash(codec::encode(list));
  auto set = ValidatorSet::recall(std::move(list), recorded);
  AETHER_ASSERT(set.has_value());
  return std::make_shared<const ValidatorSet>(std::move(*set));
}

}  // namespace aether::sim
