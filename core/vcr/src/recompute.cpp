// One element from its committed inputs, by the functions of infer/element.hpp; reads and leaves are in wire()'s order.
#include "aether/infer/element.hpp"
#include "wiring.hpp"

namespace aether::vcr {

using infer::OpKind;
using infer::RowScale;

namespace {

using Int8s = std::span<const std::int8_t>;

Int8s int8s(ByteView bytes) { return {reinterpret_cast<const std::int8_t*>(bytes.data()), bytes.size()}; }
std::int16_t read_i16(ByteView bytes) { return static_cast<std::int16_t>(read_u16(bytes)); }
std::int32_t read_i32(ByteView bytes) { return static_cast<std::int32_t>(read_u32(bytes)); }

std::vector<std::int32_t> row_i32(ByteView bytes) {
  std::vector<std::int32_t> out(bytes.size() / 4);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = read_i32(bytes.subspan(4 * i, 4));
  return out;
}
std::vector<std::int16_t> row_i16(ByteView bytes) {
  std::vector<std::int16_t> out(bytes.size() / 2);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = read_i16(bytes.subspan(2 * i, 2));
  return out;
}

// A row of quantised activations.
struct Activations {
  std::vector<std::int8_t> values;
  RowScale scale;
};

Activations normed(const infer::Config& config, ByteView residual, ByteView gains) {
  Activations out{std::vector<std::int8_t>(config.d), {}};
  out.scale = infer::norm_row(row_i32(residual), row_i16(gains), config.eps, out.values);
  return out;
}

// A channel record {w int8[K], M u16, s u8, bias i32} applied to a row.
std::int64_t channel_output(const Activations& x, ByteView record) {
  const std::size_t k = x.values.size();
  const infer::Channel channel{read_u16(record.subspan(k, 2)), record[k + 2], read_i32(record.subspan(k + 3, 4))};
  return infer::linear(infer::dot(x.values, int8s(record.first(k))), x.scale, channel);
}

// {M u16, s u8} of a head.
std::uint16_t weight_of(std::int32_t top, std::int32_t score, std::uint32_t peak, ByteView head) {
  return infer::softmax_weight(top, score, infer::row_scale(peak), read_u16(head), head[2]);
}

// A committed pair (value, j*) against what `witness` gives: wrong value at j*, or a witness that comes before it.
template <class T>
bool peak_differs(T value, std::uint32_t best, T seen, std::uint32_t witness, std::uint32_t candidates) {
  if (best >= candidates) return true;
  if (witness == best) return seen != value;
  return seen > value || (seen == value && witness < best);
}

class Recomputation {
 public:
  Recomputation(const TraceShape& shape, const Coordinate& at, std::span<const ByteView> reads,
                std::span<const ByteView> leaves)
      : c_(shape.config()), at_(at), reads_(reads), leaves_(leaves) {}

  bool embed() const {
    const ByteView record = leaves_[0];
    const std::int32_t x =
        infer::embed(int8s(record)[at_.element], read_u16(record.subspan(c_.d, 2)), record[c_.d + 2]);
    return x != read_i32(reads_[0]);
  }

  bool query() const {
    if (at_.element >= c_.q_width()) {
      const std::int32_t x = infer::rope_q(rotated(reads_[1], at_.witness));
      const auto seen = static_cast<std::uint32_t>(infer::magnitude(x));
      return peak_differs(read_u32(reads_[0]), read_u16(reads_[0].subspan(4)), seen, at_.witness, c_.head_dim);
    }
    const RowScale scale = infer::row_scale(read_u32(reads_[1]));
    const std::int32_t x = infer::rope_q(rotated(reads_[2], at_.element % c_.head_dim));
    return infer::quantise(x, scale.e, infer::row_reciprocal(scale.a)) != int8s(reads_[0])[0];
  }

  bool key() const { return infer::rope_k(rotated(reads_[1], at_.element % c_.head_dim)) != int8s(reads_[0])[0]; }

  bool value_channel() const {
    return infer::sat127(channel_output(normed(c_, reads_[1], leaves_[0]), leaves_[1])) != int8s(reads_[0])[0];
  }

