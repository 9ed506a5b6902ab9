#include <gtest/gtest.h>

#include "support.hpp"

namespace aether::vcr::testing {
namespace {

// How a session between a worker that answers from `worker` and an honest challenger ends.
struct Outcome {
  enum class End { no_answer, no_difference, proven } end = End::no_answer;
  std::optional<DescentError> refused;  // why the worker's best answer was not accepted
  Claim claim;
  unsigned moves = 0, sessions = 0;
};

// One session; what it shows goes into `known`. True when it reached a tile, or `target`.
bool session(const HonestRun& run, TraceSource& worker, KnownTrace& known, const Hash& root,
             const std::optional<Node>& target, Outcome& out) {
  const TraceShape& shape = run.own->shape();
  DescentState state = open_descent(shape, root);
  while (true) {
    EXPECT_LE(codec::encode(state).size(), 200u);
    const auto reveal = make_reveal(shape, worker, state.node);
    if (!reveal) return false;
    EXPECT_LE(codec::encode(*reveal).size(), 2048u + 3);
    const auto after = respond(shape, state, *reveal);
    if (!after) {
      out.refused = after.error();
      return false;
    }
    out.moves = std::max<unsigned>(out.moves, after->moves);
    EXPECT_EQ(after->node, state.node);
    if (const Tile* tile = std::get_if<Tile>(&*reveal)) {
      known.note_tile(state.node.op, state.node.index, *tile);
      return true;
    }
    const Nodes& nodes = *std::get_if<Nodes>(&*reveal);
    known.note(state.node, nodes);
    const auto step = target ? step_towards(shape, *after, nodes, *target) : choose_step(*run.own, *after, nodes);
    if (!step) {
      out.end = Outcome::End::no_difference;
      return target.has_value();
    }
    const auto next = descend(shape, *after, *step);
    EXPECT_TRUE(next);
    state = *next;
  }
}

Outcome play(const HonestRun& run, TraceSource& worker, const Hash& root) {
  KnownTrace known(*run.own, root);
  Outcome out;
  for (out.sessions = 1; session(run, worker, known, root, known.wanted(), out); ++out.sessions) {
    // Nothing but what was shown on chain and the own trace.
    known.forget_wanted();
    auto claim = find_first_fraud(*run.own, *run.tree, run.tokens(), known, root);
    if (claim) {
      out.end = Outcome::End::proven;
      out.claim = std::move(*claim);
      return out;
    }
    EXPECT_TRUE(known.wanted() && out.sessions < 3) << to_string(claim.error());
    if (!known.wanted() || out.sessions == 3) return out;
  }
  return out;
}

const HonestRun& run() {
  static const HonestRun made = random_run(wide_config(), 134, 5, 21);
  return made;
}
const HonestRun& small() {
  static const HonestRun made = random_run(small_config(), 21, 4, 22);
  return made;
}

TEST(Descent, every_flipped_bit_ends_in_a_proof_made_of_what_was_shown) {
  Random random(1);
  for (const HonestRun* honest : {&run(), &small()}) {
    for (int i = 0; i < 150; ++i) {
      std::vector<Row> rows = honest->rows;
      Row& row = rows[below(random, rows.size())];
      row.bytes[below(random, row.bytes.size())] ^= 4;
      TraceStore worker = honest->with(rows);
      const Outcome out = play(*honest, worker, worker.root());
      ASSERT_EQ(out.end, Outcome::End::proven) << "op " << row.op;
      EXPECT_LE(out.moves, kMovesMax);
      ASSERT_EQ(judge(honest->claim(worker.root()), honest->proof(out.claim)), Verdict::convicted) << "op " << row.op;
    }
  }
}

// Several lies in one row, across its tiles: the maximum and its values, or both halves of a pair.
TEST(Descent, lies_across_the_tiles_of_a_row_are_proven) {
  static const HonestRun odd = random_run(odd_config(), 60, 3, 23);
  Random random(4);
  unsigned sessions = 0;
  for (const HonestRun* honest : {&run(), static_cast<const HonestRun*>(&odd)}) {
    for (int i = 0; i < 60; ++i) {
      std::vector<Row> rows = honest->rows;
      const std::uint32_t op = infer::op_index(honest->config(), i % 2 == 0 ? OpKind::q : OpKind::attn_max, 0);
      std::vector<std::size_t> mine;
      for (std::size_t r = 0; r < rows.size(); ++r) {
        if (rows[r].op == op) mine.push_back(r);
      }
      if (mine.empty()) continue;
      Row& row = rows[mine[below(random, mine.size())]];
      const std::size_t edge = row.bytes.size() > 1024 ? 1024 : row.bytes.size() / 2;
      row.bytes[edge - 1] ^= 1;
      row.bytes[edge] ^= 1;
      if (i % 4 == 0) row.bytes[0] ^= 1;
      if (i % 3 == 0) row.bytes.back() ^= 1;
      TraceStore worker = honest->with(rows);
      const Outcome out = play(*honest, worker, worker.root());
      ASSERT_EQ(out.end, Outcome::End::proven);
      sessions = std::max(sessions, out.sessions);
      ASSERT_EQ(judge(honest->claim(worker.root()), honest->proof(out.claim)), Verdict::convicted);
    }
  }
  EXPECT_LE(sessions, 2u);
}

TEST(Descent, a_whole_other_trace_is_convicted_at_its_first_difference) {
  const HonestRun other = run_of(small().model, small().tree, small().prompt, 0, {1, 2, 3, 4});
  const Outcome out = play(small(), *other.own, other.own->root());
  ASSERT_EQ(out.end, Outcome::End::proven);
  EXPECT_EQ(judge(small().claim(other.own->root()), small().proof(out.claim)), Verdict::convicted);
}

TEST(Descent, an_honest_worker_can_answer_everything) {
  Random random(2);
  EXPECT_EQ(play(run(), *run().own, run().own->root()).end, Outcome::End::no_difference);
  const TraceShape& shape = run().own->shape();
  unsigned deepest = 0;
  for (int i = 0; i < 400; ++i) {
    DescentState state = open_descent(shape, run().own->root());
    while (true) {
      const auto reveal = make_reveal(shape, *run().own, state.node);
      ASSERT_TRUE(reveal);
      const auto after = respond(shape, state, *reveal);
      ASSERT_TRUE(after) << to_string(after.error());
      deepest = std::max<unsigned>(deepest, after->moves);
      const Nodes* nodes = std::get_if<Nodes>(&*reveal);
      if (nodes == nullptr) break;
      const unsigned levels = reveal_levels(shape, state.node);
      Result<DescentState, DescentError> next = fail(DescentError::padding_child);
      while (!next) {  // a challenger may go anywhere but into padding
        const auto child = static_cast<std::uint8_t>(below(random, nodes->size()));
        next = descend(shape, *after, {child, (*nodes)[child], crypto::merkle_padded_path(*nodes, levels, child)});
        ASSERT_TRUE(next || next.error() == DescentError::padding_child);
      }
      state = *next;
    }
  }
  EXPECT_LE(deepest, kMovesMax);
}

TEST(Descent, an_invented_hash_has_no_answer) {
  Random random(3);
  const TraceShape& shape = run().own->shape();
  for (int i = 0; i < 200; ++i) {
    const std::uint32_t op = below(random, shape.op_count());
    if (shape.op(op).leaves() == 0) continue;
    const auto level = static_cast<std::uint8_t>(below(random, shape.depth(op) + 1));
    const Node node{op, level, random() % (std::uint64_t{1} << (shape.depth(op) - level))};
    if (!shape.exists(node)) continue;
    Overlay worker(*run().own);
    worker.set(node, Hash{{7}});
    const bool padding = shape.padding(node).has_value();
    const Outcome out = play(run(), worker, worker.root());
    ASSERT_EQ(out.end, Outcome::End::no_answer);
    // Above the invented hash all is well; at it nothing fits; in padding it shows at once.
    ASSERT_TRUE(out.refused == DescentError::wrong_hash || (padding && out.refused == DescentError::padding))
        << to_string(out.refused.value_or(DescentError::node_count));
  }
}

TEST(Descent, a_tile_of_wrong_length_has_no_answer) {
  for (const int change : {-1, 1}) {
    Overlay worker(*small().own);
    Bytes tile = *small().own->tile(2, 0);
    tile.resize(tile.size() + static_cast<std::size_t>(change));
    worker.set_tile(2, 0, tile);
    EXPECT_EQ(play(small(), worker, worker.root()).refused, DescentError::tile_length);
  }
}

TEST(Descent, a_leaf_is_no_node_and_a_node_no_leaf) {
  const TraceShape& shape = small().own->shape();
  // Committed as a tile, made like a node: 65 bytes hash to it only with the other tag.
  Overlay as_tile(*small().own);
  const Hash a{{1}}, b{{2}};
  as_tile.set({1, 0, 3}, crypto::merkle_node(a, b));
  DescentState state{{1, 0, 3}, crypto::merkle_node(a, b), 2, Turn::worker};
  Bytes both(a.bytes.begin(), a.bytes.end());
  append(both, b.view());
  EXPECT_EQ(respond(shape, state, Tile(both)).error(), DescentError::tile_length);
  EXPECT_EQ(respond(shape, state, Nodes{a, b}).error(), DescentError::expected_tile);
  // Committed as an inner node, made like a leaf.
  state = {shape.child(shape.root(), shape.operator_depth(), 1), crypto::merkle_leaf(both), 1, Turn::worker};
  ASSERT_FALSE(shape.is_tile(state.node));
  EXPECT_EQ(respond(shape, state, Tile(both)).error(), DescentError::expected_nodes);
  EXPECT_EQ(respond(shape, state, Nodes(std::size_t{1} << reveal_levels(shape, state.node))).error(),
            DescentError::wrong_hash);
}

TEST(Descent, each_wrong_move_has_its_error) {
  const TraceShape& shape = small().own->shape();
  const DescentState start = open_descent(shape, small().own->root());
  const Nodes nodes = std::get<Nodes>(*make_reveal(shape, *small().own, start.node));
  const DescentState after = *respond(shape, start, nodes);
  EXPECT_EQ(descend(shape, start, {}).error(), DescentError::not_the_challengers_turn);
  EXPECT_EQ(respond(shape, after, nodes).error(), DescentError::not_the_workers_turn);
  EXPECT_EQ(respond(shape, start, Tile{}).error(), DescentError::expected_nodes);
  Nodes fewer = nodes;
  fewer.pop_back();
  EXPECT_EQ(respond(shape, start, fewer).error(), DescentError::node_count);
  Nodes wrong = nodes;
  wrong[0] = {};
  EXPECT_EQ(respond(shape, start, wrong).error(), DescentError::wrong_hash);

  const unsigned levels = reveal_levels(shape, start.node);
  const auto step = [&](std::uint8_t child) {
    return Step{child, nodes[child], crypto::merkle_padded_path(nodes, levels, child)};
  };
  Step bad = step(1);
  bad.child = 16;
  EXPECT_EQ(descend(shape, after, bad).error(), DescentError::child_range);
  EXPECT_EQ(descend(shape, after, step(15)).error(), DescentError::padding_child);
  EXPECT_EQ(descend(shape, after, step(5)).error(), DescentError::padding_child);  // an operator without rows
  bad = step(1);
  bad.siblings.pop_back();
  EXPECT_EQ(descend(shape, after, bad).error(), DescentError::sibling_count);
  bad = step(1);
  bad.child = 2;
  EXPECT_EQ(descend(shape, after, bad).error(), DescentError::wrong_path);
  const DescentState at_tile{{1, 0, 0}, *small().own->node({1, 0, 0}), 3, Turn::challenger};
  EXPECT_EQ(descend(shape, at_tile, {}).error(), DescentError::at_a_tile);
}

// The deepest tree that validate() allows needs no more moves than the bound.
TEST(Descent, moves_are_bounded_for_the_largest_models) {
  infer::Config c = wide_config();
  c.layers = 256;
  c.vocab = 131'072;
  c.context = 8'192;
  for (const std::uint32_t head_dim : {2U, 64U, 128U, 256U}) {
    c.head_dim = head_dim;
    c.heads = c.kv_heads = 16'384 / head_dim;
    const TraceShape shape(c, {1, 8'191});
    for (std::uint32_t op = 0; op < 12; ++op) {
      const auto moves = [](unsigned levels) { return (levels + kRevealLevelsMax - 1) / kRevealLevelsMax; };
      const unsigned tiles = shape.tile_depth(op);
      EXPECT_LE(moves(shape.operator_depth()) + moves(shape.depth(op) - tiles) + moves(tiles) + 1, kMovesMax) << op;
    }
  }
}

TEST(Descent, messages_round_trip) {
  const TraceShape& shape = small().own->shape();
  const DescentState start = open_descent(shape, small().own->root());
  const Reveal reveal = *make_reveal(shape, *small().own, start.node);
  EXPECT_EQ(*codec::decode<Reveal>(codec::encode(reveal)), reveal);
  EXPECT_EQ(*codec::decode<DescentState>(codec::encode(start)), start);
  const Step step{3, Hash{{4}}, {Hash{{1}}, Hash{{2}}}};
  EXPECT_EQ(*codec::decode<Step>(codec::encode(step)), step);
}

}  // namespace
}  // namespace aether::vcr::testing
