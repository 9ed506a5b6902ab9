// Random models: lively ones, whose rows neither vanish nor saturate at d around 64, and hostile ones of extreme
// values.
#pragma once

#include <random>

#include "aether/infer/model.hpp"

namespace aether::infer::testing {

class ModelMaker {
 public:
  ModelMaker(std::uint64_t seed, bool hostile) : random_(seed), hostile_(hostile) {}

  infer::Model make(const infer::Config& config) {
    infer::Model model(config);
    channels(model.embedding, 18);
    for (infer::Layer& layer : model.layers) {
      gains(layer.attn_norm);
      channels(layer.q, 31);
      channels(layer.k, 29);
      channels(layer.v, 36);
      channels(layer.head, 34);
      channels(layer.o, 28);
      gains(layer.mlp_norm);
      channels(layer.gate, 31);
      channels(layer.up, 31);
      channels(layer.down, 28);
    }
    gains(model.final_norm);
    channels(model.lm_head, 26);
    for (auto& turn : model.rope) turn = pick<std::int16_t>({INT16_MIN, INT16_MAX}, -16'384, 16'384);
    return model;
  }

 private:
  // One of `extremes` in a hostile model, or a value in [low, high].
  template <class T>
  T pick(std::initializer_list<T> extremes, std::int64_t low, std::int64_t high) {
    if (hostile_ && random_() % 2 == 0) return extremes.begin()[random_() % extremes.size()];
    return static_cast<T>(low + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(high - low + 1)));
  }

  void gains(std::vector<std::int16_t>& out) {
    for (auto& gain : out) gain = pick<std::int16_t>({INT16_MIN, 0, INT16_MAX}, 8'000, 24'000);
  }

  void channels(infer::Channels& out, int shift) {
    for (std::size_t i = 0; i < out.m.size(); ++i) {
      const auto fill = random_() % (hostile_ ? 4 : 1);  // hostile: whole rows of −128, 0 or 127 too
      for (std::size_t j = 0; j < out.width; ++j) {
        const auto any = static_cast<std::int8_t>(random_());
        out.w[i * out.width + j] = fill == 1 ? INT8_MIN : fill == 2 ? std::int8_t{0} : fill == 3 ? INT8_MAX : any;
      }
      out.m[i] = pick<std::uint16_t>({0, 65'535}, 32'768, 65'535);
      out.s[i] = pick<std::uint8_t>({0, 1, 62, 255}, shift - 1, shift + 1);
    }
    for (auto& bias : out.bias) bias = pick<std::int32_t>({INT32_MIN, 0, INT32_MAX}, -32, 31);
  }

  std::mt19937_64 random_;
  bool hostile_;
};

inline infer::Model make_model(const infer::Config& config, std::uint64_t seed, bool hostile) {
  return ModelMaker(seed, hostile).make(config);
}

inline infer::Model with_equal_logits(infer::Model model) {
  std::ranges::fill(model.lm_head.w, std::int8_t{0});
  std::ranges::fill(model.lm_head.bias, 0);
  return model;
}

}  // namespace aether::infer::testing
