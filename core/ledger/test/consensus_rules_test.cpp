// Sets, randomness, convictions and attendance: what each rule says, and each refusal.
#include "stake_chain.hpp"

namespace aether::ledger {
namespace {

using namespace testing;

constexpr std::array<Amount, 4> kBonds{40'000'000, 30'000'000, 20'000'000, 10'000'000};

std::vector<Address> members(const ValidatorList& list) {
  std::vector<Address> out;
  for (const Validator& each : list.validators) out.push_back(each.address);
  return out;
}

GenesisError genesis_error(const std::function<void(Genesis&, BftGenesis&)>& change) {
  Genesis genesis = stake_genesis(kBonds, 6);
  change(genesis, std::get<BftGenesis>(genesis.sealer));
  const auto out = check_genesis(genesis);
  EXPECT_FALSE(out.has_value());
  return out ? GenesisError{} : out.error();
}

TEST(StakeGenesis, each_refusal_has_its_own_error) {
  using enum GenesisError;
  EXPECT_EQ(genesis_error([](Genesis& g, auto&) { g.params.block.epoch_slots = 2; }), epoch_too_short);
  EXPECT_EQ(genesis_error([](auto&, BftGenesis& b) { b.validators = {}; }), no_validators);
  const auto with = [](const std::function<void(GenesisValidator&)>& change) {
    return genesis_error([&](auto&, BftGenesis& b) {
      auto items = b.validators.items();
      change(items[1]);
      b.validators = decltype(b.validators)(std::move(items));
    });
  };
  EXPECT_EQ(with([](auto& v) { v.bond = 0; }), zero_bond);
  EXPECT_EQ(with([](auto& v) { v.bond = kAmountMax; }), amount_above_bound);
  EXPECT_EQ(with([](auto& v) { v.bond = ~Amount{0}; }), amount_above_bound);
  EXPECT_EQ(with([](auto& v) { v.registration.bls_proof = staked_validators()[0].registration.bls_proof; }),
            registration);
  EXPECT_EQ(with([](auto& v) { v.registration.chain_id = ChainId{8}; }), registration);
  EXPECT_EQ(genesis_error([](auto&, BftGenesis& b) {
              b.validators.insert({staked_validators()[0].registration, kBonds[0] + 1});
            }),
            repeated_validator);
}

TEST(StakeGenesis, makes_stakes_and_the_first_two_sets) {
  const StakeChain chain(kBonds, 6);
  const auto supply = load_or_default<Supply>(chain.state, kSupplyObject);
  EXPECT_EQ(supply.total.swr, 3 * 10'000'000 + 100'000'000);
  for (std::size_t i = 0; i < kBonds.size(); ++i) EXPECT_EQ(chain.stake(i), (Stake{1, kBonds[i], Seat(i), false}));
  for (const std::uint64_t epoch : {0, 1}) {
    const ValidatorList list = chain.list(epoch);
    EXPECT_EQ(list.epoch, epoch);
    ASSERT_EQ(list.validators.size(), 4u);
    for (std::size_t i = 0; i < 4; ++i) {
      const Validator& each = list.validators.items()[i];
      EXPECT_EQ(each.address, validator(i));
      EXPECT_EQ(each.weight, kBonds[i]);
      EXPECT_EQ(each.bls_key, staked_validators()[i].registration.bls_key);
      EXPECT_EQ(each.kes_epoch, 0u);
    }
  }
  const auto first = epoch_facts(chain.state, 0);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->randomness, (Hash{{0xe0}}));
  EXPECT_EQ(first->validators.total(), 100'000'000u);
  EXPECT_FALSE(epoch_facts(chain.state, 1).has_value());  // its set is there, its randomness not
}

TEST(DevGenesis, has_no_epochs) {
  const Chain chain;
  EXPECT_FALSE(epoch_facts(chain.state, 0).has_value());
}

TEST(Epochs, are_settled_at_the_first_block_of_the_last_third) {
  StakeChain chain(kBonds, 6);
  for (std::uint64_t epoch = 0; epoch < 5; ++epoch) {
    const Slot settles = last_third(epoch, 6);
    chain.run_to(settles);
    EXPECT_FALSE(epoch_facts(chain.state, epoch + 1).has_value());
    Hash expected = first_mix(chain.randomness().current, epoch + 1);
    for (std::uint64_t slot = std::max<std::uint64_t>(epoch * 6, 1); slot < settles.raw(); ++slot)
      expected = next_mix(expected, output_at(Slot{slot}));
    chain.apply(chain.input());
    const auto settled = epoch_facts(chain.state, epoch + 1);
    ASSERT_TRUE(settled.has_value());
    EXPECT_EQ(settled->randomness, expected);
    EXPECT_EQ(settled->validators.epoch(), epoch + 1);
    const auto current = epoch_facts(chain.state, epoch);
    chain.run_to(Slot{(epoch + 1) * 6 + 1});  // into the next
    EXPECT_EQ(epoch_facts(chain.state, epoch + 1)->randomness, expected);
    EXPECT_EQ(epoch_facts(chain.state, epoch)->randomness, current->randomness);
    EXPECT_FALSE(epoch_facts(chain.state, epoch + 2).has_value());
    if (epoch > 0) {
      EXPECT_FALSE(epoch_facts(chain.state, epoch - 1).has_value());
    }
  }
}

TEST(Epochs, lists_stay_as_long_as_evidence_may_need_them) {
  StakeChain chain(kBonds, 6);
  chain.run_to(Slot{5 * 6});
  for (const std::uint64_t epoch : {2, 3, 4, 5}) EXPECT_TRUE(chain.state.contains(validators_object(epoch))) << epoch;
  EXPECT_FALSE(chain.state.contains(validators_object(1)));
  EXPECT_FALSE(chain.state.contains(validators_object(6)));
  chain.apply(chain.input());  // the first block of epoch 5
  EXPECT_TRUE(chain.state.contains(validators_object(6)));
  EXPECT_FALSE(chain.state.contains(validators_object(2)));
  EXPECT_TRUE(chain.state.contains(validators_object(3)));
  EXPECT_FALSE(chain.state.contains(consensus_object(ConsensusObject::seats, 2)));
}

Facts<Evidence> offence(Offence kind, Slot slot, std::vector<ValidatorIndex> offenders) {
  return {kind, slot, std::move(offenders)};
}

TEST(Convictions, burn_a_part_of_the_stake_and_bar_from_later_sets) {
  StakeChain chain(kBonds, 6);
  chain.run_to(Slot{8});  // in epoch 1
  auto input = chain.input();
  input.offences.push_back(offence(Offence::headers, Slot{7}, {2}));
  const std::array txs{make([] {
    auto body = transfer(0, 1, Asset::swr, 5, 1);
    body.chain_id = kStakeChain;
    return body;
  }())};
  const auto out = chain.apply(input, txs);
  EXPECT_EQ(chain.stake(2), (Stake{1, 19'000'000, 2, true}));
  EXPECT_EQ(chain.burned(), 1'000'000 + out.receipts[0].fee - 101);
  EXPECT_EQ(members(chain.list(2)).size(), 4u);  // epoch 2's set was written before
  chain.run_to(Slot{13});
  EXPECT_EQ(members(chain.list(3)), (std::vector{validator(0), validator(1), validator(3)}));
}

TEST(Convictions, are_of_the_stake_that_stood_at_the_offence) {
  StakeChain chain(kBonds, 6);
  chain.genesis.params.stake.slash_bps = 6'000;
  chain.run_to(Slot{8});
  auto input = chain.input();
  for (const std::uint64_t slot : {5, 6}) input.offences.push_back(offence(Offence::votes, Slot{slot}, {0}));
  chain.apply(input);
  // Each time 60 % of what stood, as long as there is something.
  EXPECT_EQ(chain.stake(0), (Stake{1, 0, 0, true}));
  EXPECT_EQ(chain.burned(), kBonds[0]);
}

TEST(Convictions, count_once_for_each_validator_slot_and_kind) {
  StakeChain chain(kBonds, 6);
  chain.run_to(Slot{9});
  const auto facts = chain.facts();
  Convictions convictions(chain.state, facts);
  EXPECT_EQ(*convictions.add(offence(Offence::votes, Slot{8}, {1, 3})), (std::vector<ValidatorIndex>{1, 3}));
  EXPECT_EQ(convictions.add(offence(Offence::votes, Slot{8}, {3})).error(), OffenceError::counted);
  EXPECT_EQ(*convictions.add(offence(Offence::votes, Slot{8}, {2, 3})), (std::vector<ValidatorIndex>{2}));
  EXPECT_EQ(*convictions.add(offence(Offence::headers, Slot{8}, {3})), (std::vector<ValidatorIndex>{3}));
  EXPECT_EQ(*convictions.add(offence(Offence::votes, Slot{7}, {3})), (std::vector<ValidatorIndex>{3}));
  // Also when they were counted in a block before.
  auto input = chain.input();
  input.offences = {offence(Offence::votes, Slot{8}, {1, 3}), offence(Offence::votes, Slot{8}, {2, 3})};
  chain.apply(input);
  const auto later = chain.facts();
  Convictions again(chain.state, later);
  EXPECT_EQ(again.add(offence(Offence::votes, Slot{8}, {1, 2, 3})).error(), OffenceError::counted);
  EXPECT_EQ(*again.add(offence(Offence::votes, Slot{8}, {0, 1})), (std::vector<ValidatorIndex>{0}));
}

TEST(Convictions, are_for_slots_of_the_last_two_epochs) {
  StakeChain chain(kBonds, 6);
  chain.run_to(Slot{20});
  const auto facts = chain.facts();
  Convictions convictions(chain.state, facts);
  EXPECT_EQ(convictions.add(offence(Offence::votes, Slot{21}, {0})).error(), OffenceError::ahead);
  EXPECT_EQ(convictions.add(offence(Offence::votes, Slot{7}, {0})).error(), OffenceError::too_old);
  EXPECT_TRUE(convictions.add(offence(Offence::votes, Slot{20}, {0})).has_value());
  EXPECT_TRUE(convictions.add(offence(Offence::votes, Slot{8}, {0})).has_value());
  // Of the oldest slot there is still a set; the record of what was counted goes when the slot is too old.
  auto input = chain.input();
  input.offences.push_back(offence(Offence::votes, Slot{8}, {0}));
  chain.apply(input);
  EXPECT_TRUE(chain.state.contains(consensus_object(ConsensusObject::offences, 8)));
  chain.apply(chain.input());
  EXPECT_FALSE(chain.state.contains(consensus_object(ConsensusObject::offences, 8)));
}

TEST(Sets, go_on_where_nobody_is_left) {
  StakeChain chain(kBonds, 6);
  auto input = chain.input();
  input.offences.push_back(offence(Offence::headers, Slot{1}, {0, 1, 2, 3}));
  chain.apply(input);
  chain.run_to(Slot{19});
  EXPECT_EQ(members(chain.list(3)).size(), 4u);
  EXPECT_EQ(chain.list(4).epoch, 4u);
  EXPECT_EQ(epoch_facts(chain.state, 3)->validators.total(), 100'000'000u);
}

// Sets and η are those of the common past: what differs between two branches after the snapshot does not enter them.
TEST(Sets, depend_on_no_branch) {
  StakeChain common(kBonds, 6);
  common.run_to(Slot{6});  // the last block of epoch 0 is done: the state that gives V_2
  StakeChain other = common;
  auto input = other.input();
  input.offences.push_back(offence(Offence::votes, Slot{5}, {1}));
  other.apply(input);
  common.apply(common.input());
  EXPECT_NE(common.stake(1), other.stake(1));
  EXPECT_EQ(common.list(2), other.list(2));
  for (StakeChain* chain : {&common, &other}) chain->run_to(next(last_third(1, 6)));
  const auto a = epoch_facts(common.state, 2), b = epoch_facts(other.state, 2);
  EXPECT_EQ(a->randomness, b->randomness);
  EXPECT_EQ(a->validators.list(), b->validators.list());
  // After the first two thirds no output matters either.
  common.apply(common.input());
  input = other.input();
  input.output = output_at(other.slot, 1);
  other.apply(input);
  EXPECT_EQ(common.randomness(), other.randomness());
  // The set after that is another.
  for (StakeChain* chain : {&common, &other}) chain->run_to(Slot{13});
  EXPECT_NE(common.list(3), other.list(3));
}

struct DowntimeCase {
  std::size_t by = 0;  // blocks after the slot's
  bool missed = false;
};

TEST(Attendance, counts_whoever_a_certificate_or_late_votes_name_within_32_blocks) {
  for (const DowntimeCase& c : {DowntimeCase{2, false}, DowntimeCase{32, false}, DowntimeCase{33, true}}) {
    StakeChain chain(kBonds, 60);
    chain.run_to(Slot{40});
    auto input = chain.input();
    input.attended = {chain.named(Slot{39}, [](const Address& a) { return a != validator(1); })};
    chain.apply(input);
    chain.run_to(Slot{39 + c.by});
    input = chain.input();
    input.attended.push_back(chain.named(Slot{39}, [](const Address& a) { return a == validator(1); }));
    chain.apply(input);
    chain.run_to(Slot{80});
    EXPECT_EQ(chain.attendance().missed[1], c.missed ? 1u : 0u) << c.by;
    EXPECT_EQ(chain.attendance().missed[0], 0u);
    EXPECT_EQ(chain.state.contains(consensus_object(ConsensusObject::missed, 39)), c.missed);
  }
}

TEST(Attendance, a_vote_for_another_block_names_nobody) {
  StakeChain chain(kBonds, 60);
  chain.run_to(Slot{2});
  auto input = chain.input();
  input.attended[0].block = Hash{{1}};
  chain.apply(input);
  chain.run_to(Slot{34});
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(chain.attendance().missed[i], 1u);
}

TEST(Attendance, slots_leave_the_window) {
  Genesis genesis = stake_genesis(kBonds, 60);
  genesis.params.stake.downtime_window_slots = 10;
  StakeChain chain(std::move(genesis));
  chain.run_to(Slot{3});
  auto input = chain.input();
  input.attended.clear();
  chain.apply(input);  // slot 2 is missed by all
  chain.run_to(Slot{35});
  EXPECT_EQ(chain.attendance().missed[0], 1u);
  chain.run_to(Slot{44});
  EXPECT_EQ(chain.attendance().missed[0], 1u);
  chain.apply(chain.input());  // slot 12 is counted: 3 to 12 are the window
  EXPECT_EQ(chain.attendance().missed[0], 0u);
  EXPECT_FALSE(chain.state.contains(consensus_object(ConsensusObject::missed, 2)));
}

TEST(Downtime, above_the_allowed_part_the_stake_leaks_at_the_end_of_the_epoch) {
  Genesis genesis = stake_genesis(kBonds, 60);
  genesis.params.stake.downtime_window_slots = 10;
  StakeChain chain(std::move(genesis));
  const auto without_last = [](const Address& a) { return a != validator(3); };
  const auto absent_block = [&] {
    auto input = chain.input();
    if (chain.slot > Slot{1}) input.attended = {chain.named(Slot{chain.slot.raw() - 1}, without_last)};
    chain.apply(input);
  };
  while (chain.slot < Slot{59}) absent_block();
  // Slots 1 to 26 are counted; from the sixth on, that is from block 38 on, more than half of ten is missed.
  EXPECT_EQ(chain.attendance().missed[3], 10u);
  EXPECT_EQ(chain.attendance().leaking[3], 21u);
  EXPECT_EQ(chain.stake(3).bonded, kBonds[3]);
  absent_block();
  EXPECT_EQ(chain.stake(3).bonded, kBonds[3] - kBonds[3] * 22 * 10 / 1'000'000);
  EXPECT_EQ(chain.burned(), kBonds[3] * 22 * 10 / 1'000'000);
  EXPECT_EQ(chain.attendance().leaking[3], 0u);
  EXPECT_FALSE(chain.stake(3).tombstoned);
  EXPECT_EQ(chain.stake(0).bonded, kBonds[0]);
  chain.run_to(Slot{61});
  EXPECT_EQ(chain.list(2).validators.items()[3].weight, chain.stake(3).bonded);
}

TEST(Downtime, leaks_at_most_a_part_of_the_stake_an_epoch) {
  Genesis genesis = stake_genesis(kBonds, 60);
  genesis.params.stake.downtime_window_slots = 1;
  genesis.params.stake.leak_ppm = 1'000;
  StakeChain chain(std::move(genesis));
  while (chain.slot < Slot{60}) {
    auto input = chain.input();
    input.attended.clear();
    chain.apply(input);
  }
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(chain.stake(i).bonded, kBonds[i] - kBonds[i] / 100);
}

TEST(Stake, no_transaction_writes_it) {
  StakeChain chain(kBonds, 6);
  for (const ObjectId& id : {stake_object(validator(0)), consensus_object(ConsensusObject::randomness)}) {
    struct Writer final : Program {
      explicit Writer(const ObjectId& id) : id_(id) {}
      Hash id() const override { return native_program_id("writer"); }
      bool is_dispute(ByteView) const override { return false; }
      Balance value_held(const ObjectId&, ByteView) const override { return {}; }
      Outcome<void> execute(Context& c, ByteView) const override { return c.write(id_, Bytes{1}); }
      ObjectId id_;
    };
    const Writer writer(id);
    const Program* const natives[] = {&writer};
    auto body = call(0, {}, 1);
    body.chain_id = kStakeChain;
    body.call->program = writer.id();
    body.writes = {id};
    const VerifiedTransaction txs[] = {make(std::move(body))};
    const auto input = chain.input();
    const auto out = apply_block(chain.state, {natives, nullptr}, {chain.facts(), who(9), txs, &input});
    ASSERT_TRUE(out.has_value());
    EXPECT_EQ(out->receipts[0].code, result_code(Code::undeclared_write));
  }
}

}  // namespace
}  // namespace aether::ledger
