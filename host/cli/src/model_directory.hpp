// A model's directory as commands need it: the model ready to run, its tokenizer, and the facts that name it on a
// chain.
#pragma once

#include "aether/env/thread_pool.hpp"
#include "aether/infer/tokenizer.hpp"
#include "aether/mesh/models.hpp"
#include "aether/models/error.hpp"
#include "support.hpp"

namespace aether::cli {

[[nodiscard]] Failure failure_of(const models::Error& error);
[[nodiscard]] infer::Isa isa_of_this_machine();
// --threads, within bounds.
[[nodiscard]] Result<std::uint32_t, Failure> read_threads(const Arguments& arguments);
[[nodiscard]] Result<infer::Tokenizer, Failure> load_tokenizer(const std::string& directory);

struct ModelDirectory {
  ModelDirectory(infer::Model model, infer::Tokenizer words, std::uint32_t threads);

  infer::Tokenizer tokenizer;
  env::ThreadPool pool;
  mesh::ReadyModel ready;  // runs on the pool
};
// From the directory --model, for --threads threads.
[[nodiscard]] Result<std::unique_ptr<ModelDirectory>, Failure> load_model(const Arguments& arguments);

// The prompt of --input as tokens: at least one, with room for --max-new more in the context.
[[nodiscard]] Result<std::vector<std::uint32_t>, Failure> read_prompt(const Arguments& arguments,
                                                                      const infer::Tokenizer& tokenizer,
                                                                      const infer::Config& config);

}  // namespace aether::cli
