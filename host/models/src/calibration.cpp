#include "calibration.hpp"

#include <cmath>

namespace aether::models {

namespace {

class MaximaObserver final : public Observer {
 public:
  explicit MaximaObserver(const infer::Config& config) : c_(config) {
    const std::size_t half = c_.head_dim / 2;
    LayerMaxima layer;
    layer.attn_in.resize(c_.d);
    layer.q.resize(c_.heads * half);
    layer.k.resize(c_.kv_heads * half);
    layer.v.resize(c_.kv_width());
    layer.mlp_in.resize(c_.d);
    layer.up.resize(c_.ff);
    layer.hidden.resize(c_.ff);
    maxima_.layers.assign(c_.layers, layer);
    maxima_.final_in.resize(c_.d);
  }

  void rows(Point point, std::uint32_t index, std::span<const float> values) override {
    LayerMaxima& layer = maxima_.layers[index];
    switch (point) {
      case Point::residual: return residual(values);
      case Point::attn_in: return channels(values, layer.attn_in);
      case Point::q: return pairs(values, layer.q);
      case Point::k: return pairs(values, layer.k);
      case Point::v: return channels(values, layer.v);
      case Point::mlp_in: return channels(values, layer.mlp_in);
      case Point::up: return channels(values, layer.up);
      case Point::hidden: return channels(values, layer.hidden);
      case Point::final_in: return channels(values, maxima_.final_in);
    }
  }

  bool finite() const { return finite_; }
  Maxima take() { return std::move(maxima_); }

 private:
  void residual(std::span<const float> values) {
    for (const float x : values) {
      finite_ = finite_ && std::isfinite(x);
      maxima_.residual = std::max(maxima_.residual, std::fabs(double{x}));
    }
  }

  static void channels(std::span<const float> values, std::vector<double>& out) {
    for (std::size_t from = 0; from < values.size(); from += out.size()) {
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::max(out[i], std::fabs(double{values[from + i]}));
    }
  }

  void pairs(std::span<const float> values, std::vector<double>& out) const {
    const std::size_t half = c_.head_dim / 2, heads = out.size() / half;
    for (std::size_t from = 0, at = 0; from < values.size(); from += c_.head_dim, ++at) {
      for (std::size_t i = 0; i < half; ++i) {
        const double a = values[from + i], b = values[from + half + i];
        double& most = out[at % heads * half + i];
        most = std::max(most, std::sqrt(a * a + b * b));
      }
    }
  }

  const infer::Config& c_;
  Maxima maxima_;
  bool finite_ = true;
};

}  // namespace

Outcome<Maxima> measure_maxima(const FloatModel& model, const Windows& windows, TaskPool& pool,
                               const Progress& progress) {
  MaximaObserver observer(model.config.sizes);
  // Every row of the embedding starts a residual stream somewhere.
  observer.rows(Point::residual, 0, model.embedding.data);
  for (std::size_t i = 0; i < windows.size(); ++i) {
    run_float(model, windows[i], static_cast<std::uint32_t>(windows[i].size()), pool, observer);
    if (!observer.finite())
      return error(ErrorKind::not_finite,
                   "the float model's activations overflow on calibration window " + std::to_string(i));
    if (progress) progress("calibrate", i + 1, windows.size());
  }
  return observer.take();
}

}  // namespace aether::models
