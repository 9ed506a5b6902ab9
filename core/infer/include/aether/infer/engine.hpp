// The engine: a model made ready for one instruction set, and sequences that run through it. The scalar kernels are the
// definition; every kernel, chunk length and number of threads gives the same bits (spec/aic-int.md).
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "aether/base/task_pool.hpp"
#include "aether/infer/graph.hpp"
#include "aether/infer/model.hpp"
#include "aether/infer/row_sink.hpp"

namespace aether::infer {

// What the processor can do is a value that the host passes in (env/cpu.hpp).
enum class Isa : std::uint8_t { scalar, avx2 };
[[nodiscard]] std::string_view to_string(Isa isa);

struct EngineOptions {
  Isa isa = Isa::scalar;
  std::uint32_t chunk = 64;               // positions that run through a layer together; at least 1
  std::uint64_t parallel_from = 1 << 20;  // multiply-adds from which a step is worth waking threads
};

// Immutable once made; several sequences may run on it. `model` and `pool` must outlive it.
class Engine {
 public:
  Engine(const Model& model, TaskPool& pool, EngineOptions options = {});
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  const Model& model() const;
  const Config& config() const { return model().config(); }

 private:
  friend class Sequence;
  struct State;
  std::unique_ptr<State> state_;
};

// One sequence: the keys and values of its positions so far.
class Sequence {
 public:
  explicit Sequence(const Engine& engine);
  ~Sequence();
  Sequence(Sequence&&) noexcept;

  [[nodiscard]] std::uint32_t position() const;  // how many tokens were fed

  // Runs the tokens (ids below the vocabulary, position() + size ≤ context). Logits are computed for positions from
  // `logits_from` on, and rows of all committed operators go to `sink` unless it is null. Returns the logits of the
  // last token, empty if it is before `logits_from`; valid until the next call.
  std::span<const std::int32_t> feed(std::span<const std::uint32_t> tokens, std::uint32_t logits_from, RowSink* sink);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The first of the largest logits: greedy sampling's order is value down, index up.
[[nodiscard]] std::uint32_t greedy_token(std::span<const std::int32_t> logits);

struct GenerateOptions {
  std::uint32_t max_new = 0;                         // at least 1; prompt and max_new fit the context
  RowSink* sink = nullptr;                           // gets exactly the rows of the trace of prompt and output
  std::function<bool(std::uint32_t)> on_token = {};  // called for each token as it comes; false stops after it
};

// Greedy generation from a prompt of at least one token: max_new tokens, or fewer after a stop token.
[[nodiscard]] std::vector<std::uint32_t> generate(const Engine& engine, std::span<const std::uint32_t> prompt,
                                                  const GenerateOptions& options);

// The trace of claimed tokens: teacher-forced prefill over prompt and output, all rows to `sink`. Each at least one
// token, together at most the context.
void replay(const Engine& engine, std::span<const std::uint32_t> prompt, std::span<const std::uint32_t> output,
            RowSink& sink);

}  // namespace aether::infer
