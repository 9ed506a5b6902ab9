// Everything that runs on a chain: native programs, and the runtime of contracts behind every other id.
#pragma once

#include <span>

#include "aether/ledger/program.hpp"
#include "aether/types/spend.hpp"

namespace aether::ledger {

// Runs contracts. Safe from any thread; keeps nothing between two calls that a result could show.
class ContractRuntime {
 public:
  virtual ~ContractRuntime() = default;
  // Runs the call of a transaction. Any error leaves nothing behind.
  [[nodiscard]] virtual Outcome<void> call(Context& context, const Hash& contract, ByteView data) const = 0;
  // Judges an input as its script. Reads, charges and sets no output; whatever would change something is refused.
  [[nodiscard]] virtual Outcome<void> judge(Context& context, const Hash& contract, const Spend& spend) const = 0;
};

// A view; does not own what it names.
struct Programs {
  std::span<const Program* const> native;
  const ContractRuntime* contracts = nullptr;  // null: a chain without contracts
};

// The native program with the id; null when there is none.
[[nodiscard]] const Program* find_native(const Programs& programs, const Hash& id);

// Whether a transaction calls an instruction of the dispute lane.
[[nodiscard]] bool is_dispute(const Programs& programs, const VerifiedTransaction& tx);

// Runs a transaction's call by the native program with its id, else as a contract's. Without a runtime:
// unknown_program.
[[nodiscard]] Outcome<void> run_call(Context& context, const Programs& programs, const Call& call);
// Runs a script. Native programs judge no inputs: native_script.
[[nodiscard]] Outcome<void> run_script(Context& context, const Programs& programs, const Hash& script,
                                       const Spend& spend);

}  // namespace aether::ledger
