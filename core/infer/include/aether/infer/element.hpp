// The arithmetic of AIC-INT, element by element (spec/aic-int.md, section 3): total, pure, exact. The scalar engine and
// the referee both call these functions; every other kernel must give the same bits.
//
// `>>` of a negative number is arithmetic (C++20). bits(x) is the bit length. All sums that may exceed 32 bits are
// int64; each comment gives the bound that keeps an expression in range.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>

namespace aether::infer {

// One unit of a quantised value is (a/127)·2^e units of the row it came from.
struct RowScale {
  std::uint32_t a = 0;  // < 2^15; 0: the row is all zeros
  std::int32_t e = 0;

  constexpr bool operator==(const RowScale&) const = default;
};

// An output channel of a linear operator, without its weights.
struct Channel {
  std::uint16_t m = 0;
  std::uint8_t s = 0;
  std::int32_t bias = 0;
};

[[nodiscard]] constexpr std::int64_t clamp_to(std::int64_t x, std::int64_t low, std::int64_t high) {
  return x < low ? low : (x > high ? high : x);
}
[[nodiscard]] constexpr std::int32_t sat32(std::int64_t x) {
  return static_cast<std::int32_t>(clamp_to(x, INT32_MIN, INT32_MAX));
}
[[nodiscard]] constexpr std::int16_t sat16(std::int64_t x) {
  return static_cast<std::int16_t>(clamp_to(x, INT16_MIN, INT16_MAX));
}
[[nodiscard]] constexpr std::int8_t sat127(std::int64_t x) { return static_cast<std::int8_t>(clamp_to(x, -127, 127)); }
[[nodiscard]] constexpr std::uint64_t magnitude(std::int64_t x) {
  return x < 0 ? ~static_cast<std::uint64_t>(x) + 1 : static_cast<std::uint64_t>(x);
}

// ⌊√x⌋.
[[nodiscard]] std::uint64_t isqrt(std::uint64_t x);

// The scale of a row whose largest magnitude is `peak`.
[[nodiscard]] constexpr RowScale row_scale(std::uint64_t peak) {
  const int bits = static_cast<int>(std::bit_width(peak));
  const int e = bits > 15 ? bits - 15 : 0;
  return {static_cast<std::uint32_t>(peak >> e), e};
}

// R of a scale: ⌊(127·2^24 + ⌊a/2⌋)/a⌋; 0 for a = 0.
[[nodiscard]] constexpr std::int64_t row_reciprocal(std::uint32_t a) {
  return a == 0 ? 0 : (std::int64_t{127} * (1 << 24) + a / 2) / a;
}

// One quantised element. The clamps do nothing when |x| ≤ peak; they make the function total. |y·R| < 2^47.
[[nodiscard]] constexpr std::int8_t quantise(std::int64_t x, std::int32_t e, std::int64_t reciprocal) {
  const std::int64_t y = clamp_to(x >> e, INT16_MIN, INT16_MAX);
  return sat127((y * reciprocal + (1 << 23)) >> 24);
}

// Quantises a row; out.size() == x.size().
RowScale quantise_row(std::span<const std::int16_t> x, std::span<std::int8_t> out);

// RMSNorm and quantisation, the prologue of q, k, v, gate, up and logits: the division by the root goes into the scale.
RowScale norm_row(std::span<const std::int32_t> x, std::span<const std::int16_t> gain, std::uint64_t eps,
                  std::span<std::int8_t> out);
// Its parts: h, by which a row of that peak is shifted; and the scale from that of z, Σx'², ε and h.
[[nodiscard]] int norm_shift(std::uint64_t peak);
[[nodiscard]] RowScale normed_scale(RowScale scale, std::uint64_t squares, std::uint64_t eps, int h);

// y = (acc·a·M + 2^(S−1)) >> S, S = clamp(s − e, 1, 62), plus bias. |acc| ≤ 2^30, so |acc·a·M| < 2^61.
[[nodiscard]] constexpr std::int64_t linear(std::int32_t acc, RowScale scale, const Channel& channel) {
  const int shift = static_cast<int>(clamp_to(std::int64_t{channel.s} - scale.e, 1, 62));
  const std::int64_t product = std::int64_t{acc} * scale.a * channel.m;
  return ((product + (std::int64_t{1} << (shift - 1))) >> shift) + channel.bias;
}

// An element of an embedding row. |w·M·2^16| < 2^40.
[[nodiscard]] constexpr std::int32_t embed(std::int8_t w, std::uint16_t m, std::uint8_t s) {
  const int shift = s > 62 ? 62 : s;
  const std::int64_t half = shift == 0 ? 0 : std::int64_t{1} << (shift - 1);
  return sat32((std::int64_t{w} * m * 65'536 + half) >> shift);
}

[[nodiscard]] constexpr std::int32_t residual_add(std::int32_t residual, std::int64_t y) {
  return sat32(std::int64_t{residual} + sat32(y));
}

// Rotary pairs: (a, b) = channels (i, i + head_dim/2), c and s in Q14. |a·c − b·s| ≤ 2^31.
struct Rotated {
  std::int64_t low = 0;
  std::int64_t high = 0;
};
[[nodiscard]] constexpr Rotated rotate(std::int16_t a, std::int16_t b, std::int16_t c, std::int16_t s) {
  return {std::int64_t{a} * c - std::int64_t{b} * s, std::int64_t{b} * c + std::int64_t{a} * s};
}
[[nodiscard]] constexpr std::int32_t rope_q(std::int64_t x) { return static_cast<std::int32_t>((x + (1 << 13)) >> 14); }
[[nodiscard]] constexpr std::int8_t rope_k(std::int64_t x) { return sat127((x + (1 << 20)) >> 21); }

// The softmax weight in Q15 of a key with score `score` under the maximum `top`: 2^−(z/256), z in 1/256 bits.
extern const std::array<std::uint16_t, 256> kExp2;  // round(2^15·2^(−i/256)), at most 32 767
[[nodiscard]] constexpr std::int64_t softmax_shift(RowScale scale, std::uint8_t s) {
  return clamp_to(std::int64_t{s} - scale.e, 1, 62);
}
[[nodiscard]] inline std::uint16_t softmax_weight(std::int32_t top, std::int32_t score, RowScale scale, std::uint16_t m,
                                                  std::uint8_t s) {
  // |top − score| ≤ 2^32 and a·M < 2^31.
  const std::int64_t z = ((std::int64_t{top} - score) * (std::int64_t{scale.a} * m)) >> softmax_shift(scale, s);
  if (z >= 4096) return 0;
  const std::int64_t at = z < 0 ? 0 : z;  // only a false maximum
  const int n = static_cast<int>(at >> 8);
  return static_cast<std::uint16_t>((kExp2[static_cast<std::size_t>(at & 255)] + ((1 << n) >> 1)) >> n);
}

// ⌊(2^9·Σp·v + l)/(2l)⌋, l = Σp: the mean in 1/256 of v's unit. 0 for l = 0. |Σp·v| < 2^36.
[[nodiscard]] constexpr std::int16_t attention_mean(std::int64_t weighted, std::int64_t total) {
  if (total == 0) return 0;
  const std::int64_t above = 512 * weighted + total, below = 2 * total;
  return sat16(above / below - static_cast<std::int64_t>(above % below < 0));
}

// SiLU of g in 1/2048, g already within [−2^20, 2^20 − 1].
extern const std::array<std::int32_t, 257> kSilu;  // round(2048·silu((i − 128)/8))
[[nodiscard]] constexpr std::int32_t gate_clamp(std::int64_t y) {
  return static_cast<std::int32_t>(clamp_to(y, -(1 << 20), (1 << 20) - 1));
}
[[nodiscard]] inline std::int32_t silu(std::int32_t g) {
  if (g > INT16_MAX) return g;
  if (g < INT16_MIN) return 0;
  const auto i = static_cast<std::size_t>((g + 32'768) >> 8);
  const std::int32_t r = g & 255;
  return kSilu[i] + (((kSilu[i + 1] - kSilu[i]) * r + 128) >> 8);
}
[[nodiscard]] inline std::int16_t gated(std::int32_t gate, std::int16_t up) {
  return sat16((std::int64_t{silu(gate)} * up + 128) >> 8);
}

// Σ x·w over the shorter of two rows; |sum| ≤ 2^30 for K ≤ 65 536.
[[nodiscard]] std::int32_t dot(std::span<const std::int8_t> x, std::span<const std::int8_t> w);

}  // namespace aether::infer
