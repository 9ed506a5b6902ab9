#include "wiring.hpp"

namespace aether::vcr {

using infer::kTileBytes;
using infer::OpKind;
using infer::TensorKind;

Read token_read(Tree tree, std::uint32_t index) {
  return {tree, 0, index / kTokensPerTile, 1, 4 * (index % kTokensPerTile), 4};
}

Read row_read(const TraceShape& shape, std::uint32_t op, std::uint32_t position, std::uint32_t from,
              std::uint32_t size) {
  const infer::OpShape& s = shape.op(op);
  const std::uint32_t first = from / kTileBytes, last = (from + size - 1) / kTileBytes;
  const std::uint64_t row = position - s.first_position;
  return {Tree::trace, op, row * s.tiles_per_row + first, last - first + 1, from % kTileBytes, size};
}

namespace {

// The wiring of one layer's operators.
class Wirer {
 public:
  Wirer(const TraceShape& shape, const Coordinate& at)
      : shape_(shape), c_(shape.config()), at_(at), kind_(shape.kind(at.op)) {}

  Result<Wiring, RefereeError> wire() {
    const infer::OpShape& s = shape_.op(at_.op);
    if (at_.position < s.first_position || at_.position - s.first_position >= s.rows) {
      return fail(RefereeError::position_range);
    }
    AETHER_CHECK(check_element());
    switch (kind_.kind) {
      case OpKind::embed: embed(); break;
      case OpKind::q: query(); break;
      case OpKind::k: key(); break;
      case OpKind::v: value(); break;
      case OpKind::attn_max: attention_max(); break;
      case OpKind::attn_p: attention_weight(); break;
      case OpKind::attn_out: attention_out(); break;
      case OpKind::o: projection(TensorKind::o, OpKind::attn_out, residual_op()); break;
      case OpKind::gate_up: gate_up(); break;
      case OpKind::down: projection(TensorKind::down, OpKind::gate_up, op(OpKind::o)); break;
      case OpKind::logits: logits(); break;
    }
    return std::move(out_);
  }

 private:
  Result<void, RefereeError> check_element() const {
    std::uint32_t elements = 0, witnesses = 1;
    switch (kind_.kind) {
      case OpKind::embed:
      case OpKind::o:
      case OpKind::down: elements = c_.d; break;
      case OpKind::q:
        elements = c_.q_width() + c_.heads;
        if (at_.element >= c_.q_width()) witnesses = c_.head_dim;
        break;
      case OpKind::k:
      case OpKind::v: elements = c_.kv_width(); break;
      case OpKind::attn_max:
      case OpKind::attn_p:
        elements = c_.heads;
        witnesses = at_.position + 1;
        break;
      case OpKind::attn_out: elements = c_.q_width(); break;
      case OpKind::gate_up: elements = c_.ff; break;
      case OpKind::logits: elements = c_.vocab; break;
    }
    if (at_.element >= elements) return fail(RefereeError::element_range);
    if (at_.witness >= witnesses) return fail(RefereeError::witness_range);
    return {};
  }

  std::uint32_t op(OpKind kind) const { return infer::op_index(c_, kind, kind_.layer); }
  // The residual stream that enters this layer.
  std::uint32_t residual_op() const {
    return kind_.layer == 0 ? 0 : infer::op_index(c_, OpKind::down, kind_.layer - 1);
  }
  std::uint32_t kv_head(std::uint32_t head) const { return head / (c_.heads / c_.kv_heads); }

  void row(std::uint32_t op, std::uint32_t from, std::uint32_t size) {
    out_.reads.push_back(row_read(shape_, op, at_.position, from, size));
  }
  // Positions first … last of a stream.
  void stream(std::uint32_t op, std::uint32_t stream, std::uint32_t first, std::uint32_t last) {
    const infer::OpShape& s = shape_.op(op);
    const std::uint64_t base = std::uint64_t{stream} << s.depth();
    const std::uint32_t low = first / s.positions_per_tile, high = last / s.positions_per_tile;
    out_.reads.push_back({Tree::trace, op, base + low, high - low + 1,
                          first % s.positions_per_tile * s.bytes_per_position,
                          (last - first + 1) * s.bytes_per_position});
  }
  void leaf(TensorKind tensor, std::uint32_t layer, std::uint32_t channel) {
    out_.leaves.push_back({infer::leaf_index(c_, tensor, layer, channel), infer::leaf_bytes(c_, tensor)});
  }

