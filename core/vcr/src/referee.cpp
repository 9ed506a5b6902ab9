#include "aether/vcr/referee.hpp"

#include "aether/crypto/sha256.hpp"
#include "wiring.hpp"

namespace aether::vcr {

std::string_view to_string(Verdict verdict) { return verdict == Verdict::convicted ? "convicted" : "equal"; }

std::string_view to_string(RefereeError error) {
  switch (error) {
    case RefereeError::bad_claim: return "bad_claim";
    case RefereeError::wrong_job: return "wrong_job";
    case RefereeError::wrong_attempt: return "wrong_attempt";
    case RefereeError::too_large: return "too_large";
    case RefereeError::operator_range: return "operator_range";
    case RefereeError::position_range: return "position_range";
    case RefereeError::element_range: return "element_range";
    case RefereeError::witness_range: return "witness_range";
    case RefereeError::leaf_range: return "leaf_range";
    case RefereeError::row_range: return "row_range";
    case RefereeError::token_range: return "token_range";
    case RefereeError::range_count: return "range_count";
    case RefereeError::leaf_count: return "leaf_count";
    case RefereeError::range_length: return "range_length";
    case RefereeError::range_path_length: return "range_path_length";
    case RefereeError::range_path: return "range_path";
    case RefereeError::leaf_length: return "leaf_length";
    case RefereeError::leaf_path: return "leaf_path";
    case RefereeError::node_range: return "node_range";
    case RefereeError::node_path_length: return "node_path_length";
    case RefereeError::node_path: return "node_path";
    case RefereeError::not_padding: return "not_padding";
  }
  return "unknown";
}

namespace {

Result<ByteView, RefereeError> open_leaf(const infer::Config& config, const LeafRead& read, const ModelLeaf& leaf,
                                         const Hash& model_root) {
  if (leaf.bytes.size() != read.size) return fail(RefereeError::leaf_length);
  const std::uint64_t count = infer::leaf_count(config);
  const auto tree = crypto::merkle_list_fold(crypto::merkle_leaf(leaf.bytes), read.index, count, leaf.path);
  if (!tree || crypto::merkle_list_seal(infer::kModelTag, count, *tree) != model_root)
    return fail(RefereeError::leaf_path);
  return ByteView(leaf.bytes);
}

Verdict verdict(bool differs) { return differs ? Verdict::convicted : Verdict::equal; }

Result<Verdict, RefereeError> judge_length(const TraceShape& shape, const Roots& roots, const LengthProof& proof) {
  if (proof.op >= shape.op_count()) return fail(RefereeError::operator_range);
  const std::uint32_t due = shape.exists({proof.op, 0, proof.leaf}) ? shape.tile_bytes(proof.op, proof.leaf) : 0;
  if (due == 0) return fail(RefereeError::leaf_range);
  if (proof.tile.path.size() != shape.levels_above(proof.op)) return fail(RefereeError::range_path_length);
  const std::span<const Hash> path(proof.tile.path);
  const Hash root =
      crypto::merkle_padded_fold(crypto::merkle_leaf(proof.tile.bytes), proof.leaf, path.first(shape.depth(proof.op)));
  if (crypto::merkle_padded_fold(root, proof.op, path.subspan(shape.depth(proof.op))) != roots.trace) {
    return fail(RefereeError::range_path);
  }
  return verdict(proof.tile.bytes.size() != due);
}

Result<Verdict, RefereeError> judge_padding(const TraceShape& shape, const Roots& roots, const PaddingProof& proof) {
  const Node& node = proof.node;
  if (!shape.exists(node) || node != shape.canonical(node)) return fail(RefereeError::node_range);
  const auto padding = shape.padding(node);
  if (!padding) return fail(RefereeError::not_padding);
  const unsigned own = (node.op == kOperatorTree ? shape.operator_depth() : shape.depth(node.op)) - node.level;
  const unsigned above = node.op == kOperatorTree ? 0 : shape.operator_depth();
  if (proof.path.size() != own + above) return fail(RefereeError::node_path_length);
  const std::span<const Hash> path(proof.path);
  const Hash root = crypto::merkle_padded_fold(proof.hash, node.index, path.first(own));
  if (crypto::merkle_padded_fold(root, node.op, path.subspan(own)) != roots.trace) return fail(RefereeError::node_path);
  return verdict(proof.hash != *padding);
}

Result<Verdict, RefereeError> judge_sample(const TraceShape& shape, const Roots& roots, const SampleProof& proof) {
  if (proof.row >= shape.extent().n_out) return fail(RefereeError::row_range);
  const std::uint32_t vocab = shape.config().vocab;
  if (proof.better >= vocab) return fail(RefereeError::token_range);
  AETHER_TRY(const ByteView token_bytes,
             open_range(shape, token_read(Tree::output, proof.row), proof.token, roots.output));
  const std::uint32_t token = read_u32(token_bytes);
  // submit_vcr refuses such a token; here it is only a proof that shows nothing.
  if (token >= vocab) return fail(RefereeError::token_range);
  const std::uint32_t op = shape.op_count() - 1, position = shape.extent().n_prompt - 1 + proof.row;
  AETHER_TRY(const ByteView chosen,
             open_range(shape, row_read(shape, op, position, 4 * token, 4), proof.token_logit, roots.trace));
  AETHER_TRY(const ByteView better,
             open_range(shape, row_read(shape, op, position, 4 * proof.better, 4), proof.better_logit, roots.trace));
  const auto chosen_logit = static_cast<std::int32_t>(read_u32(chosen));
  const auto better_logit = static_cast<std::int32_t>(read_u32(better));
  return verdict(better_logit > chosen_logit || (better_logit == chosen_logit && proof.better < token));
}

struct Judge {
  const TraceShape& shape;
  const Roots& roots;
  auto operator()(const ElementProof& proof) const { return judge_element(shape, roots, proof); }
  auto operator()(const LengthProof& proof) const { return judge_length(shape, roots, proof); }
  auto operator()(const PaddingProof& proof) const { return judge_padding(shape, roots, proof); }
  auto operator()(const SampleProof& proof) const { return judge_sample(shape, roots, proof); }
};

}  // namespace

Result<Verdict, RefereeError> judge_element(const TraceShape& shape, const Roots& roots, const ElementProof& proof) {
  AETHER_TRY(Wiring wiring, wire(shape, proof.at));
  if (proof.ranges.size() != wiring.reads.size()) return fail(RefereeError::range_count);
  std::vector<ByteView> reads, leaves;
  for (std::size_t i = 0; i < wiring.reads.size(); ++i) {
    const Read& read = wiring.reads[i];
    AETHER_TRY(reads.emplace_back(), open_range(shape, read, proof.ranges[i], roots.of(read.tree)));
  }
  if (shape.kind(proof.at.op).kind == infer::OpKind::embed) {
    const std::uint32_t token = read_u32(reads[1]);
    if (token >= shape.config().vocab) return fail(RefereeError::token_range);
    wiring.leaves.push_back(embedding_leaf(shape.config(), token));
  }
  if (proof.leaves.size() != wiring.leaves.size()) return fail(RefereeError::leaf_count);
  for (std::size_t i = 0; i < wiring.leaves.size(); ++i) {
    AETHER_TRY(leaves.emplace_back(), open_leaf(shape.config(), wiring.leaves[i], proof.leaves[i], roots.model));
  }
  return verdict(element_differs(shape, proof.at, reads, leaves));
}

Result<Verdict, RefereeError> judge(const JobClaim& job, const StepProof& proof) {
  if (!infer::validate(job.config) || !infer::fits(job.config, job.extent)) return fail(RefereeError::bad_claim);
  if (proof.job_id != job.job_id) return fail(RefereeError::wrong_job);
  if (proof.attempt != job.attempt) return fail(RefereeError::wrong_attempt);
  if (codec::encode(proof).size() > limits::kStepProofBytesMax) return fail(RefereeError::too_large);
  const TraceShape shape(job.config, job.extent);
  const Roots roots{job.trace_root, job.request_root, job.output_root, job.model_root};
  return std::visit(Judge{shape, roots}, proof.claim);
}

}  // namespace aether::vcr
