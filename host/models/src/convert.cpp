#include "aether/models/convert.hpp"

#include <cmath>

#include "calibration.hpp"
#include "portable_math.hpp"
#include "rope.hpp"

namespace aether::models {

namespace {

constexpr double kInt8Max = 127, kInt16Max = 32'767;
constexpr double kLog2E = 0x1.71547652b82fep0;
constexpr double kGateUnit = 0x1p-11, kLogitUnit = 0x1p-12, kMeanUnit = 0x1p-8;
constexpr double kUnitFloor = 1e-3;    // of a channel's unit, against the largest of its layer
constexpr double kHiddenReach = 8192;  // of 32 768: the hidden layer may go to 4 times its calibration maximum
constexpr double kUpUnits = 8;         // a unit of up in units of the hidden layer
constexpr double kUpReach = 16'384;    // of 32 768
constexpr double kQueryReach = 8192;
constexpr double kKeyGuard = 128;  // a key is rotated with 7 bits more than it keeps

double largest(std::span<const double> values) { return *std::ranges::max_element(values); }
// A unit that nothing was measured for may be any.
double or_one(double value) { return value > 0 ? value : 1; }

std::vector<double> column_maxima(std::initializer_list<const Matrix*> matrices) {
  std::vector<double> out((*matrices.begin())->cols);
  for (const Matrix* matrix : matrices) {
    for (std::size_t i = 0; i < matrix->data.size(); ++i)
      out[i % out.size()] = std::max(out[i % out.size()], std::fabs(double{matrix->data[i]}));
  }
  return out;
}

// t per channel: the activation is divided by it, the weights of its consumers are multiplied. Geometric mean 1; 1
// where either side is all zeros.
std::vector<double> smoothing(std::span<const double> activations, std::initializer_list<const Matrix*> consumers) {
  std::vector<double> out = column_maxima(consumers);
  double logs = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double ratio = activations[i] > 0 && out[i] > 0 ? activations[i] / out[i] : 0;
    out[i] = std::sqrt(ratio);
    if (ratio > 0) {
      logs += log_of(out[i]);
      ++count;
    }
  }
  const double mean = count == 0 ? 1 : exp_of(logs / static_cast<double>(count));
  for (double& t : out) t = t > 0 ? t / mean : 1;
  return out;
}

struct Gains {
  std::vector<std::int16_t> values;
  double unit = 1;  // of the consumers' inputs: u_g·√d
};
Gains gains_of(std::span<const float> gain, std::span<const double> smooth) {
  Gains out;
  double most = 0;
  for (std::size_t i = 0; i < gain.size(); ++i) most = std::max(most, std::fabs(gain[i] / smooth[i]));
  const double unit = or_one(most / kInt16Max);
  for (std::size_t i = 0; i < gain.size(); ++i)
    out.values.push_back(static_cast<std::int16_t>(std::round(gain[i] / smooth[i] / unit)));
  out.unit = unit * std::sqrt(static_cast<double>(gain.size()));
  return out;
}

// Writes scales into channels, and keeps the first failure to do so.
class Scales {
 public:
  void set(infer::Channels& out, std::size_t channel, double factor, std::string_view tensor) {
    const auto scale = scale_of(factor);
    if (!scale && !failure_)
      failure_ =
          Error{ErrorKind::scale_range, "the scale of channel " + std::to_string(channel) + " of " +
                                            std::string(tensor) + " is " + std::to_string(factor) +
                                            ", and 65535 is the most: its weights are too large for what comes out"};
    if (!scale) return;
    out.m[channel] = scale->m;
    out.s[channel] = scale->s;
  }
  const std::optional<Error>& failure() const { return failure_; }

 private:
  std::optional<Error> failure_;
};

// Quantises a row of weights, each times its column's factor, into `out`; returns the row's scale.
double quantise_row(std::span<const float> row, std::span<const double> columns, std::span<std::int8_t> out) {
  double most = 0;
  for (std::size_t i = 0; i < row.size(); ++i) most = std::max(most, std::fabs(row[i] * columns[i]));
  const double scale = most / kInt8Max;
  for (std::size_t i = 0; i < row.size(); ++i)
    out[i] = scale > 0 ? static_cast<std::int8_t>(std::round(row[i] * columns[i] / scale)) : std::int8_t{0};
  return scale;
}

class Converter {
 public:
  Converter(const FloatModel& from, const Maxima& maxima, const infer::Config& config, double residual_unit)
      : from_(from), maxima_(maxima), c_(config), unit_(residual_unit), out_(config) {}

