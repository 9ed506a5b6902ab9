// Codes: numbers and names never change.
#include "scene.hpp"

namespace aether::programs::testing {
namespace {

TEST(Codes, numbers_and_names_are_pinned) {
  const std::map<std::uint16_t, std::string_view> pinned{
      {0, "success"},
      {1, "undeclared_read"},
      {2, "undeclared_write"},
      {3, "out_of_gas"},
      {4, "insufficient_funds"},
      {5, "unknown_program"},
      {6, "malformed_instruction"},
      {7, "value_not_conserved"},
      {8, "value_too_large"},
      {9, "missing_input"},
      {10, "foreign_input"},
      {11, "redeemer_without_script"},
      {12, "native_script"},
      {13, "too_many_logs"},
      {14, "unknown"},
      {99, "unknown"},
      {100, "model_exists"},
      {101, "config_version"},
      {102, "config_vocab"},
      {103, "config_width"},
      {104, "config_layers"},
      {105, "config_heads"},
      {106, "config_kv_heads"},
      {107, "config_head_dim"},
      {108, "config_hidden"},
      {109, "config_context"},
      {110, "config_eps"},
      {111, "config_stop_token"},
      {112, "model_not_provable"},
      {113, "unknown"},
      {200, "no_such_job"},
      {201, "job_closed"},
      {202, "job_exists"},
      {203, "no_such_model"},
      {204, "tier_unbuilt"},
      {205, "uncovered"},
      {206, "seed_without_use"},
      {207, "attempts_range"},
      {208, "bond_too_low"},
      {209, "amount_too_large"},
      {210, "slots_range"},
      {211, "sla_range"},
      {212, "prompt_empty"},
      {213, "prompt_token"},
      {214, "max_new_zero"},
      {215, "context_exceeded"},
      {216, "units_too_large"},
      {217, "already_accepted"},
      {218, "accept_too_late"},
      {219, "not_the_named_worker"},
      {220, "not_accepted"},
      {221, "already_submitted"},
      {222, "not_the_worker"},
      {223, "submit_too_late"},
      {224, "not_submitted"},
      {225, "window_closed"},
      {226, "commit_exists"},
      {227, "no_such_commit"},
      {228, "prove_too_early"},
      {229, "prove_too_late"},
      {230, "no_session_of_sender"},
      {231, "not_fraud"},
      {232, "session_bond_too_low"},
      {233, "session_table_full"},
      {234, "no_such_session"},
      {235, "not_the_challenger"},
      {236, "clock_out"},
      {237, "no_session_named"},
      {238, "no_session_waits"},
      {239, "sessions_open"},
      {240, "settle_too_early"},
      {241, "not_the_buyer"},
      {242, "nothing_to_expire"},
      {243, "expire_too_early"},
      {244, "unknown"},
      {245, "receipt_chain_id"},
      {246, "receipt_job_id"},
      {247, "receipt_attempt"},
      {248, "receipt_provider"},
      {249, "receipt_model_id"},
      {250, "receipt_request_root"},
      {251, "receipt_seed"},
      {252, "receipt_kzg"},
      {253, "receipt_tee_evidence"},
      {254, "receipt_sequences"},
      {255, "receipt_output_length"},
      {256, "receipt_empty_output"},
      {257, "receipt_above_max_new"},
      {258, "receipt_context"},
      {259, "receipt_token"},
      {260, "receipt_early_stop"},
      {261, "receipt_late_stop"},
      {262, "receipt_output_root"},
      {263, "receipt_units"},
      {264, "receipt_signature"},
      {265, "proof_bad_claim"},
      {266, "proof_wrong_job"},
      {267, "proof_wrong_attempt"},
      {268, "proof_too_large"},
      {269, "proof_operator_range"},
      {270, "proof_position_range"},
      {271, "proof_element_range"},
      {272, "proof_witness_range"},
      {273, "proof_leaf_range"},
      {274, "proof_row_range"},
      {275, "proof_token_range"},
      {276, "proof_range_count"},
      {277, "proof_leaf_count"},
      {278, "proof_range_length"},
      {279, "proof_range_path_length"},
      {280, "proof_range_path"},
      {281, "proof_leaf_length"},
      {282, "proof_leaf_path"},
      {283, "proof_node_range"},
      {284, "proof_node_path_length"},
      {285, "proof_node_path"},
      {286, "proof_not_padding"},
      {287, "descent_not_the_workers_turn"},
      {288, "descent_not_the_challengers_turn"},
      {289, "descent_expected_nodes"},
      {290, "descent_expected_tile"},
      {291, "descent_node_count"},
      {292, "descent_wrong_hash"},
      {293, "descent_padding"},
      {294, "descent_tile_length"},
      {295, "descent_at_a_tile"},
      {296, "descent_child_range"},
      {297, "descent_padding_child"},
      {298, "descent_sibling_count"},
      {299, "descent_wrong_path"},
      {300, "unknown"},
  };
  for (const auto& [number, name] : pinned) EXPECT_EQ(code_name(ResultCode{number}), name) << number;
  for (std::uint16_t number = 100; number < 300; ++number) {
    if (!pinned.contains(number)) {
      EXPECT_EQ(code_name(ResultCode{number}), "unknown") << number;
    }
  }
  // The names of what vcr and infer refuse are theirs, behind a prefix.
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(vcr::ReceiptError::signature); ++i) {
    const auto error = static_cast<vcr::ReceiptError>(i);
    EXPECT_EQ(code_name(result_code(error)), "receipt_" + std::string(to_string(error)));
  }
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(vcr::RefereeError::not_padding); ++i) {
    const auto error = static_cast<vcr::RefereeError>(i);
    EXPECT_EQ(code_name(result_code(error)), "proof_" + std::string(to_string(error)));
  }
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(vcr::DescentError::wrong_path); ++i) {
    const auto error = static_cast<vcr::DescentError>(i);
    EXPECT_EQ(code_name(result_code(error)), "descent_" + std::string(to_string(error)));
  }
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(infer::ConfigError::stop_token); ++i) {
    const auto error = static_cast<infer::ConfigError>(i);
    EXPECT_EQ(code_name(result_code(error)), "config_" + std::string(to_string(error)));
  }
}

}  // namespace
}  // namespace aether::programs::testing