  void embed() {
    row(0, 4 * at_.element, 4);
    const std::uint32_t n_prompt = shape_.extent().n_prompt;
    out_.reads.push_back(at_.position < n_prompt ? token_read(Tree::request, at_.position)
                                                 : token_read(Tree::output, at_.position - n_prompt));
  }

  // The residual row, the gains and the channels of a RoPE pair.
  void rotated(TensorKind tensor, std::uint32_t channel) {
    row(residual_op(), 0, 4 * c_.d);
    const std::uint32_t half = c_.head_dim / 2, head = channel / c_.head_dim * c_.head_dim;
    const std::uint32_t low = head + channel % half;
    leaf(TensorKind::attn_norm, kind_.layer, 0);
    leaf(tensor, kind_.layer, low);
    leaf(tensor, kind_.layer, low + half);
    leaf(TensorKind::rope, 0, at_.position);
  }

  void query() {
    const std::uint32_t width = c_.q_width();
    if (at_.element >= width) {
      const std::uint32_t head = at_.element - width;
      row(at_.op, width + 6 * head, 6);
      return rotated(TensorKind::q, head * c_.head_dim + at_.witness);
    }
    row(at_.op, at_.element, 1);
    row(at_.op, width + 6 * (at_.element / c_.head_dim), 6);
    rotated(TensorKind::q, at_.element);
  }

  void key() {
    stream_element();
    rotated(TensorKind::k, at_.element);
  }

  void value() {
    stream_element();
    row(residual_op(), 0, 4 * c_.d);
    leaf(TensorKind::attn_norm, kind_.layer, 0);
    leaf(TensorKind::v, kind_.layer, at_.element);
  }

  // One byte of a stream.
  void stream_element() {
    const std::uint32_t width = shape_.op(at_.op).bytes_per_position;
    stream(at_.op, at_.element / width, at_.position, at_.position);
    out_.reads.back().skip += at_.element % width;
    out_.reads.back().size = 1;
  }

  void attention_max() {
    row(at_.op, 6 * at_.element, 6);
    row(op(OpKind::q), at_.element * c_.head_dim, c_.head_dim);
    stream(op(OpKind::k), kv_head(at_.element), at_.witness, at_.witness);
  }

  // Bytes from … of the weights of a head: its tiles stand apart from the row's.
  void weights(std::uint32_t op, std::uint32_t head, std::uint32_t from, std::uint32_t size) {
    const infer::OpShape& s = shape_.op(op);
    Read read = row_read(shape_, op, at_.position, from, size);
    read.first += std::uint64_t{head} * s.head_tiles;
    out_.reads.push_back(read);
  }

  void query_scale(std::uint32_t head) {
    row(op(OpKind::q), head * c_.head_dim, c_.head_dim);
    row(op(OpKind::q), c_.q_width() + 6 * head, 6);
    leaf(TensorKind::head, kind_.layer, head);
  }

  void attention_weight() {
    weights(at_.op, at_.element, 2 * at_.witness, 2);
    row(op(OpKind::attn_max), 6 * at_.element, 6);
    query_scale(at_.element);
    stream(op(OpKind::k), kv_head(at_.element), at_.witness, at_.witness);
  }

  void attention_out() {
    const std::uint32_t head = at_.element / c_.head_dim;
    row(at_.op, 2 * at_.element, 2);
    stream(op(OpKind::v), kv_head(head) * c_.head_dim + at_.element % c_.head_dim, 0, at_.position);
    if (at_.position >= c_.short_keys()) return weights(op(OpKind::attn_p), head, 0, 2 * (at_.position + 1));
    query_scale(head);
    stream(op(OpKind::k), kv_head(head), 0, at_.position);
  }

  void projection(TensorKind tensor, OpKind input, std::uint32_t residual) {
    row(at_.op, 4 * at_.element, 4);
    row(op(input), 0, shape_.op(op(input)).row_bytes);
    row(residual, 4 * at_.element, 4);
    leaf(tensor, kind_.layer, at_.element);
  }

