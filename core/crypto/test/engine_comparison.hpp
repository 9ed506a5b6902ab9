// The engines of signature batches beside each other and beside ed25519-zebra, on inputs that cost little more to make
// than to judge, so that 10^9 of them are within reach. Before an engine other than zebra may accept alone it must have
// agreed on so many (README.md); this comparison counts them.
//
// A seed is a set of signatures by keys and nonces that walk by additions of points (their scalars are known and spread
// over all residues), in batches of sizes that depend on the seed. Some members are edges of the ZIP-215 rule; they and
// whatever is forged get zebra's single verdict, which decides. The rest is valid by construction.
#pragma once

#include <aether_native/native.h>

#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>

#include "aether/crypto/ed25519_batch.hpp"
#include "edge_signatures.hpp"

namespace aether::crypto::cases {

// One that is judged. `verdicts` may be missing; `groups` says who brought each item, as for verify_ids.
struct Engine {
  std::string name;
  std::function<bool(std::string_view tag, std::span<const SignedId>)> holds;
  std::function<std::vector<bool>(std::string_view tag, std::span<const SignedId>,
                                  std::span<const std::uint32_t> groups)>
      verdicts;
  std::uint32_t share = 1;  // it sees one of so many batches
};

[[nodiscard]] Engine engine_of(BatchEngine engine, std::uint32_t share = 1);

// How much a seed holds.
struct Volume {
  std::size_t signatures = 4096;  // at least 64
  std::size_t forged_batches = 12;
};

class EngineComparison {
 public:
  EngineComparison(std::vector<Engine> engines, Volume volume);

  // Judges what a seed holds. Where an engine gives another verdict: its name and the batch, as text.
  [[nodiscard]] std::expected<void, std::string> run(std::uint64_t seed);

  // What was judged so far. Signatures are counted once, when they are made.
  struct Counts {
    std::uint64_t seeds = 0, signatures = 0, batches = 0, with_forgery = 0, single_verdicts = 0;
    struct Kind {
      std::uint64_t made = 0, valid = 0;
    };
    std::map<std::string, Kind, std::less<>> edges, forgeries;  // kinds stay where they are in memory
    std::map<std::string, std::uint64_t, std::less<>> judged;   // signatures, by engine
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  // A multiple of the base point, and the multiple. A step adds one of a fixed set of such pairs.
  struct Pair {
    Scalar scalar;
    aether_native_point point;
  };
  enum class Origin : std::uint8_t { plain, edge, forged };
  struct Member {
    SignedId item;
    Scalar key{}, nonce{};
    Origin origin = Origin::plain;
    Counts::Kind* kind = nullptr;  // of an edge or a forgery
    std::optional<bool> verdict;   // zebra's alone, once it was asked
  };
  using Members = std::vector<Member>;
  using Indices = std::vector<std::size_t>;

  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  Scalar random_scalar();
  Scalar pattern();  // bytes whose words or limbs are at their limits
  void step(Pair& walker);
  void sign(Member& member) const;
  void forged(Member& member, std::string_view kind);

  [[nodiscard]] Members make();
  void make_edge(Members& members, std::size_t i);
  void forge(Members& members, std::size_t i);
  void forge_cancelling(Members& members, std::span<const std::size_t> at);
  [[nodiscard]] Members forged_batch(const Members& members);
  [[nodiscard]] std::expected<void, std::string> judge(Members& members);
  [[nodiscard]] std::string report(std::string_view what, std::span<const SignedId> items) const;

  std::vector<Engine> engines_;
  Volume volume_;
  std::vector<Pair> steps_;
  std::vector<PublicKey> edges_;
  std::vector<aether_native_point> torsion_;  // of edges_'s first members
  std::mt19937_64 random_;
  std::uint64_t seed_ = 0;
  std::string_view tag_;
  Counts counts_;
};

}  // namespace aether::crypto::cases
