// The step proof: one message that shows the chain one wrong bit (AI page section 3). At most 56 KiB of BCS.
//
// A proof names a coordinate and carries bytes with their paths. Which tiles and model leaves belong to a coordinate,
// and how long each is, follows from (config, extent): a proof cannot choose its inputs.
#pragma once

#include <variant>

#include "aether/infer/model.hpp"
#include "aether/params/limits.hpp"
#include "aether/vcr/trace.hpp"

namespace aether::vcr {

inline constexpr std::size_t kRangePathMax = 2 * crypto::kMaxDepth;

// Neighbouring tiles, one after the other, and the hashes that lead from them to the root: at each level the left
// neighbour if the first node is a right child, then the right one if the last is a left child.
struct TileRange {
  codec::Blob<limits::kStepProofBytesMax> bytes;
  codec::List<Hash, kRangePathMax> path;

  bool operator==(const TileRange&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("bytes", self.bytes);
    visit("path", self.path);
  }
};

// A leaf of the model with its audit path.
struct ModelLeaf {
  codec::Blob<limits::kStepProofBytesMax> bytes;
  codec::List<Hash, crypto::kMaxDepth> path;

  bool operator==(const ModelLeaf&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("bytes", self.bytes);
    visit("path", self.path);
  }
};

// What is claimed to be wrong. `element` counts the row's numbers; of q it is a channel, or q_width + head for the
// head's (A, j*); of attn_max, attn_p a head. `witness`: for (A, j*) a channel of the head, for (m, j*) a key, j*
// itself or one that beats it; for attn_p the key; else 0.
struct Coordinate {
  std::uint32_t op = 0;
  std::uint32_t position = 0;
  std::uint32_t element = 0;
  std::uint32_t witness = 0;

  bool operator==(const Coordinate&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("op", self.op);
    visit("position", self.position);
    visit("element", self.element);
    visit("witness", self.witness);
  }
};

// The committed element does not follow from the committed inputs.
struct ElementProof {
  Coordinate at;
  codec::List<TileRange, 6> ranges;  // the element's own first, then the inputs
  codec::List<ModelLeaf, 4> leaves;

  bool operator==(const ElementProof&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("ranges", self.ranges);
    visit("leaves", self.leaves);
  }
};

// A committed tile has not the length that its place demands.
struct LengthProof {
  std::uint32_t op = 0;
  std::uint64_t leaf = 0;
  TileRange tile;

  bool operator==(const LengthProof&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("op", self.op);
    visit("leaf", self.leaf);
    visit("tile", self.tile);
  }
};

// A hash that is not the padding constant stands where there is only padding.
struct PaddingProof {
  Node node;
  Hash hash;
  codec::List<Hash, crypto::kMaxDepth> path;

  bool operator==(const PaddingProof&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("node", self.node);
    visit("hash", self.hash);
    visit("path", self.path);
  }
};

// Output token `row` is not the first of its logits in the order of greedy sampling: token `better` comes before it.
struct SampleProof {
  std::uint32_t row = 0;
  std::uint32_t better = 0;
  TileRange token;  // of output_root
  TileRange token_logit;
  TileRange better_logit;

  bool operator==(const SampleProof&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("row", self.row);
    visit("better", self.better);
    visit("token", self.token);
    visit("token_logit", self.token_logit);
    visit("better_logit", self.better_logit);
  }
};

using Claim = std::variant<ElementProof, LengthProof, PaddingProof, SampleProof>;

struct StepProof {
  Hash job_id;
  std::uint32_t attempt = 0;
  Claim claim;

  bool operator==(const StepProof&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("job_id", self.job_id);
    visit("attempt", self.attempt);
    visit("claim", self.claim);
  }
};

// --- Making proofs -------------------------------------------------------------------------------------------------

// The tokens of the one sequence of a text job.
struct Tokens {
  std::span<const std::uint32_t> prompt;
  std::span<const std::uint32_t> output;
  infer::Extent extent() const {
    return {static_cast<std::uint32_t>(prompt.size()), static_cast<std::uint32_t>(output.size())};
  }
};

// The model with the tree over its leaves, so that a path costs no hashing. Building it hashes the model once.
class ModelTree {
 public:
  explicit ModelTree(const infer::Model& model);
  const infer::Model& model() const { return *model_; }
  const Hash& root() const { return root_; }
  ModelLeaf leaf(std::uint64_t index) const;

 private:
  const infer::Model* model_;
  std::vector<std::vector<Hash>> levels_;
  Hash root_;
};

enum class ProveError : std::uint8_t {
  not_served,  // a node or tile is not to be had, or does not hash to the root: descend on chain
  no_fraud,    // nothing differs
  coordinate,  // outside the trace
};
[[nodiscard]] std::string_view to_string(ProveError error);

// The proof for a coordinate, whatever the referee will say of it.
[[nodiscard]] Result<ElementProof, ProveError> prove_element(const TraceShape& shape, const ModelTree& model,
                                                             const Tokens& tokens, TraceSource& worker,
                                                             const Coordinate& at);
[[nodiscard]] Result<SampleProof, ProveError> prove_sample(const TraceShape& shape, const Tokens& tokens,
                                                           TraceSource& worker, std::uint32_t row,
                                                           std::uint32_t better);

// The first wrong thing in a worker's trace and tokens, with its proof. `own` is the honest trace over the claimed
// tokens; `claimed` the worker's trace_root. no_fraud: trace and tokens are right.
[[nodiscard]] Result<Claim, ProveError> find_first_fraud(TraceStore& own, const ModelTree& model, const Tokens& tokens,
                                                         TraceSource& worker, const Hash& claimed);

// --- Bounds --------------------------------------------------------------------------------------------------------

// An upper bound on the bytes of any step proof against this model, over all extents and coordinates.
[[nodiscard]] std::uint64_t proof_bytes_max(const infer::Config& config);

// What register_model asks: validate() has passed and no proof can exceed 56 KiB.
[[nodiscard]] bool provable(const infer::Config& config);

}  // namespace aether::vcr

namespace aether::codec {
template <>
inline constexpr auto variant_names<vcr::Claim> =
    std::array<std::string_view, 4>{"element", "length", "padding", "sample"};
}  // namespace aether::codec
