#include <algorithm>

#include "sequence.hpp"

namespace aether::infer {

namespace {

template <class T>
void put(std::uint8_t* to, T number) {
  for (std::size_t i = 0; i < sizeof(T); ++i) to[i] = static_cast<std::uint8_t>(number >> (8 * i));
}

// RoPE over a head of int16-saturated outputs: turned(i, low, high) for each pair (i, i + half).
template <class F>
void turn(std::span<const std::int32_t> head, std::span<const std::int16_t> angles, const F& turned) {
  const std::size_t half = head.size() / 2;
  for (std::size_t i = 0; i < half; ++i) {
    const Rotated pair = rotate(sat16(head[i]), sat16(head[i + half]), angles[2 * i], angles[2 * i + 1]);
    turned(i, pair.low);
    turned(i + half, pair.high);
  }
}

}  // namespace

void Sequence::State::queries_keys_values(std::uint32_t layer) {
  const Layer& weights = model.layers[layer];
  std::int32_t* const y = y_.data();
  linear({{&weights.q, y}, {&weights.k, y + c.q_width()}, {&weights.v, y + c.q_width() + c.kv_width()}}, y_stride_, 0,
         [](std::size_t, std::size_t) {});
  each_position(0, c.q_width() + 2 * c.kv_width(), [&](std::size_t row) {
    turn_queries(row);
    turn_keys(layer, row);
    store_values(layer, row);
  });
  emit(OpKind::q, layer, q_rows_, c.q_width() + 6 * c.heads, c.q_width() + 6 * c.heads);
  emit(OpKind::k, layer, k_rows_, c.kv_width(), c.kv_width());
  emit(OpKind::v, layer, v_rows_, c.kv_width(), c.kv_width());
}

// Rotates the queries of a position and quantises each head; a row commits to the values, then to the peak of each head
// and the lowest channel that has it.
void Sequence::State::turn_queries(std::size_t row) {
  const auto angles = model.rope_row(position + static_cast<std::uint32_t>(row));
  std::uint8_t* const committed = q_rows_.data() + row * (c.q_width() + 6 * c.heads);
  std::array<std::int32_t, 256> turned;
  for (std::uint32_t head = 0; head < c.heads; ++head) {
    turn(std::span(y_).subspan(row * y_stride_ + head * c.head_dim, c.head_dim), angles,
         [&](std::size_t i, std::int64_t x) { turned[i] = rope_q(x); });
    std::uint32_t peak = 0, best = 0;
    for (std::uint32_t i = 0; i < c.head_dim; ++i) {
      const auto size = static_cast<std::uint32_t>(magnitude(turned[i]));
      if (size > peak) peak = size, best = i;
    }
    const RowScale scale = row_scale(peak);
    const std::int64_t reciprocal = row_reciprocal(scale.a);
    q_scales_[row * c.heads + head] = scale;
    std::int16_t* const q = query(head / group_, row) + (head % group_) * query_stride_;
    for (std::uint32_t i = 0; i < c.head_dim; ++i) {
      const std::int8_t quantised = quantise(turned[i], scale.e, reciprocal);
      q[i] = quantised;
      committed[head * c.head_dim + i] = static_cast<std::uint8_t>(quantised);
    }
    put(committed + c.q_width() + 6 * head, peak);
    put(committed + c.q_width() + 6 * head + 4, static_cast<std::uint16_t>(best));
  }
}

void Sequence::State::turn_keys(std::uint32_t layer, std::size_t row) {
  const auto angles = model.rope_row(position + static_cast<std::uint32_t>(row));
  for (std::uint32_t head = 0; head < c.kv_heads; ++head) {
    std::int8_t* const k = key(layer, head, position + row);
    turn(std::span(y_).subspan(row * y_stride_ + c.q_width() + head * c.head_dim, c.head_dim), angles,
         [&](std::size_t i, std::int64_t x) { k[i] = rope_k(x); });
    std::copy_n(k, c.head_dim, k_rows_.data() + row * c.kv_width() + head * c.head_dim);
  }
}

void Sequence::State::store_values(std::uint32_t layer, std::size_t row) {
  const std::int32_t* const y = y_.data() + row * y_stride_ + c.q_width() + c.kv_width();
  for (std::uint32_t i = 0; i < c.kv_width(); ++i) {
    const std::int8_t v = sat127(y[i]);
    stream(layer, i)[position + row] = v;
    v_rows_[row * c.kv_width() + i] = static_cast<std::uint8_t>(v);
  }
}

void Sequence::State::mix(std::uint32_t layer) {
  constexpr std::size_t kRows = 12;  // queries that share a pass over keys and values
  const std::size_t block = std::max<std::size_t>(1, kRows / group_);
  const std::size_t blocks = (n_ + block - 1) / block;
  const std::size_t keys = position + n_;
  const std::size_t far = position >= c.short_keys() ? 0 : std::min<std::size_t>(n_, c.short_keys() - position);
  if (sink_ != nullptr) {
    for (std::size_t row = far; row < n_; ++row) p_rows_[row].resize(c.heads * (position + row + 1));
  }
  split(2 * n_ * c.q_width() * keys, [&](std::size_t part, std::size_t parts) {
    for (std::size_t unit = part; unit < c.kv_heads * blocks; unit += parts) {
      const std::size_t first = unit % blocks * block;
      mix_block(layer, static_cast<std::uint32_t>(unit / blocks), first, std::min(n_, first + block), scratch_[part]);
    }
  });
  if (sink_ != nullptr) {
    const auto at = [&](std::size_t row) { return position + static_cast<std::uint32_t>(row); };
    for (std::size_t row = far; row < n_; ++row) {
      const auto tops = std::span(top_rows_).subspan(row * 6 * c.heads, 6 * c.heads);
      sink_->row(op_index(c, OpKind::attn_max, layer), at(row), tops);
      const auto* weights = reinterpret_cast<const std::uint8_t*>(p_rows_[row].data());
      sink_->row(op_index(c, OpKind::attn_p, layer), at(row), {weights, 2 * p_rows_[row].size()});
    }
  }
  emit(OpKind::attn_out, layer, mixed_, c.q_width(), c.q_width());
}

// The attention of the positions [first, end) for the query heads of one kv-head. Keys after a position have weight 0.
void Sequence::State::mix_block(std::uint32_t layer, std::uint32_t kv_head, std::size_t first, std::size_t end,
                                Scratch& scratch) {
  constexpr std::size_t kKeys = 512;  // 512·32 767·127 < 2^31: so many fit a sum of 32 bits
  const std::size_t rows = (end - first) * group_, keys = position + end, stride = whole_lanes(keys);
  scratch.scores.resize(rows * stride);
  scratch.p.resize(rows * stride);
  scratch.totals.resize(rows);
  kernels.dots({query(kv_head, first), rows, query_stride_}, {key(layer, kv_head, 0), keys, c.head_dim}, c.head_dim,
               scratch.scores.data(), stride);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t at = first + row / group_, own = position + at + 1;
    const auto p = std::span(scratch.p).subspan(row * stride, stride);
    weigh(layer, kv_head * group_ + static_cast<std::uint32_t>(row % group_), at,
          std::span(scratch.scores).subspan(row * stride, own), p.first(own), scratch.totals[row]);
    std::ranges::fill(p.subspan(own), std::int16_t{0});
  }

