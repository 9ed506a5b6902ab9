// The machine by which a node that is too far behind for blocks begins anew at a snapshot. Pure: time is an argument.
//
//   offers ──▶ final headers, one an epoch ──▶ the offer's block is final ──▶ manifest ──▶ chunks ──▶ Restored
//   of all       of who offers, from what        by its own proof              of those who offer it
//                this node trusts on
//
// One honest peer is enough, and each wrong piece blames who sent it: a peer shows the way to its own offer; a manifest
// must have the digest that is its name; and as an honest peer offers only what it verified, all who offer a manifest
// that does not hold are liars. Chunks show themselves under the state root of a final header, whoever sends them.
//
// Bounds: kOffersMax offers of a peer; the light clients of kEpochsKept epochs; one manifest of at most
// SnapshotParams::manifest_bytes_max bytes, twice while it is decoded; kChunksAtOnce chunks asked for or being stored.
#pragma once

#include <functional>

#include "aether/snapshot/chunk.hpp"
#include "aether/sync/snapshot_requests.hpp"
#include "aether/sync/sync.hpp"

namespace aether::sync {

inline constexpr std::size_t kEpochsKept = 4;
inline constexpr std::size_t kChunksAtOnce = 8;
inline constexpr std::size_t kPiecesOfPeerMax = 4;  // asked of one peer at once
inline constexpr std::size_t kFailedKept = 8;

struct SnapshotParams {
  Hash genesis;  // the chain's
  light::LightParams light;
  CpuFeatures cpu = {};
  std::size_t manifest_bytes_max = 16 * 1024 * 1024;  // of some 200 000 chunks
  std::uint64_t gather_us = 1'000'000;                // how long offers are waited for before one is chosen
  std::uint64_t offers_again_us = 5'000'000;          // between questions for offers
  std::uint64_t ask_again_us = 2'000'000;  // without an answer before another peer is asked; doubles to 16 times
  std::uint64_t give_up_us = 120'000'000;  // without progress before another snapshot is chosen
};

struct Now {
  std::uint64_t steady_us = 0;
  std::uint64_t wall_ms = 0;  // since 1970: how old what is trusted may be
};

// --- Effects
struct AskSnapshot {
  PeerId to = 0;
  SnapshotRequest request;
};
// A verified header that shows an epoch's next validators: keep it, to show it to others.
struct KeepEpoch {
  std::shared_ptr<const light::FinalHeader> header;
};
// Keep the target durably: after a restart it goes on with resume().
struct BeginRestore {
  TargetPointer target;
};
// Keep the chunk's objects durably, apart from the state; then say so by stored().
struct StoreChunk {
  Hash snapshot;
  std::uint32_t index = 0;
  std::shared_ptr<const snapshot::Chunk> chunk;
};
// Remove what was kept of it.
struct AbandonRestore {
  Hash snapshot;
};
// Every chunk is durable: their objects are the state after the target's block. Nothing is asked any more.
struct Restored {
  TargetPointer target;
};
// What this node trusts is older than the trusting period: it needs a checkpoint from somebody it trusts.
struct CheckpointNeeded {};
using SnapshotEffect = std::variant<AskSnapshot, KeepEpoch, BeginRestore, StoreChunk, AbandonRestore, Restored,
                                    CheckpointNeeded, BlamePeer>;

class SnapshotSync {
 public:
  explicit SnapshotSync(const SnapshotParams& params) : params_(params) {}

  void connected(PeerId peer) { peers_.try_emplace(peer); }
  void gone(PeerId peer);

  // Go on after a restart: what BeginRestore gave, and which of its chunks are durable.
  [[nodiscard]] std::vector<SnapshotEffect> resume(TargetPointer target, const std::vector<bool>& stored, Now now);
  // Look for a snapshot of a block above `above`. Certificates are followed from the checkpoint on.
  [[nodiscard]] std::vector<SnapshotEffect> seek(light::Checkpoint checkpoint, Slot above, Now now);
  void look_above(Slot above) { above_ = above; }  // from now on, as this node goes on by blocks meanwhile
  void stop();                                     // blocks do; a snapshot that was chosen goes on
  // The newest final slot of this node; also moves the machine on.
  [[nodiscard]] std::vector<SnapshotEffect> reached(Slot final, Now now);

  [[nodiscard]] std::vector<SnapshotEffect> on_reply(PeerId from, Offers offers, Now now);
  [[nodiscard]] std::vector<SnapshotEffect> on_reply(PeerId from, Epochs epochs, Now now);
  [[nodiscard]] std::vector<SnapshotEffect> on_reply(PeerId from, Piece piece, Now now);
  [[nodiscard]] std::vector<SnapshotEffect> stored(const Hash& snapshot, std::uint32_t chunk, Now now);
  [[nodiscard]] std::vector<SnapshotEffect> on_timer(Now now);
  [[nodiscard]] std::uint64_t next_timer() const;

