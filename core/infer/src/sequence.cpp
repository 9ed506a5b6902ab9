#include "sequence.hpp"

#include <algorithm>

namespace aether::infer {

Sequence::State::State(const Engine::State& made)
    : engine(made),
      model(made.model),
      c(made.model.config()),
      kernels(made.kernels),
      group_(c.heads / c.kv_heads),
      query_stride_(whole_lanes(c.head_dim)),
      in_stride_(whole_lanes(std::max({c.d, c.q_width(), c.ff}))),
      y_stride_(std::max({c.d, c.q_width() + 2 * c.kv_width(), 2 * c.ff})),
      // Whole cache lines, an odd number of them: channels must not all fall into the same sets of a cache.
      value_stride_((c.context + std::size_t{63}) / 64 * 64 | 64),
      keys_(std::size_t{c.layers} * c.context * c.kv_width()),
      values_(std::size_t{c.layers} * c.kv_width() * value_stride_),
      scratch_(made.pool.width()) {
  const std::size_t rows = std::min(engine.options.chunk, c.context);
  x_.resize(rows * c.d);
  in_.resize(rows * in_stride_);
  scales_.resize(rows);
  y_.resize(rows * y_stride_);
  q_.resize(rows * c.heads * query_stride_);
  q_scales_.resize(rows * c.heads);
  q_rows_.resize(rows * (c.q_width() + 6 * c.heads));
  k_rows_.resize(rows * c.kv_width());
  v_rows_.resize(rows * c.kv_width());
  top_rows_.resize(rows * 6 * c.heads);
  p_rows_.resize(rows);
  mixed_.resize(rows * c.q_width());
  hidden_.resize(rows * c.ff);
}

void Sequence::State::run(std::span<const std::uint32_t> tokens, std::uint32_t logits_from, RowSink* to) {
  sink_ = to;
  n_ = tokens.size();
  embed(tokens);
  for (std::uint32_t layer = 0; layer < c.layers; ++layer) {
    attention(layer);
    mlp(layer);
  }
  head(logits_from > position ? std::min<std::size_t>(logits_from - position, n_) : 0);
  position += static_cast<std::uint32_t>(n_);
}

void Sequence::State::embed(std::span<const std::uint32_t> tokens) {
  each_position(0, c.d, [&](std::size_t row) {
    const std::uint32_t token = tokens[row];
    const std::span<const std::int8_t> w = model.embedding.row(token);
    const std::uint16_t m = model.embedding.m[token];
    const std::uint8_t s = model.embedding.s[token];
    std::ranges::transform(w, x_.begin() + static_cast<std::ptrdiff_t>(row * c.d),
                           [&](std::int8_t value) { return infer::embed(value, m, s); });
  });
  emit(OpKind::embed, 0, x_, c.d, c.d);
}

void Sequence::State::norm(const std::vector<std::int16_t>& gain, std::size_t first) {
  each_position(first, c.d, [&](std::size_t row) {
    scales_[row] =
        kernels.norm(std::span(x_).subspan(row * c.d, c.d), gain, c.eps, std::span(in_).subspan(row * in_stride_, c.d));
  });
}

void Sequence::State::add_to_residual(std::size_t first, std::size_t end) {
  for (std::size_t row = 0; row < n_; ++row) {
    for (std::size_t i = first; i < end; ++i) {
      x_[row * c.d + i] = residual_add(x_[row * c.d + i], y_[row * y_stride_ + i]);
    }
  }
}

void Sequence::State::attention(std::uint32_t layer) {
  const Layer& weights = model.layers[layer];
  norm(weights.attn_norm, 0);
  queries_keys_values(layer);
  mix(layer);
  each_position(0, c.q_width(), [&](std::size_t row) {
    scales_[row] = kernels.quantise(std::span(mixed_).subspan(row * c.q_width(), c.q_width()),
                                    std::span(in_).subspan(row * in_stride_, c.q_width()));
  });
  linear({{&weights.o, y_.data()}}, y_stride_, 0,
         [&](std::size_t first, std::size_t end) { add_to_residual(first, end); });
  emit(OpKind::o, layer, x_, c.d, c.d);
}

void Sequence::State::mlp(std::uint32_t layer) {
  const Layer& weights = model.layers[layer];
  norm(weights.mlp_norm, 0);
  linear({{&weights.gate, y_.data()}, {&weights.up, y_.data() + c.ff}}, y_stride_, 0,
         [&](std::size_t first, std::size_t end) {
           for (std::size_t row = 0; row < n_; ++row) {
             const std::span<const std::int32_t> both = std::span(y_).subspan(row * y_stride_, 2 * c.ff);
             kernels.gate(both.subspan(first, end - first), both.subspan(c.ff + first, end - first),
                          std::span(hidden_).subspan(row * c.ff + first, end - first));
           }
         });
  emit(OpKind::gate_up, layer, hidden_, c.ff, c.ff);
  each_position(0, c.ff, [&](std::size_t row) {
    scales_[row] =
        kernels.quantise(std::span(hidden_).subspan(row * c.ff, c.ff), std::span(in_).subspan(row * in_stride_, c.ff));
  });
  linear({{&weights.down, y_.data()}}, y_stride_, 0,
         [&](std::size_t first, std::size_t end) { add_to_residual(first, end); });
  emit(OpKind::down, layer, x_, c.d, c.d);
}

// The logits of the chunk's positions from `first` on.
void Sequence::State::head(std::size_t first) {
  logit_rows = n_ - first;
  if (logit_rows == 0) return;
  if (logits.size() < logit_rows * c.vocab) logits.resize(logit_rows * c.vocab);
  norm(model.final_norm, first);
  linear({{&model.lm_head, logits.data()}}, c.vocab, first, [](std::size_t, std::size_t) {});
  if (sink_ == nullptr) return;
  for (std::size_t row = 0; row < logit_rows; ++row) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(logits.data() + row * c.vocab);
    sink_->row(op_index(c, OpKind::logits, 0), position + static_cast<std::uint32_t>(first + row),
               {bytes, 4 * c.vocab});
  }
}

Sequence::Sequence(const Engine& engine) : state_(new State(*engine.state_)) {}
Sequence::~Sequence() = default;
Sequence::Sequence(Sequence&&) noexcept = default;

std::uint32_t Sequence::position() const { return state_->position; }

std::span<const std::int32_t> Sequence::feed(std::span<const std::uint32_t> tokens, std::uint32_t logits_from,
                                             RowSink* sink) {
  State& state = *state_;
  AETHER_ASSERT(tokens.size() <= state.c.context - state.position);
  AETHER_ASSERT(std::ranges::all_of(tokens, [&](std::uint32_t token) { return token < state.c.vocab; }));
  state.logit_rows = 0;
  for (std::size_t at = 0; at < tokens.size(); at += state.engine.options.chunk) {
    state.run(tokens.subspan(at, std::min<std::size_t>(state.engine.options.chunk, tokens.size() - at)), logits_from,
              sink);
  }
  if (state.logit_rows == 0) return {};
  return std::span(state.logits).subspan((state.logit_rows - 1) * state.c.vocab, state.c.vocab);
}

}  // namespace aether::infer
