#include "aether/infer/graph.hpp"

#include <gtest/gtest.h>

#include <map>

#include "support.hpp"

namespace aether::infer::testing {
namespace {

TEST(Graph, every_operator_has_one_index) {
  const Config c = plain_config();
  std::vector<OpKind> kinds;
  for (std::uint32_t i = 0; i < op_count(c); ++i) {
    const Op op = op_at(c, i);
    EXPECT_EQ(op_index(c, op.kind, op.layer), i);
    kinds.push_back(op.kind);
  }
  std::vector<OpKind> expected{OpKind::embed};
  for (std::uint32_t layer = 0; layer < c.layers; ++layer) {
    for (const OpKind kind : {OpKind::q, OpKind::k, OpKind::v, OpKind::attn_max, OpKind::attn_p, OpKind::attn_out,
                              OpKind::o, OpKind::gate_up, OpKind::down}) {
      expected.push_back(kind);
    }
  }
  expected.push_back(OpKind::logits);
  EXPECT_EQ(kinds, expected);
}

TEST(Graph, an_extent_must_fit_the_context) {
  const Config c = plain_config();  // 300
  EXPECT_TRUE(fits(c, {1, 1}));
  EXPECT_TRUE(fits(c, {299, 1}));
  EXPECT_TRUE(fits(c, {1, 299}));
  EXPECT_FALSE(fits(c, {0, 1}));
  EXPECT_FALSE(fits(c, {1, 0}));
  EXPECT_FALSE(fits(c, {300, 1}));
  EXPECT_FALSE(fits(c, {2, 299}));
  EXPECT_FALSE(fits(c, {UINT32_MAX, UINT32_MAX}));
  EXPECT_FALSE(units(c, {300, 1}));
}

std::vector<Row> rows_of(const Config& config, const Extent& extent) {
  const Model model = make_model(config, 1, false);
  SerialPool pool;
  Recording recording;
  Sequence(Engine(model, pool, {.isa = isas().back()}))
      .feed(random_tokens(config, extent.traced(), 1), extent.n_prompt - 1, &recording);
  return std::move(recording.rows);
}

// The rows of a real run have the shapes: how many, which positions, how many bytes, cut into which tiles.
TEST(Graph, shapes_are_those_of_a_run) {
  const std::vector<std::pair<Config, Extent>> runs{{plain_config(), {3, 4}},
                                                    {odd_config(), {5, 1}},
                                                    {far_config(), {120, 3}},
                                                    {far_config(), {120, 20}},
                                                    {config_of(700, 520, 1, 4, 1, 256, 530, 600), {513, 30}}};
  for (const auto& [config, extent] : runs) {
    std::map<std::uint32_t, std::vector<Row>> by_op;
    for (Row& row : rows_of(config, extent)) by_op[row.op].push_back(std::move(row));
    for (std::uint32_t i = 0; i < op_count(config); ++i) {
      const OpShape shape = op_shape(config, op_at(config, i), extent);
      const std::vector<Row>& rows = by_op[i];
      ASSERT_EQ(rows.size(), shape.rows) << i;
      std::uint64_t bytes = 0, leaf = 0;
      for (std::size_t row = 0; row < rows.size(); ++row) {
        EXPECT_EQ(rows[row].position, shape.first_position + row);
        bytes += rows[row].bytes.size();
        if (shape.streams) continue;
        std::uint64_t in_tiles = 0;
        for (std::uint32_t tile = 0; tile < shape.tiles_per_row; ++tile) in_tiles += shape.tile_bytes(leaf++);
        EXPECT_EQ(in_tiles, rows[row].bytes.size()) << i;
      }
      if (!rows.empty()) {
        EXPECT_EQ(rows.back().bytes.size(), shape.row_bytes) << i;
      }
      std::uint64_t in_tiles = 0;
      for (std::uint64_t tile = 0; tile < shape.leaves(); ++tile) {
        EXPECT_LE(shape.tile_bytes(tile), kTileBytes);
        in_tiles += shape.tile_bytes(tile) * (shape.streams ? shape.stream_count : 1);
      }
      EXPECT_EQ(in_tiles, bytes) << i;
      EXPECT_EQ(shape.tile_bytes(shape.leaves()), 0u);
    }
  }
}

// Multiply-adds operator by operator, position by position.
TEST(Graph, units_are_the_sum_over_the_trace) {
  Random random(3);
  for (int round = 0; round < 100; ++round) {
    const std::uint32_t kv_heads = 1 + below(random, 3);
    const Config c = config_of(1 + below(random, 500), 1 + below(random, 300), 1 + below(random, 4),
                               kv_heads * (1 + below(random, 4)), kv_heads, 2 * (1 + below(random, 128)),
                               1 + below(random, 900), 1 + below(random, 2'000));
    const Extent extent{1 + below(random, c.context), 1 + below(random, c.context)};
    if (!fits(c, extent)) continue;
    std::uint64_t sum = 0;
    for (std::uint32_t op = 0; op < op_count(c); ++op) {
      for (std::uint64_t position = 0; position < extent.traced(); ++position) {
        switch (op_at(c, op).kind) {
          case OpKind::q:
          case OpKind::o: sum += std::uint64_t{c.d} * c.q_width(); break;
          case OpKind::k:
          case OpKind::v: sum += std::uint64_t{c.d} * c.kv_width(); break;
          case OpKind::attn_out: sum += 2 * (position + 1) * c.q_width(); break;  // scores and means
          case OpKind::gate_up: sum += 2 * std::uint64_t{c.d} * c.ff; break;
          case OpKind::down: sum += std::uint64_t{c.ff} * c.d; break;
          case OpKind::logits: sum += position + 1 >= extent.n_prompt ? std::uint64_t{c.vocab} * c.d : 0; break;
          case OpKind::embed:
          case OpKind::attn_max:
          case OpKind::attn_p: break;
        }
      }
    }
    EXPECT_EQ(units(c, extent), sum);
  }
}

TEST(Graph, the_most_expensive_sequence_has_units) {
  const Config c = config_of(131'072, 5'120, 256, 64, 64, 256, 16'384, 8'192);
  EXPECT_TRUE(units(c, {4'096, 4'096}));
}

}  // namespace
}  // namespace aether::infer::testing