  bool attention_max() const {
    const std::int32_t score = infer::dot(int8s(reads_[1]), int8s(reads_[2]));
    return peak_differs(read_i32(reads_[0]), read_u16(reads_[0].subspan(4)), score, at_.witness, at_.position + 1);
  }

  bool attention_weight() const {
    const std::int32_t score = infer::dot(int8s(reads_[2]), int8s(reads_[4]));
    return weight_of(read_i32(reads_[1]), score, read_u32(reads_[3]), leaves_[0]) != read_u16(reads_[0]);
  }

  bool attention_out() const {
    const Int8s values = int8s(reads_[1]);
    std::int64_t weighted = 0, total = 0;
    const auto add = [&](std::size_t key, std::uint16_t p) {
      weighted += std::int64_t{p} * values[key];
      total += p;
    };
    if (at_.position >= c_.short_keys()) {
      for (std::size_t j = 0; j < values.size(); ++j) add(j, read_u16(reads_[2].subspan(2 * j, 2)));
    } else {
      std::vector<std::int32_t> scores(values.size());
      std::int32_t top = INT32_MIN;
      for (std::size_t j = 0; j < scores.size(); ++j) {
        scores[j] = infer::dot(int8s(reads_[2]), int8s(reads_[4].subspan(j * c_.head_dim, c_.head_dim)));
        top = std::max(top, scores[j]);
      }
      const std::uint32_t peak = read_u32(reads_[3]);
      for (std::size_t j = 0; j < scores.size(); ++j) add(j, weight_of(top, scores[j], peak, leaves_[0]));
    }
    return infer::attention_mean(weighted, total) != read_i16(reads_[0]);
  }

  bool projection() const {
    const std::vector<std::int16_t> row = row_i16(reads_[1]);
    Activations x{std::vector<std::int8_t>(row.size()), {}};
    x.scale = infer::quantise_row(row, x.values);
    return infer::residual_add(read_i32(reads_[2]), channel_output(x, leaves_[0])) != read_i32(reads_[0]);
  }

  bool gate_up() const {
    const Activations x = normed(c_, reads_[1], leaves_[0]);
    const std::int32_t gate = infer::gate_clamp(channel_output(x, leaves_[1]));
    return infer::gated(gate, infer::sat16(channel_output(x, leaves_[2]))) != read_i16(reads_[0]);
  }

  bool logits() const {
    return infer::sat32(channel_output(normed(c_, reads_[1], leaves_[0]), leaves_[1])) != read_i32(reads_[0]);
  }

 private:
  // Channel `i` of a head after RoPE, before its rounding.
  std::int64_t rotated(ByteView residual, std::uint32_t i) const {
    const Activations x = normed(c_, residual, leaves_[0]);
    const std::uint32_t half = c_.head_dim / 2;
    const ByteView turn = leaves_[3].subspan(4 * std::size_t{i % half}, 4);
    const infer::Rotated pair =
        infer::rotate(infer::sat16(channel_output(x, leaves_[1])), infer::sat16(channel_output(x, leaves_[2])),
                      read_i16(turn), read_i16(turn.subspan(2)));
    return i < half ? pair.low : pair.high;
  }

  const infer::Config& c_;
  const Coordinate& at_;
  std::span<const ByteView> reads_;
  std::span<const ByteView> leaves_;
};

}  // namespace

bool element_differs(const TraceShape& shape, const Coordinate& at, std::span<const ByteView> reads,
                     std::span<const ByteView> leaves) {
  const Recomputation again(shape, at, reads, leaves);
  switch (shape.kind(at.op).kind) {
    case OpKind::embed: return again.embed();
    case OpKind::q: return again.query();
    case OpKind::k: return again.key();
    case OpKind::v: return again.value_channel();
    case OpKind::attn_max: return again.attention_max();
    case OpKind::attn_p: return again.attention_weight();
    case OpKind::attn_out: return again.attention_out();
    case OpKind::o:
    case OpKind::down: return again.projection();
    case OpKind::gate_up: return again.gate_up();
    case OpKind::logits: return again.logits();
  }
  return false;
}

}  // namespace aether::vcr
