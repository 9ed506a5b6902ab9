// Bytes as a module: the verdict is the same twice, what is accepted compiles or is refused as too large for the
// compiler, and a run ends, twice with the same gas.
#include "aether/crypto/sha256.hpp"
#include "aether/wasm/wasm_vm.hpp"

namespace {

using namespace aether;

// Refuses whatever it is asked: only gas counts.
class NoHost final : public ledger::ContractHost {
 public:
  const GasParams& gas() const override { return params_; }
  std::uint64_t gas_left() const override { return left_; }
  ledger::Outcome<void> charge(std::uint64_t steps) override {
    if (steps > left_) return ledger::fail(ledger::Code::out_of_gas);
    left_ -= steps;
    return {};
  }
  ByteView input() const override { return {}; }
  const Hash& self() const override { return self_; }
  Address caller() const override { return {}; }
  Address sender() const override { return {}; }
  Slot slot() const override { return {}; }
  ChainId chain_id() const override { return {}; }
  Amount attached(Asset) const override { return 0; }
  ledger::Outcome<Amount> balance(Asset) override { return fail(kRefused); }
  ledger::Outcome<std::optional<Bytes>> storage_get(ByteView) override { return fail(kRefused); }
  ledger::Outcome<void> storage_set(ByteView, ByteView) override { return fail(kRefused); }
  ledger::Outcome<void> storage_erase(ByteView) override { return fail(kRefused); }
  ledger::Outcome<void> transfer(const Address&, Asset, Amount) override { return fail(kRefused); }
  ledger::Outcome<void> log(const Hash&, ByteView) override { return fail(kRefused); }
  ledger::Outcome<Hash> sha256(ByteView data) override { return crypto::sha256(data); }
  ledger::Outcome<bool> ed25519_verify(const crypto::PublicKey&, const crypto::Signature&, ByteView) override {
    return false;
  }
  ledger::Outcome<void> call(const Hash&, const Balance&, ByteView) override { return fail(kRefused); }
  ByteView returned() const override { return {}; }
  ledger::Outcome<void> set_output(ByteView) override { return {}; }
  ResultCode abort(std::uint32_t) override { return kRefused; }

 private:
  static constexpr ResultCode kRefused{700};
  GasParams params_{};
  std::uint64_t left_ = 2'000'000;
  Hash self_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const wasm::WasmVm vm{{.runs_max = 1, .cache_bytes_max = 1}};
  const ByteView module(data, size);
  const auto verdict = wasm::judge(module);
  AETHER_ASSERT(wasm::judge(module) == verdict);
  if (!verdict) return 0;
  const Hash code = crypto::sha256(module);
  const auto published = vm.publish(code, module);
  AETHER_ASSERT(published || published.error() == ledger::ModuleError::function_too_large);
  if (!published) return 0;
  std::uint64_t left[2];
  for (std::uint64_t& each : left) {
    NoHost host;
    (void)vm.run(code, [&] { return Bytes(module.begin(), module.end()); }, ledger::ContractEntry::call, host);
    each = host.gas_left();
  }
  AETHER_ASSERT(left[0] == left[1]);
  return 0;
}
