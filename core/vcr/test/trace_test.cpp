#include <gtest/gtest.h>

#include "support.hpp"

namespace aether::vcr::testing {
namespace {

// Rows of right length and random content: the trees do not care.
std::vector<Row> random_rows(const infer::Config& c, infer::Extent extent, std::uint64_t seed) {
  Random random(seed);
  std::vector<Row> rows;
  for (std::uint32_t op = 0; op < infer::op_count(c); ++op) {
    const infer::Op kind = infer::op_at(c, op);
    const infer::OpShape shape = infer::op_shape(c, kind, extent);
    for (std::uint32_t i = 0; i < shape.rows; ++i) {
      const std::uint32_t position = shape.first_position + i;
      Bytes bytes(kind.kind == OpKind::attn_p ? 2 * c.heads * (position + 1) : shape.row_bytes);
      for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
      rows.push_back({op, position, std::move(bytes)});
    }
  }
  return rows;
}

// The root as the page describes it, tile by tile, nothing remembered.
Hash naive_operator(const infer::Config& c, std::uint32_t op, infer::Extent extent, const std::vector<Row>& rows) {
  const infer::Op kind = infer::op_at(c, op);
  std::vector<Bytes> mine;
  for (const Row& row : rows) {
    if (row.op == op) mine.push_back(row.bytes);
  }
  const auto tree = [](const std::vector<Hash>& leaves) {
    return crypto::merkle_padded_root(leaves, crypto::merkle_depth(leaves.size()));
  };
  if (kind.kind == OpKind::k || kind.kind == OpKind::v) {
    const std::size_t width = kind.kind == OpKind::k ? c.head_dim : 1;
    const std::size_t tile_rows = 1024 / width;
    std::vector<Hash> roots;
    for (std::size_t from = 0; from < c.kv_width(); from += width) {
      std::vector<Hash> leaves;
      for (std::size_t p = 0; p < mine.size(); p += tile_rows) {
        Bytes tile;
        for (std::size_t i = p; i < std::min(mine.size(), p + tile_rows); ++i) {
          append(tile, ByteView(mine[i]).subspan(from, width));
        }
        leaves.push_back(crypto::merkle_leaf(tile));
      }
      roots.push_back(tree(leaves));
    }
    return tree(roots);
  }
  std::vector<Hash> leaves;
  for (const Bytes& row : mine) {
    const std::size_t parts = kind.kind == OpKind::attn_p ? c.heads : 1;
    const std::size_t part = row.size() / parts;
    const std::size_t slots = (2 * extent.traced() + 1023) / 1024;
    for (std::size_t i = 0; i < parts; ++i) {
      std::size_t used = 0;
      for (std::size_t at = 0; at < part; at += 1024, ++used) {
        leaves.push_back(
            crypto::merkle_leaf(ByteView(row).subspan(i * part + at, std::min<std::size_t>(1024, part - at))));
      }
      for (; parts > 1 && used < slots; ++used) leaves.push_back(Hash{});
    }
  }
  return tree(leaves);
}

Hash naive_root(const infer::Config& c, infer::Extent extent, const std::vector<Row>& rows) {
  std::vector<Hash> ops;
  for (std::uint32_t op = 0; op < infer::op_count(c); ++op) ops.push_back(naive_operator(c, op, extent, rows));
  return crypto::merkle_padded_root(ops, crypto::merkle_depth(ops.size()));
}

infer::Config lean(infer::Config c) {
  c.d = 16;
  c.ff = 10;
  c.vocab = 300;
  return c;
}

TEST(Trace, builder_store_and_page_agree_for_every_length) {
  for (const infer::Config& config : {lean(small_config()), lean(wide_config())}) {
    for (const infer::Extent extent :
         {infer::Extent{1, 1}, {1, 2}, {5, 1}, {127, 1}, {127, 2}, {128, 2}, {120, 20}, {511, 2}, {514, 7}}) {
      const std::vector<Row> rows = random_rows(config, extent, extent.n_prompt);
      const Hash expected = naive_root(config, extent, rows);
      EXPECT_EQ(store_of(config, extent, rows).root(), expected);
      for (const std::uint32_t more : {0U, 1U, 30U, 520U}) {  // the plan may be longer than what comes
        TraceBuilder builder(config, extent.n_prompt, extent.n_out + more);
        for (const Row& row : rows) builder.row(row.op, row.position, row.bytes);
        EXPECT_EQ(builder.root(extent.n_out), expected)
            << extent.n_prompt << "+" << extent.n_out << " planned " << more;
      }
    }
  }
}

TEST(Trace, order_between_operators_does_not_matter) {
  const infer::Config config = lean(wide_config());
  const infer::Extent extent{140, 6};
  std::vector<Row> rows = random_rows(config, extent, 3);
  const Hash expected = store_of(config, extent, rows).root();
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.position < b.position; });
  EXPECT_EQ(store_of(config, extent, rows).root(), expected);
}

TEST(Trace, served_nodes_hash_to_the_root_and_padding_is_known) {
  for (const infer::Config& config : {lean(small_config()), lean(wide_config())}) {
    const infer::Extent extent{600, 30};
    TraceStore store = store_of(config, extent, random_rows(config, extent, 9));
    const TraceShape& shape = store.shape();
    std::vector<Node> open{shape.root()};
    std::size_t tiles = 0;
    while (!open.empty()) {
      const Node node = open.back();
      open.pop_back();
      const Hash hash = *store.node(node);
      if (const auto padding = shape.padding(node)) {
        ASSERT_EQ(hash, *padding);
        continue;
      }
      if (shape.is_tile(node)) {
        const Bytes bytes = *store.tile(node.op, node.index);
        ASSERT_EQ(bytes.size(), shape.tile_bytes(node.op, node.index));
        ASSERT_EQ(crypto::merkle_leaf(bytes), hash);
        ++tiles;
        continue;
      }
      const Node left = shape.child(node, 1, 0), right = shape.child(node, 1, 1);
      ASSERT_TRUE(shape.exists(left) && shape.exists(right));
      ASSERT_EQ(shape.parent(left), node);
      ASSERT_EQ(shape.parent(right), node);
      ASSERT_EQ(crypto::merkle_node(*store.node(left), *store.node(right)), hash);
      open.push_back(left);
      open.push_back(right);
    }
    EXPECT_GT(tiles, 1000u);
  }
}

TEST(Trace, nothing_is_served_outside_the_tree) {
  const HonestRun run = random_run(lean(small_config()), 4, 2, 1);
  Random random(2);
  for (int i = 0; i < 20'000; ++i) {
    const Node node{random() % 3 == 0 ? kOperatorTree : below(random, 16),
                    static_cast<std::uint8_t>(random() >> (random() % 64)), random() >> (random() % 64)};
    ASSERT_EQ(run.own->node(node).has_value(), run.own->shape().exists(node));
    const bool tile = run.own->shape().exists({node.op, 0, node.index});
    ASSERT_TRUE(tile || !run.own->tile(node.op, node.index));
  }
}

TEST(Tokens, root_is_over_tiles_of_256) {
  const std::vector<std::uint32_t> tokens = random_tokens(small_config(), 257, 1);
  const Bytes bytes = token_bytes(tokens);
  EXPECT_EQ(token_root(tokens), crypto::merkle_node(crypto::merkle_leaf(ByteView(bytes).first(1024)),
                                                    crypto::merkle_leaf(ByteView(bytes).subspan(1024))));
}

}  // namespace
}  // namespace aether::vcr::testing
