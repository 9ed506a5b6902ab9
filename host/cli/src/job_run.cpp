// job run: a prompt on this machine, without a chain, with a receipt.
#include "aether/infer/engine.hpp"
#include "job_record.hpp"
#include "model_directory.hpp"
#include "signing.hpp"

namespace aether::cli {
namespace {

namespace json = boost::json;

struct Run {
  receipts::ReceiptFile file;
  std::uint64_t elapsed_ms = 0;
};

// Generates, showing each token as it comes; none when stdout takes no more.
std::optional<Run> generate(const Arguments& arguments, const ModelDirectory& model,
                            std::vector<std::uint32_t> prompt) {
  Run run;
  auto& file = run.file;
  file.model = model.ready.facts();
  file.max_new = arguments.max_new;
  file.prompt = std::move(prompt);
  const auto n_prompt = static_cast<std::uint32_t>(file.prompt.size());
  vcr::TraceBuilder trace(model.ready.config(), n_prompt, file.max_new);
  bool shown = true;
  const auto show = [&](std::uint32_t token) {
    shown = arguments.json || write_stdout(as_text(model.tokenizer.decode({{token}})));
    return shown;
  };
  const env::SystemClock clock;
  const std::uint64_t begin_ms = clock.monotonic_ms();
  file.output = infer::generate(model.ready.engine(), file.prompt, {file.max_new, &trace, show});
  run.elapsed_ms = clock.monotonic_ms() - begin_ms;
  if (!shown || !(arguments.json || write_stdout("\n"))) return std::nullopt;
  const auto n_out = static_cast<std::uint32_t>(file.output.size());
  file.vcr.model_id = model.ready.id();
  file.vcr.request_root = vcr::token_root(file.prompt);
  file.vcr.output_root = vcr::token_root(file.output);
  file.vcr.n_out = {n_out};
  file.vcr.trace_root = trace.root(n_out);
  const auto units = infer::units(model.ready.config(), {n_prompt, n_out});
  AETHER_ASSERT(units.has_value());  // a run of 2^64 multiply-adds does not end
  file.vcr.units = *units;
  return run;
}

json::object describe(const receipts::ReceiptFile& file, const std::string& text, const std::string& path) {
  return {{"text", text},
          {"output", api::to_json(file.output)},
          {"prompt_tokens", file.prompt.size()},
          {"output_tokens", file.output.size()},
          {"model_id", to_hex0x(file.vcr.model_id.bytes)},
          {"trace_root", to_hex0x(file.vcr.trace_root.bytes)},
          {"output_root", to_hex0x(file.vcr.output_root.bytes)},
          {"units", std::to_string(file.vcr.units)},
          {"signed", file.signature.has_value()},
          {"receipt", to_utf8(as_bytes(path))}};
}

}  // namespace

CommandResult job_run(const Arguments& arguments) {
  const env::Path directory = env::Path(arguments.receipt).parent_path();
  if (!directory.empty() && !std::filesystem::is_directory(directory))
    return fail(Failure{kBadFile, "receipt_file", directory.string() + " is no directory", "make it, or name another"});
  std::optional<crypto::Seed> seed;
  if (!arguments.key.empty()) {
    AETHER_TRY(seed, unlock(arguments, arguments.key));
  }
  AETHER_TRY(const auto model, load_model(arguments));
  AETHER_TRY(auto prompt, read_prompt(arguments, model->tokenizer, model->ready.config()));
  auto run = generate(arguments, *model, std::move(prompt));
  if (!run) return fail(stdout_failure());
  auto& file = run->file;
  if (seed) {
    file.vcr.provider = crypto::ed25519_public_key(*seed);
    file.signature = vcr::sign(file.vcr, *seed).signature;
  }
  CLI_CHECK(receipts::write(arguments.receipt, file));
  const std::uint64_t ms = run->elapsed_ms == 0 ? 1 : run->elapsed_ms;
  note(std::to_string(file.prompt.size()) + " + " + std::to_string(file.output.size()) + " tokens in " +
       std::to_string(ms) + " ms, " + std::to_string(file.output.size() * 1000 / ms) +
       " tokens/s with the prompt; receipt written to " + arguments.receipt);
  return Output{{}, describe(file, to_utf8(model->tokenizer.decode(file.output)), arguments.receipt)};
}

}  // namespace aether::cli
