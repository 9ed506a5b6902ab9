// How far an integer model is from the float model, on a text that neither was made from.
#pragma once

#include "aether/infer/engine.hpp"
#include "aether/models/float_reference.hpp"

namespace aether::models {

struct Accuracy {
  std::uint64_t tokens = 0;  // predicted ones
  std::uint64_t bytes = 0;   // of text that they stand for
  double float_perplexity = 0;
  double integer_perplexity = 0;
  std::uint64_t same_top = 0;  // positions where both put the same token first

  [[nodiscard]] double perplexity_change() const { return integer_perplexity / float_perplexity - 1; }
  [[nodiscard]] double float_bits_per_byte() const;
  [[nodiscard]] double integer_bits_per_byte() const;
};

// The best of the n-gram models that the training script measured on its held-out text; it needs the training text.
struct NgramBaseline {
  unsigned order = 0;
  double perplexity = 0;
};
[[nodiscard]] std::optional<NgramBaseline> read_ngram_baseline(const env::Path& training_json);

// What was done, for a progress line: "calibrate", 12 of 64 windows.
using Progress = std::function<void(std::string_view stage, std::size_t done, std::size_t of)>;

// Windows of the whole context that do not overlap: each token but the first is predicted from those before it in its
// window, as the training script does it. At least two tokens; `tokenizer` says what they stand for.
[[nodiscard]] Accuracy measure_accuracy(const FloatModel& reference, const infer::Model& model,
                                        const infer::Tokenizer& tokenizer, std::span<const std::uint32_t> tokens,
                                        infer::Isa isa, TaskPool& pool, const Progress& progress = {});

}  // namespace aether::models
