#include "aether/programs/contract_instructions.hpp"

#include "aether/ledger/program.hpp"

namespace aether::programs {

Hash contracts_program_id() { return ledger::native_program_id("contracts"); }

Call make_call(const ContractsInstruction& instruction) {
  return Call{contracts_program_id(), codec::encode(instruction)};
}

Call make_call(const Hash& contract, const ContractCall& call) { return Call{contract, codec::encode(call)}; }

}  // namespace aether::programs
