// The contract machine: WebAssembly on Wasmtime, by the rules of spec/contracts.md.
//
// A module is judged and priced, and compiled once: in memory its code is kept up to a bound of bytes, the least
// recently used leaving first, and on disk until retain() is told that nobody needs it. A run takes a fresh instance
// from a pool that shares a module's initial memory until it is written. run() may be called by many threads, and from
// inside a host function of another run.
#pragma once

#include <functional>
#include <memory>

#include "aether/env/file.hpp"
#include "aether/ledger/contract_vm.hpp"

namespace aether::wasm {

struct WasmVmOptions {
  std::size_t runs_max = 16;  // at once, each with the contracts that it calls; a further one waits
  std::size_t cache_bytes_max = 256 * 1024 * 1024;  // of compiled code in memory
  // Of compiled code on disk; one machine's alone. Empty: what memory forgets is compiled again.
  env::Path directory{};
};

class WasmVm final : public ledger::ContractVm {
 public:
  explicit WasmVm(const WasmVmOptions& options = {});
  ~WasmVm() override;

  [[nodiscard]] Result<std::uint64_t, ledger::ModuleError> judge(ByteView module) const override;
  [[nodiscard]] Result<void, ledger::ModuleError> publish(const Hash& code, ByteView module) const override;
  [[nodiscard]] Result<void, ledger::VmFailure> run(const Hash& code, const Load& load, ledger::ContractEntry entry,
                                                    ledger::ContractHost& host) const override;

  // Forgets the code on disk for which `is_live` is false. What is live must stay: to compile it again is paid by
  // nobody.
  void retain(const std::function<bool(const Hash&)>& is_live) const;

  [[nodiscard]] std::size_t cached_bytes() const;
  [[nodiscard]] std::uint64_t stored_bytes() const;
  [[nodiscard]] std::uint64_t compilations() const;  // since it was made

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// WasmVm::judge(), which needs no machine.
[[nodiscard]] Result<std::uint64_t, ledger::ModuleError> judge(ByteView module);

}  // namespace aether::wasm
