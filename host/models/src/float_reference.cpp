#include "aether/models/float_reference.hpp"

#include <cmath>

#include "matmul.hpp"
#include "portable_math.hpp"
#include "rope.hpp"

namespace aether::models {

namespace {

class Run {
 public:
  Run(const FloatModel& model, std::span<const std::uint32_t> tokens, TaskPool& pool, Observer& observer)
      : model_(model), c_(model.config.sizes), tokens_(tokens), pool_(pool), observer_(observer) {}

  void go(std::uint32_t logits_from) {
    x_.reserve(tokens_.size() * c_.d);
    for (const std::uint32_t token : tokens_) {
      const std::span<const float> row = model_.embedding.row(token);
      x_.insert(x_.end(), row.begin(), row.end());
    }
    make_turns();
    observer_.rows(Point::residual, 0, x_);
    for (std::uint32_t i = 0; i < c_.layers; ++i) {
      attention(i);
      gated(i);
    }
    norm(model_.final_norm);
    observer_.rows(Point::final_in, 0, normed_);
    logits(logits_from);
  }

 private:
  static constexpr std::size_t kRowsPerTask = 16;

  std::size_t count() const { return tokens_.size(); }

  // task(position), spread over the pool.
  void each_position(const std::function<void(std::size_t)>& task) {
    const std::size_t tasks = (count() + kRowsPerTask - 1) / kRowsPerTask;
    pool_.run(tasks, [&](std::size_t i) {
      for (std::size_t t = i * kRowsPerTask; t < std::min(count(), (i + 1) * kRowsPerTask); ++t) task(t);
    });
  }

  std::vector<float> times(std::span<const float> rows, const Matrix& w) {
    std::vector<float> out(rows.size() / w.cols * w.rows);
    multiply(rows, w, out, pool_);
    return out;
  }

  void norm(std::span<const float> gain) {
    normed_.resize(x_.size());
    each_position([&](std::size_t t) {
      const std::span<const float> row = std::span(x_).subspan(t * c_.d, c_.d);
      double squares = 0;
      for (const float value : row) squares += double{value} * value;
      const auto root = static_cast<float>(1 / std::sqrt(squares / c_.d + model_.config.norm_eps));
      for (std::size_t i = 0; i < c_.d; ++i) normed_[t * c_.d + i] = row[i] * root * gain[i];
    });
  }

  void add(const std::vector<float>& branch, std::uint32_t layer) {
    for (std::size_t i = 0; i < x_.size(); ++i) x_[i] += branch[i];
    observer_.rows(Point::residual, layer, x_);
  }

  // (cos, sin) of each pair at each position.
  void make_turns() {
    turns_.resize(count() * c_.head_dim);
    each_position([&](std::size_t t) {
      for (std::uint32_t i = 0; i < c_.head_dim / 2; ++i) {
        const Turn turn = rope_turn(model_.config, static_cast<std::uint32_t>(t), i);
        turns_[t * c_.head_dim + 2 * i] = static_cast<float>(turn.cos);
        turns_[t * c_.head_dim + 2 * i + 1] = static_cast<float>(turn.sin);
      }
    });
  }

  void rotate(std::vector<float>& rows, std::size_t width) {
    const std::size_t half = c_.head_dim / 2;
    each_position([&](std::size_t t) {
      for (std::size_t i = 0; i < half; ++i) {
        const float c = turns_[t * c_.head_dim + 2 * i], s = turns_[t * c_.head_dim + 2 * i + 1];
        for (std::size_t base = t * width; base < (t + 1) * width; base += c_.head_dim) {
          const float a = rows[base + i], b = rows[base + i + half];
          rows[base + i] = a * c - b * s;
          rows[base + i + half] = b * c + a * s;
        }
      }
    });
  }

  void attention(std::uint32_t index) {
    const FloatLayer& layer = model_.layers[index];
    norm(layer.attn_norm);
    observer_.rows(Point::attn_in, index, normed_);
    std::vector<float> q = times(normed_, layer.q), k = times(normed_, layer.k);
    const std::vector<float> v = times(normed_, layer.v);
    observer_.rows(Point::q, index, q);
    observer_.rows(Point::k, index, k);
    observer_.rows(Point::v, index, v);
    rotate(q, c_.q_width());
    rotate(k, c_.kv_width());
    std::vector<float> mixed(q.size());
    each_position([&](std::size_t t) {
      for (std::size_t head = 0; head < c_.heads; ++head) {
        const std::size_t from = t * c_.q_width() + head * c_.head_dim;
        mix(std::span(q).subspan(from, c_.head_dim), k, v, head / (c_.heads / c_.kv_heads), t,
            std::span(mixed).subspan(from, c_.head_dim));
      }
    });
    add(times(mixed, layer.o), index);
  }

  // The mean of the values of positions 0 … t under the softmax of their scores.
  void mix(std::span<const float> query, std::span<const float> k, std::span<const float> v, std::size_t kv_head,
           std::size_t t, std::span<float> out) const {
    const std::size_t width = c_.kv_width(), base = kv_head * c_.head_dim;
    const double scale = 1 / std::sqrt(static_cast<double>(c_.head_dim));
    std::vector<float> weights(t + 1);
    float top = -INFINITY;
    for (std::size_t j = 0; j <= t; ++j) {
      weights[j] = dot(query, k.subspan(j * width + base, c_.head_dim));
      top = std::max(top, weights[j]);
    }
    double total = 0;
    for (float& weight : weights) {
      weight = static_cast<float>(exp_of((double{weight} - top) * scale));
      total += weight;
    }
    for (std::size_t j = 0; j <= t; ++j) add_scaled(out, weights[j], v.subspan(j * width + base, c_.head_dim));
    for (float& value : out) value = static_cast<float>(value / total);
  }

  void gated(std::uint32_t index) {
    const FloatLayer& layer = model_.layers[index];
    norm(layer.mlp_norm);
    observer_.rows(Point::mlp_in, index, normed_);
    std::vector<float> gate = times(normed_, layer.gate);
    const std::vector<float> up = times(normed_, layer.up);
    observer_.rows(Point::up, index, up);
    each_position([&](std::size_t t) {
      for (std::size_t i = t * c_.ff; i < (t + 1) * c_.ff; ++i) {
        const double g = gate[i];
        gate[i] = static_cast<float>(g / (1 + exp_of(-g)) * up[i]);
      }
    });
    observer_.rows(Point::hidden, index, gate);
    add(times(gate, layer.down), index);
  }

  void logits(std::uint32_t from) {
    constexpr std::size_t kBlock = 64;  // bounds the memory that a large vocabulary takes
    for (std::size_t first = from; first < count(); first += kBlock) {
      const std::size_t rows = std::min(kBlock, count() - first);
      const std::vector<float> block = times(std::span(normed_).subspan(first * c_.d, rows * c_.d), model_.lm_head);
      for (std::size_t t = 0; t < rows; ++t)
        observer_.logits(static_cast<std::uint32_t>(first + t), std::span(block).subspan(t * c_.vocab, c_.vocab));
    }
  }

  const FloatModel& model_;
  const infer::Config& c_;
  std::span<const std::uint32_t> tokens_;
  TaskPool& pool_;
  Observer& observer_;
  std::vector<float> x_, normed_, turns_;
};

}  // namespace

void run_float(const FloatModel& model, std::span<const std::uint32_t> tokens, std::uint32_t logits_from,
               TaskPool& pool, Observer& observer) {
  AETHER_ASSERT(!tokens.empty() && tokens.size() <= model.config.sizes.context);
  Run(model, tokens, pool, observer).go(logits_from);
}

}  // namespace aether::models
