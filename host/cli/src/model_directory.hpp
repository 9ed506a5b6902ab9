// A model's directory as commands need it: the model ready to run, its tokenizer, and the facts that name it on a
// chain.
#pragma once

#include "aether/env/thread_pool.hpp"
#include "aether/infer/engine.hpp"
#include "aether/infer/tokenizer.hpp"
#include "aether/models/error.hpp"
#include "aether/programs/objects.hpp"
#include "aether/vcr/proof.hpp"
#include "support.hpp"

namespace aether::cli {

[[nodiscard]] Failure failure_of(const models::Error& error);
[[nodiscard]] infer::Isa isa_of_this_machine();
// --threads, within bounds.
[[nodiscard]] Result<std::uint32_t, Failure> read_threads(const Arguments& arguments);
[[nodiscard]] Result<infer::Tokenizer, Failure> load_tokenizer(const std::string& directory);

class ReadyModel {
 public:
  ReadyModel(infer::Model model, const Hash& tokenizer_hash, TaskPool& pool, infer::EngineOptions options);
  ReadyModel(const ReadyModel&) = delete;
  ReadyModel& operator=(const ReadyModel&) = delete;
  const Hash& id() const { return id_; }
  const programs::ModelFacts& facts() const { return facts_; }
  const infer::Config& config() const { return model_.config(); }
  const infer::Engine& engine() const { return engine_; }

 private:
  infer::Model model_;
  infer::Engine engine_;
  programs::ModelFacts facts_;
  Hash id_;
};

struct ModelDirectory {
  ModelDirectory(infer::Model model, infer::Tokenizer words, std::uint32_t threads);

  infer::Tokenizer tokenizer;
  env::ThreadPool pool;
  ReadyModel ready;  // runs on the pool
};
// From the directory --model, for --threads threads.
[[nodiscard]] Result<std::unique_ptr<ModelDirectory>, Failure> load_model(const Arguments& arguments);

// The prompt of --input as tokens: at least one, with room for --max-new more in the context.
[[nodiscard]] Result<std::vector<std::uint32_t>, Failure> read_prompt(const Arguments& arguments,
                                                                      const infer::Tokenizer& tokenizer,
                                                                      const infer::Config& config);

}  // namespace aether::cli
