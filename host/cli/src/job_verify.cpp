// job verify: a receipt against a model, offline.
#include "job_record.hpp"
#include "model_directory.hpp"

namespace aether::cli {
CommandResult job_verify(const Arguments& arguments) {
  CLI_TRY(const auto file, receipts::read(arguments.receipt));
  AETHER_TRY(const auto model, load_model(arguments));
  CLI_CHECK(receipts::check_fields(file, model->ready.facts()));
  if (arguments.full) CLI_CHECK(receipts::check_run(file, model->ready.engine()));

  const bool on_chain = !file.vcr.job_id.is_zero();
  const std::string signer = file.signature ? to_hex0x(file.vcr.provider) : std::string("nobody");
  const std::string job = on_chain ? to_hex0x(file.vcr.job_id.bytes) : std::string("none, a run outside a chain");
  boost::json::object out{{"valid", true},
                          {"full", arguments.full},
                          {"signed", file.signature.has_value()},
                          {"model_id", to_hex0x(file.vcr.model_id.bytes)},
                          {"trace_root", to_hex0x(file.vcr.trace_root.bytes)},
                          {"prompt_tokens", file.prompt.size()},
                          {"output_tokens", file.output.size()},
                          {"units", std::to_string(file.vcr.units)},
                          {"text", to_utf8(model->tokenizer.decode(file.output))}};
  out.emplace("job", on_chain ? boost::json::value(job) : nullptr);
  out.emplace("provider", file.signature ? boost::json::value(signer) : nullptr);
  return Output{std::string("receipt      ") + (arguments.full ? "holds" : "its fields hold") + "\nmodel        " +
                    to_hex0x(file.vcr.model_id.bytes) + "\njob          " + job + "\nsigned by    " + signer +
                    "\ntokens       " + std::to_string(file.prompt.size()) + " + " +
                    std::to_string(file.output.size()) + "\nunits        " + std::to_string(file.vcr.units) +
                    "\ntrace root   " + to_hex0x(file.vcr.trace_root.bytes) + "\nre-run       " +
                    (arguments.full ? "yes: the model gives this output and this trace root"
                                    : "no: output and trace root are as claimed; --full re-runs the model") +
                    "\n",
                std::move(out)};
}

}  // namespace aether::cli
