#include "aether/infer/graph.hpp"

#include "aether/base/checked.hpp"
#include "aether/crypto/merkle.hpp"

namespace aether::infer {

Op op_at(const Config& config, std::uint32_t index) {
  AETHER_ASSERT(index < op_count(config));
  if (index == 0) return {OpKind::embed, 0};
  if (index == op_count(config) - 1) return {OpKind::logits, 0};
  return {static_cast<OpKind>(1 + (index - 1) % kOpsPerLayer), (index - 1) / kOpsPerLayer};
}

std::uint32_t op_index(const Config& config, OpKind kind, std::uint32_t layer) {
  if (kind == OpKind::embed) return 0;
  if (kind == OpKind::logits) return op_count(config) - 1;
  AETHER_ASSERT(layer < config.layers);
  return layer * kOpsPerLayer + static_cast<std::uint32_t>(kind);
}

bool fits(const Config& config, const Extent& extent) {
  return extent.n_prompt >= 1 && extent.n_out >= 1 && extent.n_prompt <= config.context &&
         extent.n_out <= config.context - extent.n_prompt;
}

unsigned OpShape::depth() const { return crypto::merkle_depth(leaves()); }
unsigned OpShape::stream_depth() const { return streams ? crypto::merkle_depth(stream_count) : 0; }

std::uint64_t OpShape::leaves() const {
  if (streams) return (std::uint64_t{rows} + positions_per_tile - 1) / positions_per_tile;
  return std::uint64_t{rows} * tiles_per_row;
}

std::uint32_t OpShape::tile_bytes(std::uint64_t leaf) const {
  if (leaf >= leaves()) return 0;
  if (streams) {
    const std::uint64_t first = leaf * positions_per_tile;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(rows - first, positions_per_tile)) * bytes_per_position;
  }
  const std::uint64_t tile = leaf % tiles_per_row;
  std::uint64_t bytes = row_bytes, offset = tile * kTileBytes;
  if (head_tiles != 0) {  // attn_p: 2 bytes a key of this row
    bytes = 2 * (first_position + leaf / tiles_per_row + 1);
    offset = (tile % head_tiles) * kTileBytes;
  }
  return offset >= bytes ? 0 : static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes - offset, kTileBytes));
}

OpShape op_shape(const Config& c, Op op, const Extent& extent) {
  OpShape out;
  out.rows = extent.traced();
  const std::uint32_t far_rows = out.rows > c.short_keys() ? out.rows - c.short_keys() : 0;
  switch (op.kind) {
    case OpKind::embed:
    case OpKind::o:
    case OpKind::down: out.row_bytes = 4 * c.d; break;
    case OpKind::q: out.row_bytes = c.q_width() + 6 * c.heads; break;
    case OpKind::k:
      out.streams = true;
      out.stream_count = c.kv_heads;
      out.bytes_per_position = c.head_dim;
      out.positions_per_tile = kTileBytes / c.head_dim;
      out.row_bytes = c.kv_width();
      break;
    case OpKind::v:
      out.streams = true;
      out.stream_count = c.kv_width();
      out.bytes_per_position = 1;
      out.positions_per_tile = kTileBytes;
      out.row_bytes = c.kv_width();
      break;
    case OpKind::attn_max:
      out.first_position = c.short_keys();
      out.rows = far_rows;
      out.row_bytes = 6 * c.heads;
      break;
    case OpKind::attn_p:
      out.first_position = c.short_keys();
      out.rows = far_rows;
      out.heads = c.heads;
      out.head_tiles = (2 * extent.traced() + kTileBytes - 1) / kTileBytes;
      out.row_bytes = 2 * c.heads * extent.traced();
      out.tiles_per_row = c.heads * out.head_tiles;
      return out;
    case OpKind::attn_out: out.row_bytes = 2 * c.q_width(); break;
    case OpKind::gate_up: out.row_bytes = 2 * c.ff; break;
    case OpKind::logits:
      out.first_position = extent.n_prompt - 1;
      out.rows = extent.n_out;
      out.row_bytes = 4 * c.vocab;
      break;
  }
  if (!out.streams) out.tiles_per_row = (out.row_bytes + kTileBytes - 1) / kTileBytes;
  return out;
}

std::optional<std::uint64_t> units(const Config& c, const Extent& extent) {
  if (!fits(c, extent)) return std::nullopt;
  // With the bounds of validate(): linear < 2^8·2^28, positions ≤ 2^13, so every product stays below 2^63.
  const std::uint64_t d = c.d, q = c.q_width(), kv = c.kv_width(), ff = c.ff, n = extent.traced();
  const std::uint64_t linear = c.layers * (d * (q + 2 * kv) + q * d + 3 * d * ff);
  const std::uint64_t keys = n * (n + 1) / 2;
  const u128 total = u128{n} * linear + u128{c.layers} * 2 * q * keys + u128{extent.n_out} * c.vocab * d;
  if (total > UINT64_MAX) return std::nullopt;
  return static_cast<std::uint64_t>(total);
}

}  // namespace aether::infer
