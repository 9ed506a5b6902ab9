// How large a proof can get. Lengths are a function of the coordinate, so the bound is a maximum over coordinates that
// are largest of their kind, at the longest extents; paths are bounded by two siblings a level.
#include "wiring.hpp"

namespace aether::vcr {

namespace {

using infer::OpKind;

constexpr std::uint64_t kLengthPrefix = 3;  // ULEB128 of a length below 2^21

std::uint64_t range_bound(const TraceShape& shape, const Read& read) {
  const ReadTree tree = tree_of(shape, read);
  const std::uint64_t siblings = (read.tiles > 1 ? 2 : 1) * tree.depth + tree.above;
  return range_bytes(shape, read) + 32 * siblings + 2 * kLengthPrefix;
}

std::uint64_t leaf_bound(const infer::Config& config, const LeafRead& leaf) {
  return leaf.size + 32 * crypto::merkle_depth(infer::leaf_count(config)) + 2 * kLengthPrefix;
}

// Frame of a proof: job, attempt, tags, coordinate, list lengths; generously.
constexpr std::uint64_t kFrame = 96;

std::uint64_t element_bound(const TraceShape& shape, const Coordinate& at) {
  auto wiring = wire(shape, at);
  if (!wiring) return 0;
  if (shape.kind(at.op).kind == OpKind::embed) wiring->leaves.push_back(embedding_leaf(shape.config(), 0));
  std::uint64_t bytes = kFrame;
  for (const Read& read : wiring->reads) bytes += range_bound(shape, read);
  for (const LeafRead& leaf : wiring->leaves) bytes += leaf_bound(shape.config(), leaf);
  return bytes;
}

// Where in a row the tiles that an element needs lie worst: heads that straddle tiles differ, all else repeats.
template <class F>
void for_each_element(const infer::Config& c, OpKind kind, F&& element) {
  const std::uint32_t d_h = c.head_dim;
  switch (kind) {
    case OpKind::q:
      for (std::uint32_t head = 0; head < c.heads; ++head) {
        element(head * d_h);
        element(c.q_width() + head);
      }
      break;
    case OpKind::attn_out:
      for (std::uint32_t head = 0; head < c.heads; ++head) element(head * d_h);
      break;
    case OpKind::attn_max:
    case OpKind::attn_p:
      for (std::uint32_t head = 0; head < c.heads; ++head) element(head);
      break;
    default: element(0);
  }
}

std::uint64_t bound_at(const TraceShape& shape) {
  const infer::Config& c = shape.config();
  const std::uint32_t n = shape.extent().traced();
  std::uint64_t most = 0;
  for (std::uint32_t op = 0; op < shape.op_count(); ++op) {
    const infer::Op kind = shape.kind(op);
    if (kind.layer > 1) continue;  // layer 1 reads what every later layer reads
    for_each_element(c, kind.kind, [&](std::uint32_t element) {
      // Rows are longest at the last position, the last tile of a stream may be short; K is read whole up to F − 1.
      for (const std::uint32_t position : {n - 1, std::min(n, c.short_keys()) - 1, 0U}) {
        most = std::max(most, element_bound(shape, {op, position, element, 0}));
      }
    });
  }
  // A tile of wrong length, or a node, with one path; and the three tiles of a sample proof.
  const std::uint64_t path = 32 * crypto::kMaxDepth;
  return std::max(most, 3 * (infer::kTileBytes + path) + kFrame);
}

}  // namespace

std::uint64_t proof_bytes_max(const infer::Config& config) {
  // A long prompt or a long output: the trees of the first are as deep, those of the logits deeper in the second.
  const std::uint32_t rest = config.context - 1;
  if (rest == 0) return 0;
  return std::max(bound_at(TraceShape(config, {rest, 1})), bound_at(TraceShape(config, {1, rest})));
}

bool provable(const infer::Config& config) {
  return infer::validate(config) && config.context > 1 && proof_bytes_max(config) <= limits::kStepProofBytesMax;
}

}  // namespace aether::vcr
