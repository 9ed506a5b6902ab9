// Scripts of UTxOs: who judges, what a script sees, and that it changes nothing.
#include "contract_world.hpp"

namespace aether::programs::testing {
namespace {

ResultCode of(Code code) { return ledger::result_code(code); }
ResultCode of(ContractsCode code) { return result_code(code); }

struct Scripts {
  ContractWorld world;
  Hash code = world.publish({});
  Hash a = world.deploy(1, code), b = world.deploy(2, code);

  // A UTxO of `owner` whose script is the steps in its datum.
  Hash lock(const Hash& program, const std::vector<Step>& steps, std::uint8_t owner = 1, Amount amount = 70) {
    auto body = world.body(0);
    const OutputScript script{program, StepBytes::encode(steps)};
    body.outputs.push_back({world.who(owner), Asset::aic, amount, OutputKind::utxo, script});
    const Hash id = utxo_id(transaction_id(body), 0);
    EXPECT_EQ(world.send_as_is(body), kSuccess);
    return id;
  }
  TransactionBody spend(std::uint8_t from, const std::vector<Hash>& ids) {
    auto body = world.body(from);
    for (const Hash& id : ids) body.inputs.push_back({id, std::nullopt});
    return body;
  }
  ResultCode try_spend(const std::vector<Step>& steps) { return world.send(spend(2, {lock(a, steps)})); }
};

TEST(Scripts, a_script_decides_instead_of_the_owner) {
  Scripts s;
  const Hash open = s.lock(s.a, {}), shut = s.lock(s.a, {with_amount(Op::abort, 7)});
  const Amount before = s.world.balance(s.world.who(2)).aic;
  EXPECT_EQ(s.world.send(s.spend(2, {open})), kSuccess);
  EXPECT_EQ(s.world.simulation.reads, (AccessSet{contract_object(s.a), code_object(s.code)}));
  EXPECT_TRUE(s.world.simulation.writes.empty());
  EXPECT_EQ(s.world.balance(s.world.who(2)).aic, before + 70);
  EXPECT_EQ(s.world.send(s.spend(2, {open})), of(Code::missing_input));
  EXPECT_EQ(s.world.send(s.spend(1, {shut})), ResultCode{10'007});
  EXPECT_TRUE(s.world.get(utxo_object(shut)));
  // One that refuses keeps all inputs where they are, whoever accepts beside it.
  const Hash other = s.lock(s.a, {});
  EXPECT_EQ(s.world.send(s.spend(2, {other, shut})), ResultCode{10'007});
  EXPECT_TRUE(s.world.get(utxo_object(other)));
}

TEST(Scripts, undeclared_reads_fail) {
  Scripts s;
  const Hash id = s.lock(s.a, {get("k")});
  const AccessSet all{contract_object(s.a), code_object(s.code), storage_object(s.a, text("k"))};
  for (const ObjectId& left : all) {
    auto body = s.spend(2, {id});
    for (const ObjectId& each : all)
      if (each != left) body.reads.insert(each);
    EXPECT_EQ(s.world.send_as_is(body), of(Code::undeclared_read));
  }
  auto body = s.spend(2, {id});
  body.reads = all;
  EXPECT_EQ(s.world.send_as_is(body), kSuccess);
}

TEST(Scripts, what_would_change_something_is_refused) {
  Scripts s;
  ASSERT_EQ(s.world.call(0, s.a, {set("k", text("v"))}, {9, 9}), kSuccess);
  const std::vector<Step> changes{set("k", text("w")), erase("k"), transfer(s.world.who(2), Asset::swr, 1),
                                  log_of(text("l")), call_of(s.b, {}, Asset::swr, 1)};
  for (const Step& step : changes) {
    EXPECT_EQ(s.try_spend({step}), of(ContractsCode::read_only));
    if (step.op != static_cast<std::uint8_t>(Op::call)) {
      EXPECT_EQ(s.try_spend({call_of(s.b, {step})}), of(ContractsCode::read_only));
    }
  }
  EXPECT_EQ(s.world.stored(s.a, "k"), text("v"));
  EXPECT_EQ(s.world.balance(s.a), (Balance{9, 9}));
  EXPECT_EQ(s.try_spend({get("k"), act(Op::balance), call_of(s.b, {get("k")}), act(Op::facts), output_of(text("o"))}),
            kSuccess);
  EXPECT_TRUE(s.world.simulation.output.empty());
  EXPECT_EQ(s.try_spend({call_of(s.b, {call_of(s.a, {})})}), of(ContractsCode::reentrant_call));
}

TEST(Scripts, who_cannot_judge_has_a_code) {
  Scripts s;
  EXPECT_EQ(s.world.send(s.spend(1, {s.lock(Hash{}, {})})), of(ContractsCode::no_such_contract));
  EXPECT_EQ(s.world.send(s.spend(1, {s.lock(escrow_program_id(), {})})), of(Code::native_script));
  EXPECT_EQ(s.world.send(s.spend(1, {s.lock(contracts_program_id(), {})})), of(Code::native_script));
  const Hash no_spend = s.world.deploy(3, s.world.publish({3, 255, {}}));
  EXPECT_EQ(s.world.send(s.spend(1, {s.lock(no_spend, {})})), result_code(VmFault::no_entry));
  EXPECT_EQ(s.try_spend({with_amount(Op::trap, static_cast<unsigned>(VmFault::unreachable))}),
            result_code(VmFault::unreachable));
  EXPECT_EQ(s.try_spend({with_amount(Op::charge, 1'000'000'000)}), of(Code::out_of_gas));
  // A chain without contracts keeps what is locked.
  const Hash locked = s.lock(s.a, {});
  const auto found =
      ledger::simulate(s.world, plain_programs(), s.world.facts(), assume_verified({s.spend(2, {locked}), {}}));
  EXPECT_EQ(found.receipt.code, of(Code::unknown_program));
  const auto called = assume_verified({s.world.body(2, s.a, {}), {}});
  EXPECT_EQ(ledger::simulate(s.world, plain_programs(), s.world.facts(), called).receipt.code,
            of(Code::unknown_program));
  // A redeemer is for scripts.
  auto plain = s.world.body(0);
  plain.outputs.push_back({s.world.who(0), Asset::aic, 1, OutputKind::utxo, std::nullopt});
  ASSERT_EQ(s.world.send(plain), kSuccess);
  auto spend = s.spend(0, {utxo_id(transaction_id(plain), 0)});
  spend.inputs[0].redeemer.emplace();
  EXPECT_EQ(s.world.send(spend), of(Code::redeemer_without_script));
}

// The machine sees exactly this.
TEST(Scripts, a_script_sees_the_transaction) {
  class Witness final : public ledger::ContractVm {
   public:
    Result<std::uint64_t, ledger::ModuleError> judge(ByteView) const override { return 0; }
    Result<void, ledger::ModuleError> publish(const Hash&, ByteView) const override { return {}; }
    Result<void, ledger::VmFailure> run(const Hash&, const Load&, ContractEntry entry,
                                        ledger::ContractHost& host) const override {
      EXPECT_EQ(entry, ContractEntry::spend);
      EXPECT_EQ(host.caller(), host.sender());
      EXPECT_EQ(host.attached(Asset::aic), 0u);
      seen.push_back(*codec::decode<Spend>(host.input()));
      return {};
    }
    mutable std::vector<Spend> seen;
  };
  Scripts s;
  const Hash one = s.lock(s.a, {get("one")}, 1, 30), two = s.lock(s.b, {}, 2, 40);
  auto plain = s.world.body(2);
  plain.outputs.push_back({s.world.who(2), Asset::swr, 5, OutputKind::utxo, std::nullopt});
  ASSERT_EQ(s.world.send(plain), kSuccess);
  const Hash three = utxo_id(transaction_id(plain), 0);
  auto body = s.spend(2, {two, three, one});
  body.inputs[0].redeemer = text("open");
  body.outputs.push_back({s.world.who(0), Asset::aic, 60, OutputKind::utxo, OutputScript{s.b, text("next")}});
  const Witness witness;
  const ChainPrograms programs(witness);
  const auto found = ledger::simulate(s.world, programs.all(), s.world.facts(), assume_verified({body, {}}));
  EXPECT_EQ(found.receipt.code, kSuccess);
  Spend expected;
  expected.valid_until = body.valid_until;
  expected.inputs = {{two, s.world.who(2), Asset::aic, 40},
                     {three, s.world.who(2), Asset::swr, 5},
                     {one, s.world.who(1), Asset::aic, 30}};
  expected.outputs = body.outputs;
  expected.redeemer = text("open");
  ASSERT_EQ(witness.seen.size(), 2u);
  EXPECT_EQ(witness.seen[0], expected);
  expected.index = 2;
  expected.redeemer.clear();
  expected.datum = StepBytes::encode({get("one")});
  EXPECT_EQ(witness.seen[1], expected);
}

}  // namespace
}  // namespace aether::programs::testing