  scratch.sums.resize(rows * c.head_dim);
  scratch.weighted.assign(rows * c.head_dim, 0);
  for (std::size_t from = 0; from < stride; from += kKeys) {
    kernels.dots({scratch.p.data() + from, rows, stride},
                 {stream(layer, kv_head * c.head_dim) + from, c.head_dim, value_stride_},
                 std::min(kKeys, stride - from), scratch.sums.data(), c.head_dim);
    for (std::size_t i = 0; i < scratch.sums.size(); ++i) scratch.weighted[i] += scratch.sums[i];
  }
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t head = kv_head * group_ + row % group_;
    std::int16_t* const out = mixed_.data() + (first + row / group_) * c.q_width() + head * c.head_dim;
    for (std::size_t i = 0; i < c.head_dim; ++i) {
      out[i] = attention_mean(scratch.weighted[row * c.head_dim + i], scratch.totals[row]);
    }
  }
}

// The softmax weights of a query over its keys.
void Sequence::State::weigh(std::uint32_t layer, std::uint32_t head, std::size_t row,
                            std::span<const std::int32_t> scores, std::span<std::int16_t> p, std::int64_t& total) {
  const Channels& heads = model.layers[layer].head;
  const std::uint32_t best = kernels.first_max(scores);
  total = kernels.softmax(scores, scores[best], q_scales_[row * c.heads + head], heads.m[head], heads.s[head], p);
  if (sink_ == nullptr || scores.size() <= c.short_keys()) return;
  std::uint8_t* const top = top_rows_.data() + (row * c.heads + head) * 6;
  put(top, static_cast<std::uint32_t>(scores[best]));
  put(top + 4, static_cast<std::uint16_t>(best));
  std::ranges::copy(p, p_rows_[row].begin() + static_cast<std::ptrdiff_t>(head * scores.size()));
}

}  // namespace aether::infer