  Outcome<infer::Model> run() {
    embedding();
    for (std::uint32_t i = 0; i < c_.layers; ++i) {
      attention(i);
      gated(i);
    }
    const std::vector<double> smooth = smoothing(maxima_.final_in, {&from_.lm_head});
    Gains gains = gains_of(from_.final_norm, smooth);
    out_.final_norm = std::move(gains.values);
    linear(out_.lm_head, from_.lm_head, smooth, gains.unit, [](std::size_t) { return kLogitUnit; }, "lm_head");
    rope();
    if (scales_.failure()) return std::unexpected(*scales_.failure());
    return std::move(out_);
  }

 private:
  static std::string named(std::uint32_t layer, std::string_view tensor) {
    return "layer " + std::to_string(layer) + "'s " + std::string(tensor);
  }

  // unit_out(channel) is the value of one unit of what comes out.
  template <class UnitOut>
  void linear(infer::Channels& out, const Matrix& w, std::span<const double> columns, double unit_in, UnitOut unit_out,
              std::string_view name) {
    for (std::size_t i = 0; i < w.rows; ++i) {
      const double scale = quantise_row(w.row(i), columns, std::span(out.w).subspan(i * w.cols, w.cols));
      scales_.set(out, i, scale * unit_in / (kInt8Max * unit_out(i)), name);
    }
  }

  void embedding() {
    const std::vector<double> ones(c_.d, 1.0);
    const Matrix& w = from_.embedding;
    for (std::size_t i = 0; i < w.rows; ++i) {
      const double scale = quantise_row(w.row(i), ones, std::span(out_.embedding.w).subspan(i * w.cols, w.cols));
      scales_.set(out_.embedding, i, scale / (unit_ * 0x1p16), "the embedding");
    }
  }

  // Units of the rotary pairs. t balances a key head's pairs; queries take it back.
  struct Pairs {
    std::vector<double> t;           // kv-head·half + pair
    std::vector<double> key_unit;    // per kv-head
    std::vector<double> query_unit;  // per head
  };
  Pairs pair_units(const LayerMaxima& maxima) const {
    const std::size_t half = c_.head_dim / 2, group = c_.heads / c_.kv_heads;
    Pairs out;
    for (std::size_t head = 0; head < c_.kv_heads; ++head) {
      const std::span<const double> most = std::span(maxima.k).subspan(head * half, half);
      const double all = or_one(largest(most));
      double reach = 0;
      for (const double pair : most) {
        const double t = std::max(std::sqrt(pair / all), kUnitFloor);
        out.t.push_back(t);
        reach = std::max(reach, pair / t);
      }
      out.key_unit.push_back(or_one(reach / kInt8Max));
    }
    for (std::size_t head = 0; head < c_.heads; ++head) {
      double reach = 0;
      for (std::size_t i = 0; i < half; ++i)
        reach = std::max(reach, maxima.q[head * half + i] * out.t[head / group * half + i]);
      out.query_unit.push_back(or_one(reach / kQueryReach));
    }
    return out;
  }

  void attention(std::uint32_t index) {
    const FloatLayer& from = from_.layers[index];
    const LayerMaxima& maxima = maxima_.layers[index];
    infer::Layer& to = out_.layers[index];
    const std::size_t dim = c_.head_dim, half = dim / 2, group = c_.heads / c_.kv_heads;
    const std::vector<double> smooth = smoothing(maxima.attn_in, {&from.q, &from.k, &from.v});
    Gains gains = gains_of(from.attn_norm, smooth);
    to.attn_norm = std::move(gains.values);
    const Pairs pairs = pair_units(maxima);
    const auto pair_of = [&](std::size_t kv_head, std::size_t channel) {
      return kv_head * half + channel % dim % half;
    };
    linear(
        to.q, from.q, smooth, gains.unit,
        [&](std::size_t i) { return pairs.query_unit[i / dim] / pairs.t[pair_of(i / dim / group, i)]; },
        named(index, "q"));
    linear(
        to.k, from.k, smooth, gains.unit,
        [&](std::size_t i) { return pairs.t[pair_of(i / dim, i)] * pairs.key_unit[i / dim] / kKeyGuard; },
        named(index, "k"));
    for (std::size_t head = 0; head < c_.heads; ++head) {
      const double score = pairs.query_unit[head] * pairs.key_unit[head / group];
      scales_.set(to.head, head, score * kLog2E * 256 / (kInt8Max * std::sqrt(static_cast<double>(dim))),
                  named(index, "head records"));
    }
    std::vector<double> value_unit;
    const double floor = largest(maxima.v) * kUnitFloor;
    for (const double most : maxima.v) value_unit.push_back(or_one(std::max(most, floor) / kInt8Max));
    linear(to.v, from.v, smooth, gains.unit, [&](std::size_t i) { return value_unit[i]; }, named(index, "v"));
    std::vector<double> columns;
    for (std::size_t i = 0; i < c_.q_width(); ++i) columns.push_back(value_unit[i / dim / group * dim + i % dim]);
    linear(to.o, from.o, columns, kMeanUnit, [&](std::size_t) { return unit_; }, named(index, "o"));
  }

