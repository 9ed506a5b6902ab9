// What goes into a replica and what comes out. Effects are to be carried out in their order; answers may come in any
// order, but for those that say otherwise.
#pragma once

#include "aether/mempool/events.hpp"
#include "aether/replica/wire.hpp"
#include "aether/replica/work.hpp"
#include "aether/sync/snapshot_sync.hpp"

namespace aether::replica {

using consensus::Now;
using PeerId = std::uint64_t;  // in the node's own numbering; kSelf is none
using consensus::kSelf;

inline constexpr std::size_t kEvidencePendingMax = 64;

// --- Events --------------------------------------------------------------------------------------------------------

struct PeerConnected {
  PeerId peer = 0;
  std::optional<crypto::PublicKey> node_key;  // proven by the transport
};
struct PeerGone {
  PeerId peer = 0;
};
struct Received {
  PeerId from = 0;
  NetMessage message;
};
// From a user of this node, or out of a message that a peer sent.
struct Submitted {
  PeerId from = 0;  // the peer, or the user's number, for the pool's limits
  std::vector<IdentifiedTransaction> transactions;
};
// The answers to the effects of these names.
struct Persisted {
  std::uint64_t sequence = 0;
};
struct Judged {
  Hash block;
  AcceptedPointer accepted;  // null: invalid
};
struct BlockExecuted {
  Hash block;
  Executed executed;
};
struct Committed {
  Slot slot;
  PostState post;  // what is durable, after the block of that slot
};
// The answer to StoreChunk.
struct ChunkStored {
  Hash snapshot;
  std::uint32_t index = 0;
};
using SignaturesVerified = mempool::Verdicts;
// Time passed; due at Replica::next_timer().
struct Timer {};

using Event = std::variant<PeerConnected, PeerGone, Received, Submitted, Persisted, Judged, BlockExecuted, Committed,
                           ChunkStored, SignaturesVerified, Timer>;

// --- Effects -------------------------------------------------------------------------------------------------------

struct Send {
  PeerId to = 0;
  MessagePointer message;
};
// To all peers; validators first.
struct Broadcast {
  MessagePointer message;
};
// Pass it on to others: it is in the pool, or in that of the peer it came from. `from` is kSelf for what this node's
// users sent.
struct Gossip {
  PeerId from = kSelf;
  VerifiedTransaction transaction;
};
// Make the record durable, and with it the own proposal where there is one, in one step, and no earlier than the blocks
// of every StoreBlock before it; then answer. A record replaces those of lower sequence, and its answer stands for
// theirs.
struct Persist {
  std::uint64_t sequence = 0;
  consensus::SafetyRecord record;
  BlockPointer proposal;
};
// Make the block durable, with the next Persist at the latest: no answer.
struct StoreBlock {
  Hash hash;
  BlockPointer block;
};
// The block is on no branch any more; it may be removed from where StoreBlock put it.
struct DropBlock {
  Hash hash;
};
// An offence was seen that no final block names. Make it durable with one of the next Persists: no answer. Until
// DropEvidence there are at most kEvidencePendingMax of these; more are not kept.
struct StoreEvidence {
  Hash id;                                   // evidence_id()
  std::shared_ptr<const Evidence> evidence;  // large, and rare among effects
};
// It is punished, or too old to be: it may be removed from where StoreEvidence put it.
struct DropEvidence {
  Hash id;
};
// Answer by judge(). Not answered once the block was dropped.
struct Judge {
  Judgement judgement;
};
// Answer by execute(). Not answered once the block was dropped.
struct Execute {
  Execution execution;
};
struct FinalBlock {
  Hash hash;
  BlockPointer block;
  AcceptedPointer accepted;
  std::shared_ptr<const exec::Executed> result;
  bool is_snapshot = false;  // a snapshot of the state after it is wanted: of the same blocks at all nodes
};
// These are final, oldest first; the certificate is of the last. Commit each with its state, then answer, in order.
struct Commit {
  std::vector<FinalBlock> blocks;
  PrecommitCertificate certificate;
};
// Send that peer the committed blocks of the slots behind `after`, as a sync::Reply with `id`, at most `count`, within
// its bounds.
struct ServeChain {
  PeerId to = 0;
  sync::RequestId id = 0;
  Slot after;
  std::uint16_t count = 0;
};
// Of the snapshot of that block, where it is made: what shows it to others. It may be offered from now on.
struct OfferSnapshot {
  Hash block;
  sync::SnapshotProof proof;
};
// Answer that peer with what this node keeps: sync::Offers of at most sync::kOffersMax snapshots, the newest of blocks
// above; sync::Epochs of KeepEpoch; sync::Piece. Each with the request's id, and empty where it keeps nothing of it.
struct ServeSnapshot {
  PeerId to = 0;
  sync::SnapshotRequest request;
};
// Of catching up by a snapshot; the README says how a host carries them out.
using sync::AbandonRestore;
using sync::BeginRestore;
using sync::CheckpointNeeded;
using sync::KeepEpoch;
using sync::Restored;
using sync::StoreChunk;
// Of the mempool's: the answer to VerifySignatures is SignaturesVerified.
using mempool::Admitted;
using mempool::Refused;
using mempool::VerifySignatures;
enum class Fault : std::uint8_t {
  consensus,    // a header, vote, claim or certificate that no honest node passes on
  shred,        // not of the block that it names, or of another chain
  reply,        // blocks that were not asked for in this order
  snapshot,     // an offer, headers, a manifest or a chunk that do not hold
  transaction,  // one that no node may hold
};
struct Blame {
  PeerId peer = 0;
  Fault fault = Fault::consensus;
};
using consensus::Alarm;
using consensus::SlotStarted;

using Effect =
    std::variant<Send, Broadcast, Gossip, Persist, StoreBlock, DropBlock, StoreEvidence, DropEvidence, Judge, Execute,
                 Commit, ServeChain, OfferSnapshot, ServeSnapshot, KeepEpoch, BeginRestore, StoreChunk, AbandonRestore,
                 Restored, CheckpointNeeded, VerifySignatures, Admitted, Refused, Blame, Alarm, SlotStarted>;

}  // namespace aether::replica
