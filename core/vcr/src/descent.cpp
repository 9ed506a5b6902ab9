#include "aether/vcr/descent.hpp"

#include <algorithm>

namespace aether::vcr {

std::string_view to_string(DescentError error) {
  switch (error) {
    case DescentError::not_the_workers_turn: return "not_the_workers_turn";
    case DescentError::not_the_challengers_turn: return "not_the_challengers_turn";
    case DescentError::expected_nodes: return "expected_nodes";
    case DescentError::expected_tile: return "expected_tile";
    case DescentError::node_count: return "node_count";
    case DescentError::wrong_hash: return "wrong_hash";
    case DescentError::padding: return "padding";
    case DescentError::tile_length: return "tile_length";
    case DescentError::at_a_tile: return "at_a_tile";
    case DescentError::child_range: return "child_range";
    case DescentError::padding_child: return "padding_child";
    case DescentError::sibling_count: return "sibling_count";
    case DescentError::wrong_path: return "wrong_path";
  }
  return "unknown";
}

DescentState open_descent(const TraceShape& shape, const Hash& trace_root) { return {shape.root(), trace_root}; }

unsigned reveal_levels(const TraceShape& shape, const Node& node) {
  return std::min(kRevealLevelsMax, shape.levels_left(node));
}

namespace {

Result<void, DescentError> check_nodes(const TraceShape& shape, const DescentState& state, const Nodes& nodes) {
  const unsigned levels = reveal_levels(shape, state.node);
  if (nodes.size() != std::size_t{1} << levels) return fail(DescentError::node_count);
  if (crypto::merkle_padded_root(nodes, levels) != state.hash) return fail(DescentError::wrong_hash);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto padding = shape.padding(shape.child(state.node, levels, i));
    if (padding && *padding != nodes[i]) return fail(DescentError::padding);
  }
  return {};
}

Result<void, DescentError> check_tile(const TraceShape& shape, const DescentState& state, const Tile& tile) {
  if (tile.size() != shape.tile_bytes(state.node.op, state.node.index)) return fail(DescentError::tile_length);
  if (crypto::merkle_leaf(tile) != state.hash) return fail(DescentError::wrong_hash);
  return {};
}

}  // namespace

Result<DescentState, DescentError> respond(const TraceShape& shape, const DescentState& state, const Reveal& reveal) {
  if (state.turn != Turn::worker) return fail(DescentError::not_the_workers_turn);
  const bool tile_due = shape.is_tile(state.node);
  const Tile* tile = std::get_if<Tile>(&reveal);
  if (tile_due != (tile != nullptr)) return fail(tile_due ? DescentError::expected_tile : DescentError::expected_nodes);
  if (tile_due) {
    AETHER_CHECK(check_tile(shape, state, *tile));
  } else {
    AETHER_CHECK(check_nodes(shape, state, *std::get_if<Nodes>(&reveal)));
  }
  DescentState next = state;
  ++next.moves;
  next.turn = Turn::challenger;
  return next;
}

Result<DescentState, DescentError> descend(const TraceShape& shape, const DescentState& state, const Step& step) {
  if (state.turn != Turn::challenger) return fail(DescentError::not_the_challengers_turn);
  const unsigned levels = reveal_levels(shape, state.node);
  if (levels == 0) return fail(DescentError::at_a_tile);
  if (step.child >> levels != 0) return fail(DescentError::child_range);
  const Node child = shape.child(state.node, levels, step.child);
  if (shape.padding(child)) return fail(DescentError::padding_child);
  if (step.siblings.size() != levels) return fail(DescentError::sibling_count);
  if (crypto::merkle_padded_fold(step.hash, step.child, step.siblings) != state.hash)
    return fail(DescentError::wrong_path);
  return DescentState{child, step.hash, state.moves, Turn::worker};
}

std::optional<Reveal> make_reveal(const TraceShape& shape, TraceSource& source, const Node& node) {
  if (shape.is_tile(node)) {
    std::optional<Bytes> tile = source.tile(node.op, node.index);
    if (!tile || tile->size() > Tile::kMax) return std::nullopt;
    return Tile(std::move(*tile));
  }
  const unsigned levels = reveal_levels(shape, node);
  Nodes nodes;
  for (std::uint64_t i = 0; i < std::uint64_t{1} << levels; ++i) {
    const std::optional<Hash> hash = source.node(shape.child(node, levels, i));
    if (!hash) return std::nullopt;
    nodes.push_back(*hash);
  }
  return nodes;
}

bool accuse_last(const TraceShape& shape, const Node& node) {
  return node.op != kOperatorTree && shape.kind(node.op).kind == infer::OpKind::q;
}

