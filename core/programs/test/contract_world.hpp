// A chain with contracts over the real ledger. The machine is a stand-in: its modules are interpreters of steps that
// come in the input (of a script: in the datum), each of which is one call of the host.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "aether/ledger/apply.hpp"
#include "aether/programs/codes.hpp"
#include "aether/programs/contract_instructions.hpp"
#include "aether/programs/programs.hpp"
#include "aether/types/utxo.hpp"

namespace aether::programs::testing {

using ledger::Code;
using ledger::ContractEntry;
using ledger::VmFault;

enum class Op : std::uint8_t {
  set,
  get,  // appends what it read to the output
  erase,
  transfer,
  log,
  sha256,
  verify,
  call,
  output,
  abort,
  trap,  // by the fault with the number `amount`
  charge,
  balance,  // appends
  facts,    // appends caller, sender, self, slot, chain id and what is attached
  input,    // appends
  returned  // appends
};
struct Step {
  std::uint8_t op = 0;
  Hash target;  // of a call, the receiver of a transfer, a topic
  Bytes key;
  Bytes value;
  Asset asset = Asset::swr;
  Amount amount = 0;
};

// The bytes of Step in a list have no bound of their own here: what bounds them is the host's to say.
struct StepBytes {
  static Bytes encode(const std::vector<Step>& steps) {
    Bytes out;
    for (const auto& step : steps) {
      out.push_back(step.op);
      append(out, ByteView(step.target.bytes));
      put(out, step.key);
      put(out, step.value);
      out.push_back(static_cast<std::uint8_t>(step.asset));
      append(out, codec::encode(step.amount));
    }
    return out;
  }
  static std::vector<Step> decode(ByteView bytes) {
    std::vector<Step> out;
    while (!bytes.empty()) {
      Step step;
      step.op = bytes[0];
      std::copy_n(bytes.begin() + 1, 32, step.target.bytes.begin());
      bytes = bytes.subspan(33);
      step.key = take(bytes);
      step.value = take(bytes);
      step.asset = static_cast<Asset>(bytes[0]);
      step.amount = *codec::decode<Amount>(bytes.subspan(1, 16));
      bytes = bytes.subspan(17);
      out.push_back(std::move(step));
    }
    return out;
  }

 private:
  static void put(Bytes& out, const Bytes& bytes) {
    for (int i = 0; i < 3; ++i) out.push_back(static_cast<std::uint8_t>(bytes.size() >> 8 * i));
    append(out, bytes);
  }
  static Bytes take(ByteView& bytes) {
    const std::size_t size = bytes[0] | bytes[1] << 8 | bytes[2] << 16;
    Bytes out(bytes.begin() + 3, bytes.begin() + 3 + static_cast<std::ptrdiff_t>(size));
    bytes = bytes.subspan(3 + size);
    return out;
  }
};

// A module of the stand-in: which entries it exports, and what makes it another module. Sound unless `error` says.
struct Module {
  std::uint8_t entries = 7;  // bit 0 init, 1 call, 2 spend
  std::uint8_t error = 255;  // a ModuleError
  Bytes rest;
  Bytes bytes() const {
    Bytes out{entries, error};
    append(out, rest);
    return out;
  }
  Hash hash() const { return code_hash(bytes()); }
};

class StandInVm final : public ledger::ContractVm {
 public:
  static constexpr std::uint64_t kCompileSteps = 70'000;

  Result<std::uint64_t, ledger::ModuleError> judge(ByteView module) const override {
    ++judged;
    if (module[1] != 255) return fail(static_cast<ledger::ModuleError>(module[1]));
    return kCompileSteps;
  }
  Result<void, ledger::ModuleError> publish(const Hash& code, ByteView module) const override {
    EXPECT_EQ(code, code_hash(module));
    ++published;
    return {};
  }
  mutable std::size_t judged = 0;  // calls of each
  mutable std::size_t published = 0;

  Result<void, ledger::VmFailure> run(const Hash& code, const Load& load, ContractEntry entry,
                                      ledger::ContractHost& host) const override {
    const Bytes module = load();
    EXPECT_EQ(code, code_hash(module));
    if ((module[0] >> static_cast<unsigned>(entry) & 1) == 0) return fail(ledger::VmFailure{VmFault::no_entry, {}});
    Bytes steps(host.input().begin(), host.input().end());
    if (entry == ContractEntry::spend) steps = codec::decode<Spend>(steps)->datum;
    Bytes output;
    for (const auto& step : StepBytes::decode(steps)) {
      if (step.op == static_cast<std::uint8_t>(Op::trap))
        return fail(ledger::VmFailure{static_cast<VmFault>(step.amount), {}});
      auto done = host.charge(10);
      if (done) done = run(host, step, output);
      if (!done) return fail(ledger::VmFailure{VmFault::host, done.error()});
    }
    if (output.empty()) return {};
    const auto done = host.set_output(output);
    if (!done) return fail(ledger::VmFailure{VmFault::host, done.error()});
    return {};
  }

