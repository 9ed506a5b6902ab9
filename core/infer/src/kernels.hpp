// The loops in which the engine spends its time, one table for each instruction set. The scalar ones apply
// infer/element.hpp; every other table gives the same bits for every input that is allowed here.
#pragma once

#include <span>

#include "aether/infer/element.hpp"
#include "aether/infer/engine.hpp"

namespace aether::infer {

// Left rows of a product may be read up to the next multiple of kLanes elements.
inline constexpr std::size_t kLanes = 16;
[[nodiscard]] constexpr std::size_t whole_lanes(std::size_t n) { return (n + kLanes - 1) / kLanes * kLanes; }

template <class T>
struct Rows {
  const T* data = nullptr;
  std::size_t count = 0;
  std::size_t stride = 0;
};

// Output channels [0, n) of a linear operator, n from the span that goes with them.
struct Scales {
  const std::uint16_t* m = nullptr;
  const std::uint8_t* s = nullptr;
  const std::int32_t* bias = nullptr;
};

struct Kernels {
  // out[i·out_stride + j] = Σ x[i][k]·w[j][k] over k < depth. Every partial sum fits 32 bits.
  void (*dots)(Rows<std::int16_t> x, Rows<std::int8_t> w, std::size_t depth, std::int32_t* out, std::size_t out_stride);
  // y[c] = sat32(linear(y[c], scale, channel c)), |y[c]| ≤ 2^30 before; |scale.e| < 2^30.
  void (*finish)(std::span<std::int32_t> y, RowScale scale, Scales channels);
  // norm_row and quantise_row, at most kRowMax elements.
  RowScale (*norm)(std::span<const std::int32_t> x, std::span<const std::int16_t> gain, std::uint64_t eps,
                   std::span<std::int16_t> out);
  RowScale (*quantise)(std::span<const std::int16_t> x, std::span<std::int16_t> out);
  // The index of the first maximum of at least one score.
  std::uint32_t (*first_max)(std::span<const std::int32_t> scores);
  // p[j] = softmax_weight(top, scores[j], …), none of the scores above `top`. Returns Σp.
  std::int64_t (*softmax)(std::span<const std::int32_t> scores, std::int32_t top, RowScale scale, std::uint16_t m,
                          std::uint8_t s, std::span<std::int16_t> p);
  // out[i] = gated(gate_clamp(gate[i]), sat16(up[i])).
  void (*gate)(std::span<const std::int32_t> gate, std::span<const std::int32_t> up, std::span<std::int16_t> out);
};

inline constexpr std::size_t kRowMax = 16'384;

extern const Kernels kScalarKernels;
extern const Kernels kAvx2Kernels;

}  // namespace aether::infer
