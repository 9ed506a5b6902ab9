// Building a trace from the rows that the engine commits to, and serving it.
//
// TraceBuilder keeps append-only frontiers: a worker can run it while it generates, before n_out is known. TraceStore
// keeps every tile and node of one sequence (26 KB a position for a model of 3 M parameters); whoever must serve or
// compare runs the tokens again, teacher-forced, into one.
#pragma once

#include <vector>

#include "aether/crypto/merkle.hpp"
#include "aether/infer/row_sink.hpp"
#include "aether/vcr/shape.hpp"

namespace aether::vcr {

// One operator's append-only tree; its rows arrive in order of position.
class OperatorTrace {
 public:
  // `planned` is the longest extent that may come; `least` the shortest.
  OperatorTrace(const infer::Config& config, std::uint32_t op, infer::Extent planned, infer::Extent least);
  void row(ByteView row);
  Hash root(const infer::Config& config, infer::Extent extent) const;

 private:
  void attention_row(ByteView row);
  void stream_row(ByteView row);

  infer::Op op_;
  infer::OpShape shape_;
  std::uint32_t rows_ = 0;
  std::vector<crypto::MerkleFrontier> trees_;  // R: one (attn_p: one for each width a head may have); S: one a stream
  std::vector<std::uint32_t> head_tiles_;      // attn_p: those widths
  std::vector<Bytes> open_;                    // S: the last tile of each stream, not full yet
};

// Memory: O(log) hashes an operator, and at most 1 KiB for each K and V stream.
class TraceBuilder final : public infer::RowSink {
 public:
  // Up to max_new tokens may follow the prompt; config has passed validate() and the extent fits it.
  TraceBuilder(const infer::Config& config, std::uint32_t n_prompt, std::uint32_t max_new);
  void row(std::uint32_t op, std::uint32_t position, ByteView bytes) override;
  // The root when `n_out` tokens came out; every row of that extent has been given.
  [[nodiscard]] Hash root(std::uint32_t n_out) const;

 private:
  infer::Config config_;
  std::uint32_t n_prompt_;
  std::vector<OperatorTrace> ops_;
};

// Where nodes and tiles of a trace come from: the own store, a worker's HTTP interface. None: not served. What comes
// is not trusted.
class TraceSource {
 public:
  virtual ~TraceSource() = default;
  virtual std::optional<Hash> node(const Node& node) = 0;
  virtual std::optional<Bytes> tile(std::uint32_t op, std::uint64_t leaf) = 0;
};

class TraceStore final : public infer::RowSink, public TraceSource {
 public:
  TraceStore(const infer::Config& config, infer::Extent extent);
  void row(std::uint32_t op, std::uint32_t position, ByteView bytes) override;
  void finish();  // after the last row, once; nodes exist only then

  const TraceShape& shape() const { return shape_; }
  Hash root() const;
  std::optional<Hash> node(const Node& node) override;
  std::optional<Bytes> tile(std::uint32_t op, std::uint64_t leaf) override;
  // The bytes of a tile, in place; empty for padding.
  ByteView tile_view(std::uint32_t op, std::uint64_t leaf) const;

 private:
  struct OpStore {
    std::vector<Bytes> rows;                // R: rows; S: streams
    std::vector<std::vector<Hash>> levels;  // without padding at the ends; S: the streams' trees side by side
  };
  void finish(std::uint32_t op);

  TraceShape shape_;
  std::vector<OpStore> ops_;
  std::vector<std::vector<Hash>> operators_;  // by level
  bool finished_ = false;
};

}  // namespace aether::vcr
