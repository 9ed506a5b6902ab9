// What stands outside of the machine in its tests: modules from text, and a host with storage in memory that charges
// before it acts and leaves the rules of the chain out.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "aether/wasm/wasm_vm.hpp"
#include "module_text.hpp"

namespace aether::wasm::test {

// contract_text() with "call" that does `instructions`.
[[nodiscard]] Bytes contract(std::string_view instructions);

[[nodiscard]] Hash id_of(std::string_view name);

inline constexpr ResultCode kRefused{700};  // a rule of this host is broken

struct Transfer {
  Address to;
  Asset asset;
  Amount amount;
  bool operator==(const Transfer&) const = default;
};

// The chain that hosts share: contracts, their storage, what they did, and the gas of the transaction.
struct World {
  const WasmVm& vm;
  std::map<Hash, Bytes> modules{};  // by contract; the code hash is the contract's id
  std::map<std::pair<Hash, Bytes>, Bytes> storage{};
  std::vector<std::pair<Hash, Bytes>> logs{};
  std::vector<Transfer> transfers{};
  std::uint64_t gas_left = 0;

  // Publishes `module` as contract `name`.
  Hash add(std::string_view name, const Bytes& module);
};

class TestHost final : public ledger::ContractHost {
 public:
  TestHost(World& world, const Hash& self, Bytes input = {}, Address caller = Address{id_of("sender")},
           Balance attached = {.swr = 5, .aic = Amount{7} << 64})
      : world_(world), self_(self), input_(std::move(input)), caller_(caller), attached_(attached) {}

  Result<void, ledger::VmFailure> run(ledger::ContractEntry entry = ledger::ContractEntry::call);
  const Bytes& output() const { return output_; }

  const GasParams& gas() const override { return params_; }
  std::uint64_t gas_left() const override { return world_.gas_left; }
  ledger::Outcome<void> charge(std::uint64_t steps) override;
  ByteView input() const override { return input_; }
  const Hash& self() const override { return self_; }
  Address caller() const override { return caller_; }
  Address sender() const override { return Address{id_of("sender")}; }
  Slot slot() const override { return Slot{77}; }
  ChainId chain_id() const override { return ChainId{0x1122'3344'5566'7788}; }
  Amount attached(Asset asset) const override { return attached_.of(asset); }
  ledger::Outcome<Amount> balance(Asset asset) override;
  ledger::Outcome<std::optional<Bytes>> storage_get(ByteView key) override;
  ledger::Outcome<void> storage_set(ByteView key, ByteView value) override;
  ledger::Outcome<void> storage_erase(ByteView key) override;
  ledger::Outcome<void> transfer(const Address& to, Asset asset, Amount amount) override;
  ledger::Outcome<void> log(const Hash& topic, ByteView data) override;
  ledger::Outcome<Hash> sha256(ByteView data) override;
  ledger::Outcome<bool> ed25519_verify(const crypto::PublicKey& key, const crypto::Signature& signature,
                                       ByteView message) override;
  ledger::Outcome<void> call(const Hash& contract, const Balance& attached, ByteView input) override;
  ByteView returned() const override { return returned_; }
  ledger::Outcome<void> set_output(ByteView output) override;
  ResultCode abort(std::uint32_t code) override { return ResultCode{static_cast<std::uint16_t>(10'000 + code)}; }

 private:
  World& world_;
  GasParams params_{};
  Hash self_;
  Bytes input_;
  Address caller_;
  Balance attached_;
  Bytes output_;
  Bytes returned_;
};

}  // namespace aether::wasm::test
