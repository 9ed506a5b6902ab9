#include "aether/vcr/descent.hpp"
#include "wiring.hpp"

namespace aether::vcr {

std::string_view to_string(ProveError error) {
  switch (error) {
    case ProveError::not_served: return "not_served";
    case ProveError::no_fraud: return "no_fraud";
    case ProveError::coordinate: return "coordinate";
  }
  return "unknown";
}

ModelTree::ModelTree(const infer::Model& model) : model_(&model) {
  const std::uint64_t count = infer::leaf_count(model.config());
  std::vector<Hash> level;
  level.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) level.push_back(crypto::merkle_leaf(model.leaf(i)));
  levels_.push_back(std::move(level));
  // RFC 6962's shape, level by level: a node without a sibling rises as it is.
  while (levels_.back().size() > 1) {
    const std::vector<Hash>& below = levels_.back();
    std::vector<Hash> next;
    for (std::size_t i = 0; i < below.size(); i += 2) {
      next.push_back(i + 1 < below.size() ? crypto::merkle_node(below[i], below[i + 1]) : below[i]);
    }
    levels_.push_back(std::move(next));
  }
  root_ = crypto::merkle_list_seal(infer::kModelTag, count, levels_.back()[0]);
}

ModelLeaf ModelTree::leaf(std::uint64_t index) const {
  ModelLeaf out{model_->leaf(index), {}};
  for (const std::vector<Hash>& level : levels_) {
    if ((index ^ 1) < level.size()) out.path.push_back(level[index ^ 1]);
    index >>= 1;
  }
  return out;
}

namespace {

// A read as a worker's trace, or the tokens, give it.
Result<TileRange, ProveError> fetch(const TraceShape& shape, const Tokens& tokens, TraceSource& worker,
                                    const Read& read) {
  TileRange out;
  if (read.tree != Tree::trace) {
    const std::span<const std::uint32_t> list = read.tree == Tree::request ? tokens.prompt : tokens.output;
    const std::size_t at = read.first * kTokensPerTile;
    append(out.bytes, token_bytes(list.subspan(at, std::min<std::size_t>(kTokensPerTile, list.size() - at))));
    const std::vector<Hash> leaves = token_leaves(list);
    for (const Hash& hash : crypto::merkle_padded_path(leaves, crypto::merkle_depth(leaves.size()), read.first)) {
      out.path.push_back(hash);
    }
    return out;
  }
  for (std::uint32_t i = 0; i < read.tiles; ++i) {
    const std::optional<Bytes> tile = worker.tile(read.op, read.first + i);
    if (!tile || tile->size() != shape.tile_bytes(read.op, read.first + i)) return fail(ProveError::not_served);
    append(out.bytes, *tile);
  }
  bool served = true;
  const unsigned depth = shape.depth(read.op);
  for_each_sibling(tree_of(shape, read), read, [&](unsigned level, std::uint64_t index) {
    const bool above = level >= depth;
    const Node node{above ? kOperatorTree : read.op, static_cast<std::uint8_t>(above ? level - depth : level), index};
    const std::optional<Hash> hash = worker.node(node);
    served = served && hash.has_value();
    if (hash) out.path.push_back(*hash);
  });
  const std::optional<Hash> root = worker.node(shape.root());
  if (!served || !root || !open_range(shape, read, out, *root)) return fail(ProveError::not_served);
  return out;
}

Roots roots_of(const ModelTree& model, const Tokens& tokens, const Hash& trace) {
  return {trace, token_root(tokens.prompt), token_root(tokens.output), model.root()};
}

// From the hash of one tile or node up to the root.
Result<std::vector<Hash>, ProveError> path_above(const TraceShape& shape, TraceSource& worker, Node node) {
  std::vector<Hash> path;
  while (node != shape.root()) {
    Node sibling{node.op, node.level, node.index ^ 1};
    if (node.op != kOperatorTree && node.level == shape.depth(node.op)) sibling = {kOperatorTree, 0, node.op ^ 1U};
    const std::optional<Hash> hash = worker.node(sibling);
    const std::optional<Node> parent = shape.parent(node);
    if (!hash || !parent) return fail(ProveError::not_served);
    path.push_back(*hash);
    node = *parent;
  }
  return path;
}

std::uint32_t first_difference(ByteView a, ByteView b) {
  std::uint32_t at = 0;
  while (at < a.size() && a[at] == b[at]) ++at;
  return at;
}

// Finds coordinates to accuse for the first tile that differs.
class Accuser {
 public:
  Accuser(TraceStore& own, const ModelTree& model, const Tokens& tokens, KnownTrace& worker, const Hash& claimed)
      : own_(own), shape_(own.shape()), model_(model), tokens_(tokens), worker_(worker), claimed_(claimed) {}

