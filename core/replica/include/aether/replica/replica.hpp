// A replica: consensus, dissemination, mempool and sync as one machine with one step(). Pure: events in, effects out,
// time is an argument. It holds the blocks that are not final, and their states; what is final and durable is its
// host's.
//
//   transactions ──▶ mempool ──select──▶ block ──▶ shreds ──▶ others
//                                                              │
//   shreds ──▶ dissemination ──▶ body ──▶ StoreBlock ──▶ Judge ──▶ prevote … Execute ──▶ Commit
//                    sync ──▶ blocks ──┘
//                      └────▶ snapshot ──▶ StoreChunk … Restored: the host starts a new replica there
//
// A block gets here by shreds, or whole where it is small or this node is behind; both ways end in the same place. No
// vote leaves before its block is durable here: the record that names it is made so after the block.
//
// Bounds: those of the machines that it is made of. Blocks kept are those that consensus keeps headers of.
#pragma once

#include "aether/consensus/consensus.hpp"
#include "aether/mempool/mempool.hpp"
#include "aether/replica/events.hpp"

namespace aether::replica {

struct Config {
  Rules rules;
  consensus::Params consensus;
  mempool::Bounds mempool = {};
  std::uint64_t mempool_seed = 0;  // a secret of this node
  sync::SyncParams sync = {};
  // Of catching up by snapshots; chain and length of epochs are taken from `rules`. None: only by blocks.
  std::optional<sync::SnapshotParams> snapshots = {};
  // From somebody the node's owner trusts, where the tip is older than the trusting period.
  std::optional<light::Checkpoint> checkpoint = {};
  std::uint64_t repair_us = 200'000;  // dissem::DissemParams
  CpuFeatures cpu = {};
  // What a node uploads at most of a block's body, to all validators together, to pass it on with the header; larger
  // blocks go as shreds.
  std::size_t with_header_bytes_max = 64 * 1024;
};

// Where a replica begins: the newest block that is durable, with its state.
struct Tip {
  consensus::Anchor anchor;
  PostState post;
};

// What was made durable above the tip, each in any order.
struct Stored {
  std::vector<BlockPointer> blocks;  // by StoreBlock and Persist
  std::vector<Evidence> evidence;    // by StoreEvidence
};

// A snapshot that BeginRestore began before a restart.
struct Restoring {
  sync::TargetPointer target;
  std::vector<bool> stored;  // which of its chunks are durable
};

// Where a replica begins after Restored. `post` is the state that the chunks hold; its tree has the manifest's root
// (asserted).
[[nodiscard]] Tip restored_tip(const Rules& rules, const sync::Target& target, PostState post);

class Replica {
 public:
  // `signer` is null for a node that only follows. `record`: see consensus::Consensus. Authenticator and signer outlive
  // the replica.
  Replica(const Config& config, Tip tip, std::optional<consensus::SafetyRecord> record,
          consensus::Authenticator& authenticator, consensus::Signer* signer);
  ~Replica();
  Replica(Replica&&) noexcept;
  Replica& operator=(Replica&&) noexcept;

  // The first step.
  [[nodiscard]] std::vector<Effect> start(Stored stored, Now now, std::optional<Restoring> restoring = std::nullopt);
  [[nodiscard]] std::vector<Effect> step(Event event, Now now);
  [[nodiscard]] std::uint64_t next_timer() const;  // on the steady clock

  [[nodiscard]] const consensus::Consensus& consensus() const;
  [[nodiscard]] const mempool::Mempool& mempool() const;
  [[nodiscard]] const dissem::Dissemination& dissemination() const;
  [[nodiscard]] bool is_behind() const;     // it catches up
  [[nodiscard]] bool is_restoring() const;  // by a snapshot
  // The newest block that was executed, final or not, and its state.
  [[nodiscard]] Hash head() const;
  [[nodiscard]] StatePointer head_state() const;
  [[nodiscard]] std::size_t kept() const;         // blocks that are not final
  [[nodiscard]] std::size_t accusations() const;  // pieces of evidence that wait for a block

 private:
  class Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace aether::replica
