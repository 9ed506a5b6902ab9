#include "aether/vcr/trace.hpp"

#include <algorithm>

namespace aether::vcr {

using infer::kTileBytes;

namespace {

std::uint32_t head_tiles(infer::Extent extent) { return (2 * extent.traced() + kTileBytes - 1) / kTileBytes; }

// Calls leaf(hash) for each tile of a row.
template <class F>
void cut(ByteView row, F&& leaf) {
  for (std::size_t at = 0; at < row.size(); at += kTileBytes) {
    leaf(crypto::merkle_leaf(row.subspan(at, std::min<std::size_t>(kTileBytes, row.size() - at))));
  }
}

// One level up: `groups` trees of equal width stand one after the other in `level`, of height `height`.
std::vector<Hash> next_level(std::span<const Hash> level, std::size_t groups, unsigned height) {
  const std::size_t width = level.size() / groups;
  std::vector<Hash> out;
  out.reserve(groups * ((width + 1) / 2));
  for (std::size_t group = 0; group < groups; ++group) {
    const std::span<const Hash> nodes = level.subspan(group * width, width);
    for (std::size_t i = 0; i < width; i += 2) {
      out.push_back(crypto::merkle_node(nodes[i], i + 1 < width ? nodes[i + 1] : crypto::merkle_zero(height)));
    }
  }
  return out;
}

}  // namespace

OperatorTrace::OperatorTrace(const infer::Config& config, std::uint32_t op, infer::Extent planned, infer::Extent least)
    : op_(infer::op_at(config, op)), shape_(infer::op_shape(config, op_, planned)) {
  if (shape_.streams) {
    open_.resize(shape_.stream_count);
    trees_.resize(shape_.stream_count);
  } else if (op_.kind == infer::OpKind::attn_p) {
    for (std::uint32_t tiles = head_tiles(least); tiles <= head_tiles(planned); ++tiles) head_tiles_.push_back(tiles);
    trees_.resize(head_tiles_.size());
  } else {
    trees_.resize(1);
  }
}

void OperatorTrace::row(ByteView row) {
  ++rows_;
  if (shape_.streams) return stream_row(row);
  if (op_.kind == infer::OpKind::attn_p) return attention_row(row);
  AETHER_ASSERT(row.size() == shape_.row_bytes);
  cut(row, [&](const Hash& leaf) { trees_[0].append(leaf); });
}

void OperatorTrace::attention_row(ByteView row) {
  const std::size_t bytes = 2 * (shape_.first_position + rows_);
  AETHER_ASSERT(row.size() == shape_.heads * bytes);
  const std::size_t used = (bytes + kTileBytes - 1) / kTileBytes;
  for (std::size_t head = 0; head < shape_.heads; ++head) {
    cut(row.subspan(head * bytes, bytes), [&](const Hash& leaf) {
      for (std::size_t i = 0; i < trees_.size(); ++i) {
        if (head_tiles_[i] >= used) trees_[i].append(leaf);
      }
    });
    for (std::size_t i = 0; i < trees_.size(); ++i) {
      for (std::size_t empty = used; empty < head_tiles_[i]; ++empty) trees_[i].append(crypto::merkle_zero(0));
    }
  }
}

void OperatorTrace::stream_row(ByteView row) {
  AETHER_ASSERT(row.size() == shape_.row_bytes);
  const std::size_t bytes = shape_.bytes_per_position;
  for (std::size_t stream = 0; stream < shape_.stream_count; ++stream) {
    append(open_[stream], row.subspan(stream * bytes, bytes));
    if (open_[stream].size() == bytes * shape_.positions_per_tile) {
      trees_[stream].append(crypto::merkle_leaf(open_[stream]));
      open_[stream].clear();
    }
  }
}

Hash OperatorTrace::root(const infer::Config& config, infer::Extent extent) const {
  const infer::OpShape shape = infer::op_shape(config, op_, extent);
  AETHER_ASSERT(rows_ == shape.rows);
  if (rows_ == 0) return crypto::merkle_zero(0);
  if (!shape.streams) {
    const std::size_t i = shape.head_tiles == 0 ? 0 : shape.head_tiles - head_tiles_[0];
    return trees_[i].root(shape.depth());
  }
  std::vector<Hash> roots;
  for (std::size_t stream = 0; stream < trees_.size(); ++stream) {
    crypto::MerkleFrontier tree = trees_[stream];
    if (!open_[stream].empty()) tree.append(crypto::merkle_leaf(open_[stream]));
    roots.push_back(tree.root(shape.depth()));
  }
  return crypto::merkle_padded_root(roots, shape.stream_depth());
}

TraceBuilder::TraceBuilder(const infer::Config& config, std::uint32_t n_prompt, std::uint32_t max_new)
    : config_(config), n_prompt_(n_prompt) {
  for (std::uint32_t op = 0; op < infer::op_count(config); ++op) {
    ops_.emplace_back(config, op, infer::Extent{n_prompt, max_new}, infer::Extent{n_prompt, 1});
  }
}

void TraceBuilder::row(std::uint32_t op, std::uint32_t /*position*/, ByteView bytes) { ops_[op].row(bytes); }

Hash TraceBuilder::root(std::uint32_t n_out) const {
  std::vector<Hash> roots;
  for (const OperatorTrace& op : ops_) roots.push_back(op.root(config_, {n_prompt_, n_out}));
  return crypto::merkle_padded_root(roots, crypto::merkle_depth(roots.size()));
}

TraceStore::TraceStore(const infer::Config& config, infer::Extent extent) : shape_(config, extent) {
  ops_.resize(shape_.op_count());
  for (std::uint32_t op = 0; op < ops_.size(); ++op) {
    if (shape_.op(op).streams) ops_[op].rows.resize(shape_.op(op).stream_count);
  }
}

void TraceStore::row(std::uint32_t op, std::uint32_t position, ByteView bytes) {
  const infer::OpShape& shape = shape_.op(op);
  std::vector<Bytes>& rows = ops_[op].rows;
  if (!shape.streams) {
    AETHER_ASSERT(position == shape.first_position + rows.size() && rows.size() < shape.rows);
    rows.emplace_back(bytes.begin(), bytes.end());
    return;
  }
  for (std::size_t stream = 0; stream < rows.size(); ++stream) {
    AETHER_ASSERT(rows[stream].size() == std::size_t{position} * shape.bytes_per_position);
    append(rows[stream], bytes.subspan(stream * shape.bytes_per_position, shape.bytes_per_position));
  }
}

ByteView TraceStore::tile_view(std::uint32_t op, std::uint64_t leaf) const {
  const std::size_t bytes = shape_.tile_bytes(op, leaf);
  if (bytes == 0) return {};
  const infer::OpShape& shape = shape_.op(op);
  if (shape.streams) {
    const unsigned depth = shape.depth();
    const std::uint64_t tile = leaf & ((std::uint64_t{1} << depth) - 1);
    const std::size_t at = tile * shape.positions_per_tile * shape.bytes_per_position;
    return ByteView(ops_[op].rows[leaf >> depth]).subspan(at, bytes);
  }
  const std::uint64_t row = leaf / shape.tiles_per_row, tile = leaf % shape.tiles_per_row;
  std::size_t at = tile * kTileBytes;
  if (shape.head_tiles != 0) {
    at = (tile / shape.head_tiles) * 2 * (shape.first_position + row + 1) + (tile % shape.head_tiles) * kTileBytes;
  }
  return ByteView(ops_[op].rows[row]).subspan(at, bytes);
}

void TraceStore::finish(std::uint32_t op) {
  const infer::OpShape& shape = shape_.op(op);
  std::vector<std::vector<Hash>>& levels = ops_[op].levels;
  const unsigned depth = shape.depth();
  const std::size_t streams = shape.streams ? shape.stream_count : 1;
  std::vector<Hash>& leaves = levels.emplace_back();
  for (std::uint64_t stream = 0; stream < streams; ++stream) {
    for (std::uint64_t tile = 0; tile < shape.leaves(); ++tile) {
      const ByteView bytes = tile_view(op, (stream << depth) + tile);
      leaves.push_back(bytes.empty() ? crypto::merkle_zero(0) : crypto::merkle_leaf(bytes));
    }
  }
  if (leaves.empty()) return;
  for (unsigned height = 0; height < depth; ++height) levels.push_back(next_level(levels.back(), streams, height));
  for (unsigned height = 0; height < shape.stream_depth(); ++height) {
    levels.push_back(next_level(levels.back(), 1, height));
  }
}

void TraceStore::finish() {
  AETHER_ASSERT(!finished_);
  finished_ = true;
  std::vector<Hash>& roots = operators_.emplace_back();
  for (std::uint32_t op = 0; op < ops_.size(); ++op) {
    finish(op);
    roots.push_back(ops_[op].levels.back().empty() ? crypto::merkle_zero(0) : ops_[op].levels.back()[0]);
  }
  for (unsigned height = 0; height < shape_.operator_depth(); ++height) {
    operators_.push_back(next_level(operators_.back(), 1, height));
  }
}

Hash TraceStore::root() const {
  AETHER_ASSERT(finished_);
  return operators_.back()[0];
}

std::optional<Hash> TraceStore::node(const Node& named) {
  AETHER_ASSERT(finished_);
  if (!shape_.exists(named)) return std::nullopt;
  const Node node = shape_.canonical(named);
  if (const auto padding = shape_.padding(node)) return padding;
  if (node.op == kOperatorTree) return operators_[node.level][node.index];
  const infer::OpShape& shape = shape_.op(node.op);
  const std::vector<Hash>& level = ops_[node.op].levels[node.level];
  const unsigned depth = shape.depth();
  if (!shape.streams || node.level >= depth) return level[node.index];
  const unsigned in_stream = depth - node.level;
  const std::uint64_t stream = node.index >> in_stream;
  const std::size_t width = level.size() / shape.stream_count;
  return level[stream * width + (node.index & ((std::uint64_t{1} << in_stream) - 1))];
}

std::optional<Bytes> TraceStore::tile(std::uint32_t op, std::uint64_t leaf) {
  if (!shape_.exists({op, 0, leaf})) return std::nullopt;
  const ByteView bytes = tile_view(op, leaf);
  if (bytes.empty()) return std::nullopt;
  return Bytes(bytes.begin(), bytes.end());
}

}  // namespace aether::vcr
