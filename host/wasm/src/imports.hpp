// The host functions of spec/contracts.md: names, signatures and what each does with memory, gas and the host.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "aether/ledger/contract_vm.hpp"
#include "engine.hpp"

namespace aether::wasm {

// A run on its way, at hand in every host function.
struct Run {
  ledger::ContractHost& host;
  wasmtime_context_t* context;
  wasmtime_memory_t memory{};
  // Fuel that the machine was given last: one unit more than the gas left. When none is left, more was burned than
  // there was: between its checks the machine goes on, and would end an overdraft at zero.
  std::uint64_t fuel = 0;
  std::optional<ledger::VmFailure> failure{};

  void give_fuel();
  // Charges what was burned since give_fuel().
  [[nodiscard]] bool take_fuel();
  [[nodiscard]] bool charge(std::uint64_t steps);
  bool fail(ledger::VmFault fault, ResultCode code = {});  // false
};

struct Import {
  using Arguments = std::span<wasmtime_val_raw_t>;
  std::string_view name;
  std::string_view signature;  // as in native.h
  bool (*body)(Run& run, Arguments arguments);
};

inline constexpr std::string_view kImportModule = "aether";
[[nodiscard]] std::span<const Import> imports();
[[nodiscard]] const Import* find_import(std::string_view name);

// The caller deletes it.
[[nodiscard]] wasm_functype_t* function_type(std::string_view signature);

// A linker with all of them; a store's data must be the Run.
[[nodiscard]] Owned<wasmtime_linker_t> make_linker(wasm_engine_t* engine);

}  // namespace aether::wasm
