// The operators of one sequence, in an order in which every input lies in an earlier operator, and the shape of what
// each commits to. Everything follows from (config, extent); nothing is claimed (spec/aic-int.md, section 4).
//
//   embed · per layer: q k v attn_max attn_p attn_out o gate_up down · logits
//
// Layout R (rows): the row of a position is cut into tiles of 1 KiB, the last one short; leaf = row·tiles_per_row +
// tile. Layout S (streams along positions): k has one stream per kv-head with ⌊1024/head_dim⌋ rows a tile, v one stream
// per channel with 1 024 positions a tile; each stream is a tree, and over the streams stands a tree.
#pragma once

#include "aether/infer/config.hpp"

namespace aether::infer {

inline constexpr std::uint32_t kTileBytes = 1024;

enum class OpKind : std::uint8_t { embed, q, k, v, attn_max, attn_p, attn_out, o, gate_up, down, logits };
inline constexpr std::uint32_t kOpsPerLayer = 9;

struct Op {
  OpKind kind = OpKind::embed;
  std::uint32_t layer = 0;  // 0 for embed and logits

  constexpr bool operator==(const Op&) const = default;
};

[[nodiscard]] constexpr std::uint32_t op_count(const Config& c) { return kOpsPerLayer * c.layers + 2; }
[[nodiscard]] Op op_at(const Config& config, std::uint32_t index);  // index < op_count
[[nodiscard]] std::uint32_t op_index(const Config& config, OpKind kind, std::uint32_t layer);

// How long a sequence is. Both at least 1; n_prompt + n_out at most the context.
struct Extent {
  std::uint32_t n_prompt = 1;
  std::uint32_t n_out = 1;

  constexpr bool operator==(const Extent&) const = default;
  // The last output token is not fed back, so it is not a traced position.
  [[nodiscard]] constexpr std::uint32_t traced() const { return n_prompt + n_out - 1; }
};
[[nodiscard]] bool fits(const Config& config, const Extent& extent);

struct OpShape {
  bool streams = false;              // layout S
  std::uint32_t first_position = 0;  // position of row 0
  std::uint32_t rows = 0;            // layout R: rows; layout S: positions
  std::uint32_t row_bytes = 0;       // layout R: bytes of a row (attn_p: of its last row); layout S: bytes a position
  std::uint32_t tiles_per_row = 0;   // layout R
  std::uint32_t stream_count = 0;    // layout S
  std::uint32_t bytes_per_position = 0;  // layout S: of one stream
  std::uint32_t positions_per_tile = 0;  // layout S
  std::uint32_t head_tiles = 0;          // attn_p: tile slots of one head
  std::uint32_t heads = 0;               // attn_p

  // Depth of the tree over all leaves (R), of one stream (S), of the tree over the streams (S; else 0).
  [[nodiscard]] unsigned depth() const;
  [[nodiscard]] unsigned stream_depth() const;
  // Leaves of layout R, or of one stream of layout S.
  [[nodiscard]] std::uint64_t leaves() const;
  // Bytes of a leaf of layout R (of any stream of S); 0 for padding slots and beyond the end.
  [[nodiscard]] std::uint32_t tile_bytes(std::uint64_t leaf) const;
};
[[nodiscard]] OpShape op_shape(const Config& config, Op op, const Extent& extent);

// The int8 multiply-adds of the trace: what a job is paid by. None on overflow of 64 bits.
[[nodiscard]] std::optional<std::uint64_t> units(const Config& config, const Extent& extent);

}  // namespace aether::infer
