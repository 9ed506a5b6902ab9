// The tree of a trace: which nodes exist, how deep it is, where its padding lies. All of it follows from (config,
// extent); nothing is claimed (AI page section 2).
//
//   trace_root = the tree over the operators (text jobs have one sequence, so the tree over sequences is its only leaf)
//     leaf `op`  = root of the operator: layout R one tree over its tiles; layout S a tree over the streams,
//                  whose leaf is the root of a stream's tree over its tiles
//
// Every tree is padded to a power of two with Z_k, counted from its own leaves. An inner root takes the leaf's place
// unhashed, so that one hash has two names; canonical() is the inner one. Within an operator a node is (level, index)
// in one coordinate system: level 0 are the tiles, leaf = stream·2^(depth of a stream) + tile.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "aether/codec/bcs.hpp"
#include "aether/infer/graph.hpp"

namespace aether::vcr {

inline constexpr std::uint32_t kOperatorTree = 0xffff'ffff;  // Node::op of the tree over the operators

struct Node {
  std::uint32_t op = kOperatorTree;  // index of the operator
  std::uint8_t level = 0;            // height over the leaves
  std::uint64_t index = 0;

  constexpr auto operator<=>(const Node&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("op", self.op);
    visit("level", self.level);
    visit("index", self.index);
  }
};

class TraceShape {
 public:
  // `config` has passed validate() and `extent` fits it.
  TraceShape(const infer::Config& config, infer::Extent extent);

  const infer::Config& config() const { return config_; }
  infer::Extent extent() const { return extent_; }
  std::uint32_t op_count() const { return infer::op_count(config_); }
  const infer::OpShape& op(std::uint32_t op) const;  // op < op_count
  infer::Op kind(std::uint32_t op) const { return infer::op_at(config_, op); }

  unsigned operator_depth() const { return operator_depth_; }
  unsigned depth(std::uint32_t op) const;  // from the operator's root to its tiles
  unsigned tile_depth(
      std::uint32_t op) const;  // of the innermost tree: over the tiles of a row layout or of one stream

  Node root() const;
  bool exists(const Node& node) const;
  Node canonical(Node node) const;  // a leaf of the tree over operators becomes the operator's root
  bool is_tile(const Node& node) const { return node.op != kOperatorTree && node.level == 0; }
  unsigned levels_left(const Node& node) const;        // down to the leaves of the node's own tree; canonical nodes
  std::optional<Node> parent(const Node& node) const;  // none for the root
  Node child(const Node& node, unsigned levels, std::uint64_t index) const;  // within the node's own tree, canonical
  unsigned levels_above(std::uint32_t op) const { return operator_depth_ + depth(op); }  // of a tile

  // The constant that stands at `node` when all below it is padding.
  std::optional<Hash> padding(const Node& node) const;
  std::uint32_t tile_bytes(std::uint32_t op, std::uint64_t leaf) const;  // 0: padding

 private:
  infer::Config config_;
  infer::Extent extent_;
  unsigned operator_depth_ = 0;
  std::array<infer::OpShape, 11> shapes_;  // by kind
};

// Trees over 1 KiB tiles of token ids (u32, little-endian): request_root and output_root.
inline constexpr std::uint32_t kTokensPerTile = infer::kTileBytes / 4;
[[nodiscard]] Bytes token_bytes(std::span<const std::uint32_t> tokens);
[[nodiscard]] std::vector<Hash> token_leaves(std::span<const std::uint32_t> tokens);
[[nodiscard]] Hash token_root(std::span<const std::uint32_t> tokens);

}  // namespace aether::vcr
