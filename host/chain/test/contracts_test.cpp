// Contracts on a whole chain: real modules on the real machine, sealed by one chain, applied by another, and the same
// after a restart.
#include <gtest/gtest.h>

#include <set>

#include "../../wasm/test/module_text.hpp"
#include "aether/chain/chain.hpp"
#include "aether/env/file.hpp"
#include "aether/programs/codes.hpp"
#include "aether/programs/contract_instructions.hpp"
#include "aether/types/utxo.hpp"

namespace aether::chain {
namespace {

using programs::ContractCall;
using programs::make_call;

const crypto::Seed kUser{std::array<std::uint8_t, 32>{1}}, kSealer{std::array<std::uint8_t, 32>{2}};
const crypto::PublicKey kKey = crypto::ed25519_public_key(kUser);

// `call` counts in storage, and logs and returns the count; `spend` accepts a redeemer that is the datum, both one
// byte.
Bytes counter() {
  return wasm::test::wat(wasm::test::contract_text(R"(
    (data (i32.const 0) "n")
    (func (export "call")
      (drop (call $storage_get (i32.const 0) (i32.const 1) (i32.const 16) (i32.const 8)))
      (i64.store (i32.const 16) (i64.add (i64.load (i32.const 16)) (i64.const 1)))
      (call $storage_set (i32.const 0) (i32.const 1) (i32.const 16) (i32.const 8))
      (call $log (i32.const 32) (i32.const 16) (i32.const 8))
      (call $output_write (i32.const 16) (i32.const 8)))
    (func (export "spend")
      (call $input_read (i32.const 64) (i32.const 4) (i32.const 4))
      (if (i32.ne (i32.load16_u (i32.const 64)) (i32.load16_u (i32.const 66))) (then (call $abort (i32.const 42))))))"));
}

// `call` reads a contract's id, calls it with the SWR that came, and returns what it returns.
Bytes forwarder() {
  return wasm::test::wat(wasm::test::contract_text(R"(
    (func (export "call") (local $size i32)
      (call $input_read (i32.const 0) (i32.const 0) (i32.const 32))
      (call $attached (i32.const 0) (i32.const 64))
      (local.set $size (call $call (i32.const 0) (i32.const 64) (i32.const 80) (i32.const 96) (i32.const 0)))
      (call $returned_read (i32.const 128) (i32.const 0) (local.get $size))
      (call $output_write (i32.const 128) (local.get $size))))"));
}

Bytes number(std::uint64_t n) { return codec::encode(n); }

struct Net {
  env::TempDir folder = std::move(*env::TempDir::create());
  SerialPool pool;
  Options options;
  std::unique_ptr<Chain> sealer, follower;
  std::uint64_t nonce = 0;
  ledger::Simulation simulation;
  Receipt receipt;
  Hash transaction;

  Net() {
    options.genesis.chain_id = ChainId{5};
    options.genesis.sealer = DevSealer{crypto::ed25519_public_key(kSealer)};
    options.genesis.accounts.insert({address_of(kKey), {100'000 * kAmountUnit, 0}});
    options.directory = folder.path() / "sealer";
    open();
    Options other = options;
    other.directory.clear();
    other.ephemeral = true;
    follower = std::move(*Chain::open(other, pool));
  }
  void open() {
    sealer.reset();
    auto opened = Chain::open(options, pool);
    ASSERT_TRUE(opened);
    sealer = std::move(*opened);
  }
  Hash root() const { return sealer->snapshot()->tip()->state_root; }
  TransactionBody body() {
    TransactionBody out;
    out.chain_id = ChainId{5};
    out.valid_until = Slot{1'000};
    out.nonce = ++nonce;
    out.sender = kKey;
    out.gas_limit = Gas{50'000'000};
    out.max_fee = 200 * kAmountUnit;
    return out;
  }
  ledger::Simulation simulate(const TransactionBody& body) const {
    const auto now = sealer->snapshot();
    return ledger::simulate(*now, sealer->programs(), sealer->next_facts(*now), assume_verified({body, {}}));
  }
  // In a block of its own, which the follower applies.
  ResultCode send(TransactionBody body) {
    simulation = simulate(body);
    body.reads = simulation.reads;
    body.writes = simulation.writes;
    const VerifiedTransaction txs[] = {*verify(sign(body, kUser))};
    const auto sealed = sealer->seal_next(txs, 10, kSealer);
    EXPECT_TRUE(sealed && sealed->selection.accepted.size() == 1);
    const auto after = sealer->snapshot();
    std::optional<BlockRule> refused;
    EXPECT_TRUE(follower->apply(*after->block(after->tip()->slot), refused) && !refused);
    EXPECT_EQ(follower->snapshot()->tip()->state_root, root());
    EXPECT_EQ(follower->snapshot()->tip()->receipts_root, after->tip()->receipts_root);
    receipt = after->receipts(after->tip()->slot)->at(0);
    transaction = txs[0].id();
    EXPECT_EQ(receipt.code, simulation.receipt.code) << programs::code_name(receipt.code);
    EXPECT_EQ(receipt.gas_used, simulation.receipt.gas_used);
    return receipt.code;
  }
  ResultCode send(Call call) {
    auto out = body();
    out.call = std::move(call);
    return send(std::move(out));
  }
  Hash deploy(const Bytes& module, std::uint64_t salt) {
    const Hash code = code_hash(module);
    EXPECT_EQ(send(make_call(programs::Upload{code, 0, module})), kSuccess);
    EXPECT_EQ(send(make_call(programs::Publish{code, 1})), kSuccess);
    EXPECT_EQ(send(make_call(programs::Deploy{code, salt, std::nullopt, 0, 0, {}})), kSuccess);
    return contract_id(ChainId{5}, address_of(kKey), salt);
  }
};

TEST(Contracts, real_modules_are_published_called_and_judge_inputs_and_survive_a_restart) {
  Net net;
  const Hash count = net.deploy(counter(), 1), forward = net.deploy(forwarder(), 2);
  ASSERT_EQ(net.send(make_call(count, ContractCall{0, 0, {}})), kSuccess);
  EXPECT_EQ(net.simulation.output, number(1));
  ASSERT_EQ(net.receipt.logs.size(), 1u);
  EXPECT_EQ(net.receipt.logs[0], (Log{count, Hash{}, number(1)}));

  const Call through = make_call(forward, ContractCall{9, 0, Bytes(count.bytes.begin(), count.bytes.end())});
  ASSERT_EQ(net.send(through), kSuccess);
  EXPECT_EQ(net.simulation.output, number(2));
  EXPECT_EQ(net.receipt.logs.at(0).contract, count);
  EXPECT_EQ(net.sealer->snapshot()->account(contract_address(count)).balance, (Balance{9, 0}));

  auto make = net.body();
  const OutputScript script{count, Bytes{'p'}};
  make.outputs.push_back({Address{}, Asset::swr, 70, OutputKind::utxo, script});
  ASSERT_EQ(net.send(make), kSuccess);
  const Hash locked = utxo_id(net.transaction, 0);
  auto spend = net.body();
  spend.inputs.push_back({locked, Bytes{'q'}});
  EXPECT_EQ(net.send(spend), ResultCode{10'042});
  spend.nonce = ++net.nonce;
  spend.inputs[0].redeemer.reset();
  EXPECT_EQ(net.send(spend), ResultCode{10'042});

  // The machine of the restarted chain has forgotten both modules.
  const Hash before = net.root();
  net.open();
  EXPECT_EQ(net.root(), before);
  ASSERT_EQ(net.send(through), kSuccess);
  EXPECT_EQ(net.simulation.output, number(3));
  spend.nonce = ++net.nonce;
  spend.inputs[0].redeemer = Bytes{'p'};
  EXPECT_EQ(net.send(spend), kSuccess);
  EXPECT_FALSE(net.sealer->snapshot()->get(utxo_object(locked)));
}

// Machine code on disk is that of the state's code, from the moment that a chain is open: no call waits for a compiler.
TEST(Contracts, machine_code_is_kept_and_made_again_before_a_block_needs_it) {
  Net net;
  const env::Path directory = net.options.directory / "code";
  const auto files = [&] {
    std::set<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
      out.insert(entry.path().filename().string());
    return out;
  };
  const Bytes module = counter();
  ASSERT_EQ(net.send(make_call(programs::Upload{code_hash(module), 0, module})), kSuccess);
  const auto body = [&] {
    auto out = net.body();
    out.call = make_call(programs::Publish{code_hash(module), 1});
    return out;
  };
  EXPECT_EQ(net.simulate(body()).receipt.code, kSuccess);
  EXPECT_TRUE(files().empty());  // nobody has paid
  ASSERT_EQ(net.send(body()), kSuccess);
  const auto kept = files();
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_TRUE(kept.begin()->starts_with(to_hex(code_hash(module).bytes)));

  net.open();
  EXPECT_EQ(files(), kept);
  std::filesystem::remove_all(directory);
  net.open();
  EXPECT_EQ(files(), kept);
  std::filesystem::copy_file(directory / *kept.begin(),
                             directory / ("00" + kept.begin()->substr(2)));  // no chain's code
  net.open();
  EXPECT_EQ(files(), kept);
}

TEST(Contracts, what_is_no_module_and_what_traps_has_its_code) {
  Net net;
  const Bytes rubbish{1, 2, 3};
  ASSERT_EQ(net.send(make_call(programs::Upload{code_hash(rubbish), 0, rubbish})), kSuccess);
  EXPECT_EQ(net.send(make_call(programs::Publish{code_hash(rubbish), 1})),
            programs::result_code(ledger::ModuleError::malformed));
  const Hash traps = net.deploy(wasm::test::wat(wasm::test::contract_text(R"((func (export "call") unreachable))")), 1);
  EXPECT_EQ(net.send(make_call(traps, ContractCall{})), programs::result_code(ledger::VmFault::unreachable));
  EXPECT_LT(net.receipt.gas_used.raw(), 1'000'000u);
  const Hash loops =
      net.deploy(wasm::test::wat(wasm::test::contract_text(R"((func (export "call") (loop (br 0))))")), 2);
  EXPECT_EQ(net.send(make_call(loops, ContractCall{})), ledger::result_code(ledger::Code::out_of_gas));
}

}  // namespace
}  // namespace aether::chain
