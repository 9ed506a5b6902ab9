#include "aether/ledger/code.hpp"

namespace aether::ledger {

std::string_view to_string(Code code) {
  switch (code) {
    case Code::success: return "success";
    case Code::undeclared_read: return "undeclared_read";
    case Code::undeclared_write: return "undeclared_write";
    case Code::out_of_gas: return "out_of_gas";
    case Code::insufficient_funds: return "insufficient_funds";
    case Code::unknown_program: return "unknown_program";
    case Code::malformed_instruction: return "malformed_instruction";
    case Code::value_not_conserved: return "value_not_conserved";
    case Code::value_too_large: return "value_too_large";
    case Code::missing_input: return "missing_input";
    case Code::foreign_input: return "foreign_input";
    case Code::redeemer_without_script: return "redeemer_without_script";
    case Code::native_script: return "native_script";
    case Code::too_many_logs: return "too_many_logs";
    case Code::deposit_unpaid: return "deposit_unpaid";
    case Code::object_pruned: return "object_pruned";
    case Code::not_rented: return "not_rented";
    case Code::not_exhausted: return "not_exhausted";
    case Code::not_pruned: return "not_pruned";
    case Code::other_value: return "other_value";
    case Code::deposit_too_low: return "deposit_too_low";
    case Code::restored_by_publish: return "restored_by_publish";
  }
  return "unknown";
}

std::string_view reject_name(Reject reject) {
  switch (reject) {
    case Reject::too_large: return "too_large";
    case Reject::wrong_chain: return "wrong_chain";
    case Reject::bad_signature: return "bad_signature";
    case Reject::duplicate_input: return "duplicate_input";
    case Reject::script_on_account: return "script_on_account";
    case Reject::zero_output: return "zero_output";
    case Reject::sets_overlap: return "sets_overlap";
    case Reject::gas_above_block: return "gas_above_block";
    case Reject::gas_above_share: return "gas_above_share";
    case Reject::amount_above_bound: return "amount_above_bound";
    case Reject::fee_too_low: return "fee_too_low";
    case Reject::nothing_to_do: return "nothing_to_do";
    case Reject::expired: return "expired";
    case Reject::valid_until_too_far: return "valid_until_too_far";
    case Reject::nonce_used: return "nonce_used";
    case Reject::nonce_too_old: return "nonce_too_old";
    case Reject::nonce_too_far: return "nonce_too_far";
    case Reject::nonce_repeated: return "nonce_repeated";
    case Reject::cannot_pay: return "cannot_pay";
    case Reject::fee_below_congestion: return "fee_below_congestion";
  }
  return "unknown";
}

std::string_view to_string(Reject reject) {
  switch (reject) {
    case Reject::too_large: return "the transaction is larger than 64 KiB";
    case Reject::wrong_chain: return "the transaction is for another chain: check the chain id";
    case Reject::bad_signature: return "the signature does not hold";
    case Reject::duplicate_input: return "a UTxO stands twice in the inputs: name it once";
    case Reject::script_on_account: return "an output to an account has a script: only a UTxO can have one";
    case Reject::zero_output: return "an output has amount 0";
    case Reject::sets_overlap: return "an object is in both reads and writes: leave it in writes";
    case Reject::gas_above_block: return "gas_limit is above a block's gas";
    case Reject::gas_above_share:
      return "gas_limit is above what the users of one object may fill of a block, and objects are declared: lower it";
    case Reject::amount_above_bound: return "an amount, or their sum, is above 2^100";
    case Reject::fee_too_low: return "max_fee is below the fee at gas_limit: raise it (aeth_simulate tells it)";
    case Reject::nothing_to_do: return "the transaction has neither an input, nor an output, nor a call";
    case Reject::expired: return "valid_until has passed: sign again with a later slot";
    case Reject::valid_until_too_far: return "valid_until is more than a day ahead";
    case Reject::nonce_used: return "the nonce was used before";
    case Reject::nonce_too_old: return "the nonce is more than 255 below the highest used";
    case Reject::nonce_too_far: return "the nonce is more than 256 above the highest used";
    case Reject::nonce_repeated: return "the nonce stands twice in one block";
    case Reject::cannot_pay: return "the sender's SWR does not cover the max_fee of its transactions";
    case Reject::fee_below_congestion:
      return "an object that the transaction declares is in demand: raise max_fee (aeth_simulate tells it) or wait";
  }
  return "unknown";
}

}  // namespace aether::ledger
