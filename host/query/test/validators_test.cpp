// What is told of epochs and validators, beside the state that the blocks of the test made.
#include "validator_chain.hpp"

namespace aether::query {
namespace {

using ledger::testing::StakeChain;
using ledger::testing::validator;
using testing::Asked;
using testing::kEpochSlots;
using testing::ValidatorChain;

TEST(Epochs, HaveTheRandomnessAndTheSetThatTheStateSettled) {
  ValidatorChain c;
  c.run_to(Slot{7});
  const auto now = *c.asked.handle(api::GetEpoch{});
  EXPECT_EQ(now.at.slot, Slot{7});
  EXPECT_EQ(now.at.hash, c.chain->snapshot()->tip()->hash);
  EXPECT_TRUE(now.at.final);
  EXPECT_EQ(now.epoch, 1U);
  EXPECT_EQ(now.first, Slot{6});
  EXPECT_EQ(now.last, Slot{11});
  EXPECT_EQ(now.randomness, c.model.randomness().current);
  EXPECT_EQ(now.validators, 4U);
  EXPECT_EQ(now.weight, 10'000'000U);
  const auto before = *c.asked.handle(api::GetEpoch{0});
  EXPECT_EQ(before.first, Slot{0});
  EXPECT_EQ(before.randomness, std::get<BftGenesis>(c.model.genesis.sealer).randomness);
  EXPECT_EQ(c.rpc_error("aeth_getEpoch", {{"epoch", "2"}}), "not_kept");
  c.run_to(Slot{10});  // in the last third
  EXPECT_EQ(c.asked.handle(api::GetEpoch{2})->randomness, c.model.randomness().mix);
  for (const char* other : {"3", "18446744073709551615"})
    EXPECT_EQ(c.rpc_error("aeth_getEpoch", {{"epoch", other}}), "not_kept");
  c.run_to(Slot{12});
  EXPECT_EQ(c.rpc_error("aeth_getEpoch", {{"epoch", "0"}}), "not_kept");
}

TEST(Validators, AreToldWithTheirStakeAndAbsence) {
  ValidatorChain c;
  c.run_to(Slot{2});
  ledger::ConsensusInput convicting = c.model.input();
  convicting.offences.push_back({Offence::headers, Slot{2}, {1}});
  c.block(convicting);
  // Number 2 votes for none of the slots that close.
  while (c.model.slot < Slot{40}) {
    ledger::ConsensusInput without = c.model.input();
    without.attended = {
        c.model.named(Slot{c.model.slot.raw() - 1}, [](const Address& address) { return address != validator(2); })};
    c.block(without);
  }
  const auto answer = *c.asked.handle(api::GetValidators{});
  EXPECT_EQ(answer.epoch, 6U);
  EXPECT_FALSE(answer.next);
  const auto set = c.model.list(6);
  ASSERT_EQ(answer.validators.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    const api::ValidatorEntry& entry = answer.validators[i];
    EXPECT_EQ(entry.index, i);
    EXPECT_EQ(entry.validator, set.validators.items()[i]);
    const Stake stake = *ledger::load<Stake>(c.model.state, stake_object(entry.validator.address));
    EXPECT_EQ(entry.bonded, stake.bonded);
    EXPECT_EQ(entry.missed, c.model.attendance().missed[stake.seat]);
    EXPECT_EQ(entry.missed > 0, entry.validator.address == validator(2));
    EXPECT_FALSE(entry.tombstoned);
  }
  EXPECT_EQ(c.rpc_error("aeth_getValidators", {{"epoch", "0"}}), "not_kept");
  EXPECT_EQ(c.rpc_error("aeth_getValidators", {{"epoch", "9"}}), "not_kept");
}

TEST(Validators, ThatWereConvictedAreToldAsLongAsTheirSetStands) {
  ValidatorChain c;
  c.run_to(Slot{2});
  ledger::ConsensusInput convicting = c.model.input();
  convicting.offences.push_back({Offence::votes, Slot{2}, {1}});
  c.block(convicting);
  const auto answer = *c.asked.handle(api::GetValidators{});
  EXPECT_TRUE(answer.validators[1].tombstoned);
  EXPECT_EQ(answer.validators[1].validator.weight, 2'000'000U);
  EXPECT_EQ(answer.validators[1].bonded, 1'900'000U);  // less 5 %
}

TEST(Validators, ComeInPagesWithTheIndicesOfTheWholeSet) {
  ValidatorChain c;
  for (const std::uint32_t limit : {1U, 2U, 3U, 4U}) {
    std::vector<Address> seen;
    api::GetValidators request{0, {}, limit};
    do {
      const auto page = *c.asked.handle(request);
      EXPECT_LE(page.validators.size(), limit);
      for (const auto& entry : page.validators) {
        EXPECT_EQ(entry.index, seen.size());
        seen.push_back(entry.validator.address);
      }
      request.after = page.next;
    } while (request.after);
    EXPECT_EQ(seen, (std::vector{validator(0), validator(1), validator(2), validator(3)}));
  }
  EXPECT_EQ(c.rpc_error("aeth_getValidators", {{"limit", 101}}), "invalid_params");
}

TEST(ValidatorChain, TellsItsKindAndHasNoMethodsOfADevChain) {
  ValidatorChain c;
  EXPECT_EQ(c.asked.handle(api::GetChainId{})->kind, api::ChainKind::validators);
  EXPECT_EQ(c.rpc_error("dev_seal", {{"slots", 1}}), "not_available");
}

TEST(Slots, TheNewestIsOneThatIsNotFinalWhereThereIsOne) {
  ValidatorChain c;
  c.run_to(Slot{2});
  const api::BlockRef final_tip{Slot{2}, c.chain->snapshot()->tip()->hash, true};
  EXPECT_EQ(c.asked.handle(api::GetSlotNumber{})->at, final_tip);
  c.asked.now.unfinal = {{Slot{3}, Hash{{3}}, false}};
  EXPECT_EQ(c.asked.handle(api::GetSlotNumber{})->at, c.asked.now.unfinal->at);
  EXPECT_EQ(c.asked.handle(api::GetFinalizedSlot{})->at, final_tip);
  c.asked.now.unfinal = {{Slot{2}, Hash{{3}}, false}};  // read before the other became final
  EXPECT_EQ(c.asked.handle(api::GetSlotNumber{})->at, final_tip);
}

TEST(Health, NamesWhatIsMissing) {
  ValidatorChain c;
  c.asked.now = {.status = api::HealthStatus::starting, .missing = {"peers: 0 of 1"}, .pending = 3};
  const auto health = *c.asked.handle(api::GetHealth{});
  EXPECT_EQ(health.status, api::HealthStatus::starting);
  EXPECT_EQ(health.missing, std::vector<std::string>{"peers: 0 of 1"});
  EXPECT_EQ(health.pending, 3U);
  EXPECT_EQ(health.time_ms, c.model.genesis.time_ms);
}

TEST(Genesis, ComesInChunksThatAddUpToItsHash) {
  Genesis large = StakeChain(std::array<Amount, 1>{1}, 6).genesis;
  std::vector<GenesisAccount> accounts;
  for (std::uint64_t n = 0; n < limits::kGenesisAccountsMax; ++n)
    accounts.push_back({Address{value_hash(codec::encode(n))}, {1, 1}});
  std::stable_sort(accounts.begin(), accounts.end());
  large.accounts = decltype(large.accounts)(std::move(accounts));
  SerialPool pool;
  const auto chain = std::move(*chain::Chain::open({.directory = {}, .ephemeral = true, .genesis = large}, pool));
  Asked asked(*chain);
  Bytes whole;
  api::GetGenesis request;
  std::size_t chunks = 0;
  do {
    const auto chunk = *asked.handle(request);
    whole.insert(whole.end(), chunk.bytes.begin(), chunk.bytes.end());
    EXPECT_EQ(chunk.size, codec::encode(large).size());
    request.offset = chunk.next;
    ++chunks;
  } while (request.offset);
  EXPECT_GT(chunks, 1U);
  EXPECT_EQ(genesis_hash(*codec::decode<Genesis>(whole)), asked.handle(api::GetChainId{})->genesis_hash);
  const auto past = asked.handle(api::GetGenesis{static_cast<std::uint32_t>(whole.size())});
  ASSERT_FALSE(past);
  EXPECT_EQ(past.error().code, api::ErrorCode::invalid_params);
  EXPECT_EQ(past.error().reason, "out_of_range");
}

TEST(DevChain, HasEpochsButNoValidatorsAndNoPeers) {
  testing::LocalChain local{{.epoch_slots = 5}};
  local.seal(7);
  const auto epoch = *local.ask(api::GetEpoch{});
  EXPECT_EQ(epoch.epoch, 1U);
  EXPECT_EQ(epoch.first, Slot{5});
  EXPECT_EQ(epoch.last, Slot{9});
  EXPECT_FALSE(epoch.randomness);
  EXPECT_EQ(local.rpc_error("aeth_getValidators", boost::json::object{}), "not_available");
  EXPECT_EQ(local.rpc_error("aeth_getPeers", boost::json::object{}), "not_available");
}

}  // namespace
}  // namespace aether::query
