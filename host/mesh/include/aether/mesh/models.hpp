// Models that a process holds, each ready to run and to prove.
#pragma once

#include <memory>
#include <vector>

#include "aether/agents/observation.hpp"
#include "aether/infer/engine.hpp"
#include "aether/vcr/proof.hpp"

namespace aether::mesh {

class ReadyModel {
 public:
  // Hashes the model once. The pool must outlive it.
  ReadyModel(infer::Model model, const Hash& tokenizer_hash, TaskPool& pool, infer::EngineOptions options = {});
  ReadyModel(const ReadyModel&) = delete;
  ReadyModel& operator=(const ReadyModel&) = delete;

  const Hash& id() const { return id_; }
  const programs::ModelFacts& facts() const { return facts_; }
  const infer::Config& config() const { return model_.config(); }
  const vcr::ModelTree& tree() const { return tree_; }
  const infer::Engine& engine() const { return engine_; }

 private:
  infer::Model model_;
  vcr::ModelTree tree_;
  infer::Engine engine_;
  programs::ModelFacts facts_;
  Hash id_;
};

// Whether these tokens can be run: at least one each, in the vocabulary, and within the context.
[[nodiscard]] bool runnable(const ReadyModel& model, std::span<const std::uint32_t> prompt, std::uint32_t max_new);
[[nodiscard]] bool runnable(const ReadyModel& model, std::span<const std::uint32_t> prompt,
                            std::span<const std::uint32_t> output);

class ReadyModels {
 public:
  void add(std::shared_ptr<const ReadyModel> model) { models_.push_back(std::move(model)); }
  [[nodiscard]] std::shared_ptr<const ReadyModel> find(const Hash& id) const;
  [[nodiscard]] const std::vector<std::shared_ptr<const ReadyModel>>& all() const { return models_; }
  // As agents see them.
  [[nodiscard]] std::vector<agents::HeldModel> held() const;

 private:
  std::vector<std::shared_ptr<const ReadyModel>> models_;
};

}  // namespace aether::mesh
