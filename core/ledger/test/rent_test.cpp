// Rent of what is stored: UTxOs, and a program's entries of storage that grow, shrink and go, run out, are pruned and
// restored.
#include "aether/ledger/rent.hpp"

#include "chain.hpp"

namespace aether::ledger {
namespace {

using namespace testing;

constexpr RentParams kRent;
constexpr Amount kByte = 24;  // 2 units, 12 epochs

const ObjectId kEntry{Domain::storage, Hash{{1}}};
const ObjectId kExempt{Domain::commit, Hash{{1}}};

// Instruction: bytes of the entry and bytes of an object that is not rented; without any, erases the entry. 255: reads
// the entry's record, 254: writes it, 253: reads the entry, 252: asks whether it is there.
struct EntryProgram final : Program {
  Hash id() const override { return native_program_id("entry"); }
  bool is_dispute(ByteView) const override { return false; }
  Balance value_held(const ObjectId&, ByteView) const override { return {}; }
  Outcome<void> execute(Context& c, ByteView instruction) const override {
    if (instruction.empty()) return c.erase(kEntry);
    if (instruction[0] == 255) {
      AETHER_CHECK(c.read(rent_object(kEntry)));
      return {};
    }
    if (instruction[0] == 254) return c.write(rent_object(kEntry), codec::encode(Rent{}));
    if (instruction[0] == 253) {
      AETHER_TRY(const auto value, c.read(kEntry));
      c.set_output(Bytes{value ? std::uint8_t{1} : std::uint8_t{0}});
      return {};
    }
    if (instruction[0] == 252) {
      AETHER_TRY(const bool known, c.observe(kEntry));
      c.set_output(Bytes{known ? std::uint8_t{1} : std::uint8_t{0}});
      return {};
    }
    if (instruction.size() > 1) AETHER_CHECK(c.write(kExempt, Bytes(instruction[1])));
    return c.write(kEntry, Bytes(instruction[0]));
  }
};
const EntryProgram entry_program;
const Program* const entry_natives[] = {&entry_program, &rent_program};
const Programs entry_programs{entry_natives, &lock};

struct RentedChain : Chain {
  RentedChain() { params.rent = kRent; }
  // Executes the block and returns its receipts; who(9) proposes.
  std::vector<Receipt> apply(std::vector<TransactionBody> bodies) {
    std::vector<VerifiedTransaction> txs;
    for (auto& body : bodies) txs.push_back(make(std::move(body)));
    auto out = apply_block(state, entry_programs, {facts(), who(9), txs});
    EXPECT_TRUE(out.has_value());
    EXPECT_TRUE(conserves(state, entry_programs, out->diff));
    state.apply(out->diff);
    slot = Slot{slot.raw() + 1};
    return std::move(out->receipts);
  }
  Receipt apply(TransactionBody body) { return apply(std::vector{std::move(body)})[0]; }
  Amount swr(std::uint8_t i) const { return account(who(i)).balance.swr; }
  std::optional<Rent> record(const ObjectId& object) const { return load<Rent>(state, rent_object(object)); }
  std::optional<Deposit> rent(const ObjectId& object) const {
    const auto found = record(object);
    return found ? std::optional(std::get<Deposit>(found->state)) : std::nullopt;
  }
};

TransactionBody entry(std::uint8_t from, Bytes instruction, std::uint64_t nonce) {
  auto body = call(from, std::move(instruction), nonce);
  body.call->program = entry_program.id();
  body.writes = {};
  for (const ObjectId& id : {kEntry, kExempt}) body.writes.insert(id);
  return body;
}
TransactionBody pays_utxo(std::uint8_t from, std::uint8_t to, std::uint64_t nonce) {
  auto body = transfer(from, to, Asset::aic, 7, nonce);
  body.outputs[0].kind = OutputKind::utxo;
  return body;
}

TEST(Rent, a_deposit_is_24_units_for_each_byte_and_for_192_beside_them) {
  EXPECT_EQ(deposit_for(kRent, 0), kByte * 192);
  EXPECT_EQ(deposit_for(kRent, 1'000), kByte * 1'192);
  EXPECT_EQ(deposit_for({u128{1} << 40, 1 << 20, 12}, (1 << 20) + 8), (u128{1} << 60) * ((1 << 20) + 200));
}

TEST(Rent, state_that_grows_with_what_users_store_is_rented) {
  for (const Domain domain : {Domain::utxo, Domain::upload, Domain::code, Domain::contract, Domain::storage})
    EXPECT_TRUE(is_rented(kRent, domain));
  for (const Domain domain : {Domain::account, Domain::supply, Domain::treasury, Domain::model, Domain::job,
                              Domain::commit, Domain::validators, Domain::congestion, Domain::rent})
    EXPECT_FALSE(is_rented(kRent, domain));
  EXPECT_FALSE(is_rented({0, 12, 12}, Domain::utxo));
}

TEST(Rent, who_makes_an_object_grow_takes_the_deposit_over) {
  const Deposit of_1{who(1), deposit_for(kRent, 10), 4, 10};
  const auto by = [&](std::uint8_t sender, std::size_t bytes) {
    return write_change(kRent, 7, who(sender), of_1, bytes);
  };
  EXPECT_EQ(by(1, 10).after, of_1);  // exempt: the epochs that passed change nothing
  EXPECT_EQ(by(2, 10).after, of_1);
  EXPECT_EQ(by(1, 12).debit, 2 * kByte);
  EXPECT_EQ(by(1, 12).refund, 0u);
  EXPECT_EQ(by(2, 12).after, (Deposit{who(2), deposit_for(kRent, 12), 7, 12}));
  EXPECT_EQ(by(2, 12).debit, deposit_for(kRent, 12));
  EXPECT_EQ(by(2, 12).refund, of_1.amount);
  EXPECT_EQ(by(2, 7).after, (Deposit{who(1), deposit_for(kRent, 7), 7, 7}));
  EXPECT_EQ(by(2, 7).refund, 3 * kByte);
}

constexpr RentParams kShort{10, 3, 5};  // an object of 8 bytes pays 2 000 an epoch
constexpr Amount kEpoch = 2'000;

TEST(Rent, a_deposit_below_the_exempting_one_pays_for_each_epoch_that_is_over) {
  const Deposit deposit{who(1), 3 * kEpoch + 7, 4, 8};
  const auto in = [&](std::uint64_t epoch) { return standing(kShort, deposit, epoch); };
  EXPECT_EQ(exhausted_from(kShort, deposit), 7u);
  EXPECT_EQ(in(4).drawn, 0u);
  EXPECT_EQ(in(6).drawn, 2 * kEpoch);
  EXPECT_EQ(in(6).left, kEpoch + 7);
  EXPECT_FALSE(in(6).exhausted);
  EXPECT_EQ(in(7).left, 7u);
  EXPECT_TRUE(in(7).exhausted);
  EXPECT_EQ(in(~std::uint64_t{0}).drawn, deposit.amount);
  const Deposit exempt{who(1), 5 * kEpoch, 4, 8}, nearly{who(1), 5 * kEpoch - 1, 4, 8};
  EXPECT_EQ(exhausted_from(kShort, exempt), std::nullopt);
  EXPECT_TRUE(standing(kShort, exempt, 1'000).exempt);
  EXPECT_EQ(exhausted_from(kShort, nearly), 8u);
  EXPECT_TRUE(standing(kShort, nearly, 8).exhausted);
}

TEST(Rent, who_writes_an_object_leaves_it_with_a_whole_deposit) {
  const Deposit before{who(1), 3 * kEpoch, 4, 8};
  const auto mine = write_change(kShort, 6, who(1), before, 8), others = write_change(kShort, 6, who(2), before, 8);
  EXPECT_EQ(mine.after, (Deposit{who(1), 3 * kEpoch, 6, 8}));
  EXPECT_EQ(mine.debit, 2 * kEpoch);
  EXPECT_EQ(mine.burn, 2 * kEpoch);
  EXPECT_EQ(others.after, (Deposit{who(2), 3 * kEpoch, 6, 8}));
  EXPECT_EQ(others.debit, 3 * kEpoch);
  EXPECT_EQ(others.refund, kEpoch);
  const Deposit funded{who(1), 4 * kEpoch, 4, 8};  // more than a whole one is kept, and shrinks with the value
  EXPECT_EQ(write_change(kShort, 5, who(2), funded, 8).after, (Deposit{who(1), 3 * kEpoch, 5, 8}));
  const Deposit large{who(1), 6 * kEpoch, 4, 208};  // of twice the rent
  EXPECT_EQ(write_change(kShort, 5, who(2), {{who(1), 20 * kEpoch, 4, 208}}, 8).after,
            (Deposit{who(1), 10 * kEpoch, 5, 8}));
  EXPECT_EQ(write_change(kShort, 5, who(2), large, 8).after, (Deposit{who(1), 3 * kEpoch, 5, 8}));
  EXPECT_EQ(write_change(kShort, 5, who(2), large, 8).refund, kEpoch);
}

TEST(Rent, who_prunes_is_paid_an_epoch_of_the_rent_drawn) {
  const Deposit deposit{who(1), 3 * kEpoch + 7, 4, 8};
  EXPECT_FALSE(prune_change(kShort, 6, deposit));
  const auto at_once = prune_change(kShort, 7, deposit), late = prune_change(kShort, 8, deposit);
  ASSERT_TRUE(at_once && late);
  EXPECT_EQ(at_once->fee, kEpoch);
  EXPECT_EQ(at_once->burn, 2 * kEpoch);
  EXPECT_EQ(at_once->refund, 7u);
  EXPECT_EQ(late->burn, 2 * kEpoch + 7);
  EXPECT_EQ(late->refund, 0u);
  const auto dust = prune_change(kShort, 9, {who(1), 5, 4, 8});
  ASSERT_TRUE(dust);
  EXPECT_EQ(dust->fee, 5u);
  EXPECT_FALSE(prune_change(kShort, 1'000, {who(1), 5 * kEpoch, 4, 8}));
}

TEST(Rent, who_funds_an_object_takes_its_deposit_over) {
  const Deposit deposit{who(1), 4 * kEpoch, 4, 8};
  const auto mine = fund_change(kShort, 5, who(1), deposit, 9 * kEpoch);
  const auto others = fund_change(kShort, 5, who(2), deposit, 9 * kEpoch);
  ASSERT_TRUE(mine && others);
  EXPECT_EQ(mine->after, (Deposit{who(1), 9 * kEpoch, 5, 8}));
  EXPECT_EQ(mine->debit, 6 * kEpoch);
  EXPECT_EQ(others->after, (Deposit{who(2), 9 * kEpoch, 5, 8}));
  EXPECT_EQ(others->refund, 3 * kEpoch);
  EXPECT_EQ(others->burn, kEpoch);
  EXPECT_FALSE(fund_change(kShort, 5, who(2), deposit, 3 * kEpoch));      // what is left
  EXPECT_FALSE(fund_change(kShort, 7, who(2), deposit, 3 * kEpoch - 1));  // less than who writes it leaves
  EXPECT_TRUE(fund_change(kShort, 7, who(2), deposit, 3 * kEpoch));
}

RC_GTEST_PROP(RentProperties, a_change_keeps_value_and_leaves_at_least_a_deposit_of_the_bytes, ()) {
  const RentParams params{*rc::gen::inRange<std::uint64_t>(1, 5), *rc::gen::inRange<std::uint32_t>(1, 6),
                          *rc::gen::inRange<std::uint32_t>(1, 6)};
  const auto maybe_size = [] { return *rc::gen::maybe(rc::gen::inRange<std::size_t>(0, 200)); };
  std::optional<Deposit> rent;
  std::uint64_t epoch = 0;
  for (int i = 0; i < 20; ++i) {
    const std::optional<Deposit> before = rent;
    epoch += *rc::gen::inRange<std::uint64_t>(0, 4);
    const Address sender = who(*rc::gen::inRange<std::uint8_t>(0, 3));
    RentChange change{before, 0, 0, 0, 0};
    const int kind = *rc::gen::inRange(0, 4);
    if (kind < 2 || !before) {
      const auto bytes = maybe_size();
      change = write_change(params, epoch, sender, before, bytes ? std::optional(*bytes) : std::nullopt);
      RC_ASSERT(change.after.has_value() == static_cast<bool>(bytes));
      if (bytes) RC_ASSERT(change.after->bytes == *bytes && change.after->amount >= deposit_for(params, *bytes));
      RC_ASSERT(change.fee == 0);
    } else if (kind == 2) {
      if (const auto made = prune_change(params, epoch, *before)) {
        change = *made;
        RC_ASSERT(!change.after && change.debit == 0);
        RC_ASSERT(change.fee <= rent_per_epoch(params, before->bytes));
      }
    } else if (const auto made =
                   fund_change(params, epoch, sender, *before, *rc::gen::inRange<std::uint64_t>(0, 20'000))) {
      change = *made;
      RC_ASSERT(change.after->payer == sender && change.fee == 0);
    }
    rent = change.after;
    const Amount held = before ? before->amount : 0, holds = rent ? rent->amount : 0;
    RC_ASSERT(held + change.debit == holds + change.refund + change.burn + change.fee);
    if (change.debit != 0) RC_ASSERT(rent->payer == sender);
    if (rent) RC_ASSERT(rent->since <= epoch && !standing(params, *rent, rent->since).exhausted);
  }
}

// Whenever and however often it is touched, an object runs out in the same epoch, for the same rent.
RC_GTEST_PROP(RentProperties, what_is_drawn_does_not_depend_on_when, ()) {
  const RentParams params{*rc::gen::inRange<std::uint64_t>(1, 5), 1, 40};
  const auto bytes = *rc::gen::inRange<std::uint32_t>(0, 200);
  const Deposit first{who(1), rent_per_epoch(params, bytes) * *rc::gen::inRange<std::uint64_t>(2, 30) + 1, 3, bytes};
  const auto end = exhausted_from(params, first);
  RC_ASSERT(end.has_value());
  Deposit now = first;
  Amount drawn = 0;
  while (now.since < *end) {
    RC_ASSERT(exhausted_from(params, now) == end);
    const std::uint64_t epoch = now.since + *rc::gen::inRange<std::uint64_t>(1, 4);
    const auto change = write_change(params, epoch, who(1), now, bytes);
    drawn += change.burn;
    if (change.debit != 0) {  // it had run out
      RC_ASSERT(epoch >= *end);
      break;
    }
    RC_ASSERT(drawn == rent_per_epoch(params, bytes) * (epoch - first.since));
    now = *change.after;
  }
}

TEST(Rent, a_utxo_has_a_deposit_that_returns_to_its_maker_when_another_spends_it) {
  RentedChain chain;
  const auto body = pays_utxo(0, 1, 1);
  const Hash id = utxo_id(transaction_id(body), 0);
  const auto made = chain.apply(body);
  const std::size_t bytes = chain.state.get(utxo_object(id))->size();
  const Amount deposit = (bytes + 192) * kByte;
  EXPECT_EQ(made.code, kSuccess);
  EXPECT_EQ(made.gas_used.raw(), 3 * 200u);  // the output, its record read and written
  EXPECT_EQ(chain.rent(utxo_object(id)), (Deposit{who(0), deposit, 0, static_cast<std::uint32_t>(bytes)}));
  EXPECT_EQ(chain.swr(0), 10'000'000 - made.fee - deposit);

  auto spend = transfer(1, 2, Asset::aic, 7, 1);
  spend.inputs.push_back({id, std::nullopt});
  const auto spent = chain.apply(spend);
  EXPECT_EQ(spent.code, kSuccess);
  EXPECT_EQ(spent.gas_used.raw(), 5 * 200u);
  EXPECT_EQ(chain.rent(utxo_object(id)), std::nullopt);
  EXPECT_EQ(chain.swr(0), 10'000'000 - made.fee);
  EXPECT_EQ(chain.swr(1), 10'000'000 - spent.fee);
}

TEST(Rent, a_utxo_that_comes_and_goes_in_one_block_leaves_nothing) {
  RentedChain chain;
  const auto body = pays_utxo(0, 1, 1);
  auto spend = transfer(1, 2, Asset::aic, 7, 1);
  spend.inputs.push_back({utxo_id(transaction_id(body), 0), std::nullopt});
  const auto receipts = chain.apply(std::vector{body, spend});
  EXPECT_EQ(receipts[1].code, kSuccess);
  EXPECT_EQ(chain.swr(0), 10'000'000 - receipts[0].fee);
  for (const auto& [id, value] : chain.state.objects) EXPECT_NE(id.domain, Domain::rent);
}

TEST(Rent, a_refund_is_spendable_from_the_next_block_on) {
  RentedChain chain;
  const auto made = pays_utxo(0, 0, 1);
  chain.apply(made);
  auto spend = transfer(0, 0, Asset::aic, 7, 2);
  spend.inputs.push_back({utxo_id(transaction_id(made), 0), std::nullopt});
  auto all = transfer(0, 1, Asset::swr, chain.swr(0) - 2 * spend.max_fee + 1, 3);
  EXPECT_EQ(chain.apply(std::vector{spend, all})[1].code, result_code(Code::insufficient_funds));
  all = transfer(0, 1, Asset::swr, chain.swr(0) - all.max_fee, 4);
  EXPECT_EQ(chain.apply(all).code, kSuccess);
}

TEST(Rent, an_entry_grows_shrinks_and_goes) {
  RentedChain chain;
  Amount fees[2] = {0, 0};
  std::uint64_t nonces[2] = {0, 0};
  const auto send = [&](std::uint8_t from, Bytes instruction) {
    const auto receipt = chain.apply(entry(from, std::move(instruction), ++nonces[from]));
    EXPECT_EQ(receipt.code, kSuccess);
    fees[from] += receipt.fee;
  };
  const auto deposits = [&](std::uint8_t from) { return 10'000'000 - fees[from] - chain.swr(from); };
  send(0, {10, 250});  // the other object's bytes cost nothing
  EXPECT_EQ(deposits(0), 202 * kByte);
  send(0, {30});
  EXPECT_EQ(deposits(0), 222 * kByte);
  send(1, {20});
  EXPECT_EQ(deposits(0), 212 * kByte);
  EXPECT_EQ(deposits(1), 0u);
  send(1, {21});
  EXPECT_EQ(deposits(0), 0u);
  EXPECT_EQ(deposits(1), 213 * kByte);
  send(0, {});
  EXPECT_EQ(deposits(0), 0u);
  EXPECT_EQ(deposits(1), 0u);
  send(0, {});  // of what is absent
  EXPECT_EQ(deposits(0), 0u);
  EXPECT_EQ(chain.rent(kEntry), std::nullopt);
}

TEST(Rent, a_write_that_keeps_the_size_reads_the_record_alone) {
  RentedChain chain;
  const auto first = chain.apply(entry(0, {10}, 1)), second = chain.apply(entry(1, {10}, 1));
  EXPECT_EQ(first.gas_used.raw() - second.gas_used.raw(), 200u);
  EXPECT_EQ(chain.rent(kEntry)->payer, who(0));
}

TEST(Rent, a_deposit_that_the_sender_cannot_pay_fails_the_transaction) {
  RentedChain chain;
  chain.apply(entry(1, {10}, 1));
  const auto rent = chain.rent(kEntry);
  const Amount needed = 203 * kByte;
  auto grow = entry(0, {11}, 1);
  grow.max_fee = chain.swr(0) - needed + 1;  // which is debited first
  EXPECT_EQ(chain.apply(grow).code, result_code(Code::deposit_unpaid));
  EXPECT_EQ(chain.rent(kEntry), rent);
  EXPECT_EQ(chain.state.get(kEntry)->size(), 10u);
  grow = entry(0, {11}, 2);
  grow.max_fee = chain.swr(0) - needed;
  EXPECT_EQ(chain.apply(grow).code, kSuccess);
  EXPECT_EQ(chain.rent(kEntry), (Deposit{who(0), needed, 0, 11}));
}

TEST(Rent, settling_is_charged_before_it_is_done) {
  const std::uint64_t steps = 1'000 + 3 * 200;  // the call, the write, the record read and written
  for (const std::uint64_t limit : {steps, steps - 1, steps - 201}) {
    RentedChain chain;
    auto body = entry(0, {10}, 1);
    body.gas_limit = Gas{limit};
    EXPECT_EQ(chain.apply(body).code, limit == steps ? kSuccess : result_code(Code::out_of_gas));
    EXPECT_EQ(chain.rent(kEntry).has_value(), limit == steps);
  }
}

TEST(Rent, no_program_sees_or_writes_a_record) {
  RentedChain chain;
  chain.apply(entry(0, {10}, 1));
  auto reads = entry(0, {255}, 2), writes = entry(0, {254}, 3);
  reads.reads.insert(rent_object(kEntry));
  writes.writes.insert(rent_object(kEntry));
  EXPECT_EQ(chain.apply(reads).code, result_code(Code::undeclared_read));
  EXPECT_EQ(chain.apply(writes).code, result_code(Code::undeclared_write));
}

TEST(Rent, a_failed_transaction_leaves_no_deposit) {
  RentedChain chain;
  auto body = entry(0, {10, 3}, 1);
  body.writes = {};
  body.writes.insert(kEntry);
  EXPECT_EQ(chain.apply(body).code, result_code(Code::undeclared_write));
  EXPECT_EQ(chain.rent(kEntry), std::nullopt);
}

TEST(Rent, a_simulation_tells_the_deposit_beside_the_fee) {
  RentedChain chain;
  const auto told = simulate(chain.state, entry_programs, chain.facts(), make(entry(0, {10}, 1)));
  EXPECT_EQ(told.deposit, 202 * kByte);
  EXPECT_FALSE(told.reads.contains(rent_object(kEntry)) || told.writes.contains(rent_object(kEntry)));
  chain.apply(entry(0, {10}, 1));
  EXPECT_EQ(simulate(chain.state, entry_programs, chain.facts(), make(entry(0, {}, 2))).deposit, 0u);
}

TEST(Rent, a_rate_of_zero_turns_it_off) {
  RentedChain chain;
  chain.params.rent.per_byte_epoch = 0;
  const auto receipt = chain.apply(entry(0, {10}, 1));
  EXPECT_EQ(receipt.gas_used.raw(), 1'000u + 200);
  EXPECT_EQ(chain.swr(0), 10'000'000 - receipt.fee);
  EXPECT_EQ(chain.rent(kEntry), std::nullopt);
}

// Epochs of one slot, of which a deposit pays two; the entry runs out in the second epoch after that of its making.
struct ShortChain : RentedChain {
  ShortChain() {
    params.block.epoch_slots = 1;
    params.rent = {10, 2, 4};
  }
  void wait(std::uint64_t epochs) { slot = Slot{slot.raw() + epochs}; }
  Amount rent_of(std::size_t bytes) const { return rent_per_epoch(params.rent, bytes); }
  Balance supply() const { return load_or_default<Supply>(state, kSupplyObject).total; }
  ResultCode entry_code(Bytes instruction) {
    auto body = entry(2, std::move(instruction), ++nonce_);
    body.valid_until = slot;
    return apply(body).code;
  }
  ResultCode prune(std::uint8_t from, const ObjectId& object) { return rent_code(from, 'p', object, {}); }
  ResultCode restore(std::uint8_t from, const ObjectId& object, const Bytes& value) {
    return rent_code(from, 'r', object, value);
  }
  ResultCode fund(std::uint8_t from, const ObjectId& object, Amount amount) {
    return rent_code(from, 'f', object, codec::encode(amount));
  }
  Receipt last;

 private:
  ResultCode rent_code(std::uint8_t from, char letter, const ObjectId& object, const Bytes& rest) {
    auto body = rent_call(from, letter, object, rest, ++nonce_);
    body.valid_until = slot;
    last = apply(body);
    return last.code;
  }
  std::uint64_t nonce_ = 100;
};

TEST(Pruning, an_entry_runs_out_is_pruned_and_comes_back) {
  ShortChain chain;
  const auto made = chain.apply(entry(0, {10}, 1));
  const Bytes value = *chain.state.get(kEntry);
  const Amount rent = chain.rent_of(10), after_making = chain.swr(0);
  EXPECT_EQ(after_making, 10'000'000 - made.fee - 2 * rent);
  EXPECT_EQ(chain.prune(1, kEntry), result_code(Code::not_exhausted));
  EXPECT_EQ(chain.restore(1, kEntry, value), result_code(Code::not_pruned));

  const Amount before = chain.swr(1);
  const Amount burned = load_or_default<Supply>(chain.state, kSupplyObject).burned.swr;
  EXPECT_EQ(chain.prune(1, kEntry), kSuccess);
  EXPECT_EQ(chain.swr(1), before - chain.last.fee + rent);
  EXPECT_EQ(load_or_default<Supply>(chain.state, kSupplyObject).burned.swr - burned, chain.last.fee - 101 + rent);
  EXPECT_EQ(chain.swr(0), after_making);  // all of the deposit was used up
  EXPECT_EQ(chain.state.get(kEntry), std::nullopt);
  EXPECT_EQ(chain.record(kEntry), (Rent{1, Pruned{value_hash(value), 10, {}}}));

  for (const Bytes& instruction : {Bytes{}, Bytes{10}, Bytes{20}, Bytes{252}, Bytes{253}})
    EXPECT_EQ(chain.entry_code(instruction), result_code(Code::object_pruned));
  EXPECT_EQ(chain.prune(1, kEntry), result_code(Code::object_pruned));
  EXPECT_EQ(chain.fund(1, kEntry, 1'000'000), result_code(Code::object_pruned));
  Bytes other = value;
  other[3] ^= 1;
  EXPECT_EQ(chain.restore(1, kEntry, other), result_code(Code::other_value));
  EXPECT_EQ(chain.restore(1, kEntry, {}), result_code(Code::other_value));

  const Amount before_restore = chain.swr(2);
  EXPECT_EQ(chain.restore(2, kEntry, value), kSuccess);
  EXPECT_EQ(chain.swr(2), before_restore - chain.last.fee - 2 * rent);
  EXPECT_EQ(chain.state.get(kEntry), value);
  EXPECT_EQ(chain.rent(kEntry), (Deposit{who(2), 2 * rent, chain.slot.raw() - 1, 10}));
  EXPECT_EQ(chain.entry_code({253}), kSuccess);
}

TEST(Pruning, what_a_pruned_utxo_held_is_counted_and_its_owner_alone_spends_it_again) {
  ShortChain chain;
  const auto body = pays_utxo(0, 1, 1);
  const Hash id = utxo_id(transaction_id(body), 0);
  const Balance supply = chain.supply();
  chain.apply(body);
  const Bytes value = *chain.state.get(utxo_object(id));
  chain.wait(5);
  EXPECT_EQ(chain.prune(2, utxo_object(id)), kSuccess);
  const auto record = chain.record(utxo_object(id));
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(std::get<Pruned>(record->state).held, (Balance{0, 7}));
  EXPECT_EQ(chain.supply().aic, supply.aic);
  auto spend = transfer(1, 2, Asset::aic, 7, 1);
  spend.inputs.push_back({id, std::nullopt});
  EXPECT_EQ(chain.apply(spend).code, result_code(Code::object_pruned));
  EXPECT_EQ(chain.restore(2, utxo_object(id), value), kSuccess);
  spend.nonce = 2, spend.sender = key_of(2);
  EXPECT_EQ(chain.apply(spend).code, result_code(Code::foreign_input));
  spend.sender = key_of(1);
  EXPECT_EQ(chain.apply(spend).code, kSuccess);
  EXPECT_EQ(chain.record(utxo_object(id)), std::nullopt);
  EXPECT_EQ(chain.account(who(2)).balance.aic, 107u);
}

TEST(Pruning, an_exhausted_object_that_nobody_pruned_is_used_as_before) {
  ShortChain chain;
  chain.apply(entry(0, {10}, 1));
  chain.wait(50);
  EXPECT_EQ(chain.entry_code({253}), kSuccess);
  EXPECT_EQ(chain.entry_code({10}), kSuccess);
  EXPECT_EQ(chain.rent(kEntry), (Deposit{who(2), 2 * chain.rent_of(10), chain.slot.raw() - 1, 10}));
}

TEST(Pruning, an_object_that_goes_pays_for_the_epochs_that_are_over) {
  ShortChain chain;
  const auto made = chain.apply(entry(0, {10}, 1));
  EXPECT_EQ(chain.entry_code({}), kSuccess);
  EXPECT_EQ(chain.swr(0), 10'000'000 - made.fee - chain.rent_of(10));
}

TEST(Pruning, who_funds_keeps_an_object_and_an_exempting_deposit_keeps_it_for_ever) {
  ShortChain chain;
  const auto made = chain.apply(entry(0, {10}, 1));
  const Amount rent = chain.rent_of(10);
  EXPECT_EQ(chain.fund(1, kEntry, rent), result_code(Code::deposit_too_low));
  chain.wait(1);
  const Amount before = chain.swr(1);
  EXPECT_EQ(chain.fund(1, kEntry, 2 * rent), kSuccess);
  EXPECT_EQ(chain.swr(1), before - chain.last.fee - 2 * rent);
  EXPECT_EQ(chain.swr(0), 10'000'000 - made.fee - 2 * rent);
  EXPECT_EQ(chain.fund(2, kEntry, 4 * rent), kSuccess);
  EXPECT_EQ(chain.swr(1), before - chain.last.fee - rent);  // its deposit came back, less one epoch
  chain.wait(1'000);
  EXPECT_EQ(chain.prune(1, kEntry), result_code(Code::not_exhausted));
  auto poor = rent_call(1, 'f', kEntry, codec::encode(Amount{1} << 90), 200);
  poor.valid_until = chain.slot;
  EXPECT_EQ(chain.apply(poor).code, result_code(Code::deposit_unpaid));
}

TEST(Pruning, what_has_no_deposit_is_neither_funded_nor_pruned) {
  ShortChain chain;
  chain.apply(entry(0, {10, 10}, 1));
  const ObjectId absent{Domain::storage, Hash{{9}}};
  // An object of another kind with the entry's key does not reach the entry's record.
  for (const ObjectId& id : {absent, kExempt, account_object(who(0)), utxo_object(kEntry.key), rent_object(kEntry)}) {
    EXPECT_EQ(chain.prune(1, id), result_code(Code::not_rented));
    EXPECT_EQ(chain.fund(1, id, 1'000'000), result_code(Code::not_rented));
    const auto refused = chain.restore(1, id, Bytes(10));
    EXPECT_EQ(refused, result_code(is_rented(chain.params.rent, id.domain) ? Code::not_pruned : Code::not_rented));
  }
}

TEST(Pruning, an_input_of_the_transaction_is_not_pruned_by_it) {
  ShortChain chain;
  const auto made = pays_utxo(1, 1, 1);
  const Hash id = utxo_id(transaction_id(made), 0);
  chain.apply(made);
  const Bytes value = *chain.state.get(utxo_object(id));
  chain.wait(5);
  const std::pair<char, Bytes> calls[] = {{'p', {}}, {'f', codec::encode(Amount{1'000'000})}, {'r', value}};
  std::uint64_t nonce = 10;
  for (const auto& [letter, rest] : calls) {
    auto body = rent_call(1, letter, utxo_object(id), rest, ++nonce);
    body.inputs.push_back({id, std::nullopt});
    EXPECT_EQ(chain.apply(body).code, result_code(letter == 'r' ? Code::not_pruned : Code::not_rented));
  }
}

TEST(Pruning, the_object_is_declared_to_be_written_and_its_record_is_not_declared) {
  ShortChain chain;
  chain.apply(entry(0, {10}, 1));
  chain.wait(5);
  auto body = rent_call(1, 'p', kEntry, {}, 1);
  const auto told = simulate(chain.state, entry_programs, chain.facts(), make(body));
  EXPECT_EQ(told.receipt.code, kSuccess);
  EXPECT_TRUE(told.writes.contains(kEntry) && told.writes.size() == 1 && told.reads.empty());
  EXPECT_EQ(told.receipt.gas_used.raw(), 1'000 + 4 * 200 + 100u);  // the call; object and record; a KiB hashed
  body.writes = {};
  body.reads.insert(kEntry);
  EXPECT_EQ(chain.apply(body).code, result_code(Code::undeclared_write));
}

TEST(Pruning, what_is_absent_is_told_from_what_was_pruned_at_the_price_of_one_more_access) {
  ShortChain chain;
  const auto gas = [&] { return chain.apply(entry(0, {253}, chain.slot.raw())).gas_used.raw(); };
  EXPECT_EQ(gas(), 1'000 + 2 * 200u);
  chain.apply(entry(0, {10}, 40));
  EXPECT_EQ(gas(), 1'000 + 200u);
}

}  // namespace
}  // namespace aether::ledger