std::optional<Step> choose_step(TraceStore& own, const DescentState& state, const Nodes& revealed) {
  const TraceShape& shape = own.shape();
  const unsigned levels = reveal_levels(shape, state.node);
  if (levels == 0 || revealed.size() != std::size_t{1} << levels) return std::nullopt;
  const auto differs = [&](std::size_t i) { return own.node(shape.child(state.node, levels, i)) != revealed[i]; };
  std::optional<std::size_t> at;
  for (std::size_t i = 0; i < revealed.size(); ++i) {
    if (differs(i)) at = i;
    if (at && !accuse_last(shape, state.node)) break;
  }
  if (!at) return std::nullopt;
  return Step{static_cast<std::uint8_t>(*at), revealed[*at], crypto::merkle_padded_path(revealed, levels, *at)};
}

std::optional<Step> step_towards(const TraceShape& shape, const DescentState& state, const Nodes& revealed,
                                 const Node& target) {
  const unsigned levels = reveal_levels(shape, state.node);
  if (levels == 0 || revealed.size() != std::size_t{1} << levels) return std::nullopt;
  for (std::optional<Node> above = target; above; above = shape.parent(*above)) {
    for (std::size_t i = 0; i < revealed.size(); ++i) {
      if (shape.child(state.node, levels, i) != *above) continue;
      return Step{static_cast<std::uint8_t>(i), revealed[i], crypto::merkle_padded_path(revealed, levels, i)};
    }
  }
  return std::nullopt;
}

namespace {

template <class T>
auto place(std::vector<std::pair<Node, T>>& in, const Node& node) {
  return std::lower_bound(in.begin(), in.end(), node,
                          [](const auto& item, const Node& key) { return item.first < key; });
}

template <class T>
void keep(std::vector<std::pair<Node, T>>& in, const Node& node, T value) {
  const auto at = place(in, node);
  if (at == in.end() || at->first != node) in.insert(at, {node, std::move(value)});
}

template <class T>
const T* look_up(std::vector<std::pair<Node, T>>& in, const Node& node) {
  const auto at = place(in, node);
  return at != in.end() && at->first == node ? &at->second : nullptr;
}

}  // namespace

KnownTrace::KnownTrace(TraceStore& own, const Hash& claimed, TraceSource* fallback) : own_(&own), fallback_(fallback) {
  keep(nodes_, own.shape().root(), claimed);
}

void KnownTrace::note(const Node& node, const Nodes& revealed) {
  const TraceShape& shape = own_->shape();
  std::vector<Hash> level(revealed.begin(), revealed.end());
  for (unsigned levels = reveal_levels(shape, node); levels > 0; --levels) {
    for (std::size_t i = 0; i < level.size(); ++i) keep(nodes_, shape.child(node, levels, i), level[i]);
    for (std::size_t i = 0; i < level.size() / 2; ++i) level[i] = crypto::merkle_node(level[2 * i], level[2 * i + 1]);
    level.resize(level.size() / 2);
  }
}

void KnownTrace::note_tile(std::uint32_t op, std::uint64_t leaf, Bytes bytes) {
  keep(tiles_, {op, 0, leaf}, std::move(bytes));
}

bool KnownTrace::same_as_own(Node node) {
  while (true) {
    if (const Hash* known = look_up(nodes_, node)) return own_->node(node) == *known;
    const std::optional<Node> parent = own_->shape().parent(node);
    if (!parent) return false;
    node = *parent;
  }
}

std::optional<Hash> KnownTrace::node(const Node& named) {
  const Node node = own_->shape().canonical(named);
  if (!own_->shape().exists(node)) return std::nullopt;
  if (const Hash* known = look_up(nodes_, node)) return *known;
  if (same_as_own(node)) return own_->node(node);
  std::optional<Hash> hash = fallback_ == nullptr ? std::nullopt : fallback_->node(node);
  if (hash) keep(nodes_, node, *hash);
  if (!hash && !wanted_) wanted_ = node;
  return hash;
}

std::optional<Bytes> KnownTrace::tile(std::uint32_t op, std::uint64_t leaf) {
  const Node node{op, 0, leaf};
  if (!own_->shape().exists(node)) return std::nullopt;
  if (const Bytes* known = look_up(tiles_, node)) return *known;
  if (same_as_own(node)) return own_->tile(op, leaf);
  std::optional<Bytes> bytes = fallback_ == nullptr ? std::nullopt : fallback_->tile(op, leaf);
  if (bytes) keep(tiles_, node, *bytes);
  if (!bytes && !wanted_) wanted_ = node;
  return bytes;
}

}  // namespace aether::vcr
