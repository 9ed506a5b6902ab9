// Contracts over the real ledger: their life, what they may do, and every code with which they refuse.
#include "aether/ledger/rent.hpp"
#include "contract_world.hpp"

namespace aether::programs::testing {
namespace {

using Codes = std::set<unsigned>;

ResultCode of(Code code) { return ledger::result_code(code); }
ResultCode of(ContractsCode code) { return result_code(code); }

TEST(Contracts, a_module_is_uploaded_published_deployed_and_called) {
  ContractWorld world;
  const Module module{7, 255, Bytes(2 * limits::kCodeChunkBytesMax, 1)};
  const Bytes bytes = module.bytes();
  const Hash code = module.hash();
  for (std::uint32_t i = 0; i < 3; ++i) {
    const std::size_t begin = i * limits::kCodeChunkBytesMax;
    const std::size_t end = std::min(bytes.size(), begin + limits::kCodeChunkBytesMax);
    const Upload upload{code, i, Bytes(bytes.begin() + begin, bytes.begin() + end)};
    ASSERT_EQ(world.send(0, upload), kSuccess);
    EXPECT_EQ(world.simulation.writes, access_sets(upload, ChainId{7}, world.who(0)).writes);
    EXPECT_TRUE(world.simulation.reads.empty());
  }
  const Publish publish{code, 3};
  ASSERT_EQ(world.send(0, publish), kSuccess);
  EXPECT_GE(world.receipt.gas_used.raw(), bytes.size() * world.params.gas.per_judged_byte + StandInVm::kCompileSteps);
  EXPECT_EQ(world.simulation.writes, access_sets(publish, ChainId{7}, world.who(0)).writes);
  EXPECT_TRUE(world.simulation.reads.empty());
  EXPECT_EQ(ledger::load<aether::Code>(world, code_object(code))->module, bytes);
  for (const auto& [id, value] : world.objects) EXPECT_NE(id.domain, Domain::upload);

  const Hash id = contract_id(ChainId{7}, world.who(0), 3);
  const Deploy deploy{code, 3, world.who(1), 5, 7, StepBytes::encode({set("key", text("born"))})};
  ASSERT_EQ(world.send(0, deploy), kSuccess);
  auto sets = access_sets(deploy, ChainId{7}, world.who(0));
  EXPECT_EQ(world.simulation.reads, sets.reads);
  sets.writes.insert(storage_object(id, text("key")));
  EXPECT_EQ(world.simulation.writes, sets.writes);
  EXPECT_EQ(ledger::load<Contract>(world, contract_object(id)), (Contract{1, code, world.who(0), world.who(1)}));
  EXPECT_EQ(world.balance(id), (Balance{5, 7}));
  EXPECT_EQ(world.stored(id, "key"), text("born"));

  const Amount before = world.balance(world.who(2)).aic;
  ASSERT_EQ(world.call(1, id, {get("key"), transfer(world.who(2), Asset::aic, 17), log_of(text("paid"))}, {0, 10}),
            kSuccess);
  EXPECT_EQ(world.simulation.output, text("born"));
  EXPECT_EQ(world.balance(id), (Balance{5, 0}));
  EXPECT_EQ(world.balance(world.who(2)).aic, before + 17);
  ASSERT_EQ(world.receipt.logs.size(), 1u);
  EXPECT_EQ(world.receipt.logs[0], (Log{id, Hash{}, text("paid")}));
}

TEST(Contracts, judging_and_compiling_are_paid_before_they_are_done_and_a_simulation_compiles_nothing) {
  ContractWorld world;
  const Module module{7, 255, Bytes(10'000, 1)};
  world.upload(module);
  auto body = world.body(0, make_call(Publish{module.hash(), 1}));
  const auto found = ledger::simulate(world, world.programs.all(), world.facts(), assume_verified({body, {}}));
  ASSERT_EQ(found.receipt.code, kSuccess);
  EXPECT_EQ(world.vm.judged, 1u);
  EXPECT_EQ(world.vm.published, 0u);
  body.writes = found.writes;
  // One step less than they cost; what follows them costs `after`.
  const std::uint64_t after = 3 * world.params.gas.per_state_access;
  const auto fails_with = [&](std::uint64_t gas_limit) {
    body.gas_limit = Gas{gas_limit};
    body.nonce = ++world.nonce;
    EXPECT_EQ(world.send_as_is(body), of(Code::out_of_gas));
  };
  fails_with(found.receipt.gas_used.raw() - after - 1);
  EXPECT_EQ(world.vm.judged, 2u);
  EXPECT_EQ(world.vm.published, 0u);
  fails_with(found.receipt.gas_used.raw() - after - StandInVm::kCompileSteps - 1);
  EXPECT_EQ(world.vm.judged, 2u);
  body.gas_limit = found.receipt.gas_used;
  body.nonce = ++world.nonce;
  EXPECT_EQ(world.send_as_is(body), kSuccess);
  EXPECT_EQ(world.vm.published, 1u);
}

TEST(Contracts, a_contract_knows_who_calls_and_what_came) {
  ContractWorld world;
  const Hash code = world.publish({});
  const Hash a = world.deploy(1, code), b = world.deploy(2, code);
  const auto facts = [&](const Address& caller, const Address& sender, const Hash& self, Amount attached) {
    Bytes out(caller.hash.bytes.begin(), caller.hash.bytes.end());
    append(out, ByteView(sender.hash.bytes));
    append(out, ByteView(self.bytes));
    for (const Bytes& each : {codec::encode(Slot{5}), codec::encode(ChainId{7}), codec::encode(attached)})
      append(out, each);
    return out;
  };
  ASSERT_EQ(world.call(1, a, {act(Op::facts)}, {9, 0}), kSuccess);
  EXPECT_EQ(world.simulation.output, facts(world.who(1), world.who(1), a, 9));
  ASSERT_EQ(world.call(1, a, {call_of(b, {act(Op::facts)}, Asset::swr, 4), act(Op::returned)}), kSuccess);
  EXPECT_EQ(world.simulation.output, facts(contract_address(a), world.who(1), b, 4));
  EXPECT_EQ(world.balance(a).swr, 5u);
  EXPECT_EQ(world.balance(b).swr, 4u);
  // What is attached can be spent at once, what is transferred only from the next block on.
  EXPECT_EQ(
      world.call(1, a,
                 {transfer(contract_address(b), Asset::swr, 1), call_of(b, {act(Op::balance)}), act(Op::returned)}),
      kSuccess);
  EXPECT_EQ(world.simulation.output, codec::encode(Amount{4}));
  EXPECT_EQ(world.balance(b).swr, 5u);
}

// Every declared object is needed: without any one of them the call fails, and leaves its fee and nonce alone.
TEST(Contracts, undeclared_accesses_fail_with_their_codes_and_leave_nothing) {
  ContractWorld world;
  const Hash code = world.publish({});
  const Hash a = world.deploy(1, code), b = world.deploy(2, code);
  ASSERT_EQ(world.call(0, a, {set("seen", text("x"))}, {100, 0}), kSuccess);
  const std::vector<Step> inner{set("k", text("v")), act(Op::balance)};
  const std::vector<Step> steps{get("seen"), erase("gone"), log_of(text("l")), call_of(b, inner, Asset::swr, 3),
                                transfer(world.who(2), Asset::swr, 2)};
  const auto found = ledger::simulate(world, world.programs.all(), world.facts(),
                                      assume_verified({world.body(1, a, steps, {1, 1}), {}}));
  ASSERT_EQ(found.receipt.code, kSuccess);
  EXPECT_EQ(found.reads,
            (AccessSet{code_object(code), contract_object(a), contract_object(b), storage_object(a, text("seen"))}));
  EXPECT_EQ(found.writes, (AccessSet{account_object(contract_address(a)), account_object(contract_address(b)),
                                     storage_object(a, text("gone")), storage_object(b, text("k"))}));
  const auto without = [](const AccessSet& set, const ObjectId& left) {
    AccessSet out;
    for (const ObjectId& id : set)
      if (id != left) out.insert(id);
    return out;
  };
  const auto fails = [&](const AccessSet& reads, const AccessSet& writes, Code code_of_it) {
    auto body = world.body(1, a, steps, {1, 1});
    body.reads = reads;
    body.writes = writes;
    const auto before = world.objects;
    EXPECT_EQ(world.send_as_is(body), of(code_of_it));
    EXPECT_TRUE(world.receipt.logs.empty());
    EXPECT_GT(world.receipt.fee, 0u);
    for (const auto& [id, value] : world.objects) {
      const bool pays = id == account_object(world.who(1)) || id == account_object(world.who(9)) || id == kSupplyObject;
      EXPECT_TRUE(pays || before.at(id) == value);
    }
    EXPECT_EQ(world.balance(a), (Balance{100, 0}));
    const Account account = world.account(world.who(1));
    EXPECT_EQ(account.nonce_top, world.nonce);
    const Account was = ledger::decode_object<Account>(before.at(account_object(world.who(1))));
    EXPECT_EQ(account.balance.swr, was.balance.swr - world.receipt.fee);
  };
  for (const ObjectId& id : found.reads) fails(without(found.reads, id), found.writes, Code::undeclared_read);
  for (const ObjectId& id : found.writes) {
    fails(found.reads, without(found.writes, id), Code::undeclared_write);
    auto reads = found.reads;
    reads.insert(id);
    fails(reads, without(found.writes, id), Code::undeclared_write);
  }
}

struct Refusals {
  ContractWorld world;
  Hash code = world.publish({});
  Hash a = world.deploy(1, code), b = world.deploy(2, code);
  Codes seen;

  void expect(ResultCode expected, ResultCode got) {
    EXPECT_EQ(got, expected) << code_name(expected) << " but " << code_name(got);
    seen.insert(expected.raw());
  }
  void runs_into(ResultCode expected, const std::vector<Step>& steps) { expect(expected, world.call(0, a, steps)); }
};

TEST(Contracts, management_refuses_each_with_its_code) {
  Refusals r;
  auto& world = r.world;
  const Module module{1, 255, text("another")};
  const Hash code = module.hash();
  r.expect(of(ContractsCode::chunk_range), world.send(0, Upload{code, limits::kCodeChunksMax, text("x")}));
  r.expect(of(ContractsCode::no_such_chunk), world.send(0, Upload{code, 0, {}}));
  r.expect(of(ContractsCode::chunk_range), world.send(0, Publish{code, 0}));
  r.expect(of(ContractsCode::chunk_range), world.send(0, Publish{code, limits::kCodeChunksMax + 1}));
  r.expect(of(ContractsCode::no_such_chunk), world.send(0, Publish{code, 1}));
  ASSERT_EQ(world.send(1, Upload{code, 0, module.bytes()}), kSuccess);
  r.expect(of(ContractsCode::no_such_chunk), world.send(0, Publish{code, 1}));  // another's chunk
  r.expect(of(ContractsCode::no_such_chunk), world.send(1, Publish{code, 2}));
  Bytes tampered = module.bytes();
  tampered.back() ^= 1;
  ASSERT_EQ(world.send(1, Upload{code, 0, tampered}), kSuccess);
  r.expect(of(ContractsCode::other_code), world.send(1, Publish{code, 1}));
  ASSERT_EQ(world.send(1, Upload{code, 0, module.bytes()}), kSuccess);
  r.expect(of(ContractsCode::no_such_code), world.send(0, Deploy{code, 5, {}, 0, 0, {}}));
  ASSERT_EQ(world.send(1, Publish{code, 1}), kSuccess);
  ASSERT_EQ(world.send(1, Upload{code, 0, text("again")}), kSuccess);
  r.expect(of(ContractsCode::code_exists), world.send(1, Publish{code, 1}));
  ASSERT_EQ(world.send(1, Upload{code, 0, {}}), kSuccess);  // taken back
  EXPECT_FALSE(world.get(upload_object(world.who(1), code, 0)));
  r.expect(of(ContractsCode::contract_exists), world.send(0, Deploy{code, 1, {}, 0, 0, {}}));
  EXPECT_EQ(world.send(2, Deploy{code, 1, {}, 0, 0, {}}), kSuccess);  // another's salt
  r.expect(of(Code::insufficient_funds), world.send(2, Deploy{code, 6, {}, kStart, 0, {}}));

  // The largest module, one that is larger by a byte, and each verdict of the machine.
  Module huge{7, 255, Bytes(limits::kCodeBytesMax - 2, 1)};
  world.upload(huge);
  EXPECT_EQ(world.send(0, Publish{huge.hash(), limits::kCodeChunksMax}), kSuccess);
  EXPECT_EQ(world.call(0, world.deploy(8, huge.hash()), {}), kSuccess);
  huge.rest.push_back(1);
  world.upload(huge);
  r.expect(result_code(ledger::ModuleError::too_large), world.send(0, Publish{huge.hash(), limits::kCodeChunksMax}));
  for (std::uint8_t error = 1; error <= static_cast<std::uint8_t>(ledger::ModuleError::function_too_large); ++error) {
    const Module bad{7, error, {}};
    ASSERT_EQ(world.send(0, Upload{bad.hash(), 0, bad.bytes()}), kSuccess);
    r.expect(result_code(static_cast<ledger::ModuleError>(error)), world.send(0, Publish{bad.hash(), 1}));
  }

  r.expect(of(ContractsCode::no_such_contract), world.send(0, Upgrade{Hash{}, code}));
  r.expect(of(ContractsCode::no_authority), world.send(0, Upgrade{r.a, code}));
  const Hash c = world.deploy(7, r.code, 0, world.who(1));
  r.expect(of(ContractsCode::not_the_authority), world.send(0, Upgrade{c, code}));
  r.expect(of(ContractsCode::not_the_authority), world.send(0, SetAuthority{c, world.who(0)}));
  r.expect(of(ContractsCode::no_such_code), world.send(1, Upgrade{c, Hash{}}));
  r.expect(of(Code::malformed_instruction), world.send(world.body(0, Call{contracts_program_id(), text("\x09")})));

  // The code of the next call is the new one, and the authority is handed on and given up.
  EXPECT_EQ(world.call(0, c, {set("k", text("v"))}), kSuccess);
  EXPECT_EQ(world.send(1, Upgrade{c, code}), kSuccess);
  r.expect(result_code(VmFault::no_entry), world.call(0, c, {}));
  EXPECT_EQ(world.send(1, SetAuthority{c, world.who(0)}), kSuccess);
  r.expect(of(ContractsCode::not_the_authority), world.send(1, Upgrade{c, r.code}));
  EXPECT_EQ(world.send(0, Upgrade{c, r.code}), kSuccess);
  EXPECT_EQ(world.call(0, c, {get("k")}), kSuccess);
  EXPECT_EQ(world.simulation.output, text("v"));
  EXPECT_EQ(world.send(0, SetAuthority{c, std::nullopt}), kSuccess);
  r.expect(of(ContractsCode::no_authority), world.send(0, SetAuthority{c, world.who(0)}));
  EXPECT_EQ(r.seen, (Codes{4,   6,   300, 301, 302, 303, 304, 305, 306, 307, 308, 320,
                           321, 322, 323, 324, 325, 326, 327, 328, 329, 330, 331, 347}));
}

TEST(Contracts, calls_refuse_each_with_its_code) {
  Refusals r;
  auto& world = r.world;
  r.expect(of(ContractsCode::no_such_contract), world.call(0, Hash{}, {}));
  r.runs_into(of(ContractsCode::no_such_contract), {call_of(Hash{}, {})});
  r.runs_into(of(ContractsCode::no_such_contract), {call_of(contracts_program_id(), {})});
  r.expect(of(Code::malformed_instruction), world.send(world.body(0, Call{r.a, text("x")})));
  r.expect(of(Code::insufficient_funds), world.call(0, r.a, {}, {kStart + 1, 0}));
  r.runs_into(of(Code::insufficient_funds), {transfer(world.who(1), Asset::aic, 1)});
  r.runs_into(of(Code::insufficient_funds), {call_of(r.b, {}, Asset::aic, 1)});
  r.runs_into(of(ContractsCode::reentrant_call), {call_of(r.a, {})});
  r.runs_into(of(ContractsCode::reentrant_call), {call_of(r.b, {call_of(r.a, {})})});
  r.runs_into(of(Code::out_of_gas), {with_amount(Op::charge, 1'000'000'000)});
  r.runs_into(of(Code::out_of_gas), {with_amount(Op::trap, static_cast<unsigned>(VmFault::out_of_gas))});
  for (auto fault = VmFault::unreachable; fault <= VmFault::no_entry;
       fault = static_cast<VmFault>(static_cast<int>(fault) + 1)) {
    r.runs_into(result_code(fault), {with_amount(Op::trap, static_cast<unsigned>(fault))});
    r.runs_into(result_code(fault), {call_of(r.b, {with_amount(Op::trap, static_cast<unsigned>(fault))})});
  }
  r.runs_into(ResultCode{10'000}, {with_amount(Op::abort, 0)});
  r.runs_into(ResultCode{19'999}, {call_of(r.b, {with_amount(Op::abort, 9'999)})});
  r.runs_into(of(ContractsCode::abort_range), {with_amount(Op::abort, 10'000)});
  EXPECT_EQ(code_name(ResultCode{19'999}), "abort");

  // Each bound holds what it says, and no byte more.
  const std::string key(limits::kStorageKeyBytesMax, 'k');
  r.runs_into(kSuccess, {set(key, Bytes(limits::kStorageValueBytesMax, 1)), get(key), erase(key), set("", {})});
  for (const Step& step : {set(key + 'k', {}), get(key + 'k'), erase(key + 'k')})
    r.runs_into(of(ContractsCode::key_too_large), {step});
  r.runs_into(of(ContractsCode::storage_value_too_large), {set(key, Bytes(limits::kStorageValueBytesMax + 1, 1))});
  r.runs_into(kSuccess, {output_of(Bytes(limits::kContractOutputBytesMax, 1))});
  r.runs_into(of(ContractsCode::output_too_large), {output_of(Bytes(limits::kContractOutputBytesMax + 1, 1))});
  r.runs_into(of(ContractsCode::log_too_large), {log_of(Bytes(limits::kLogDataBytesMax + 1, 1))});
  std::vector<Step> logs(limits::kLogsMax, log_of(Bytes(512, 1)));
  r.runs_into(kSuccess, logs);
  EXPECT_EQ(world.receipt.logs.size(), limits::kLogsMax);
  logs.push_back(log_of({}));
  r.runs_into(of(Code::too_many_logs), logs);
  const auto nested = [&](std::size_t depth) {
    std::vector<Step> steps;
    for (std::size_t i = depth; i > 1; --i) steps = {call_of(contract_id(ChainId{7}, world.who(0), 100 + i), steps)};
    return steps;
  };
  for (std::uint64_t i = 2; i <= limits::kCallDepthMax + 1; ++i) world.deploy(100 + i, r.code);
  r.runs_into(kSuccess, nested(limits::kCallDepthMax));
  r.runs_into(of(ContractsCode::call_too_deep), nested(limits::kCallDepthMax + 1));
  EXPECT_EQ(r.seen, (Codes{0,   3,   4,   6,   13,  300, 309, 310, 312, 313,    314,   315,
                           317, 340, 341, 342, 343, 344, 345, 346, 347, 10'000, 19'999}));
}

TEST(Contracts, an_input_of_a_call_between_contracts_is_bounded) {
  class Caller final : public ledger::ContractVm {
   public:
    Result<std::uint64_t, ledger::ModuleError> judge(ByteView) const override { return 0; }
    Result<void, ledger::ModuleError> publish(const Hash&, ByteView) const override { return {}; }
    Result<void, ledger::VmFailure> run(const Hash&, const Load&, ContractEntry entry,
                                        ledger::ContractHost& host) const override {
      if (entry != ContractEntry::call) return {};
      const auto done = host.call(Hash{}, {}, Bytes(limits::kCallDataBytesMax + 1, 0));
      EXPECT_FALSE(done.has_value());
      return fail(ledger::VmFailure{VmFault::host, done.error()});
    }
  };
  ContractWorld world;
  const Hash a = world.deploy(1, world.publish({}));
  const Caller caller;
  const ChainPrograms programs(caller);
  const auto found =
      ledger::simulate(world, programs.all(), world.facts(), assume_verified({world.body(0, a, {}), {}}));
  EXPECT_EQ(found.receipt.code, of(ContractsCode::input_too_large));
}

TEST(Contracts, hashes_and_signatures_are_what_crypto_says_and_cost_what_params_say) {
  ContractWorld world;
  const Hash a = world.deploy(1, world.publish({}));
  Step hash = act(Op::sha256);
  hash.value = text("abc");
  ASSERT_EQ(world.call(0, a, {hash}), kSuccess);
  EXPECT_EQ(to_hex(world.simulation.output), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const auto key = world.key(2);
  const Bytes message = text("a message");
  const auto signature = crypto::ed25519_sign(world.seed(2), message);
  Step verify = act(Op::verify);
  verify.key.assign(key.begin(), key.end());
  append(verify.key, ByteView(signature));
  verify.value = message;
  ASSERT_EQ(world.call(0, a, {verify}), kSuccess);
  EXPECT_EQ(world.simulation.output, Bytes{1});
  EXPECT_GT(world.receipt.gas_used.raw(), world.params.gas.per_signature);
  verify.value.push_back('!');
  ASSERT_EQ(world.call(0, a, {verify}), kSuccess);
  EXPECT_EQ(world.simulation.output, Bytes{0});
}

TEST(Contracts, a_deployment_needs_no_init_and_keeps_what_came) {
  ContractWorld world;
  const Hash code = world.publish({2, 255, {}});
  EXPECT_EQ(world.send(0, Deploy{code, 1, {}, 3, 4, text("ignored")}), kSuccess);
  EXPECT_EQ(world.balance(contract_id(ChainId{7}, world.who(0), 1)), (Balance{3, 4}));
  // An init that fails leaves no contract.
  const Hash other = world.publish({});
  EXPECT_EQ(world.send(0, Deploy{other, 2, {}, 3, 4, StepBytes::encode({with_amount(Op::abort, 1)})}),
            ResultCode{10'001});
  EXPECT_FALSE(world.get(contract_object(contract_id(ChainId{7}, world.who(0), 2))));
  EXPECT_EQ(world.balance(contract_id(ChainId{7}, world.who(0), 2)), Balance{});
}

TEST(Contracts, what_they_keep_has_deposits_that_return) {
  ContractWorld world;
  world.params.rent = {};
  Amount fees[2] = {0, 0};
  const auto sent = [&](std::uint8_t from, ResultCode code) {
    ASSERT_EQ(code, kSuccess);
    fees[from] += world.receipt.fee;
  };
  const auto left = [&](std::uint8_t from) { return kStart - fees[from] - world.balance(world.who(from)).swr; };
  const auto needed = [&](const ObjectId& id) { return ledger::deposit_for(world.params.rent, world.get(id)->size()); };
  const Module module{7, 255, Bytes(5'000, 1)};
  sent(0, world.send(0, Upload{module.hash(), 0, module.bytes()}));
  EXPECT_EQ(left(0), needed(upload_object(world.who(0), module.hash(), 0)));
  EXPECT_EQ(world.simulation.deposit, left(0));
  sent(0, world.send(0, Publish{module.hash(), 1}));
  const Amount code = needed(code_object(module.hash()));
  EXPECT_EQ(left(0), code);

  sent(0, world.send(0, Deploy{module.hash(), 1, {}, 0, 0, {}}));
  const Hash id = contract_id(ChainId{7}, world.who(0), 1);
  const Amount own = code + needed(contract_object(id));
  EXPECT_EQ(left(0), own);
  const ObjectId entry = storage_object(id, text("key"));
  sent(1, world.call(1, id, {set("key", text("twelve bytes"))}));
  EXPECT_EQ(left(0), own);
  EXPECT_EQ(left(1), needed(entry));
  sent(0, world.call(0, id, {set("key", text("more than twelve bytes"))}));
  EXPECT_EQ(left(0), own + needed(entry));
  EXPECT_EQ(left(1), 0u);
  sent(1, world.call(1, id, {{static_cast<std::uint8_t>(Op::erase), {}, text("key"), {}, Asset::swr, 0}}));
  EXPECT_EQ(left(0), own);
}

}  // namespace
}  // namespace aether::programs::testing
