// The two sides of a contract's call: a ContractVm runs bytecode, a ContractHost answers its imports by the rules of
// the chain. The rules are in core/programs, the machine that runs WebAssembly in host/wasm; neither knows the other.
//
// Invariants. (1) One counter: a step is a unit of the machine's fuel. The VM sets its fuel from gas_left() when it
// starts and after each import, and charges what was burned before each import and at the end. (2) A result depends on
// module, entry and the host's answers alone: no clock, no float, no address of memory. (3) An instance is fresh for
// each run. (4) The host charges every function itself, before it does it; the VM charges the import and the bytes that
// it copies, and before a run the loading of its code and the pages of memory that the module declares. (5) A run that
// ends out_of_gas or by a trap other than `unreachable` has burned what was left.
#pragma once

#include <functional>

#include "aether/ledger/program.hpp"
#include "aether/types/contract.hpp"

namespace aether::ledger {

// What a running contract may ask. An error ends the run, and its transaction fails with that code.
class ContractHost {
 public:
  virtual ~ContractHost() = default;

  [[nodiscard]] virtual const GasParams& gas() const = 0;
  [[nodiscard]] virtual std::uint64_t gas_left() const = 0;
  [[nodiscard]] virtual Outcome<void> charge(std::uint64_t steps) = 0;

  [[nodiscard]] virtual ByteView input() const = 0;
  [[nodiscard]] virtual const Hash& self() const = 0;
  [[nodiscard]] virtual Address caller() const = 0;  // the contract that called, else the sender
  [[nodiscard]] virtual Address sender() const = 0;  // of the transaction
  [[nodiscard]] virtual Slot slot() const = 0;
  [[nodiscard]] virtual ChainId chain_id() const = 0;
  [[nodiscard]] virtual Amount attached(Asset asset) const = 0;  // came with this call
  [[nodiscard]] virtual Outcome<Amount> balance(Asset asset) = 0;

  [[nodiscard]] virtual Outcome<std::optional<Bytes>> storage_get(ByteView key) = 0;
  [[nodiscard]] virtual Outcome<void> storage_set(ByteView key, ByteView value) = 0;
  [[nodiscard]] virtual Outcome<void> storage_erase(ByteView key) = 0;

  [[nodiscard]] virtual Outcome<void> transfer(const Address& to, Asset asset, Amount amount) = 0;
  [[nodiscard]] virtual Outcome<void> log(const Hash& topic, ByteView data) = 0;
  [[nodiscard]] virtual Outcome<Hash> sha256(ByteView data) = 0;
  [[nodiscard]] virtual Outcome<bool> ed25519_verify(const crypto::PublicKey& key, const crypto::Signature& signature,
                                                     ByteView message) = 0;
  // Calls another contract with assets of this one. Its output is returned() until the next call.
  [[nodiscard]] virtual Outcome<void> call(const Hash& contract, const Balance& attached, ByteView input) = 0;
  [[nodiscard]] virtual ByteView returned() const = 0;
  [[nodiscard]] virtual Outcome<void> set_output(ByteView output) = 0;
  [[nodiscard]] virtual ResultCode abort(std::uint32_t code) = 0;  // the code that a contract's own code becomes
};

// Which export runs.
enum class ContractEntry : std::uint8_t { init, call, spend };
[[nodiscard]] std::string_view export_name(ContractEntry entry);  // "init", "call", "spend"

// Why bytes are no module that may be published (spec/contracts.md).
enum class ModuleError : std::uint8_t {
  too_large,       // above kCodeBytesMax
  malformed,       // not a valid WebAssembly module, or one that uses a proposal that is off
  floating_point,  // a float type or instruction
  unknown_import,  // not one of the module "aether"
  import_type,     // an import with another signature
  memory,          // no memory exported as "memory", more than one, no maximum, or one above kContractMemoryPagesMax
  table,           // more than one table, or above its bound
  start_function,  // a start function: entries are the exports
  no_entry,        // none of "init", "call", "spend" is exported
  entry_type,      // an entry that takes or returns something
  too_many_items,  // functions, types, globals, segments … above their bounds
  function_too_large,  // a body, or its locals, above the bound
};
[[nodiscard]] std::string_view to_string(ModuleError error);

// How a run ended that did not return.
enum class VmFault : std::uint8_t {
  host,  // an import failed: `code` says how
  out_of_gas,
  unreachable,           // the instruction
  memory_out_of_bounds,  // an access outside the memory, or an argument of an import outside its range
  table_out_of_bounds,
  bad_indirect_call,  // a null entry or another signature
  integer_overflow,
  division_by_zero,
  stack_exhausted,  // above kContractStackBytesMax
  no_entry,         // the module has no such export
};
[[nodiscard]] std::string_view to_string(VmFault fault);

struct VmFailure {
  VmFault fault = VmFault::unreachable;
  ResultCode code;  // when fault is host
};

class ContractVm {
 public:
  virtual ~ContractVm() = default;
  // The verdict on a module, and the steps that compiling it is to be charged: a function of the bytes, in time linear
  // in them.
  [[nodiscard]] virtual Result<std::uint64_t, ModuleError> judge(ByteView module) const = 0;
  // Compiles a module that judge() accepts; run() then has it at hand. Refused is at most a function that only the
  // compiler finds too large.
  [[nodiscard]] virtual Result<void, ModuleError> publish(const Hash& code, ByteView module) const = 0;

  // Runs an entry of a published module in a fresh instance. `load` gives the module's bytes where the VM has forgotten
  // it; whether it is asked changes no result and no gas.
  using Load = std::function<Bytes()>;
  [[nodiscard]] virtual Result<void, VmFailure> run(const Hash& code, const Load& load, ContractEntry entry,
                                                    ContractHost& host) const = 0;
};

}  // namespace aether::ledger
