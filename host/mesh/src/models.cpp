#include "aether/mesh/models.hpp"

#include <algorithm>

namespace aether::mesh {

ReadyModel::ReadyModel(infer::Model model, const Hash& tokenizer_hash, TaskPool& pool, infer::EngineOptions options)
    : model_(std::move(model)),
      tree_(model_),
      engine_(model_, pool, options),
      facts_{model_.config(), tree_.root(), infer::engine_hash(), tokenizer_hash},
      id_(programs::model_id(facts_)) {}

namespace {

bool known_tokens(const ReadyModel& model, std::span<const std::uint32_t> tokens) {
  return std::ranges::all_of(tokens, [&](std::uint32_t token) { return token < model.config().vocab; });
}

}  // namespace

bool runnable(const ReadyModel& model, std::span<const std::uint32_t> prompt, std::uint32_t max_new) {
  return infer::fits(model.config(), {static_cast<std::uint32_t>(prompt.size()), max_new}) &&
         known_tokens(model, prompt);
}

bool runnable(const ReadyModel& model, std::span<const std::uint32_t> prompt, std::span<const std::uint32_t> output) {
  return runnable(model, prompt, static_cast<std::uint32_t>(output.size())) && known_tokens(model, output);
}

std::shared_ptr<const ReadyModel> ReadyModels::find(const Hash& id) const {
  const auto at = std::ranges::find_if(models_, [&](const auto& model) { return model->id() == id; });
  return at == models_.end() ? nullptr : *at;
}

std::vector<agents::HeldModel> ReadyModels::held() const {
  std::vector<agents::HeldModel> out;
  for (const auto& model : models_) out.emplace_back(model->facts());
  return out;
}

}  // namespace aether::mesh