  [[nodiscard]] bool is_seeking() const { return seeking_; }
  [[nodiscard]] bool is_restoring() const { return fetching_.has_value(); }  // a snapshot was chosen
  [[nodiscard]] std::size_t asked() const { return open_.size(); }           // questions without an answer

 private:
  // Offers of one snapshot, whoever makes them.
  struct Identity {
    Hash name;
    std::uint32_t manifest_bytes = 0;
    Hash block;

    auto operator<=>(const Identity&) const = default;
  };
  struct Offered {
    Offer offer;
    Identity identity;
    Slot slot;
  };
  struct Peer {
    std::vector<Offered> offers;
    std::uint64_t offers_due_us = 0;  // when to ask for them again
    bool is_asked_for_offers = false;
    bool has_answered = false;  // or had the time to
    bool is_blamed = false;     // asked nothing any more
    unsigned failures = 0;      // in a row: no answer, or that it has not what it offered
    std::size_t pieces = 0;     // asked for
    std::uint64_t asked_order = 0;
  };
  struct Question {
    PeerId to = 0;
    std::uint64_t due_us = 0;
    SnapshotRequest request;
  };
  enum class ChunkState : std::uint8_t { missing, asked, storing, done };
  struct Fetching {
    Identity identity;
    SnapshotProof proof;
    Slot slot;
    std::uint64_t progress_us = 0;
    unsigned tries = 0;  // questions without an answer, by which others are given longer
    // until it is whole, all of it from one peer
    std::optional<PeerId> manifest_from;
    Bytes manifest;
    // then
    TargetPointer target;
    std::vector<ChunkState> chunks;
    std::size_t first_missing = 0;  // none below
    std::size_t in_flight = 0;      // asked or storing
    std::size_t done = 0;
  };
  using Effects = std::vector<SnapshotEffect>;

  // --- snapshot_sync.cpp
  void advance(Now now, Effects& out);
  void ask(PeerId peer, SnapshotRequest request, std::uint64_t patience_us, Now now, Effects& out);
  void ask_for_offers(Now now, Effects& out);
  [[nodiscard]] std::optional<SnapshotRequest> answered(PeerId from, RequestId id);
  void unasked(PeerId peer, const SnapshotRequest& request);
  void withdraw(const std::function<bool(const Question&)>& which);
  void blame(PeerId peer, Effects& out);
  [[nodiscard]] bool is_active() const;

  // --- snapshot_choice.cpp: which snapshot
  void choose(Now now, Effects& out);
  void follow(PeerId from, const Epochs& epochs, Now now, Effects& out);
  struct Candidate {
    PeerId peer = 0;
    const Offered* offered = nullptr;
  };
  [[nodiscard]] std::optional<Candidate> best_candidate() const;
  enum class Verdict : std::uint8_t { final, wrong, unreached, outdated, expired };
  [[nodiscard]] Verdict judge(const Offered& offered, Now now) const;
  [[nodiscard]] bool all_answered() const;
  void drop_offer(PeerId peer, const Identity& identity);
  void expire(Effects& out);

  // --- snapshot_fetch.cpp: its bytes
  void fetch(Now now, Effects& out);
  void fetch_manifest(Now now, Effects& out);
  void fetch_chunks(Now now, Effects& out);
  void manifest_came(PeerId from, ByteView bytes, Now now, Effects& out);
  void begin(Effects& out);
  void chunk_came(PeerId from, std::uint32_t index, ByteView bytes, Now now, Effects& out);
  void forget_manifest();
  void miss(std::uint32_t chunk);
  void accuse_all(Effects& out);
  void abandon(Effects& out);
  [[nodiscard]] static bool offers(const Peer& peer, const Identity& identity);
  [[nodiscard]] std::optional<PeerId> pick_source() const;
  [[nodiscard]] std::uint64_t patience() const;

  SnapshotParams params_;
  std::map<PeerId, Peer> peers_;
  std::map<RequestId, Question> open_;
  bool seeking_ = false;
  bool expired_ = false;
  bool finished_ = false;  // Restored was said
  Slot above_;
  Slot final_;
  std::optional<std::uint64_t> choose_us_;  // offers are waited for until then, or until all peers have answered
  std::deque<light::LightClient> clients_;  // by the newest epoch that each knows
  std::optional<Fetching> fetching_;
  std::deque<Identity> failed_;  // given up lately: others first
  RequestId next_id_ = 1;
  std::uint64_t order_ = 0;
};

}  // namespace aether::sync
