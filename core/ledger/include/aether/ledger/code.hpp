// Why an executed transaction failed (receipt codes 1 to 99; 0 is success; programs have hundreds of their own) and why
// one may not stand in a block at all. Codes and names are stable: a code never changes its meaning.
#pragma once

#include <string_view>

#include "aether/types/block.hpp"

namespace aether::ledger {

// A transaction that stands in a block, pays, uses its nonce, and leaves nothing else behind.
enum class Code : std::uint16_t {
  success = 0,
  undeclared_read = 1,   // an object outside reads and writes
  undeclared_write = 2,  // an object outside writes
  out_of_gas = 3,
  insufficient_funds = 4,        // an account holds less than outputs beyond the inputs, or a program's debit, take
  unknown_program = 5,           // no program has the id that `call` or a script names
  malformed_instruction = 6,     // call data is not an instruction of the program
  value_not_conserved = 7,       // a program's debits, credits, burns and held value do not add up
  value_too_large = 8,           // an object above kStateValueBytesMax
  missing_input = 9,             // an input that no output made, or that was spent, also earlier in the block
  foreign_input = 10,            // an input whose owner is not the sender
  redeemer_without_script = 11,  // a redeemer for an input that has no script to judge it
  native_script = 12,            // an input whose script is a native program
  too_many_logs = 13,            // above kLogsMax
  deposit_unpaid = 14,           // the sender holds less SWR than the deposits for what the transaction stores
  object_pruned = 15,            // an object that was pruned is read, spent, written or made again: restore it
  not_rented = 16,               // an object that has no deposit: it is not there, or of a kind that pays no rent
  not_exhausted = 17,            // prune: its deposit still pays
  not_pruned = 18,               // restore: it is there, or never was
  other_value = 19,              // restore: bytes whose hash is not that of the pruned value
  deposit_too_low = 20,          // fund: no more than what is left, or less than who writes it leaves
  restored_by_publish = 21,      // restore: a module; `publish` puts it back, which pays for compiling it
};
[[nodiscard]] std::string_view to_string(Code code);
inline constexpr ResultCode result_code(Code code) { return ResultCode{static_cast<std::uint16_t>(code)}; }

// A transaction that no block may hold (protocol section 3, "A block is valid only if"). The first part needs no state.
enum class Reject : std::uint8_t {
  too_large,    // above kTransactionBytesMax
  wrong_chain,  // chain_id is another chain's
  bad_signature,
  duplicate_input,      // a UTxO that stands twice in the inputs
  script_on_account,    // a script on an output to an account
  zero_output,          // an output of amount 0
  sets_overlap,         // an object in both reads and writes
  gas_above_block,      // gas_limit above the block's
  gas_above_share,      // gas_limit above what an object's users may fill of a block, with an object declared
  amount_above_bound,   // an amount, or a sum, above 2^100
  fee_too_low,          // max_fee below the fee at gas_limit
  nothing_to_do,        // neither an input, nor an output, nor a call
  expired,              // valid_until is before the block's slot
  valid_until_too_far,  // more than kValidityMax slots ahead: a node must be able to forget
  nonce_used,
  nonce_too_old,         // below top − 255
  nonce_too_far,         // above top + 256
  nonce_repeated,        // twice in one block
  cannot_pay,            // Σ max_fee of the sender exceeds its SWR after the parent
  fee_below_congestion,  // max_fee below the fee at gas_limit times the multiplier of the hottest object declared
};
[[nodiscard]] std::string_view to_string(Reject reject);    // a sentence for people
[[nodiscard]] std::string_view reject_name(Reject reject);  // the enumerator's name, for programs

}  // namespace aether::ledger
