// A model: its tensors, and the leaves that model_root commits to (spec/aic-int.md, sections 2 and 5). Every byte
// string of the right length is a valid tensor; nothing here is checked but sizes.
//
// Leaves, in order: embedding rows · per layer: attn_norm, channels of q, k, v, head records, channels of o, mlp_norm,
// channels of gate, up, down · final_norm · channels of lm_head · a RoPE row for each position of the context.
//
//   embedding row   w int8[d], M u16, s u8
//   channel         w int8[K], M u16, s u8, bias i32
//   gains           int16[d]
//   head record     M u16, s u8
//   RoPE row        (cos, sin) int16 in Q14 for each pair
//
// All little-endian.
#pragma once

#include <string_view>
#include <vector>

#include "aether/infer/config.hpp"

namespace aether::infer {

inline constexpr std::string_view kModelTag = "aether/model";

enum class TensorKind : std::uint8_t {
  embedding,
  attn_norm,
  q,
  k,
  v,
  head,
  o,
  mlp_norm,
  gate,
  up,
  down,
  final_norm,
  lm_head,
  rope,
};

// Output channels of a linear operator; embedding rows and head records are channels without bias (and without
// weights). Sizes are fixed by the config: w has m.size()·width elements, s as many as m, bias as many or none.
struct Channels {
  std::size_t width = 0;  // K
  std::vector<std::int8_t> w;
  std::vector<std::uint16_t> m;
  std::vector<std::uint8_t> s;
  std::vector<std::int32_t> bias;

  bool operator==(const Channels&) const = default;
  [[nodiscard]] std::span<const std::int8_t> row(std::size_t channel) const {
    return std::span(w).subspan(channel * width, width);
  }
};

struct Layer {
  std::vector<std::int16_t> attn_norm;
  Channels q, k, v, head, o;
  std::vector<std::int16_t> mlp_norm;
  Channels gate, up, down;

  bool operator==(const Layer&) const = default;
};

class Model {
 public:
  // All zeros, in the sizes of `config`, which has passed validate().
  explicit Model(const Config& config);

  const Config& config() const { return config_; }
  // The bytes of a leaf; index < leaf_count(config()).
  [[nodiscard]] Bytes leaf(std::uint64_t index) const;
  // (cos, sin) of pair i at `position`.
  [[nodiscard]] std::span<const std::int16_t> rope_row(std::uint32_t position) const {
    return std::span(rope).subspan(std::size_t{position} * config_.head_dim, config_.head_dim);
  }
  // Whether every tensor still has the sizes of the config.
  [[nodiscard]] bool well_formed() const;

  bool operator==(const Model&) const = default;

  Channels embedding;
  std::vector<Layer> layers;
  std::vector<std::int16_t> final_norm;
  Channels lm_head;
  std::vector<std::int16_t> rope;

 private:
  Config config_;
};

[[nodiscard]] std::uint64_t leaf_count(const Config& config);
// The index of a leaf: `layer` is 0 outside layers; `channel` a token, channel, head or position, 0 for gains.
[[nodiscard]] std::uint64_t leaf_index(const Config& config, TensorKind kind, std::uint32_t layer,
                                       std::uint32_t channel);
[[nodiscard]] std::uint32_t leaf_bytes(const Config& config, TensorKind kind);

// What defines the results besides the model: H("aether/engine", version ‖ tables).
inline constexpr std::uint8_t kEngineVersion = 1;
[[nodiscard]] Hash engine_hash();

}  // namespace aether::infer
