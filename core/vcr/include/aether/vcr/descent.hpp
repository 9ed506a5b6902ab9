// Descent: how a worker that serves no nodes or tiles is made to show them on chain (AI page section 3).
//
// A session stands at a node whose hash is known, first trace_root. The worker answers with respond, the challenger
// goes on with descend; at a tile respond reveals its bytes and the session has nothing more to ask. Pure functions;
// clocks, bonds and fees are the escrow's. An honest worker can always answer; a trace with an invented hash, a
// non-zero hash in padding or a tile of wrong length cannot be answered there, so its worker runs out of time.
#pragma once

#include <variant>

#include "aether/params/limits.hpp"
#include "aether/vcr/trace.hpp"

namespace aether::vcr {

inline constexpr unsigned kRevealLevelsMax = 6;
inline constexpr unsigned kMovesMax = 8;  // responds of one session, the tile included

enum class Turn : std::uint8_t { worker, challenger };

// A session's place; 47 bytes of BCS.
struct DescentState {
  Node node;
  Hash hash;
  std::uint8_t moves = 0;  // responds so far
  Turn turn = Turn::worker;

  bool operator==(const DescentState&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("node", self.node);
    visit("hash", self.hash);
    visit("moves", self.moves);
    visit("turn", self.turn);
  }
};

// The 2^h descendants of the node, h = reveal_levels; or the bytes of the tile. At most 2 KiB.
using Nodes = codec::List<Hash, 64>;
using Tile = codec::Blob<limits::kTileBytes>;
using Reveal = std::variant<Nodes, Tile>;

struct Step {
  std::uint8_t child = 0;         // which of the 2^h
  Hash hash;                      // its hash
  codec::List<Hash, 6> siblings;  // from the child up to the node

  bool operator==(const Step&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("child", self.child);
    visit("hash", self.hash);
    visit("siblings", self.siblings);
  }
};

enum class DescentError : std::uint8_t {
  not_the_workers_turn,
  not_the_challengers_turn,
  expected_nodes,  // a tile's bytes, where nodes are due
  expected_tile,   // nodes, where the tile's bytes are due
  node_count,      // not 2^h hashes
  wrong_hash,      // what is revealed does not hash to the session's hash
  padding,         // a non-zero hash in padding
  tile_length,     // a tile of wrong length
  at_a_tile,       // the session has reached a tile: prove or give up
  child_range,     // no such child
  padding_child,   // there is only padding below that child
  sibling_count,   // not h siblings
  wrong_path,      // child and siblings do not hash to the session's hash
};
[[nodiscard]] std::string_view to_string(DescentError error);

[[nodiscard]] DescentState open_descent(const TraceShape& shape, const Hash& trace_root);
[[nodiscard]] unsigned reveal_levels(const TraceShape& shape, const Node& node);  // h; 0 at a tile

// The state after a respond; the session itself stays where it is.
[[nodiscard]] Result<DescentState, DescentError> respond(const TraceShape& shape, const DescentState& state,
                                                         const Reveal& reveal);
[[nodiscard]] Result<DescentState, DescentError> descend(const TraceShape& shape, const DescentState& state,
                                                         const Step& step);

// --- Strategies ----------------------------------------------------------------------------------------------------

// The honest answer; none when the source does not know it.
[[nodiscard]] std::optional<Reveal> make_reveal(const TraceShape& shape, TraceSource& source, const Node& node);

// Whether the difference to go for in this node's tree is the last instead of the first: of q, whose values are judged
// with a maximum at the end of their row, which is then known to be right or is the difference itself.
[[nodiscard]] bool accuse_last(const TraceShape& shape, const Node& node);

// The step into the first (or last) child that differs from the own trace; none when all are equal.
[[nodiscard]] std::optional<Step> choose_step(TraceStore& own, const DescentState& state, const Nodes& revealed);

// The step towards a node; none when it does not lie below the session's.
[[nodiscard]] std::optional<Step> step_towards(const TraceShape& shape, const DescentState& state,
                                               const Nodes& revealed, const Node& target);

// A worker's trace as far as a challenger knows it: what was revealed, and the own trace wherever the hashes above
// agree.
class KnownTrace final : public TraceSource {
 public:
  // `fallback`, if any, is asked for what is not known; what it answers is kept.
  KnownTrace(TraceStore& own, const Hash& claimed, TraceSource* fallback = nullptr);
  void note(const Node& node, const Nodes& revealed);  // the descendants of `node`, as respond accepted them
  void note_tile(std::uint32_t op, std::uint64_t leaf, Bytes bytes);
  std::optional<Hash> node(const Node& node) override;
  std::optional<Bytes> tile(std::uint32_t op, std::uint64_t leaf) override;
  // The first thing that was asked for and is not known: where a further session must go. One is needed when a pair
  // (maximum, j*) lies across two tiles and both are wrong.
  const std::optional<Node>& wanted() const { return wanted_; }
  void forget_wanted() { wanted_.reset(); }

 private:
  bool same_as_own(Node node);

  TraceStore* own_;
  TraceSource* fallback_;
  std::vector<std::pair<Node, Hash>> nodes_;   // sorted
  std::vector<std::pair<Node, Bytes>> tiles_;  // sorted
  std::optional<Node> wanted_;
};

}  // namespace aether::vcr

namespace aether::codec {
template <>
inline constexpr auto enum_names<vcr::Turn> = std::array<std::string_view, 2>{"worker", "challenger"};
template <>
inline constexpr auto variant_names<vcr::Reveal> = std::array<std::string_view, 2>{"nodes", "tile"};
}  // namespace aether::codec
