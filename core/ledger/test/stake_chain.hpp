// A chain of validators on a map: genesis from real registrations, blocks without seals. What a block brings is what
// a test says.
#pragma once

#include "../../types/test/validators.hpp"
#include "aether/ledger/block_evidence.hpp"
#include "aether/ledger/rent.hpp"
#include "aether/types/epoch.hpp"
#include "chain.hpp"

namespace aether::ledger::testing {

inline constexpr ChainId kStakeChain = aether::testing::kChain;

struct StakedValidator {
  ValidatorSecrets secrets;
  SenderKey account;
  Registration registration;
};

// In the order of addresses; made once for all tests of a process.
inline const std::vector<StakedValidator>& staked_validators() {
  static const std::vector<StakedValidator> kAll = [] {
    std::vector<StakedValidator> made;
    for (std::uint32_t i = 0; i < 7; ++i) {
      ValidatorSecrets secrets = aether::testing::validator_secrets(i);
      const SenderKey account = crypto::ed25519_public_key(aether::testing::secret(i, 9));
      Registration registration = make_registration(kStakeChain, address_of(account), secrets);
      made.push_back({std::move(secrets), account, std::move(registration)});
    }
    std::stable_sort(made.begin(), made.end(), [](const StakedValidator& a, const StakedValidator& b) {
      return a.registration.address < b.registration.address;
    });
    return made;
  }();
  return kAll;
}
inline const Address& validator(std::size_t i) { return staked_validators()[i].registration.address; }

inline Genesis stake_genesis(std::span<const Amount> bonds, std::uint64_t epoch_slots) {
  Genesis genesis;
  genesis.chain_id = kStakeChain;
  genesis.params.block.epoch_slots = epoch_slots;
  genesis.params.rent.per_byte_epoch = 0;
  for (std::uint8_t i = 0; i < 3; ++i) genesis.accounts.insert({who(i), {10'000'000, 100}});
  BftGenesis bft{Hash{{0xe0}}, {}};
  for (std::size_t i = 0; i < bonds.size(); ++i) bft.validators.insert({staked_validators()[i].registration, bonds[i]});
  genesis.sealer = std::move(bft);
  return genesis;
}

// The hash that stands for the block of a slot, and the output of its proposer.
inline Hash block_at(Slot slot) { return crypto::tagged_hash("test/block", codec::encode(slot)); }
inline crypto::VrfOutput output_at(Slot slot, std::uint8_t branch = 0) {
  crypto::VrfOutput out{};
  const Hash first = crypto::tagged_hash("test/output", codec::encode(slot));
  std::copy(first.bytes.begin(), first.bytes.end(), out.begin());
  out[63] = branch;
  return out;
}

struct StakeChain {
  Genesis genesis;
  MapState state;
  Slot slot{1};  // of the next block

  explicit StakeChain(std::span<const Amount> bonds, std::uint64_t epoch_slots)
      : StakeChain(stake_genesis(bonds, epoch_slots)) {}
  explicit StakeChain(Genesis from) : genesis(std::move(from)) {
    EXPECT_TRUE(check_genesis(genesis).has_value());
    state.apply(genesis_state(genesis));
  }

  BlockFacts facts() const { return {genesis.chain_id, slot, genesis.params}; }
  std::uint64_t epoch() const { return epoch_of(genesis.params.block, slot); }
  ValidatorList list(std::uint64_t number) const { return *load<ValidatorList>(state, validators_object(number)); }
  Stake stake(std::size_t i) const { return *load<Stake>(state, stake_object(validator(i))); }
  Randomness randomness() const { return *load<Randomness>(state, consensus_object(ConsensusObject::randomness)); }
  Attendance attendance() const { return *load<Attendance>(state, consensus_object(ConsensusObject::attendance)); }
  Amount burned() const { return load_or_default<Supply>(state, kSupplyObject).burned.swr; }

  // A block whose certificate of the parent names everybody.
  ConsensusInput input() const {
    ConsensusInput input{block_at(Slot{slot.raw() - 1}), output_at(slot), {}, {}};
    if (slot > Slot{1}) input.attended.push_back(named(Slot{slot.raw() - 1}, [](const Address&) { return true; }));
    return input;
  }
  template <class Has>
  Attended named(Slot of, Has has) const {
    const auto set = list(epoch_of(genesis.params.block, of));
    Attended out{of, block_at(of), Signers(Bytes((set.validators.size() + 7) / 8))};
    for (std::size_t i = 0; i < set.validators.size(); ++i)
      if (has(set.validators.items()[i].address)) crypto::set_signer(out.signers, i);
    return out;
  }
  BlockOutput apply(const ConsensusInput& input, std::span<const VerifiedTransaction> txs = {}) {
    auto out = apply_block(state, all, {facts(), who(9), txs, &input});
    EXPECT_TRUE(out.has_value());
    state.apply(out->diff);
    slot = next(slot);
    return std::move(*out);
  }
  void run_to(Slot to) {
    while (slot < to) apply(input());
  }
};

}  // namespace aether::ledger::testing
