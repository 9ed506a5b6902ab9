// The referee: roots and config from the chain's state, one step proof, a verdict. Pure and total; it recomputes one
// element with the functions of infer/element.hpp that the engine uses. At most 1 ms and 1 MiB.
#pragma once

#include "aether/vcr/proof.hpp"

namespace aether::vcr {

// What the chain knows of the job whose receipt is disputed.
struct JobClaim {
  Hash job_id;
  std::uint32_t attempt = 0;
  infer::Config config;
  Hash model_root;
  infer::Extent extent;
  Hash request_root;
  Hash output_root;
  Hash trace_root;
};

enum class Verdict : std::uint8_t {
  convicted,  // the worker committed to something that is not the model's result
  equal,      // the proof is well formed, and what it shows is right
};

enum class RefereeError : std::uint8_t {
  bad_claim,          // the config is invalid or the extent does not fit it
  wrong_job,          // made for another job
  wrong_attempt,      // made for another attempt
  too_large,          // above 56 KiB
  operator_range,     // no such operator
  position_range,     // the operator has no row at this position
  element_range,      // the row has no such element
  witness_range,      // no such channel or key, or a witness where none is needed
  leaf_range,         // no such leaf
  row_range,          // no such output token
  token_range,        // `better` is outside the vocabulary
  range_count,        // too many or too few tile ranges
  leaf_count,         // too many or too few model leaves
  range_length,       // the bytes of a range have not the length that the coordinate demands
  range_path_length,  // too many or too few hashes in the path of a range
  range_path,         // the range does not hash to the root
  leaf_length,        // the bytes of a model leaf have not their length
  leaf_path,          // the leaf does not hash to model_root
  node_range,         // no such node
  node_path_length,   // too many or too few hashes in the path of a node
  node_path,          // the node does not hash to trace_root
  not_padding,        // there is more than padding below the node
};
[[nodiscard]] std::string_view to_string(RefereeError error);
[[nodiscard]] std::string_view to_string(Verdict verdict);

[[nodiscard]] Result<Verdict, RefereeError> judge(const JobClaim& job, const StepProof& proof);

}  // namespace aether::vcr
