#include "aether/receipts/check.hpp"

#include <bit>
#include <cstring>

namespace aether::receipts {
namespace {

constexpr std::array<std::string_view, 10> kRuleNames{"model_config",  "model_root",   "engine_hash",  "tokenizer_hash",
                                                      "max_new",       "prompt_empty", "prompt_token", "receipt",
                                                      "sampled_token", "trace_root"};

std::string differs(std::string_view what, const Hash& in_file, const Hash& true_one) {
  return std::string(what) + ": the receipt says " + to_hex0x(in_file.bytes) + ", true is " + to_hex0x(true_one.bytes);
}

std::unexpected<Difference> broken(Rule rule, std::string message) {
  return fail(Difference{rule, {}, std::move(message)});
}

Result<void, Difference> check_model(const programs::ModelFacts& in_file, const programs::ModelFacts& model) {
  if (in_file.config != model.config)
    return broken(Rule::model_config, "the receipt is of a model of another configuration");
  if (in_file.model_root != model.model_root)
    return broken(Rule::model_root, differs("the model's root", in_file.model_root, model.model_root));
  if (in_file.engine_hash != model.engine_hash)
    return broken(Rule::engine_hash, differs("the engine's hash", in_file.engine_hash, model.engine_hash));
  if (in_file.tokenizer_hash != model.tokenizer_hash)
    return broken(Rule::tokenizer_hash, differs("the tokenizer's hash", in_file.tokenizer_hash, model.tokenizer_hash));
  return {};
}

std::string explain(vcr::ReceiptError error, const ReceiptFile& file, const vcr::ReceiptTerms& terms) {
  using enum vcr::ReceiptError;
  const auto& vcr = file.vcr;
  const std::string output = std::to_string(file.output.size());
  switch (error) {
    case model_id: return differs("model_id", vcr.model_id, terms.model_id);
    case request_root: return differs("request_root", vcr.request_root, terms.request_root);
    case output_root: return differs("output_root", vcr.output_root, vcr::token_root(file.output));
    case output_length:
      return "n_out is " + std::to_string(vcr.n_out[0]) + ", but the output has " + output + " tokens";
    case above_max_new: return "the output has " + output + " tokens, above max_new = " + std::to_string(file.max_new);
    case early_stop:
      return "the output ends after " + output + " of " + std::to_string(file.max_new) + " tokens without a stop token";
    case late_stop: return "the output goes on after a stop token";
    case context:
      return std::to_string(file.prompt.size()) + " + " + output + " tokens exceed the model's context of " +
             std::to_string(terms.config.context);
    case token: return "the output has a token outside the vocabulary of " + std::to_string(terms.config.vocab);
    case units: {
      const auto computed =
          infer::units(terms.config, {terms.n_prompt, static_cast<std::uint32_t>(file.output.size())});
      return "units are " + std::to_string(vcr.units) + ", true is " +
             (computed ? std::to_string(*computed) : std::string("above 64 bits"));
    }
    case signature: return "the signature is not the provider's over this receipt";
    default:
      return "the field " + std::string(vcr::to_string(error)) + " is not as a receipt of this kind must have it";
  }
}

// Every committed row goes into the trace; those of the logits show which token the model chooses.
class RunSink final : public infer::RowSink {
 public:
  explicit RunSink(const ReceiptFile& file)
      : file_(file),
        trace_(file.model.config, static_cast<std::uint32_t>(file.prompt.size()),
               static_cast<std::uint32_t>(file.output.size())),
        logits_(infer::op_index(file.model.config, infer::OpKind::logits, 0)) {}

  void row(std::uint32_t op, std::uint32_t position, ByteView bytes) override {
    trace_.row(op, position, bytes);
    if (op != logits_ || wrong_) return;
    // The engine hands out int32 rows as the little-endian bytes of the trace.
    static_assert(std::endian::native == std::endian::little);
    std::vector<std::int32_t> row(bytes.size() / sizeof(std::int32_t));
    std::memcpy(row.data(), bytes.data(), bytes.size());
    const std::size_t at = position + 1 - file_.prompt.size();
    const std::uint32_t chosen = infer::greedy_token(row);
    if (chosen != file_.output[at])
      wrong_ = "token " + std::to_string(at) + " of the output is " + std::to_string(file_.output[at]) +
               ", but the model chooses " + std::to_string(chosen);
  }

  const std::optional<std::string>& wrong() const { return wrong_; }
  Hash root() const { return trace_.root(static_cast<std::uint32_t>(file_.output.size())); }

 private:
  const ReceiptFile& file_;
  vcr::TraceBuilder trace_;
  std::uint32_t logits_;
  std::optional<std::string> wrong_;
};

}  // namespace

std::string_view Difference::code() const {
  return rule == Rule::receipt ? vcr::to_string(receipt) : kRuleNames[static_cast<std::size_t>(rule)];
}

Result<void, Difference> check_fields(const ReceiptFile& file, const programs::ModelFacts& model) {
  AETHER_CHECK(check_model(file.model, model));
  if (file.max_new == 0) return broken(Rule::max_new, "max_new is 0");
  if (file.prompt.empty()) return broken(Rule::prompt_empty, "the prompt has no token");
  for (const std::uint32_t token : file.prompt)
    if (token >= model.config.vocab)
      return broken(Rule::prompt_token, "the prompt's token " + std::to_string(token) +
                                            " lies outside the vocabulary of " + std::to_string(model.config.vocab));
  const auto& body = file.vcr;
  // Chain, job, attempt and provider have nothing offline that they could differ from; the signature covers them.
  const vcr::ReceiptTerms terms{body.chain_id,
                                body.job_id,
                                body.attempt,
                                body.provider,
                                programs::model_id(model),
                                model.config,
                                vcr::token_root(file.prompt),
                                static_cast<std::uint32_t>(file.prompt.size()),
                                file.max_new,
                                std::nullopt};
  const auto checked =
      vcr::check_receipt(terms, {body, file.signature ? *file.signature : crypto::Signature{}}, file.output);
  // The signature is judged last, so an unsigned receipt has passed every other rule.
  if (checked || (checked.error() == vcr::ReceiptError::signature && !file.signature)) return {};
  return fail(Difference{Rule::receipt, checked.error(), explain(checked.error(), file, terms)});
}

Result<void, Difference> check_run(const ReceiptFile& file, const infer::Engine& engine) {
  RunSink sink(file);
  infer::replay(engine, file.prompt, file.output, sink);
  if (sink.wrong()) return broken(Rule::sampled_token, *sink.wrong());
  if (sink.root() != file.vcr.trace_root)
    return broken(Rule::trace_root, differs("the trace's root", file.vcr.trace_root, sink.root()));
  return {};
}

}  // namespace aether::receipts
