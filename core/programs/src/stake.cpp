#include "stake.hpp"

#include "aether/ledger/rent.hpp"
#include "aether/programs/codes.hpp"
#include "aether/programs/stake_instructions.hpp"
#include "gas.hpp"

namespace aether::programs {
namespace {

// What a snapshot at the end of this epoch gives is the set of the one after the next.
constexpr std::uint64_t kEpochsToTheSet = 2;

ledger::Outcome<void> renew(ledger::Context& context, const RenewKes& renewal) {
  const Address& sender = context.sender();
  AETHER_TRY(const auto stake, context.load<Stake>(stake_object(sender)));
  if (!stake) return fail(result_code(StakeCode::not_a_validator));
  if (stake->tombstoned) return fail(result_code(StakeCode::tombstoned));
  AETHER_TRY(auto keys, context.load<ValidatorKeys>(validator_keys_object(sender)));
  AETHER_ASSERT(keys.has_value());  // genesis makes both
  // Its periods would begin anew, and its holder has erased those that are over.
  if (keys->kes_key == renewal.kes_key) return fail(result_code(StakeCode::same_kes_key));
  const ledger::BlockFacts& block = context.block();
  AETHER_CHECK(context.charge(block.params.gas.per_signature));
  if (const auto proof = verify_kes_proof(block.chain_id, sender, renewal.kes_key, renewal.kes_proof); !proof)
    return fail(result_code(proof.error() == RegistrationError::kes_path ? StakeCode::kes_path : StakeCode::kes_proof));
  keys->kes_key = renewal.kes_key;
  keys->kes_epoch = ledger::epoch_of(block.params.block, block.slot) + kEpochsToTheSet;
  return context.store(validator_keys_object(sender), *keys);
}

}  // namespace

Hash stake_program_id() { return ledger::native_program_id("stake"); }

Call make_call(const StakeInstruction& instruction) { return {stake_program_id(), codec::encode(instruction)}; }

AccessSets access_sets(const StakeInstruction&, const Address& sender) {
  return {{stake_object(sender)}, {validator_keys_object(sender)}};
}

Hash Staking::id() const { return stake_program_id(); }

ledger::Outcome<void> Staking::execute(ledger::Context& context, ByteView bytes) const {
  AETHER_CHECK(charge_instruction(context, bytes.size()));
  const auto instruction = codec::decode<StakeInstruction>(bytes);
  if (!instruction) return ledger::fail(ledger::Code::malformed_instruction);
  return renew(context, std::get<RenewKes>(*instruction));
}

}  // namespace aether::programs
