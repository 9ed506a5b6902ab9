// Deposits for what is stored: UTxOs, and a program's entries of storage that grow, shrink and go.
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
// the entry's record, 254: writes it.
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
    if (instruction.size() > 1) AETHER_CHECK(c.write(kExempt, Bytes(instruction[1])));
    return c.write(kEntry, Bytes(instruction[0]));
  }
};
const EntryProgram entry_program;
const Program* const entry_natives[] = {&entry_program};
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
  std::optional<Rent> rent(const ObjectId& object) const { return load<Rent>(state, rent_object(object)); }
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
  EXPECT_EQ(deposit_for({u128{1} << 40, 1 << 20}, (1 << 20) + 8), (u128{1} << 60) * ((1 << 20) + 200));
}

TEST(Rent, state_that_grows_with_what_users_store_is_rented) {
  for (const Domain domain : {Domain::utxo, Domain::upload, Domain::code, Domain::contract, Domain::storage})
    EXPECT_TRUE(is_rented(kRent, domain));
  for (const Domain domain : {Domain::account, Domain::supply, Domain::treasury, Domain::model, Domain::job,
                              Domain::commit, Domain::validators, Domain::congestion, Domain::rent})
    EXPECT_FALSE(is_rented(kRent, domain));
  EXPECT_FALSE(is_rented({0, 12}, Domain::utxo));
}

TEST(Rent, who_makes_an_object_grow_takes_the_deposit_over) {
  const Rent of_1{1, who(1), deposit_for(kRent, 10)};
  const auto by = [&](std::uint8_t sender, std::size_t bytes) { return rent_change(kRent, who(sender), of_1, bytes); };
  EXPECT_EQ(by(1, 10).after, of_1);
  EXPECT_EQ(by(2, 10).after, of_1);
  EXPECT_EQ(by(1, 12).debit, 2 * kByte);
  EXPECT_EQ(by(1, 12).refund, 0u);
  EXPECT_EQ(by(2, 12).after, (Rent{1, who(2), deposit_for(kRent, 12)}));
  EXPECT_EQ(by(2, 12).debit, deposit_for(kRent, 12));
  EXPECT_EQ(by(2, 12).refund, of_1.deposit);
  EXPECT_EQ(by(2, 7).after, (Rent{1, who(1), deposit_for(kRent, 7)}));
  EXPECT_EQ(by(2, 7).refund, 3 * kByte);
}

RC_GTEST_PROP(RentProperties, a_change_keeps_value_and_leaves_exactly_the_deposit_of_the_bytes, ()) {
  const auto maybe_size = [] { return *rc::gen::maybe(rc::gen::inRange<std::size_t>(0, 200)); };
  std::optional<Rent> rent;
  for (int i = 0; i < 20; ++i) {
    const std::optional<Rent> before = rent;
    const auto bytes = maybe_size();
    const Address sender = who(*rc::gen::inRange<std::uint8_t>(0, 3));
    const RentChange change = rent_change(kRent, sender, before, bytes ? std::optional(*bytes) : std::nullopt);
    rent = change.after;
    const Amount held = before ? before->deposit : 0, holds = rent ? rent->deposit : 0;
    RC_ASSERT(holds == held + change.debit - change.refund);
    RC_ASSERT(holds == (bytes ? deposit_for(kRent, *bytes) : 0));
    if (change.debit != 0) RC_ASSERT(rent->payer == sender);
    if (before && change.refund == 0 && before->payer != sender) RC_ASSERT(rent == before);
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
  EXPECT_EQ(chain.rent(utxo_object(id)), (Rent{1, who(0), deposit}));
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
  EXPECT_EQ(chain.rent(kEntry), (Rent{1, who(0), needed}));
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

}  // namespace
}  // namespace aether::ledger
