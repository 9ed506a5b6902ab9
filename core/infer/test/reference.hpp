// A second implementation of a forward pass, straight from the page: leaf records in, committed rows out. It shares
// with the engine only the functions of infer/element.hpp, so that the engine's rows can be compared with it.
#pragma once

#include <string>

#include "aether/infer/element.hpp"
#include "aether/infer/graph.hpp"
#include "aether/infer/model.hpp"
#include "aether/infer/row_sink.hpp"

namespace aether::infer::testing {

struct Row {
  std::uint32_t op = 0;
  std::uint32_t position = 0;
  Bytes bytes;

  bool operator==(const Row&) const = default;
};

class Recording final : public infer::RowSink {
 public:
  void row(std::uint32_t op, std::uint32_t position, ByteView bytes) override {
    rows.push_back({op, position, Bytes(bytes.begin(), bytes.end())});
  }
  std::vector<Row> rows;
};

class Reference {
 public:
  using Kind = infer::TensorKind;
  explicit Reference(const infer::Model& model) : model_(model), c_(model.config()), k_(c_.layers), v_(c_.layers) {}

  // Runs the next position; its logits when `logits` is set.
  std::vector<std::int32_t> step(std::uint32_t token, bool logits, infer::RowSink* sink) {
    sink_ = sink;
    std::vector<std::int32_t> x(c_.d);
    const Bytes row = leaf(Kind::embedding, 0, token);
    for (std::uint32_t i = 0; i < c_.d; ++i) {
      x[i] = infer::embed(static_cast<std::int8_t>(row[i]), u16(row, c_.d), row[c_.d + 2]);
    }
    emit(infer::OpKind::embed, 0, bytes_of(x));
    for (std::uint32_t layer = 0; layer < c_.layers; ++layer) {
      attention(layer, x);
      mlp(layer, x);
    }
    std::vector<std::int32_t> out;
    if (logits) {
      norm(x, leaf(Kind::final_norm, 0, 0));
      for (std::uint32_t i = 0; i < c_.vocab; ++i) out.push_back(infer::sat32(linear(Kind::lm_head, 0, i)));
      emit(infer::OpKind::logits, 0, bytes_of(out));
    }
    ++position_;
    return out;
  }

