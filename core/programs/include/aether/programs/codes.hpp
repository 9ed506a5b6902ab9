// Result codes of the programs: models 100 to 199, escrow 200 to 299, contracts 300 to 399, stake 400 to 499, and
// from 10 000 on the codes that contracts choose themselves. A code never changes its meaning. What vcr refuses has a
// code for each of its rules, as has what makes bytes no module, and each trap.
#pragma once

#include "aether/ledger/code.hpp"
#include "aether/ledger/contract_vm.hpp"
#include "aether/vcr/descent.hpp"
#include "aether/vcr/receipt.hpp"
#include "aether/vcr/referee.hpp"

namespace aether::programs {

enum class ModelsCode : std::uint16_t {
  model_exists = 100,
  config_first = 101,  // 101 to 111: infer::ConfigError
  not_provable = 112,  // a step proof could exceed 56 KiB
};

enum class EscrowCode : std::uint16_t {
  no_such_job = 200,
  job_closed,
  job_exists,
  no_such_model,
  tier_unbuilt,      // only tier 0 exists
  uncovered,         // nobody covers the model, and the buyer has not set accept_uncovered
  seed_without_use,  // greedy sampling takes no seed
  attempts_range,    // 1 to 8
  bond_too_low,      // below the chain's minimum
  amount_too_large,  // price, bond or escrow above 2^100
  slots_range,       // accept and SLA at least 1, SLA ≤ maximum, all at most 2^32
  sla_range,         // above 10 000 basis points
  prompt_empty,
  prompt_token,  // an id outside the vocabulary
  max_new_zero,
  context_exceeded,  // prompt and max_new do not fit the model's context
  units_too_large,   // the price's measure overflows
  already_accepted,
  accept_too_late,  // the offer has lapsed
  not_the_named_worker,
  not_accepted,
  already_submitted,
  not_the_worker,
  submit_too_late,  // after the hard end
  not_submitted,
  window_closed,
  commit_exists,
  no_such_commit,
  prove_too_early,
  prove_too_late,
  no_session_of_sender,  // prove without a salt
  not_fraud,             // the proof is right, and shows that the worker was too
  session_bond_too_low,  // below the minimum
  session_table_full,    // no session yields to this bond
  no_such_session,
  not_the_challenger,
  clock_out,  // whose turn it is has no time left
  no_session_named,
  no_session_waits,  // of the named sessions none waits at the node with time left
  sessions_open,
  settle_too_early,
  not_the_buyer,
  nothing_to_expire,    // a submitted job ends by settle
  expire_too_early,     // 243
  receipt_first = 245,  // 245 to 264: vcr::ReceiptError
  referee_first = 265,  // 265 to 286: vcr::RefereeError
  descent_first = 287,  // 287 to 299: vcr::DescentError
};

enum class ContractsCode : std::uint16_t {
  no_such_contract = 300,
  no_such_code,     // not published
  contract_exists,  // the sender has used the salt
  code_exists,
  chunk_range,    // an index, or a number of chunks, beyond kCodeChunksMax; or no chunks
  no_such_chunk,  // the sender has uploaded none with that index
  other_code,     // the chunks together have another hash
  not_the_authority,
  no_authority,    // the code can never change
  call_too_deep,   // more than kCallDepthMax contracts on the stack
  reentrant_call,  // of a contract that is running
  read_only,       // a script, or whom it calls, tried to change something
  key_too_large,
  storage_value_too_large,
  log_too_large,
  output_too_large,
  input_too_large,     // of a call by a contract
  abort_range,         // 317: an own code above 9 999
  module_first = 320,  // 320 to 331: ledger::ModuleError
  trap_first = 340,    // 340 to 347: ledger::VmFault, from `unreachable` on
};

enum class StakeCode : std::uint16_t {
  not_a_validator = 400,
  tombstoned,    // convicted: in no later set
  same_kes_key,  // the one that is to be renewed
  kes_path,      // the proof does not lead to the key, or not in period 0
  kes_proof,     // not signed in period 0 for this chain and address
};

// abort(code) of a contract ends its transaction with kAbortFirst + code.
inline constexpr std::uint16_t kAbortFirst = 10'000;
inline constexpr std::uint32_t kAbortCodeMax = 9'999;

[[nodiscard]] constexpr ResultCode result_code(ModelsCode code) { return ResultCode{static_cast<std::uint16_t>(code)}; }
[[nodiscard]] constexpr ResultCode result_code(EscrowCode code) { return ResultCode{static_cast<std::uint16_t>(code)}; }
[[nodiscard]] constexpr ResultCode result_code(infer::ConfigError error) {
  return ResultCode{static_cast<std::uint16_t>(101 + static_cast<unsigned>(error))};
}
[[nodiscard]] constexpr ResultCode result_code(vcr::ReceiptError error) {
  return ResultCode{static_cast<std::uint16_t>(245 + static_cast<unsigned>(error))};
}
[[nodiscard]] constexpr ResultCode result_code(vcr::RefereeError error) {
  return ResultCode{static_cast<std::uint16_t>(265 + static_cast<unsigned>(error))};
}
[[nodiscard]] constexpr ResultCode result_code(vcr::DescentError error) {
  return ResultCode{static_cast<std::uint16_t>(287 + static_cast<unsigned>(error))};
}

[[nodiscard]] constexpr ResultCode result_code(ContractsCode code) {
  return ResultCode{static_cast<std::uint16_t>(code)};
}
[[nodiscard]] constexpr ResultCode result_code(ledger::ModuleError error) {
  return ResultCode{static_cast<std::uint16_t>(320 + static_cast<unsigned>(error))};
}
// Not of `host` and `out_of_gas`, which have codes already.
[[nodiscard]] constexpr ResultCode result_code(ledger::VmFault trap) {
  return ResultCode{static_cast<std::uint16_t>(340 + static_cast<unsigned>(trap) -
                                               static_cast<unsigned>(ledger::VmFault::unreachable))};
}

[[nodiscard]] constexpr ResultCode result_code(StakeCode code) { return ResultCode{static_cast<std::uint16_t>(code)}; }

// The stable name of any code of ledger or programs, "abort" for what contracts choose; "unknown" for others.
[[nodiscard]] std::string_view code_name(ResultCode code);

}  // namespace aether::programs
