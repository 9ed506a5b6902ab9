// The forward pass of one sequence. A chunk of positions runs through each layer together; a step is split over output
// channels, heads or positions, each element being computed in one part alone.
#pragma once

#include <bit>
#include <initializer_list>

#include "engine_state.hpp"

namespace aether::infer {

// Rows are committed as they lie in memory.
static_assert(std::endian::native == std::endian::little);

struct Sequence::State {
  explicit State(const Engine::State& engine);
  void run(std::span<const std::uint32_t> tokens, std::uint32_t logits_from, RowSink* to);

  const Engine::State& engine;
  const Model& model;
  const Config& c;
  const Kernels& kernels;
  std::uint32_t position = 0;        // of the chunk's first token
  std::vector<std::int32_t> logits;  // of the last chunk, from `logits_from` on
  std::size_t logit_rows = 0;

 private:
  struct Product {
    const Channels* w = nullptr;
    std::int32_t* out = nullptr;  // of the first row; the next at out + stride
  };
  // What one part of the attention works in.
  struct Scratch {
    std::vector<std::int32_t> scores, sums;
    std::vector<std::int16_t> p;
    std::vector<std::int64_t> weighted, totals;
  };

  template <class F>
  void split(std::uint64_t multiply_adds, const F& part);
  template <class F>
  void each_position(std::size_t first, std::size_t width, const F& f);
  template <class After>
  void linear(std::initializer_list<Product> products, std::size_t stride, std::size_t first, const After& after);
  void norm(const std::vector<std::int16_t>& gain, std::size_t first);
  template <class T>
  void emit(OpKind kind, std::uint32_t layer, const std::vector<T>& rows, std::size_t stride, std::size_t width);
  void add_to_residual(std::size_t first, std::size_t end);

  void embed(std::span<const std::uint32_t> tokens);
  void attention(std::uint32_t layer);
  void mlp(std::uint32_t layer);
  void head(std::size_t first);

  void queries_keys_values(std::uint32_t layer);
  void turn_queries(std::size_t row);
  void turn_keys(std::uint32_t layer, std::size_t row);
  void store_values(std::uint32_t layer, std::size_t row);
  void mix(std::uint32_t layer);
  void mix_block(std::uint32_t layer, std::uint32_t kv_head, std::size_t first, std::size_t end, Scratch& scratch);
  void weigh(std::uint32_t layer, std::uint32_t head, std::size_t row, std::span<const std::int32_t> scores,
             std::span<std::int16_t> p, std::int64_t& total);

  std::int8_t* key(std::uint32_t layer, std::uint32_t kv_head, std::size_t at) {
    return keys_.data() + ((std::size_t{layer} * c.kv_heads + kv_head) * c.context + at) * c.head_dim;
  }
  std::int8_t* stream(std::uint32_t layer, std::uint32_t channel) {
    return values_.data() + (std::size_t{layer} * c.kv_width() + channel) * value_stride_;
  }
  // The queries of a kv-head lie together: position, then head of the group.
  std::int16_t* query(std::uint32_t kv_head, std::size_t row) {
    return q_.data() + (std::size_t{kv_head} * n_ + row) * group_ * query_stride_;
  }

  RowSink* sink_ = nullptr;
  std::size_t n_ = 0;    // positions of the chunk
  std::uint32_t group_;  // query heads of a kv-head
  std::size_t query_stride_, in_stride_, y_stride_, value_stride_;

  std::vector<std::int8_t> keys_;    // layer, kv-head, position, channel
  std::vector<std::int8_t> values_;  // layer, channel, position: the streams of layout S

  // Of the chunk, by position.
  std::vector<std::int32_t> x_;   // residual
  std::vector<std::int16_t> in_;  // quantised input of a linear operator
  std::vector<RowScale> scales_;  // of in_
  std::vector<std::int32_t> y_;   // outputs of linear operators
  std::vector<std::int16_t> q_;
  std::vector<RowScale> q_scales_;                                 // by position and head
  std::vector<std::uint8_t> q_rows_, k_rows_, v_rows_, top_rows_;  // as committed
  std::vector<std::vector<std::int16_t>> p_rows_;
  std::vector<std::int16_t> mixed_, hidden_;
  std::vector<Scratch> scratch_;  // by part
};

// Calls part(i, parts) for all i < parts, on the pool if the work repays it.
template <class F>
void Sequence::State::split(std::uint64_t multiply_adds, const F& part) {
  const std::size_t parts = multiply_adds < engine.options.parallel_from ? 1 : engine.pool.width();
  if (parts == 1) return part(std::size_t{0}, parts);
  engine.pool.run(parts, [&](std::size_t i) { part(i, parts); });
}

// Calls f(row) for the chunk's positions from `first` on, each with work in proportion to `width`.
template <class F>
void Sequence::State::each_position(std::size_t first, std::size_t width, const F& f) {
  constexpr std::uint64_t kElement = 64;  // an element of such work costs about as many multiply-adds
  const std::size_t rows = n_ - first;
  split(kElement * rows * width, [&](std::size_t part, std::size_t parts) {
    for (std::size_t row = first + rows * part / parts; row < first + rows * (part + 1) / parts; ++row) f(row);
  });
}

// The products of in_ (rows from `first` on) with weights of one width. Channels are split; `after(begin, end)` follows
// for the channels of each part, counted from each product's first.
template <class After>
void Sequence::State::linear(std::initializer_list<Product> products, std::size_t stride, std::size_t first,
                             const After& after) {
  constexpr std::size_t kBlock = 64;  // channels that stay in the first-level cache with their outputs
  const std::size_t rows = n_ - first;
  std::size_t weights = 0;
  for (const Product& product : products) weights += product.w->w.size();
  split(rows * weights, [&](std::size_t part, std::size_t parts) {
    std::size_t begin = 0, end = 0;
    for (const Product& product : products) {
      const Channels& w = *product.w;
      begin = w.m.size() * part / parts;
      end = w.m.size() * (part + 1) / parts;
      for (std::size_t at = begin; at < end; at += kBlock) {
        const std::size_t count = std::min(kBlock, end - at);
        kernels.dots({in_.data() + first * in_stride_, rows, in_stride_}, {w.w.data() + at * w.width, count, w.width},
                     w.width, product.out + at, stride);
        for (std::size_t row = first; row < n_; ++row) {
          kernels.finish({product.out + (row - first) * stride + at, count}, scales_[row],
                         {w.m.data() + at, w.s.data() + at, w.bias.data() + at});
        }
      }
    }
    after(begin, end);
  });
}

// Gives the rows of the chunk to the sink, `width` of `stride` elements each.
template <class T>
void Sequence::State::emit(OpKind kind, std::uint32_t layer, const std::vector<T>& rows, std::size_t stride,
                           std::size_t width) {
  if (sink_ == nullptr) return;
  const std::uint32_t op = op_index(c, kind, layer);
  for (std::size_t row = 0; row < n_; ++row) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(rows.data() + row * stride);
    sink_->row(op, position + static_cast<std::uint32_t>(row), {bytes, width * sizeof(T)});
  }
}

}  // namespace aether::infer
