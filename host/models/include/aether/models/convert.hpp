// From a float model to integers (spec/aic-int.md, section 6): smoothing folded into gains and weights, V per channel
// into v and o, K per rotary pair into q and k, the hidden layer per channel into up and down. The result is a function
// of (float model, calibration windows): threads, compiler and machine do not show.
#pragma once

#include <functional>
#include <optional>

#include "aether/models/accuracy.hpp"

namespace aether::models {

// The (M, s) of a factor: M·2^−s with M in [2^15, 2^16), s ≤ 62 (below that M shrinks); 0 gives (0, 62). Relative error
// at most 2^−16 while M is full. None where s would be negative (factor ≥ 2^16), or for a factor that is no number.
struct Scale {
  std::uint16_t m = 0;
  std::uint8_t s = 62;

  bool operator==(const Scale&) const = default;
};
[[nodiscard]] std::optional<Scale> scale_of(double factor);

// Windows are token ids, each at least one and at most the context.
using Windows = std::vector<std::vector<std::uint32_t>>;

// The text's sections (a form feed ends one), each cut into windows of at most `tokens_max` tokens.
[[nodiscard]] Windows windows_of(const infer::Tokenizer& tokenizer, std::string_view text, std::size_t tokens_max);

[[nodiscard]] Outcome<infer::Model> convert(const FloatModel& model, const Windows& calibration, TaskPool& pool,
                                            const Progress& progress = {});

struct ConvertOptions {
  env::Path float_directory;
  env::Path output_directory;             // may be the same where the float tensors are in float.safetensors
  env::Path calibration;                  // text; sections end with form feeds
  std::optional<env::Path> heldout = {};  // text to measure accuracy on
  std::size_t heldout_tokens_max = SIZE_MAX;
  infer::Isa isa = infer::Isa::scalar;  // for the integer model's forward pass
  Progress progress = {};
};

struct ConversionReport {
  infer::Config config;
  Hash model_root;
  Hash tokenizer_hash;
  std::uint64_t model_bytes = 0;  // of model.safetensors
  std::uint64_t calibration_tokens = 0;
  std::optional<Accuracy> accuracy = {};    // with a held-out text
  std::optional<NgramBaseline> ngram = {};  // where the float directory has a training.json that tells one
};

// Reads the float directory, converts, measures, and then writes model.safetensors and tokenizer.json: after an error
// nothing is written.
[[nodiscard]] Outcome<ConversionReport> convert_directory(const ConvertOptions& options, TaskPool& pool);

// For people, a line each.
[[nodiscard]] std::string to_text(const ConversionReport& report);

}  // namespace aether::models
