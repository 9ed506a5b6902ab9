// A node of a simulated network: a whole replica, the real ledger behind it, and a disk that loses what was not synced.
#pragma once

#include <functional>
#include <set>

#include "aether/replica/replica.hpp"
#include "aether/replicas/kept_snapshot.hpp"
#include "aether/world/clock.hpp"
#include "aether/world/disk.hpp"
#include "aether/world/event_queue.hpp"

namespace aether::sim {

using replica::MessagePointer;

// A block that a node committed.
struct CommittedBlock {
  Hash hash;
  replica::BlockPointer block;   // null of genesis, and of one whose state came as a snapshot
  std::optional<Header> header;  // none of genesis
  Hash state_root;
  Hash receipts_root;
  Gas gas_used;
};

// What a node needs from the world around it.
class ReplicaWorld {
 public:
  virtual ~ReplicaWorld() = default;
  virtual void broadcast(std::size_t from, const MessagePointer& message) = 0;
  virtual void send(std::size_t from, std::size_t to, const MessagePointer& message) = 0;
  // `what` at that time, unless the node was down in between.
  virtual void later(std::size_t node, Micros at, std::function<void()> what) = 0;
  virtual void committed(std::size_t node, const CommittedBlock& block, std::span<const Receipt> receipts) = 0;
  // The node goes on from this block, whose state came as a snapshot.
  virtual void restored(std::size_t node, const CommittedBlock& block) = 0;
  virtual void alarmed(std::size_t node, const replica::Alarm& alarm) = 0;
  virtual void blamed(std::size_t node, const replica::Blame& blame) = 0;
  [[nodiscard]] virtual Micros now() const = 0;
  [[nodiscard]] virtual std::size_t size() const = 0;
};

// How long things take, in µs.
struct Costs {
  Micros fsync = 500;
  Micros judge = 300;
  Micros execute = 500;
  Micros verify = 100;
};

struct ReplicaNodeContext {
  std::size_t index = 0;
  ReplicaWorld& world;
  const Genesis& genesis;
  replica::Config config;
  consensus::Authenticator& authenticator;
  consensus::Signer* signer = nullptr;                                    // of a validator
  std::function<std::optional<crypto::PublicKey>(std::size_t)> node_key;  // of each node
  Costs costs = {};
  bool prunes = false;  // blocks below the snapshots that it keeps
};

class ReplicaNode {
 public:
  ReplicaNode(ReplicaNodeContext context, NodeClock clock);

  void boot();
  void crash(Random& random);
  [[nodiscard]] bool is_up() const { return replica_.has_value(); }
  [[nodiscard]] std::uint64_t life() const { return life_; }

  void receive(std::size_t from, const MessagePointer& message);
  void submit(const Transaction& transaction);

  // What it keeps of its final chain, by slot.
  [[nodiscard]] const std::map<Slot, CommittedBlock>& chain() const { return chain_; }
  [[nodiscard]] Slot final_slot() const { return chain_.rbegin()->first; }
  [[nodiscard]] const replica::Replica& replica() const { return *replica_; }
  [[nodiscard]] const ledger::StateView& state() const { return *state_; }
  [[nodiscard]] NodeClock& clock() { return clock_; }
  // One that is not final; null where it has none such.
  [[nodiscard]] replica::BlockPointer stored(const Hash& block) const;
  [[nodiscard]] std::size_t stored_evidence() const { return stored_evidence_.size(); }
  [[nodiscard]] std::uint64_t effects() const { return effects_; }  // carried out so far

 private:
  void step(replica::Event event);
  void carry_out(std::vector<replica::Effect> effects);
  void arm();
  void end_life();
  void answer(Micros after, replica::Event event);
  void keep_snapshot(const CommittedBlock& block, const DurableState& state);
  void go_on_from(const sync::Target& target);
  [[nodiscard]] sync::Offers offers(const sync::OffersRequest& request) const;
  [[nodiscard]] sync::Epochs epochs(const sync::EpochsRequest& request) const;
  [[nodiscard]] sync::Piece piece(const sync::ManifestRequest& request) const;
  [[nodiscard]] sync::Piece piece(const sync::ChunkRequest& request) const;
  [[nodiscard]] const KeptSnapshot* kept(const Hash& name) const;
  [[nodiscard]] replica::Tip tip() const;
  [[nodiscard]] consensus::Now clocks() const;

  void on(replica::Send& effect);
  void on(replica::Broadcast& effect);
  void on(replica::Gossip& effect);
  void on(replica::Persist& effect);
  void on(replica::StoreBlock& effect);
  void on(replica::DropBlock& effect);
  void on(replica::StoreEvidence& effect);
  void on(replica::DropEvidence& effect);
  void on(replica::Judge& effect);
  void on(replica::Execute& effect);
  void on(replica::Commit& effect);
  void on(replica::ServeChain& effect);
  void on(replica::OfferSnapshot& effect);
  void on(replica::ServeSnapshot& effect);
  void on(replica::KeepEpoch& effect);
  void on(replica::BeginRestore& effect);
  void on(replica::StoreChunk& effect);
  void on(replica::AbandonRestore& effect);
  void on(replica::Restored& effect);
  void on(replica::CheckpointNeeded&) {}
  void on(replica::VerifySignatures& effect);
  void on(replica::Admitted&) {}
  void on(replica::Refused&) {}
  void on(replica::Blame& effect);
  void on(replica::Alarm& effect);
  void on(replica::SlotStarted&) {}

  ReplicaNodeContext context_;
  NodeClock clock_;
  SerialPool pool_;
  ledger::EpochVerifiers verifiers_;
  std::uint64_t life_ = 0;
  std::uint64_t effects_ = 0;

  // durable
  DurableFile<consensus::SafetyRecord> record_;
  std::map<Hash, replica::BlockPointer> stored_;  // blocks that are not final
  std::map<Hash, Evidence> stored_evidence_;
  std::map<Slot, CommittedBlock> chain_;
  std::optional<PrecommitCertificate> certificate_;
  std::shared_ptr<const DurableState> state_;
  smt::Tree tree_;
  std::deque<KeptSnapshot> snapshots_;  // oldest first
  std::map<std::uint64_t, light::FinalHeader> epochs_;
  struct Restore {
    sync::TargetPointer target;
    std::map<std::uint32_t, ledger::Diff> chunks;
  };
  std::optional<Restore> restore_;

  // lost in a crash
  std::optional<replica::Replica> replica_;
  std::set<Hash> working_;                         // blocks under judgement or execution
  std::map<Hash, replica::BlockPointer> storing_;  // lost in a crash before the next record
  std::map<Hash, Evidence> storing_evidence_;      // likewise
  std::optional<Micros> armed_at_;
  Micros synced_at_ = 0;
};

}  // namespace aether::sim
