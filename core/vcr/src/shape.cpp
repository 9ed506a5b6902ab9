#include "aether/vcr/shape.hpp"

#include "aether/crypto/merkle.hpp"

namespace aether::vcr {

TraceShape::TraceShape(const infer::Config& config, infer::Extent extent)
    : config_(config), extent_(extent), operator_depth_(crypto::merkle_depth(infer::op_count(config))) {
  for (std::size_t kind = 0; kind < shapes_.size(); ++kind) {
    shapes_[kind] = infer::op_shape(config, {static_cast<infer::OpKind>(kind), 0}, extent);
  }
}

const infer::OpShape& TraceShape::op(std::uint32_t op) const {
  return shapes_[static_cast<std::size_t>(kind(op).kind)];
}

unsigned TraceShape::tile_depth(std::uint32_t op_index) const { return op(op_index).depth(); }

unsigned TraceShape::depth(std::uint32_t op_index) const {
  const infer::OpShape& shape = op(op_index);
  return shape.depth() + shape.stream_depth();
}

Node TraceShape::root() const { return {kOperatorTree, static_cast<std::uint8_t>(operator_depth_), 0}; }

bool TraceShape::exists(const Node& node) const {
  if (node.op == kOperatorTree) {
    return node.level <= operator_depth_ && node.index >> (operator_depth_ - node.level) == 0;
  }
  if (node.op >= op_count()) return false;
  const unsigned all = depth(node.op), tiles = tile_depth(node.op);
  if (node.level > all || node.index >> (all - node.level) != 0) return false;
  // Below the place of a stream that does not exist there is nothing.
  return node.level >= tiles || !op(node.op).streams || node.index >> (tiles - node.level) < op(node.op).stream_count;
}

Node TraceShape::canonical(Node node) const {
  if (node.op != kOperatorTree || node.level != 0 || node.index >= op_count()) return node;
  const auto op = static_cast<std::uint32_t>(node.index);
  return {op, static_cast<std::uint8_t>(depth(op)), 0};
}

unsigned TraceShape::levels_left(const Node& node) const {
  if (node.op == kOperatorTree) return node.level;
  const unsigned tiles = tile_depth(node.op);
  return node.level > tiles ? node.level - tiles : node.level;
}

std::optional<Node> TraceShape::parent(const Node& node) const {
  if (node == root()) return std::nullopt;
  if (node.op != kOperatorTree && node.level == depth(node.op)) return Node{kOperatorTree, 1, node.op / 2};
  return Node{node.op, static_cast<std::uint8_t>(node.level + 1), node.index / 2};
}

Node TraceShape::child(const Node& node, unsigned levels, std::uint64_t index) const {
  return canonical({node.op, static_cast<std::uint8_t>(node.level - levels), (node.index << levels) + index});
}

std::optional<Hash> TraceShape::padding(const Node& node) const {
  const std::uint64_t first = node.index << node.level, end = (node.index + 1) << node.level;
  if (node.op == kOperatorTree) {
    for (std::uint64_t i = first; i < end && i < op_count(); ++i) {
      if (op(static_cast<std::uint32_t>(i)).leaves() != 0) return std::nullopt;
    }
    return crypto::merkle_zero(node.level);
  }
  const infer::OpShape& shape = op(node.op);
  const unsigned tiles = shape.depth();
  if (shape.streams && node.level >= tiles && node.index << (node.level - tiles) >= shape.stream_count) {
    return crypto::merkle_zero(node.level - tiles);
  }
  if (node.level > tiles) return std::nullopt;
  const std::uint64_t leaf = shape.streams ? first & ((std::uint64_t{1} << tiles) - 1) : first;
  if (leaf < shape.leaves()) {
    // Within a head of attn_p the empty tiles come last, and no head is empty: padding only if no head begins here.
    if (shape.head_tiles == 0 || shape.tile_bytes(leaf) != 0) return std::nullopt;
    const std::uint64_t next_head = (leaf / shape.head_tiles + 1) * shape.head_tiles;
    if (next_head < std::min(end, shape.leaves())) return std::nullopt;
  }
  return crypto::merkle_zero(node.level);
}

std::uint32_t TraceShape::tile_bytes(std::uint32_t op_index, std::uint64_t leaf) const {
  const infer::OpShape& shape = op(op_index);
  if (!shape.streams) return shape.tile_bytes(leaf);
  const unsigned tiles = shape.depth();
  if (leaf >> tiles >= shape.stream_count) return 0;
  return shape.tile_bytes(leaf & ((std::uint64_t{1} << tiles) - 1));
}

Bytes token_bytes(std::span<const std::uint32_t> tokens) {
  Bytes out;
  out.reserve(4 * tokens.size());
  for (const std::uint32_t token : tokens) {
    for (unsigned shift = 0; shift < 32; shift += 8) out.push_back(static_cast<std::uint8_t>(token >> shift));
  }
  return out;
}

std::vector<Hash> token_leaves(std::span<const std::uint32_t> tokens) {
  std::vector<Hash> leaves;
  for (std::size_t at = 0; at < tokens.size(); at += kTokensPerTile) {
    leaves.push_back(crypto::merkle_leaf(
        token_bytes(tokens.subspan(at, std::min<std::size_t>(kTokensPerTile, tokens.size() - at)))));
  }
  return leaves;
}

Hash token_root(std::span<const std::uint32_t> tokens) {
  const std::vector<Hash> leaves = token_leaves(tokens);
  return crypto::merkle_padded_root(leaves, crypto::merkle_depth(leaves.size()));
}

}  // namespace aether::vcr
