// Program `stake` on a chain of validators: a KES key is renewed, and each refusal.
#include "../../ledger/test/stake_chain.hpp"
#include "aether/programs/codes.hpp"
#include "aether/programs/programs.hpp"
#include "aether/programs/stake_instructions.hpp"

namespace aether::programs::testing {
namespace {

using ledger::testing::StakeChain;
using ledger::testing::staked_validators;
using ledger::testing::validator;

constexpr std::array<Amount, 3> kBonds{30'000'000, 20'000'000, 10'000'000};

Genesis genesis_with_money() {
  Genesis genesis = ledger::testing::stake_genesis(kBonds, 6);
  for (const auto& each : staked_validators()) genesis.accounts.insert({address_of(each.account), {10'000'000, 0}});
  return genesis;
}

RenewKes renewal(const Address& address, std::uint32_t number, ChainId chain = ledger::testing::kStakeChain) {
  ValidatorSecrets secrets = aether::testing::validator_secrets(number);
  const Registration made = make_registration(chain, address, secrets);
  return {made.kes_key, made.kes_proof};
}

struct Chain : StakeChain {
  std::uint64_t nonce = 0;
  Chain() : StakeChain(genesis_with_money()) {}

  ResultCode send(std::size_t from, const Call& call, const AccessSets& sets) {
    TransactionBody body;
    body.chain_id = genesis.chain_id;
    body.valid_until = Slot{slot.raw() + 10};
    body.nonce = ++nonce;
    body.sender = staked_validators()[from].account;
    body.call = call;
    body.reads = sets.reads;
    body.writes = sets.writes;
    body.gas_limit = Gas{100'000};
    body.max_fee = 1'000'000;
    const VerifiedTransaction txs[] = {ledger::testing::make(std::move(body))};
    const auto brings = input();
    const auto simulated = ledger::simulate(state, plain_programs(), facts(), txs[0]);
    auto out = ledger::apply_block(state, plain_programs(), {facts(), Address{}, txs, &brings});
    EXPECT_TRUE(out.has_value());
    if (out->receipts[0].code == kSuccess) {
      EXPECT_EQ(simulated.reads, sets.reads);
      EXPECT_EQ(simulated.writes, sets.writes);
    }
    state.apply(out->diff);
    slot = next(slot);
    return out->receipts[0].code;
  }
  ResultCode renew(std::size_t from, const RenewKes& renewal) {
    return send(from, make_call(renewal), access_sets(renewal, validator(from)));
  }
  Validator member(std::uint64_t epoch, std::size_t i) const {
    const ValidatorList members = list(epoch);
    return members.validators.items()[i];
  }
};

TEST(Stake, a_renewed_kes_key_signs_from_the_epoch_after_the_next_on) {
  Chain chain;
  chain.run_to(Slot{8});  // in epoch 1
  const RenewKes renewed = renewal(validator(1), 50);
  const Validator before = chain.member(2, 1);
  EXPECT_EQ(chain.renew(1, renewed), kSuccess);
  chain.run_to(Slot{13});
  EXPECT_EQ(chain.member(2, 1), before);
  Validator after = before;
  after.kes_key = renewed.kes_key;
  after.kes_epoch = 3;
  EXPECT_EQ(chain.member(3, 1), after);
  EXPECT_EQ(kes_period(2, before.kes_epoch), 1u);
  EXPECT_EQ(kes_period(3, after.kes_epoch), 0u);
  // In the first block of an epoch: the set that this block writes has the old one.
  chain.run_to(Slot{18});
  EXPECT_EQ(chain.renew(1, renewal(validator(1), 51)), kSuccess);
  EXPECT_EQ(chain.member(4, 1), after);
  chain.run_to(Slot{25});
  EXPECT_EQ(chain.member(5, 1).kes_epoch, 5u);
}

TEST(Stake, each_refusal_has_its_own_code) {
  Chain chain;
  const auto code = [](StakeCode of) { return result_code(of); };
  EXPECT_EQ(chain.renew(4, renewal(validator(4), 50)), code(StakeCode::not_a_validator));
  const Registration& own = staked_validators()[0].registration;
  EXPECT_EQ(chain.renew(0, {own.kes_key, own.kes_proof}), code(StakeCode::same_kes_key));
  EXPECT_EQ(chain.renew(0, renewal(validator(1), 50)), code(StakeCode::kes_proof));
  EXPECT_EQ(chain.renew(0, renewal(validator(0), 50, ChainId{8})), code(StakeCode::kes_proof));
  RenewKes other = renewal(validator(0), 50);
  other.kes_key[0] ^= 1;
  EXPECT_EQ(chain.renew(0, other), code(StakeCode::kes_path));
  EXPECT_EQ(chain.send(0, {stake_program_id(), {1}}, {}), ledger::result_code(ledger::Code::malformed_instruction));
  const RenewKes good = renewal(validator(0), 50);
  EXPECT_EQ(chain.send(0, make_call(good), {}), ledger::result_code(ledger::Code::undeclared_read));
  EXPECT_EQ(chain.send(0, make_call(good), {{stake_object(validator(0))}, {}}),
            ledger::result_code(ledger::Code::undeclared_read));
  auto brings = chain.input();
  brings.offences.push_back({Offence::headers, Slot{1}, {0}});
  chain.apply(brings);
  EXPECT_EQ(chain.renew(0, good), code(StakeCode::tombstoned));
  EXPECT_EQ(chain.renew(1, renewal(validator(1), 51)), kSuccess);
}

}  // namespace
}  // namespace aether::programs::testing
