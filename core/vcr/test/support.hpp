// Random models and runs for the tests of vcr.
#pragma once

#include <cstdio>
#include <map>
#include <memory>
#include <random>

#include "../../infer/test/model_maker.hpp"
#include "../../infer/test/reference.hpp"
#include "aether/vcr/descent.hpp"
#include "aether/vcr/referee.hpp"

namespace aether::vcr::testing {

using infer::OpKind;
using infer::testing::make_model;
using infer::testing::Recording;
using infer::testing::Reference;
using infer::testing::Row;
using infer::testing::with_equal_logits;
using Random = std::mt19937_64;

inline std::uint32_t below(Random& random, std::uint64_t bound) { return static_cast<std::uint32_t>(random() % bound); }

inline TraceStore store_of(const infer::Config& config, infer::Extent extent, const std::vector<Row>& rows) {
  TraceStore out(config, extent);
  for (const Row& row : rows) out.row(row.op, row.position, row.bytes);
  out.finish();
  return out;
}

// An honest run: greedy, or over claimed tokens.
struct HonestRun {
  std::shared_ptr<const infer::Model> model;
  std::shared_ptr<const ModelTree> tree;
  std::vector<std::uint32_t> prompt, output;
  std::vector<Row> rows;
  std::shared_ptr<TraceStore> own;

  const infer::Config& config() const { return model->config(); }
  Tokens tokens() const { return {prompt, output}; }
  infer::Extent extent() const { return tokens().extent(); }
  TraceStore with(const std::vector<Row>& changed) const { return store_of(config(), extent(), changed); }
  JobClaim claim(const Hash& trace_root) const {
    return {Hash{{1}}, 0, config(), tree->root(), extent(), token_root(prompt), token_root(output), trace_root};
  }
  StepProof proof(Claim made) const { return {Hash{{1}}, 0, std::move(made)}; }
};

inline std::uint32_t greedy(const std::vector<std::int32_t>& logits) {
  return static_cast<std::uint32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

// `claimed`: the output that the trace is made over; empty: greedy, n_out tokens.
inline HonestRun run_of(std::shared_ptr<const infer::Model> model, std::shared_ptr<const ModelTree> tree,
                        std::vector<std::uint32_t> prompt, std::uint32_t n_out,
                        std::vector<std::uint32_t> claimed = {}) {
  HonestRun run{model, tree, std::move(prompt), {}, {}, nullptr};
  Reference reference(*model);
  Recording recording;
  std::vector<std::int32_t> logits;
  for (std::size_t i = 0; i < run.prompt.size(); ++i) {
    logits = reference.step(run.prompt[i], i + 1 == run.prompt.size(), &recording);
  }
  if (!claimed.empty()) n_out = static_cast<std::uint32_t>(claimed.size());
  for (std::uint32_t i = 0; i < n_out; ++i) {
    run.output.push_back(claimed.empty() ? greedy(logits) : claimed[i]);
    if (i + 1 < n_out) logits = reference.step(run.output.back(), true, &recording);
  }
  run.rows = std::move(recording.rows);
  run.own = std::make_shared<TraceStore>(store_of(run.config(), run.extent(), run.rows));
  return run;
}

inline std::vector<std::uint32_t> random_tokens(const infer::Config& config, std::uint32_t n, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < n; ++i) out.push_back(below(random, config.vocab));
  return out;
}

inline HonestRun random_run(const infer::Config& config, std::uint32_t n_prompt, std::uint32_t n_out,
                            std::uint64_t seed, bool hostile = false) {
  auto model = std::make_shared<const infer::Model>(make_model(config, seed, hostile));
  auto tree = std::make_shared<const ModelTree>(*model);
  return run_of(model, tree, random_tokens(config, n_prompt, seed + 1), n_out);
}

inline infer::Config small_config() {
  infer::Config c;
  c.vocab = 300;
  c.d = 64;
  c.layers = 1;
  c.heads = 2;
  c.kv_heads = 1;
  c.head_dim = 32;
  c.ff = 96;
  c.context = 1100;
  c.eps = 1000;
  c.stop = {7};
  return c;
}
// F = 128: short sequences reach attn_max and attn_p. Rows of q span two tiles.
inline infer::Config wide_config() {
  infer::Config c = small_config();
  c.layers = 2;
  c.heads = 4;
  c.kv_heads = 2;
  c.head_dim = 256;
  c.vocab = 70;
  return c;
}

// Nothing is a power of two: K tiles are not full, and the first head's maximum lies across two tiles.
inline infer::Config odd_config() {
  infer::Config c = small_config();
  c.d = 20;
  c.heads = 170;
  c.kv_heads = 17;
  c.head_dim = 6;
  c.ff = 34;
  c.vocab = 30;
  return c;
}

// A worker's trace with some hashes and tiles of its own choice; everything above them follows.
class Overlay final : public TraceSource {
 public:
  explicit Overlay(TraceStore& base) : base_(&base) {}
  void set_tile(std::uint32_t op, std::uint64_t leaf, Bytes bytes) {
    set({op, 0, leaf}, crypto::merkle_leaf(bytes));
    tiles_[{op, 0, leaf}] = std::move(bytes);
  }
  void set(Node node, const Hash& hash) {
    const TraceShape& shape = base_->shape();
    nodes_[node] = hash;
    while (const auto parent = shape.parent(node)) {
      const Node left = shape.child(*parent, 1, 0), right = shape.child(*parent, 1, 1);
      nodes_[*parent] = crypto::merkle_node(*this->node(left), *this->node(right));
      node = *parent;
    }
  }
  Hash root() { return *node(base_->shape().root()); }
  std::optional<Hash> node(const Node& named) override {
    const auto at = nodes_.find(base_->shape().canonical(named));
    return at != nodes_.end() ? at->second : base_->node(named);
  }
  std::optional<Bytes> tile(std::uint32_t op, std::uint64_t leaf) override {
    const auto at = tiles_.find({op, 0, leaf});
    return at != tiles_.end() ? at->second : base_->tile(op, leaf);
  }

 private:
  TraceStore* base_;
  std::map<Node, Hash> nodes_;
  std::map<Node, Bytes> tiles_;
};

}  // namespace aether::vcr::testing