  Result<Claim, ProveError> accuse(const Node& tile, ByteView theirs) {
    const infer::OpShape& s = shape_.op(tile.op);
    const std::uint32_t byte = first_difference(own_.tile_view(tile.op, tile.index), theirs);
    if (s.streams) return stream(tile, byte);
    const auto position = static_cast<std::uint32_t>(s.first_position + tile.index / s.tiles_per_row);
    const auto slot = static_cast<std::uint32_t>(tile.index % s.tiles_per_row);
    const std::uint32_t at = slot * infer::kTileBytes + byte;
    switch (shape_.kind(tile.op).kind) {
      case infer::OpKind::q: return query(tile.op, position, at);
      case infer::OpKind::attn_max: return peak({tile.op, position, at / 6, 0}, at / 6 * 6);
      case infer::OpKind::attn_p:
        return element({tile.op, position, slot / s.head_tiles, (slot % s.head_tiles * infer::kTileBytes + byte) / 2});
      case infer::OpKind::attn_out:
      case infer::OpKind::gate_up: return element({tile.op, position, at / 2, 0});
      default: return element({tile.op, position, at / 4, 0});
    }
  }

 private:
  Result<Claim, ProveError> element(const Coordinate& at) {
    AETHER_TRY(ElementProof proof, prove_element(shape_, model_, tokens_, worker_, at));
    const auto verdict = judge_element(shape_, roots_of(model_, tokens_, claimed_), proof);
    if (!verdict || *verdict != Verdict::convicted) return fail(ProveError::no_fraud);
    return Claim{std::move(proof)};
  }

  Result<Claim, ProveError> stream(const Node& tile, std::uint32_t byte) {
    const infer::OpShape& s = shape_.op(tile.op);
    const unsigned depth = shape_.tile_depth(tile.op);
    const auto stream = static_cast<std::uint32_t>(tile.index >> depth);
    const auto first =
        static_cast<std::uint32_t>(tile.index & ((std::uint64_t{1} << depth) - 1)) * s.positions_per_tile;
    const std::uint32_t width = s.bytes_per_position;
    return element({tile.op, first + byte / width, stream * width + byte % width, 0});
  }

  // A pair (value, j*) at byte `from` of the row: j* itself, or the one that the own trace names.
  Result<Claim, ProveError> peak(Coordinate at, std::uint32_t from) {
    const Read read = row_read(shape_, at.op, at.position, from, 6);
    AETHER_TRY(const TileRange theirs, fetch(shape_, tokens_, worker_, read));
    AETHER_TRY(const TileRange ours, fetch(shape_, tokens_, own_, read));
    const std::uint16_t claimed = read_u16(ByteView(theirs.bytes).subspan(read.skip + 4));
    const std::uint16_t honest = read_u16(ByteView(ours.bytes).subspan(read.skip + 4));
    at.witness = claimed;
    if (auto claim = element(at)) return claim;
    at.witness = honest;
    return element(at);
  }

  // The heads' maxima first: a value is judged with the committed maximum.
  Result<Claim, ProveError> query(std::uint32_t op, std::uint32_t position, std::uint32_t byte) {
    const infer::Config& c = shape_.config();
    for (std::uint32_t head = 0; head < c.heads; ++head) {
      const std::uint32_t from = c.q_width() + 6 * head;
      const Read read = row_read(shape_, op, position, from, 6);
      const auto theirs = fetch(shape_, tokens_, worker_, read);
      if (!theirs) continue;
      AETHER_TRY(const TileRange ours, fetch(shape_, tokens_, own_, read));
      const auto pair = [&](const TileRange& range) { return ByteView(range.bytes).subspan(read.skip, read.size); };
      if (std::ranges::equal(pair(*theirs), pair(ours))) continue;
      if (auto claim = peak({op, position, c.q_width() + head, 0}, from)) return claim;
    }
    if (byte >= c.q_width()) return fail(ProveError::not_served);
    return element({op, position, byte, 0});
  }