  void gated(std::uint32_t index) {
    const FloatLayer& from = from_.layers[index];
    const LayerMaxima& maxima = maxima_.layers[index];
    infer::Layer& to = out_.layers[index];
    const std::vector<double> smooth = smoothing(maxima.mlp_in, {&from.gate, &from.up});
    Gains gains = gains_of(from.mlp_norm, smooth);
    to.mlp_norm = std::move(gains.values);
    // Room for up too, whose unit is 8 times as large: it is wide where its gate is nearly shut.
    std::vector<double> hidden_unit;
    const double floor = largest(maxima.hidden) * kUnitFloor / kHiddenReach;
    for (std::size_t i = 0; i < c_.ff; ++i) {
      const double reach = std::max(maxima.hidden[i] / kHiddenReach, maxima.up[i] / (kUpUnits * kUpReach));
      hidden_unit.push_back(or_one(std::max(reach, floor)));
    }
    linear(to.gate, from.gate, smooth, gains.unit, [](std::size_t) { return kGateUnit; }, named(index, "gate"));
    linear(
        to.up, from.up, smooth, gains.unit, [&](std::size_t i) { return kUpUnits * hidden_unit[i]; },
        named(index, "up"));
    linear(to.down, from.down, hidden_unit, 1, [&](std::size_t) { return unit_; }, named(index, "down"));
  }

  void rope() {
    for (std::uint32_t position = 0; position < c_.context; ++position) {
      for (std::uint32_t pair = 0; pair < c_.head_dim / 2; ++pair) {
        const Turn turn = rope_turn(from_.config, position, pair);
        const std::size_t at = std::size_t{position} * c_.head_dim + 2 * pair;
        out_.rope[at] = static_cast<std::int16_t>(std::round(turn.cos * 0x1p14));
        out_.rope[at + 1] = static_cast<std::int16_t>(std::round(turn.sin * 0x1p14));
      }
    }
  }

  const FloatModel& from_;
  const Maxima& maxima_;
  const infer::Config& c_;
  double unit_;  // of the residual stream
  Scales scales_;
  infer::Model out_;
};

}  // namespace

std::optional<Scale> scale_of(double factor) {
  if (factor == 0) return Scale{};
  if (!(factor > 0) || !std::isfinite(factor)) return std::nullopt;
  int exponent = 0;
  const double fraction = std::frexp(factor, &exponent);  // in [½, 1)
  auto m = static_cast<std::uint64_t>(std::round(fraction * 65'536));
  int s = 16 - exponent;
  if (m == 65'536) {
    m = 32'768;
    --s;
  }
  if (s < 0) return std::nullopt;
  if (s > 62) {
    m = s - 62 > 16 ? 0 : m >> (s - 62);
    s = 62;
  }
  return Scale{static_cast<std::uint16_t>(m), static_cast<std::uint8_t>(s)};
}

Outcome<infer::Model> convert(const FloatModel& model, const Windows& calibration, TaskPool& pool,
                              const Progress& progress) {
  if (calibration.empty())
    return error(ErrorKind::calibration, "the calibration text has no tokens: give it some text");
  AETHER_TRY(const Maxima maxima, measure_maxima(model, calibration, pool, progress));
  // 2^⌈log2 max|x|⌉ is 2^24 units: 2^7 below the end of 32 bits.
  int exponent = 0;
  if (std::frexp(or_one(maxima.residual), &exponent) == 0.5) --exponent;
  const double unit = std::ldexp(1.0, exponent - 24);
  infer::Config config = model.config.sizes;
  const double eps = std::round(model.config.norm_eps * config.d / (unit * unit));
  config.eps = eps < 0x1p61 ? static_cast<std::uint64_t>(eps) : std::uint64_t{1} << 61;
  return Converter(model, maxima, config, unit).run();
}

}  // namespace aether::models