  void gate_up() {
    row(at_.op, 2 * at_.element, 2);
    row(op(OpKind::o), 0, 4 * c_.d);
    leaf(TensorKind::mlp_norm, kind_.layer, 0);
    leaf(TensorKind::gate, kind_.layer, at_.element);
    leaf(TensorKind::up, kind_.layer, at_.element);
  }

  void logits() {
    row(at_.op, 4 * at_.element, 4);
    row(infer::op_index(c_, OpKind::down, c_.layers - 1), 0, 4 * c_.d);
    leaf(TensorKind::final_norm, 0, 0);
    leaf(TensorKind::lm_head, 0, at_.element);
  }

  const TraceShape& shape_;
  const infer::Config& c_;
  const Coordinate& at_;
  infer::Op kind_;
  Wiring out_;
};

}  // namespace

Result<Wiring, RefereeError> wire(const TraceShape& shape, const Coordinate& at) {
  if (at.op >= shape.op_count()) return fail(RefereeError::operator_range);
  return Wirer(shape, at).wire();
}

LeafRead embedding_leaf(const infer::Config& config, std::uint32_t token) {
  return {infer::leaf_index(config, TensorKind::embedding, 0, token), infer::leaf_bytes(config, TensorKind::embedding)};
}

ReadTree tree_of(const TraceShape& shape, const Read& read) {
  if (read.tree == Tree::trace) return {shape.depth(read.op), shape.operator_depth()};
  const std::uint32_t tokens = read.tree == Tree::request ? shape.extent().n_prompt : shape.extent().n_out;
  return {crypto::merkle_depth((tokens + kTokensPerTile - 1) / kTokensPerTile), 0};
}

std::uint32_t bytes_of(const TraceShape& shape, const Read& read, std::uint64_t leaf) {
  if (read.tree == Tree::trace) return shape.tile_bytes(read.op, leaf);
  const std::uint64_t tokens = read.tree == Tree::request ? shape.extent().n_prompt : shape.extent().n_out;
  const std::uint64_t before = leaf * kTokensPerTile;
  return before >= tokens ? 0
                          : static_cast<std::uint32_t>(4 * std::min<std::uint64_t>(tokens - before, kTokensPerTile));
}

std::uint64_t range_bytes(const TraceShape& shape, const Read& read) {
  std::uint64_t bytes = 0;
  for (std::uint32_t i = 0; i < read.tiles; ++i) bytes += bytes_of(shape, read, read.first + i);
  return bytes;
}

Result<ByteView, RefereeError> open_range(const TraceShape& shape, const Read& read, const TileRange& range,
                                          const Hash& root) {
  if (range.bytes.size() != range_bytes(shape, read)) return fail(RefereeError::range_length);
  const ReadTree tree = tree_of(shape, read);
  std::size_t siblings = 0;
  for_each_sibling(tree, read, [&](unsigned, std::uint64_t) { ++siblings; });
  if (range.path.size() != siblings) return fail(RefereeError::range_path_length);

  std::vector<Hash> nodes;
  std::size_t at = 0;
  for (std::uint32_t i = 0; i < read.tiles; ++i) {
    const std::uint32_t bytes = bytes_of(shape, read, read.first + i);
    nodes.push_back(crypto::merkle_leaf(ByteView(range.bytes).subspan(at, bytes)));
    at += bytes;
  }
  std::size_t next = 0;
  std::uint64_t first = read.first;
  for (unsigned level = 0; level < tree.depth; ++level, first >>= 1) {
    if ((first & 1) != 0) nodes.insert(nodes.begin(), range.path[next++]);
    if (nodes.size() % 2 != 0) nodes.push_back(range.path[next++]);
    for (std::size_t i = 0; i < nodes.size() / 2; ++i) nodes[i] = crypto::merkle_node(nodes[2 * i], nodes[2 * i + 1]);
    nodes.resize(nodes.size() / 2);
  }
  if (crypto::merkle_padded_fold(nodes[0], read.op, std::span(range.path).subspan(next)) != root) {
    return fail(RefereeError::range_path);
  }
  return ByteView(range.bytes).subspan(read.skip, read.size);
}

}  // namespace aether::vcr
