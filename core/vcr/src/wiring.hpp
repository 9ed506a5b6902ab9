// Which committed bytes and model leaves one element is recomputed from. Prover, referee and bounds share it.
#pragma once

#include "aether/vcr/referee.hpp"

namespace aether::vcr {

enum class Tree : std::uint8_t { trace, request, output };

// Wanted bytes within neighbouring tiles.
struct Read {
  Tree tree = Tree::trace;
  std::uint32_t op = 0;     // trace only
  std::uint64_t first = 0;  // leaf
  std::uint32_t tiles = 1;
  std::uint32_t skip = 0;  // bytes before the wanted ones
  std::uint32_t size = 0;  // wanted bytes
};

struct LeafRead {
  std::uint64_t index = 0;
  std::uint32_t size = 0;
};

struct Wiring {
  std::vector<Read> reads;       // as ElementProof::ranges
  std::vector<LeafRead> leaves;  // as ElementProof::leaves; of embed see embedding_leaf
};

[[nodiscard]] Result<Wiring, RefereeError> wire(const TraceShape& shape, const Coordinate& at);

// The embedding row of a token, known only when the token has been read.
[[nodiscard]] LeafRead embedding_leaf(const infer::Config& config, std::uint32_t token);

// Token `index` of the prompt or the output.
[[nodiscard]] Read token_read(Tree tree, std::uint32_t index);
// `size` bytes from byte `from` of the row of `position`.
[[nodiscard]] Read row_read(const TraceShape& shape, std::uint32_t op, std::uint32_t position, std::uint32_t from,
                            std::uint32_t size);

// The tree that a read stands in.
struct ReadTree {
  unsigned depth = 0;  // from the tiles to the operator's or token tree's root
  unsigned above = 0;  // from there to trace_root; 0 for tokens
};
[[nodiscard]] ReadTree tree_of(const TraceShape& shape, const Read& read);
// Bytes of tile `leaf` of the tree that `read` stands in.
[[nodiscard]] std::uint32_t bytes_of(const TraceShape& shape, const Read& read, std::uint64_t leaf);
[[nodiscard]] std::uint64_t range_bytes(const TraceShape& shape, const Read& read);

// Calls sibling(level, index) for each hash of TileRange::path, in order; levels go on counting in the tree over the
// operators.
template <class F>
void for_each_sibling(const ReadTree& tree, const Read& read, F&& sibling) {
  std::uint64_t first = read.first, last = read.first + read.tiles - 1;
  for (unsigned level = 0; level < tree.depth; ++level, first >>= 1, last >>= 1) {
    if ((first & 1) != 0) sibling(level, first - 1);
    if ((last & 1) == 0) sibling(level, last + 1);
  }
  std::uint64_t op = read.op;
  for (unsigned level = 0; level < tree.above; ++level, op >>= 1) sibling(tree.depth + level, op ^ 1);
}

// Checks lengths and path of a range against its root; then the wanted bytes.
[[nodiscard]] Result<ByteView, RefereeError> open_range(const TraceShape& shape, const Read& read,
                                                        const TileRange& range, const Hash& root);

// What the recomputation says: does the committed element differ from what its inputs give?
[[nodiscard]] bool element_differs(const TraceShape& shape, const Coordinate& at, std::span<const ByteView> reads,
                                   std::span<const ByteView> leaves);

// The whole of an element proof: roots by tree.
struct Roots {
  Hash trace, request, output, model;
  const Hash& of(Tree tree) const { return tree == Tree::trace ? trace : tree == Tree::request ? request : output; }
};
[[nodiscard]] Result<Verdict, RefereeError> judge_element(const TraceShape& shape, const Roots& roots,
                                                          const ElementProof& proof);

[[nodiscard]] inline std::uint32_t read_u32(ByteView bytes) {
  return bytes[0] | std::uint32_t{bytes[1]} << 8 | std::uint32_t{bytes[2]} << 16 | std::uint32_t{bytes[3]} << 24;
}
[[nodiscard]] inline std::uint16_t read_u16(ByteView bytes) {
  return static_cast<std::uint16_t>(bytes[0] | bytes[1] << 8);
}

}  // namespace aether::vcr
