// A Llama-type model in floating point, from a directory in Hugging Face's form: config.json, tokenizer.json and the
// tensors in float.safetensors or, where that is absent, model.safetensors (F16, BF16 or F32; one file).
#pragma once

#include "aether/models/model_file.hpp"

namespace aether::models {

inline constexpr std::string_view kFloatFileName = "float.safetensors";
inline constexpr std::string_view kConfigFileName = "config.json";
inline constexpr std::size_t kFloatFileBytesMax = std::size_t{64} << 30;

struct FloatConfig {
  // Sizes, and stop tokens. `eps` of the integer norm depends on the unit of the residual stream: 0 here.
  infer::Config sizes;
  double norm_eps = 0;
  double rope_theta = 0;
  bool tied = false;  // lm_head is the embedding
};

// Rows of `cols` floats: an output channel is a row.
struct Matrix {
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::vector<float> data;

  [[nodiscard]] std::span<const float> row(std::size_t i) const { return std::span(data).subspan(i * cols, cols); }
  [[nodiscard]] std::span<float> row(std::size_t i) { return std::span(data).subspan(i * cols, cols); }
};

struct FloatLayer {
  std::vector<float> attn_norm;
  Matrix q, k, v, o;
  std::vector<float> mlp_norm;
  Matrix gate, up, down;
};

struct FloatModel {
  FloatConfig config;
  Matrix embedding;
  std::vector<FloatLayer> layers;
  std::vector<float> final_norm;
  Matrix lm_head;  // a copy of the embedding where they are tied
};

[[nodiscard]] Outcome<FloatConfig> float_config_from_json(std::string_view text);
[[nodiscard]] Outcome<FloatModel> float_model_from(const FloatConfig& config, const Safetensors& file);

// Where the tensors are looked for.
[[nodiscard]] env::Path float_file_of(const env::Path& directory);
[[nodiscard]] Outcome<FloatModel> load_float_directory(const env::Path& directory);

}  // namespace aether::models
