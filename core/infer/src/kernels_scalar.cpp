#include "kernels.hpp"

namespace aether::infer {
namespace {

void dots(Rows<std::int16_t> x, Rows<std::int8_t> w, std::size_t depth, std::int32_t* out, std::size_t out_stride) {
  for (std::size_t i = 0; i < x.count; ++i) {
    const std::int16_t* left = x.data + i * x.stride;
    for (std::size_t j = 0; j < w.count; ++j) {
      const std::int8_t* right = w.data + j * w.stride;
      std::int32_t sum = 0;
      for (std::size_t k = 0; k < depth; ++k) sum += std::int32_t{left[k]} * right[k];
      out[i * out_stride + j] = sum;
    }
  }
}

void finish(std::span<std::int32_t> y, RowScale scale, Scales channels) {
  for (std::size_t c = 0; c < y.size(); ++c) {
    y[c] = sat32(linear(y[c], scale, {channels.m[c], channels.s[c], channels.bias[c]}));
  }
}

RowScale norm(std::span<const std::int32_t> x, std::span<const std::int16_t> gain, std::uint64_t eps,
              std::span<std::int16_t> out) {
  std::array<std::int8_t, kRowMax> row;
  const RowScale scale = norm_row(x, gain, eps, std::span(row).first(x.size()));
  std::copy_n(row.begin(), x.size(), out.begin());
  return scale;
}

RowScale quantise(std::span<const std::int16_t> x, std::span<std::int16_t> out) {
  std::array<std::int8_t, kRowMax> row;
  const RowScale scale = quantise_row(x, std::span(row).first(x.size()));
  std::copy_n(row.begin(), x.size(), out.begin());
  return scale;
}

std::uint32_t first_max(std::span<const std::int32_t> scores) { return greedy_token(scores); }

std::int64_t softmax(std::span<const std::int32_t> scores, std::int32_t top, RowScale scale, std::uint16_t m,
                     std::uint8_t s, std::span<std::int16_t> p) {
  std::int64_t total = 0;
  for (std::size_t j = 0; j < scores.size(); ++j) {
    p[j] = static_cast<std::int16_t>(softmax_weight(top, scores[j], scale, m, s));
    total += p[j];
  }
  return total;
}

void gate(std::span<const std::int32_t> gates, std::span<const std::int32_t> ups, std::span<std::int16_t> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = gated(gate_clamp(gates[i]), sat16(ups[i]));
}

}  // namespace

constinit const Kernels kScalarKernels{dots, finish, norm, quantise, first_max, softmax, gate};

}  // namespace aether::infer