 private:
  static std::uint16_t u16(const Bytes& b, std::size_t at) {
    return static_cast<std::uint16_t>(b[at] | b[at + 1] << 8);
  }
  static std::int32_t i32(const Bytes& b, std::size_t at) {
    return static_cast<std::int32_t>(u16(b, at) | std::uint32_t{u16(b, at + 2)} << 16);
  }
  template <class T>
  static Bytes bytes_of(const std::vector<T>& values) {
    Bytes out;
    for (const T value : values) put(out, static_cast<std::uint64_t>(static_cast<std::int64_t>(value)), sizeof(T));
    return out;
  }
  static void put(Bytes& out, std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  Bytes leaf(Kind kind, std::uint32_t layer, std::uint32_t channel) const {
    return model_.leaf(infer::leaf_index(c_, kind, layer, channel));
  }
  void emit(infer::OpKind kind, std::uint32_t layer, const Bytes& bytes) {
    if (sink_ != nullptr) sink_->row(infer::op_index(c_, kind, layer), position_, bytes);
  }
  void norm(const std::vector<std::int32_t>& x, const Bytes& gains) {
    std::vector<std::int16_t> g;
    for (std::size_t i = 0; i < x.size(); ++i) g.push_back(static_cast<std::int16_t>(u16(gains, 2 * i)));
    input_.assign(x.size(), 0);
    scale_ = infer::norm_row(x, g, c_.eps, input_);
  }
  void quantise(const std::vector<std::int16_t>& x) {
    input_.assign(x.size(), 0);
    scale_ = infer::quantise_row(x, input_);
  }
  std::int64_t linear(Kind kind, std::uint32_t layer, std::uint32_t channel) const {
    const Bytes r = leaf(kind, layer, channel);
    const std::size_t k = input_.size();
    std::vector<std::int8_t> w(r.begin(), r.begin() + static_cast<std::ptrdiff_t>(k));
    return infer::linear(infer::dot(input_, w), scale_, {u16(r, k), r[k + 2], i32(r, k + 3)});
  }
  // All channels of q or k after RoPE.
  std::vector<std::int64_t> rotated(Kind kind, std::uint32_t layer, std::uint32_t width) const {
    const Bytes turns = leaf(Kind::rope, 0, position_);
    std::vector<std::int64_t> out(width);
    const std::uint32_t half = c_.head_dim / 2;
    for (std::uint32_t base = 0; base < width; base += c_.head_dim) {
      for (std::uint32_t i = 0; i < half; ++i) {
        const auto pair = infer::rotate(
            infer::sat16(linear(kind, layer, base + i)), infer::sat16(linear(kind, layer, base + i + half)),
            static_cast<std::int16_t>(u16(turns, 4 * i)), static_cast<std::int16_t>(u16(turns, 4 * i + 2)));
        out[base + i] = pair.low;
        out[base + i + half] = pair.high;
      }
    }
    return out;
  }

  void attention(std::uint32_t layer, std::vector<std::int32_t>& x) {
    norm(x, leaf(Kind::attn_norm, layer, 0));
    std::vector<std::int8_t> q;
    Bytes peaks;
    std::vector<infer::RowScale> scales;
    const auto raw = rotated(Kind::q, layer, c_.q_width());
    for (std::uint32_t head = 0; head < c_.heads; ++head) {
      std::uint64_t peak = 0;
      std::uint32_t best = 0;
      for (std::uint32_t i = 0; i < c_.head_dim; ++i) {
        const std::uint64_t size = infer::magnitude(infer::rope_q(raw[head * c_.head_dim + i]));
        if (size > peak) {
          peak = size;
          best = i;
        }
      }
      const infer::RowScale scale = infer::row_scale(peak);
      scales.push_back(scale);
      for (std::uint32_t i = 0; i < c_.head_dim; ++i) {
        q.push_back(
            infer::quantise(infer::rope_q(raw[head * c_.head_dim + i]), scale.e, infer::row_reciprocal(scale.a)));
      }
      put(peaks, peak, 4);
      put(peaks, best, 2);
    }
    Bytes q_row = bytes_of(q);
    append(q_row, peaks);
    emit(infer::OpKind::q, layer, q_row);

    std::vector<std::int8_t> k, v;
    for (const std::int64_t value : rotated(Kind::k, layer, c_.kv_width())) k.push_back(infer::rope_k(value));
    for (std::uint32_t i = 0; i < c_.kv_width(); ++i) v.push_back(infer::sat127(linear(Kind::v, layer, i)));
    emit(infer::OpKind::k, layer, bytes_of(k));
    emit(infer::OpKind::v, layer, bytes_of(v));
    k_[layer].push_back(k);
    v_[layer].push_back(v);
    mix(layer, q, scales);
    for (std::uint32_t i = 0; i < c_.d; ++i) x[i] = infer::residual_add(x[i], linear(Kind::o, layer, i));
    emit(infer::OpKind::o, layer, bytes_of(x));
  }

  void mix(std::uint32_t layer, const std::vector<std::int8_t>& q, const std::vector<infer::RowScale>& scales) {
    Bytes tops, weights;
    std::vector<std::int16_t> out;
    for (std::uint32_t head = 0; head < c_.heads; ++head) {
      const std::uint32_t kv = head / (c_.heads / c_.kv_heads) * c_.head_dim;
      const std::span<const std::int8_t> query = std::span(q).subspan(head * c_.head_dim, c_.head_dim);
      const Bytes record = leaf(Kind::head, layer, head);
      std::vector<std::int32_t> scores;
      std::uint32_t best = 0;
      for (std::uint32_t j = 0; j <= position_; ++j) {
        scores.push_back(infer::dot(query, std::span(k_[layer][j]).subspan(kv, c_.head_dim)));
        if (scores[j] > scores[best]) best = j;
      }
      put(tops, static_cast<std::uint32_t>(scores[best]), 4);
      put(tops, best, 2);
      std::vector<std::int64_t> p;
      std::int64_t total = 0;
      for (std::uint32_t j = 0; j <= position_; ++j) {
        p.push_back(infer::softmax_weight(scores[best], scores[j], scales[head], u16(record, 0), record[2]));
        put(weights, static_cast<std::uint64_t>(p[j]), 2);
        total += p[j];
      }
      for (std::uint32_t i = 0; i < c_.head_dim; ++i) {
        std::int64_t weighted = 0;
        for (std::uint32_t j = 0; j <= position_; ++j) weighted += p[j] * v_[layer][j][kv + i];
        out.push_back(infer::attention_mean(weighted, total));
      }
    }
    if (position_ >= c_.short_keys()) {
      emit(infer::OpKind::attn_max, layer, tops);
      emit(infer::OpKind::attn_p, layer, weights);
    }
    emit(infer::OpKind::attn_out, layer, bytes_of(out));
    quantise(out);
  }

  void mlp(std::uint32_t layer, std::vector<std::int32_t>& x) {
    norm(x, leaf(Kind::mlp_norm, layer, 0));
    std::vector<std::int16_t> h;
    for (std::uint32_t i = 0; i < c_.ff; ++i) {
      h.push_back(
          infer::gated(infer::gate_clamp(linear(Kind::gate, layer, i)), infer::sat16(linear(Kind::up, layer, i))));
    }
    emit(infer::OpKind::gate_up, layer, bytes_of(h));
    quantise(h);
    for (std::uint32_t i = 0; i < c_.d; ++i) x[i] = infer::residual_add(x[i], linear(Kind::down, layer, i));
    emit(infer::OpKind::down, layer, bytes_of(x));
  }

  const infer::Model& model_;
  const infer::Config& c_;
  infer::RowSink* sink_ = nullptr;
  std::uint32_t position_ = 0;
  std::vector<std::vector<std::vector<std::int8_t>>> k_, v_;  // layer, position, channel
  std::vector<std::int8_t> input_;
  infer::RowScale scale_;
};

}  // namespace aether::infer::testing
