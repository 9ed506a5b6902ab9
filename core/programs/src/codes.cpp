#include "aether/programs/codes.hpp"

#include <array>

namespace aether::programs {

namespace {

constexpr auto kModels =
    std::to_array<std::string_view>({"model_exists", "config_version", "config_vocab", "config_width", "config_layers",
                                     "config_heads", "config_kv_heads", "config_head_dim", "config_hidden",
                                     "config_context", "config_eps", "config_stop_token", "model_not_provable"});

constexpr auto kEscrow = std::to_array<std::string_view>({
    "no_such_job",
    "job_closed",
    "job_exists",
    "no_such_model",
    "tier_unbuilt",
    "uncovered",
    "seed_without_use",
    "attempts_range",
    "bond_too_low",
    "amount_too_large",
    "slots_range",
    "sla_range",
    "prompt_empty",
    "prompt_token",
    "max_new_zero",
    "context_exceeded",
    "units_too_large",
    "already_accepted",
    "accept_too_late",
    "not_the_named_worker",
    "not_accepted",
    "already_submitted",
    "not_the_worker",
    "submit_too_late",
    "not_submitted",
    "window_closed",
    "commit_exists",
    "no_such_commit",
    "prove_too_early",
    "prove_too_late",
    "no_session_of_sender",
    "not_fraud",
    "session_bond_too_low",
    "session_table_full",
    "no_such_session",
    "not_the_challenger",
    "clock_out",
    "no_session_named",
    "no_session_waits",
    "sessions_open",
    "settle_too_early",
    "not_the_buyer",
    "nothing_to_expire",
    "expire_too_early",
    "unknown",
    // 245: the receipt
    "receipt_chain_id",
    "receipt_job_id",
    "receipt_attempt",
    "receipt_provider",
    "receipt_model_id",
    "receipt_request_root",
    "receipt_seed",
    "receipt_kzg",
    "receipt_tee_evidence",
    "receipt_sequences",
    "receipt_output_length",
    "receipt_empty_output",
    "receipt_above_max_new",
    "receipt_context",
    "receipt_token",
    "receipt_early_stop",
    "receipt_late_stop",
    "receipt_output_root",
    "receipt_units",
    "receipt_signature",
    // 265: the step proof
    "proof_bad_claim",
    "proof_wrong_job",
    "proof_wrong_attempt",
    "proof_too_large",
    "proof_operator_range",
    "proof_position_range",
    "proof_element_range",
    "proof_witness_range",
    "proof_leaf_range",
    "proof_row_range",
    "proof_token_range",
    "proof_range_count",
    "proof_leaf_count",
    "proof_range_length",
    "proof_range_path_length",
    "proof_range_path",
    "proof_leaf_length",
    "proof_leaf_path",
    "proof_node_range",
    "proof_node_path_length",
    "proof_node_path",
    "proof_not_padding",
    // 287: the descent
    "descent_not_the_workers_turn",
    "descent_not_the_challengers_turn",
    "descent_expected_nodes",
    "descent_expected_tile",
    "descent_node_count",
    "descent_wrong_hash",
    "descent_padding",
    "descent_tile_length",
    "descent_at_a_tile",
    "descent_child_range",
    "descent_padding_child",
    "descent_sibling_count",
    "descent_wrong_path",
});
static_assert(kEscrow.size() == 100);
static_assert(static_cast<unsigned>(EscrowCode::expire_too_early) == 243);

constexpr auto kContracts = std::to_array<std::string_view>({
    "no_such_contract",
    "no_such_code",
    "contract_exists",
    "code_exists",
    "chunk_range",
    "no_such_chunk",
    "other_code",
    "not_the_authority",
    "no_authority",
    "call_too_deep",
    "reentrant_call",
    "read_only",
    "key_too_large",
    "storage_value_too_large",
    "log_too_large",
    "output_too_large",
    "input_too_large",
    "abort_range",
    "unknown",
    "unknown",
    // 320: the module
    "module_too_large",
    "module_malformed",
    "module_floating_point",
    "module_unknown_import",
    "module_import_type",
    "module_memory",
    "module_table",
    "module_start_function",
    "module_no_entry",
    "module_entry_type",
    "module_too_many_items",
    "module_function_too_large",
    "unknown",
    "unknown",
    "unknown",
    "unknown",
    "unknown",
    "unknown",
    "unknown",
    "unknown",
    // 340: a trap
    "trap_unreachable",
    "trap_memory_out_of_bounds",
    "trap_table_out_of_bounds",
    "trap_bad_indirect_call",
    "trap_integer_overflow",
    "trap_division_by_zero",
    "trap_stack_exhausted",
    "trap_no_entry",
});
static_assert(kContracts.size() == 48);
static_assert(static_cast<unsigned>(ContractsCode::abort_range) == 317);

constexpr auto kStake = std::to_array<std::string_view>({
    "not_a_validator",
    "tombstoned",
    "same_kes_key",
    "kes_path",
    "kes_proof",
});
static_assert(static_cast<unsigned>(StakeCode::kes_proof) == 400 + kStake.size() - 1);

}  // namespace

std::string_view code_name(ResultCode code) {
  const std::size_t raw = code.raw();
  if (raw < 100) return ledger::to_string(static_cast<ledger::Code>(code.raw()));
  if (raw < 100 + kModels.size()) return kModels[raw - 100];
  if (raw >= 200 && raw < 200 + kEscrow.size()) return kEscrow[raw - 200];
  if (raw >= 300 && raw < 300 + kContracts.size()) return kContracts[raw - 300];
  if (raw >= 400 && raw < 400 + kStake.size()) return kStake[raw - 400];
  if (raw >= kAbortFirst && raw <= kAbortFirst + kAbortCodeMax) return "abort";
  return "unknown";
}

}  // namespace aether::programs
