// A second forward pass of a Llama-type model, straight from its formulas: double precision, no blocks, libm.
#pragma once

#include <cmath>

#include "aether/models/float_model.hpp"

namespace aether::models::testing {

class PlainForward {
 public:
  explicit PlainForward(const FloatModel& model) : m_(model), c_(model.config.sizes), k_(c_.layers), v_(c_.layers) {}

  // The next position's logits.
  std::vector<double> step(std::uint32_t token) {
    Row x(m_.embedding.row(token).begin(), m_.embedding.row(token).end());
    for (std::uint32_t i = 0; i < c_.layers; ++i) {
      const FloatLayer& layer = m_.layers[i];
      const Row in = norm(x, layer.attn_norm);
      k_[i].push_back(turned(times(layer.k, in)));
      v_[i].push_back(times(layer.v, in));
      add(x, times(layer.o, attend(i, turned(times(layer.q, in)))));
      const Row hidden_in = norm(x, layer.mlp_norm);
      Row hidden = times(layer.gate, hidden_in);
      const Row up = times(layer.up, hidden_in);
      for (std::size_t j = 0; j < hidden.size(); ++j) hidden[j] *= up[j] / (1 + std::exp(-hidden[j]));
      add(x, times(layer.down, hidden));
    }
    ++position_;
    return times(m_.lm_head, norm(x, m_.final_norm));
  }

 private:
  using Row = std::vector<double>;

  static Row times(const Matrix& w, const Row& x) {
    Row out;
    for (std::size_t i = 0; i < w.rows; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < w.cols; ++j) sum += double{w.row(i)[j]} * x[j];
      out.push_back(sum);
    }
    return out;
  }
  static void add(Row& x, const Row& y) {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] += y[i];
  }
  Row norm(const Row& x, const std::vector<float>& gain) const {
    double mean = 0;
    for (const double value : x) mean += value * value / static_cast<double>(x.size());
    Row out;
    for (std::size_t i = 0; i < x.size(); ++i) out.push_back(x[i] * gain[i] / std::sqrt(mean + m_.config.norm_eps));
    return out;
  }
  Row turned(Row x) const {
    const std::size_t half = c_.head_dim / 2;
    for (std::size_t base = 0; base < x.size(); base += c_.head_dim) {
      for (std::size_t i = 0; i < half; ++i) {
        const double angle = position_ * std::pow(m_.config.rope_theta, -2.0 * static_cast<double>(i) / c_.head_dim);
        const double a = x[base + i], b = x[base + half + i];
        x[base + i] = a * std::cos(angle) - b * std::sin(angle);
        x[base + half + i] = b * std::cos(angle) + a * std::sin(angle);
      }
    }
    return x;
  }
  Row attend(std::uint32_t layer, const Row& q) const {
    Row out(q.size());
    for (std::size_t head = 0; head < c_.heads; ++head) {
      const std::size_t kv = head / (c_.heads / c_.kv_heads) * c_.head_dim, at = head * c_.head_dim;
      Row weights;
      double total = 0;
      for (const Row& key : k_[layer]) {
        double score = 0;
        for (std::size_t i = 0; i < c_.head_dim; ++i) score += q[at + i] * key[kv + i];
        weights.push_back(std::exp(score / std::sqrt(c_.head_dim)));
        total += weights.back();
      }
      for (std::size_t j = 0; j < weights.size(); ++j) {
        for (std::size_t i = 0; i < c_.head_dim; ++i) out[at + i] += weights[j] / total * v_[layer][j][kv + i];
      }
    }
    return out;
  }

  const FloatModel& m_;
  const infer::Config& c_;
  std::uint32_t position_ = 0;
  std::vector<std::vector<Row>> k_, v_;  // layer, position
};

inline std::vector<std::vector<double>> plain_logits(const FloatModel& model, std::span<const std::uint32_t> tokens) {
  PlainForward forward(model);
  std::vector<std::vector<double>> out;
  for (const std::uint32_t token : tokens) out.push_back(forward.step(token));
  return out;
}

}  // namespace aether::models::testing
