#include "aether/infer/engine.hpp"

#include <algorithm>

#include "engine_state.hpp"

namespace aether::infer {

std::string_view to_string(Isa isa) {
  switch (isa) {
    case Isa::scalar: return "scalar";
    case Isa::avx2: return "avx2";
  }
  return "unknown";
}

Engine::Engine(const Model& model, TaskPool& pool, EngineOptions options)
    : state_(new State{model, pool, options, options.isa == Isa::avx2 ? kAvx2Kernels : kScalarKernels}) {
  AETHER_ASSERT(options.chunk >= 1 && model.well_formed());
}

Engine::~Engine() = default;

const Model& Engine::model() const { return state_->model; }

std::uint32_t greedy_token(std::span<const std::int32_t> logits) {
  return static_cast<std::uint32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

std::vector<std::uint32_t> generate(const Engine& engine, std::span<const std::uint32_t> prompt,
                                    const GenerateOptions& options) {
  const auto n_prompt = static_cast<std::uint32_t>(prompt.size());
  AETHER_ASSERT(fits(engine.config(), {n_prompt, options.max_new}));
  Sequence sequence(engine);
  std::vector<std::uint32_t> out;
  std::span<const std::int32_t> logits = sequence.feed(prompt, n_prompt - 1, options.sink);
  while (true) {
    out.push_back(greedy_token(logits));
    const bool more = !options.on_token || options.on_token(out.back());
    if (!more || out.size() == options.max_new || engine.config().stop.contains(out.back())) return out;
    logits = sequence.feed(std::span(out).last(1), sequence.position(), options.sink);
  }
}

void replay(const Engine& engine, std::span<const std::uint32_t> prompt, std::span<const std::uint32_t> output,
            RowSink& sink) {
  const auto n_prompt = static_cast<std::uint32_t>(prompt.size());
  AETHER_ASSERT(fits(engine.config(), {n_prompt, static_cast<std::uint32_t>(output.size())}));
  std::vector<std::uint32_t> tokens(prompt.begin(), prompt.end());
  tokens.insert(tokens.end(), output.begin(), output.end() - 1);
  Sequence(engine).feed(tokens, n_prompt - 1, &sink);
}

}  // namespace aether::infer
