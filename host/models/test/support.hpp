// Small random float models, and where the committed model lies.
#pragma once

#include <cmath>
#include <cstdlib>
#include <random>

#include "aether/models/convert.hpp"

namespace aether::models::testing {

inline bool quick() { return std::getenv("AETHER_QUICK") != nullptr; }
inline bool exhaustive() { return std::getenv("AETHER_LONG") != nullptr; }

inline env::Path tiny_directory() { return env::Path(AETHER_SOURCE_DIR) / "models" / "aether-tiny"; }
inline std::string text_of(const env::Path& path) {
  const auto bytes = env::read_file(path, 1 << 24);
  return bytes ? std::string(as_text(*bytes)) : std::string();
}

inline infer::Config sizes_of(std::uint32_t vocab, std::uint32_t d, std::uint32_t layers, std::uint32_t heads,
                              std::uint32_t kv_heads, std::uint32_t head_dim, std::uint32_t ff, std::uint32_t context) {
  infer::Config c;
  c.vocab = vocab;
  c.d = d;
  c.layers = layers;
  c.heads = heads;
  c.kv_heads = kv_heads;
  c.head_dim = head_dim;
  c.ff = ff;
  c.context = context;
  return c;
}
// Grouped queries; widths that are no multiple of four.
inline infer::Config odd_sizes() { return sizes_of(61, 37, 2, 6, 2, 10, 53, 40); }
inline infer::Config even_sizes() { return sizes_of(300, 64, 2, 4, 2, 16, 96, 64); }

class FloatMaker {
 public:
  explicit FloatMaker(std::uint64_t seed) : random_(seed) {}

  FloatModel make(const infer::Config& c) {
    FloatModel out;
    out.config.sizes = c;
    out.config.norm_eps = 1e-5;
    out.config.rope_theta = 10'000;
    out.embedding = matrix(c.vocab, c.d, 1);
    for (std::uint32_t i = 0; i < c.layers; ++i) {
      FloatLayer layer;
      layer.attn_norm = gains(c.d);
      layer.q = matrix(c.q_width(), c.d);
      layer.k = matrix(c.kv_width(), c.d);
      layer.v = matrix(c.kv_width(), c.d);
      layer.o = matrix(c.d, c.q_width());
      layer.mlp_norm = gains(c.d);
      layer.gate = matrix(c.ff, c.d);
      layer.up = matrix(c.ff, c.d);
      layer.down = matrix(c.d, c.ff);
      out.layers.push_back(std::move(layer));
    }
    out.final_norm = gains(c.d);
    out.lm_head = matrix(c.vocab, c.d);
    return out;
  }

  Windows windows(const infer::Config& c, std::size_t count) {
    Windows out(count);
    for (auto& window : out) {
      window.resize(1 + random_() % c.context);
      for (auto& token : window) token = static_cast<std::uint32_t>(random_() % c.vocab);
    }
    return out;
  }

  Matrix matrix(std::size_t rows, std::size_t cols, double deviation = 0) {
    Matrix out{rows, cols, std::vector<float>(rows * cols)};
    const double spread = deviation > 0 ? deviation : 1 / std::sqrt(static_cast<double>(cols));
    for (float& w : out.data) w = normal(spread);
    return out;
  }

 private:
  float normal(double deviation) { return static_cast<float>(std::normal_distribution<double>(0, deviation)(random_)); }
  std::vector<float> gains(std::size_t size) {
    std::vector<float> out(size);
    for (float& gain : out) gain = 1 + normal(0.2);
    return out;
  }

  std::mt19937_64 random_;
};

}  // namespace aether::models::testing