  TraceStore& own_;
  const TraceShape& shape_;
  const ModelTree& model_;
  const Tokens& tokens_;
  KnownTrace& worker_;
  const Hash& claimed_;
};

// Greedy: the first of the largest logits.
std::uint32_t greedy_choice(const TraceStore& own, std::uint32_t row) {
  const TraceShape& shape = own.shape();
  const std::uint32_t op = shape.op_count() - 1;
  const std::uint64_t tiles = shape.op(op).tiles_per_row;
  std::uint32_t best = 0, token = 0;
  std::int32_t top = 0;
  for (std::uint64_t tile = 0; tile < tiles; ++tile) {
    const ByteView bytes = own.tile_view(op, row * tiles + tile);
    for (std::size_t at = 0; at < bytes.size(); at += 4, ++token) {
      const auto logit = static_cast<std::int32_t>(read_u32(bytes.subspan(at, 4)));
      if (token == 0 || logit > top) {
        top = logit;
        best = token;
      }
    }
  }
  return best;
}

Result<Claim, ProveError> find_wrong_token(TraceStore& own, const Tokens& tokens) {
  for (std::uint32_t row = 0; row < tokens.output.size(); ++row) {
    const std::uint32_t choice = greedy_choice(own, row);
    if (choice == tokens.output[row]) continue;
    AETHER_TRY(SampleProof proof, prove_sample(own.shape(), tokens, own, row, choice));
    return Claim{std::move(proof)};
  }
  return fail(ProveError::no_fraud);
}

Result<Claim, ProveError> prove_padding(const TraceShape& shape, TraceSource& worker, const Node& node,
                                        const Hash& hash) {
  AETHER_TRY(std::vector<Hash> path, path_above(shape, worker, node));
  return Claim{PaddingProof{node, hash, std::move(path)}};
}

Result<Claim, ProveError> prove_length(const TraceShape& shape, TraceSource& worker, const Node& tile, Bytes bytes) {
  // A tile that fits no proof cannot be shown in one message; on chain its worker cannot answer.
  if (bytes.size() > 2 * infer::kTileBytes) return fail(ProveError::not_served);
  AETHER_TRY(std::vector<Hash> path, path_above(shape, worker, tile));
  return Claim{LengthProof{tile.op, tile.index, {std::move(bytes), std::move(path)}}};
}

}  // namespace

Result<ElementProof, ProveError> prove_element(const TraceShape& shape, const ModelTree& model, const Tokens& tokens,
                                               TraceSource& worker, const Coordinate& at) {
  auto wiring = wire(shape, at);
  if (!wiring) return fail(ProveError::coordinate);
  if (shape.kind(at.op).kind == infer::OpKind::embed) {
    const std::size_t n_prompt = tokens.prompt.size();
    const std::uint32_t token =
        at.position < n_prompt ? tokens.prompt[at.position] : tokens.output[at.position - n_prompt];
    wiring->leaves.push_back(embedding_leaf(shape.config(), token));
  }
  ElementProof proof;
  proof.at = at;
  for (const Read& read : wiring->reads) {
    AETHER_TRY(proof.ranges.emplace_back(), fetch(shape, tokens, worker, read));
  }
  for (const LeafRead& leaf : wiring->leaves) proof.leaves.push_back(model.leaf(leaf.index));
  return proof;
}

Result<SampleProof, ProveError> prove_sample(const TraceShape& shape, const Tokens& tokens, TraceSource& worker,
                                             std::uint32_t row, std::uint32_t better) {
  const std::uint32_t vocab = shape.config().vocab;
  if (row >= tokens.output.size() || better >= vocab || tokens.output[row] >= vocab)
    return fail(ProveError::coordinate);
  const std::uint32_t op = shape.op_count() - 1, position = shape.extent().n_prompt - 1 + row;
  SampleProof proof{row, better, {}, {}, {}};
  AETHER_TRY(proof.token, fetch(shape, tokens, worker, token_read(Tree::output, row)));
  AETHER_TRY(proof.token_logit, fetch(shape, tokens, worker, row_read(shape, op, position, 4 * tokens.output[row], 4)));
  AETHER_TRY(proof.better_logit, fetch(shape, tokens, worker, row_read(shape, op, position, 4 * better, 4)));
  return proof;
}

Result<Claim, ProveError> find_first_fraud(TraceStore& own, const ModelTree& model, const Tokens& tokens,
                                           TraceSource& worker, const Hash& claimed) {
  if (claimed == own.root()) return find_wrong_token(own, tokens);
  const TraceShape& shape = own.shape();
  KnownTrace known(own, claimed, &worker);
  Node node = shape.root();
  Hash hash = claimed;
  while (true) {
    // An operator whose tree is a single tile, or a lone node, has no children.
    const auto padding = shape.padding(node);
    if (padding) return prove_padding(shape, known, node, hash);
    if (shape.is_tile(node)) break;
    const Node left = shape.child(node, 1, 0), right = shape.child(node, 1, 1);
    const std::optional<Hash> left_hash = known.node(left), right_hash = known.node(right);
    if (!left_hash || !right_hash || crypto::merkle_node(*left_hash, *right_hash) != hash) {
      return fail(ProveError::not_served);
    }
    const bool left_differs = own.node(left) != *left_hash, right_differs = own.node(right) != *right_hash;
    const bool go_left = left_differs && !(right_differs && accuse_last(shape, node));
    node = go_left ? left : right;
    hash = go_left ? *left_hash : *right_hash;
  }
  std::optional<Bytes> tile = known.tile(node.op, node.index);
  if (!tile || crypto::merkle_leaf(*tile) != hash) return fail(ProveError::not_served);
  if (tile->size() != shape.tile_bytes(node.op, node.index)) return prove_length(shape, known, node, std::move(*tile));
  return Accuser(own, model, tokens, known, claimed).accuse(node, *tile);
}

}  // namespace aether::vcr
