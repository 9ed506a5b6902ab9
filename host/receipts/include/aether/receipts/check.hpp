// The judgement of a receipt file, offline. check_fields costs hashing; check_run runs the model over the claimed
// tokens (a prefill), which leaves nothing to believe. Each stops at the first rule that does not hold.
#pragma once

#include "aether/infer/engine.hpp"
#include "aether/receipts/receipt_file.hpp"

namespace aether::receipts {

enum class Rule : std::uint8_t {
  model_config,    // the model at hand is another: its configuration differs,
  model_root,      // its tensors,
  engine_hash,     // the arithmetic of this program,
  tokenizer_hash,  // or its tokenizer
  max_new,         // 0
  prompt_empty,
  prompt_token,   // an id outside the vocabulary
  receipt,        // one of vcr::ReceiptError
  sampled_token,  // the model does not choose a token of the output there
  trace_root,     // the run commits to other values
};

struct Difference {
  Rule rule = Rule::receipt;
  vcr::ReceiptError receipt{};  // when rule is receipt
  std::string message;          // what the file says, and what is true

  [[nodiscard]] std::string_view code() const;  // stable
};

// Fields, roots over the tokens, units, stop rule, model and signature, which may be absent. `model` are the facts of
// the model at hand.
[[nodiscard]] Result<void, Difference> check_fields(const ReceiptFile& file, const programs::ModelFacts& model);

// The output is what the model chooses, and the trace's root is the receipt's. `file` has passed check_fields with the
// engine's model.
[[nodiscard]] Result<void, Difference> check_run(const ReceiptFile& file, const infer::Engine& engine);

}  // namespace aether::receipts