 private:
  static ledger::Outcome<void> run(ledger::ContractHost& host, const Step& step, Bytes& output) {
    switch (static_cast<Op>(step.op)) {
      case Op::set: return host.storage_set(step.key, step.value);
      case Op::get: {
        AETHER_TRY(const auto found, host.storage_get(step.key));
        append(output, found ? *found : Bytes{'n', 'o', 'n', 'e'});
        return {};
      }
      case Op::erase: return host.storage_erase(step.key);
      case Op::transfer: return host.transfer(Address{step.target}, step.asset, step.amount);
      case Op::log: return host.log(step.target, step.value);
      case Op::sha256: {
        AETHER_TRY(const Hash hash, host.sha256(step.value));
        append(output, ByteView(hash.bytes));
        return {};
      }
      case Op::verify: {  // the key is the sender's of the transaction in the tests: value = key ‖ signature ‖ message
        crypto::PublicKey key;
        crypto::Signature signature;
        std::copy_n(step.key.begin(), key.size(), key.begin());
        std::copy_n(step.key.begin() + 32, signature.size(), signature.begin());
        AETHER_TRY(const bool holds, host.ed25519_verify(key, signature, step.value));
        output.push_back(holds ? 1 : 0);
        return {};
      }
      case Op::call: {
        Balance attached;
        attached.of(step.asset) = step.amount;
        return host.call(step.target, attached, step.value);
      }
      case Op::output: append(output, step.value); return {};
      case Op::abort: return fail(host.abort(static_cast<std::uint32_t>(step.amount)));
      case Op::charge: return host.charge(static_cast<std::uint64_t>(step.amount));
      case Op::balance: {
        AETHER_TRY(const Amount amount, host.balance(step.asset));
        append(output, codec::encode(amount));
        return {};
      }
      case Op::facts:
        append(output, ByteView(host.caller().hash.bytes));
        append(output, ByteView(host.sender().hash.bytes));
        append(output, ByteView(host.self().bytes));
        append(output, codec::encode(host.slot()));
        append(output, codec::encode(host.chain_id()));
        append(output, codec::encode(host.attached(step.asset)));
        return {};
      case Op::input: append(output, host.input()); return {};
      case Op::returned: append(output, host.returned()); return {};
      case Op::trap: break;
    }
    return {};
  }
};

// Steps by name.
inline Step act(Op op) { return {static_cast<std::uint8_t>(op), {}, {}, {}, Asset::swr, 0}; }
inline Bytes text(std::string_view from) { return Bytes(from.begin(), from.end()); }
inline Step set(std::string_view key, Bytes value) {
  return {static_cast<std::uint8_t>(Op::set), {}, text(key), std::move(value), Asset::swr, 0};
}
inline Step get(std::string_view key) { return {static_cast<std::uint8_t>(Op::get), {}, text(key), {}, Asset::swr, 0}; }
inline Step erase(std::string_view key) {
  return {static_cast<std::uint8_t>(Op::erase), {}, text(key), {}, Asset::swr, 0};
}
inline Step transfer(const Address& to, Asset asset, Amount amount) {
  return {static_cast<std::uint8_t>(Op::transfer), to.hash, {}, {}, asset, amount};
}
inline Step log_of(Bytes data) {
  return {static_cast<std::uint8_t>(Op::log), Hash{}, {}, std::move(data), Asset::swr, 0};
}
inline Step call_of(const Hash& contract, const std::vector<Step>& steps, Asset asset = Asset::swr, Amount amount = 0) {
  return {static_cast<std::uint8_t>(Op::call), contract, {}, StepBytes::encode(steps), asset, amount};
}
inline Step output_of(Bytes value) {
  return {static_cast<std::uint8_t>(Op::output), {}, {}, std::move(value), Asset::swr, 0};
}
inline Step with_amount(Op op, Amount amount) {
  return {static_cast<std::uint8_t>(op), {}, {}, {}, Asset::swr, amount};
}

inline constexpr Amount kMaxFee = 3'000'000'000, kStart = Amount{1} << 60;

struct ContractWorld final : ledger::StateView {
  StandInVm vm;
  ChainPrograms programs{vm};
  // Blocks so large that no contract is in demand; deposits where they are the matter.
  ChainParams params = {.fees = {},
                        .gas = {},
                        .block = {.gas_max = 100'000'000'000},
                        .congestion = {},
                        .rent = {.per_byte_epoch = 0},
                        .stake = {},
                        .jobs = {}};
  std::map<ObjectId, Bytes> objects;
  Slot slot{5};  // of the next block
  std::uint64_t nonce = 0;
  Receipt receipt;                // of the last transaction
  ledger::Simulation simulation;  // of the last transaction

  static crypto::Seed seed(std::uint8_t i) { return crypto::Seed{std::array<std::uint8_t, 32>{i, 55}}; }
  static crypto::PublicKey key(std::uint8_t i) { return crypto::ed25519_public_key(seed(i)); }
  static Address who(std::uint8_t i) { return address_of(key(i)); }

  ContractWorld() {
    Genesis genesis;
    for (std::uint8_t i = 0; i < 3; ++i) genesis.accounts.insert({who(i), {kStart, kStart}});
    change(ledger::genesis_state(genesis));
  }
  std::optional<Bytes> get(const ObjectId& id) const override {
    const auto at = objects.find(id);
    return at == objects.end() ? std::nullopt : std::optional(at->second);
  }
  void change(const ledger::Diff& diff) {
    for (const auto& [id, value] : diff) {
      if (value) {
        objects[id] = *value;
      } else {
        objects.erase(id);
      }
    }
  }
  ledger::BlockFacts facts() const { return {ChainId{7}, slot, params}; }
  Balance balance(const Address& of) const { return account(of).balance; }
  Balance balance(const Hash& contract) const { return balance(contract_address(contract)); }

  TransactionBody body(std::uint8_t from) {
    TransactionBody out;
    out.chain_id = ChainId{7};
    out.valid_until = Slot{100};
    out.nonce = ++nonce;
    out.sender = key(from);
    out.gas_limit = Gas{1'000'000'000};
    out.max_fee = kMaxFee;
    return out;
  }
  TransactionBody body(std::uint8_t from, Call call) {
    auto out = body(from);
    out.call = std::move(call);
    return out;
  }
  TransactionBody body(std::uint8_t from, const Hash& contract, const std::vector<Step>& steps, Balance attached = {}) {
    return body(from, make_call(contract, {attached.swr, attached.aic, StepBytes::encode(steps)}));
  }

  // In a block of its own, as it is.
  ResultCode send_as_is(const TransactionBody& body) {
    const VerifiedTransaction txs[] = {assume_verified({body, {}})};
    auto out = ledger::apply_block(*this, programs.all(), {facts(), who(9), txs});
    EXPECT_TRUE(out.has_value()) << reject_name(out ? ledger::Reject{} : out.error().reject);
    if (!out) return ResultCode{65'535};
    receipt = out->receipts[0];
    change(out->diff);
    return receipt.code;
  }
  // With the sets that a simulation finds; simulation and block agree.
  ResultCode send(TransactionBody body) {
    simulation = ledger::simulate(*this, programs.all(), facts(), assume_verified({body, {}}));
    body.reads = simulation.reads;
    body.writes = simulation.writes;
    const ResultCode code = send_as_is(body);
    EXPECT_EQ(code, simulation.receipt.code) << code_name(code) << ' ' << code_name(simulation.receipt.code);
    EXPECT_EQ(receipt.gas_used, simulation.receipt.gas_used);
    EXPECT_EQ(receipt.logs, simulation.receipt.logs);
    return code;
  }
  ResultCode send(std::uint8_t from, const ContractsInstruction& i) { return send(body(from, make_call(i))); }
  ResultCode call(std::uint8_t from, const Hash& contract, const std::vector<Step>& steps, Balance attached = {}) {
    return send(body(from, contract, steps, attached));
  }

  // All chunks of a module.
  void upload(const Module& module) {
    const Bytes bytes = module.bytes();
    for (std::uint32_t i = 0; i * limits::kCodeChunkBytesMax < bytes.size(); ++i) {
      const ByteView rest = ByteView(bytes).subspan(i * limits::kCodeChunkBytesMax);
      const ByteView chunk = rest.first(std::min(rest.size(), limits::kCodeChunkBytesMax));
      EXPECT_EQ(send(0, Upload{module.hash(), i, Bytes(chunk.begin(), chunk.end())}), kSuccess);
    }
  }
  Hash publish(const Module& module, std::uint8_t from = 0) {
    EXPECT_EQ(send(from, Upload{module.hash(), 0, module.bytes()}), kSuccess);
    EXPECT_EQ(send(from, Publish{module.hash(), 1}), kSuccess);
    return module.hash();
  }
  Hash deploy(std::uint64_t salt, const Hash& code, std::uint8_t from = 0, std::optional<Address> authority = {}) {
    EXPECT_EQ(send(from, Deploy{code, salt, authority, 0, 0, {}}), kSuccess) << code_name(receipt.code);
    return contract_id(ChainId{7}, who(from), salt);
  }
  std::optional<Bytes> stored(const Hash& contract, std::string_view key) const {
    const auto entry = ledger::load<StorageEntry>(*this, storage_object(contract, text(key)));
    return entry ? std::optional<Bytes>(entry->value) : std::nullopt;
  }
};

}  // namespace aether::programs::testing
