#include "model_directory.hpp"

#include "aether/env/cpu.hpp"
#include "aether/models/model_file.hpp"

namespace aether::cli {

// The context holds at most 8 192 tokens, and most pieces of text are far below 128 bytes.
constexpr std::size_t kPromptBytesMax = 1024 * 1024;
constexpr std::uint32_t kThreadsMax = 256;

Failure failure_of(const models::Error& error) {
  return {kBadFile, "model_directory", error.message,
          "name a directory with model.safetensors and tokenizer.json; aetherctl model convert makes one"};
}

infer::Isa isa_of_this_machine() { return env::cpu_features().avx2 ? infer::Isa::avx2 : infer::Isa::scalar; }

Result<infer::Tokenizer, Failure> load_tokenizer(const std::string& directory) {
  CLI_TRY(auto tokenizer, models::read_tokenizer(env::Path(directory) / models::kTokenizerFileName));
  return tokenizer;
}

ModelDirectory::ModelDirectory(infer::Model model, infer::Tokenizer words, std::uint32_t threads)
    : tokenizer(std::move(words)),
      pool(threads),
      ready(std::move(model), tokenizer.hash(), pool, {.isa = isa_of_this_machine()}) {}

Result<std::uint32_t, Failure> read_threads(const Arguments& arguments) {
  if (arguments.threads <= kThreadsMax) return arguments.threads;
  return usage("bad_threads", "--threads " + std::to_string(arguments.threads) + ": at most 256; 0 is one a core");
}

Result<std::unique_ptr<ModelDirectory>, Failure> load_model(const Arguments& arguments) {
  AETHER_TRY(const auto threads, read_threads(arguments));
  CLI_TRY(auto loaded, models::load_model_directory(arguments.model));
  return std::make_unique<ModelDirectory>(std::move(loaded.model), std::move(loaded.tokenizer), threads);
}

Result<std::vector<std::uint32_t>, Failure> read_prompt(const Arguments& arguments, const infer::Tokenizer& tokenizer,
                                                        const infer::Config& config) {
  if (arguments.max_new == 0) return usage("max_new", "--max-new 0: wanted is at least one token");
  AETHER_TRY(const auto text, read_input(arguments.input, kPromptBytesMax));
  auto tokens = tokenizer.encode(text);
  if (tokens.empty()) return fail(Failure{kBadFile, "empty_prompt", "the prompt is empty", "write some text into it"});
  if (tokens.size() < config.context && arguments.max_new <= config.context - tokens.size()) return tokens;
  const std::string most = tokens.size() < config.context
                               ? "--max-new of at most " + std::to_string(config.context - tokens.size())
                               : "a prompt of at most " + std::to_string(config.context - 1) + " tokens";
  return fail(Failure{kBadFile, "over_context",
                      "the prompt has " + std::to_string(tokens.size()) + " tokens, with " +
                          std::to_string(arguments.max_new) + " new ones above the model's context of " +
                          std::to_string(config.context),
                      "give " + most});
}

}  // namespace aether::cli
