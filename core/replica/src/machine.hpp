// The machine behind Replica. Its parts: machine.cpp (events, effects of the machines within), blocks.cpp (blocks that
// are not final: how they come, are judged, executed, made and forgotten), snapshots.cpp (what others begin at).
#pragma once

#include <deque>

#include "aether/replica/replica.hpp"

namespace aether::replica {

class Replica::Machine {
 public:
  Machine(const Config& config, Tip tip, std::optional<consensus::SafetyRecord> record,
          consensus::Authenticator& authenticator, consensus::Signer* signer);

  void start(Stored stored, std::optional<Restoring> restoring);
  void handle(Event event);
  [[nodiscard]] std::uint64_t next_timer() const;

  std::vector<Effect> out;
  Now now;

  consensus::Consensus consensus;
  mempool::Mempool mempool;
  dissem::Dissemination dissem;
  sync::Sync sync;
  std::optional<sync::SnapshotSync> snapshots;

  struct Head {
    Hash block;
    Slot slot;
    StatePointer state;
  };
  Head head;

  // A block that is not final, of which more is known than its header.
  struct Known {
    BlockPointer block;
    AcceptedPointer accepted;  // once it was judged valid
    std::shared_ptr<const exec::Executed> result;
    PostState post;
    bool refuted = false;     // its shreds are no block: there is no `block`
    bool came_whole = false;  // with its header, by sync, or out of the own store
  };
  std::map<Hash, Known> blocks;
  std::vector<Evidence> evidence;  // seen, and not counted in the final state; at most kEvidencePendingMax

 private:
  // What is to be done next, in order: the machines' effects cause events for others.
  struct TakeBlock {
    PeerId from = 0;
    Block block;
    bool is_stored = false;
  };
  using Task = std::variant<consensus::Event, TakeBlock>;

  // The own block between Build and its header.
  struct Proposal {
    Slot slot;
    Hash parent;
    Hash transactions_root;
    Hash evidence_root;
    Body body;
    std::vector<VerifiedTransaction> transactions;
    std::shared_ptr<const erasure::ShreddedBlock> shreds;
    std::optional<Hash> hash;  // once the header is known
  };
  struct Committing {
    Slot slot;
    std::shared_ptr<const exec::Executed> result;
    StatePointer state;
  };

  // --- machine.cpp
  void receive(PeerId from, NetMessage message);
  void work_off();
  void perform(consensus::Event event);
  void carry_out(const std::vector<consensus::Effect>& effects);
  void carry_out(std::vector<dissem::Effect> effects);
  void carry_out(std::vector<sync::Effect> effects);
  void carry_out(std::vector<mempool::Effect> effects);
  void carry_out(std::vector<sync::SnapshotEffect> effects);
  void on(const consensus::Broadcast& effect);
  void pass_on(const Header& header);
  void on(const consensus::Persist& effect);
  void on(const consensus::Build& effect);
  void on(const consensus::Validate& effect);
  void on(const consensus::Execute& effect);
  void on(const consensus::Fetch& effect);
  void on(const consensus::Finalize& effect);
  void on(const consensus::Forget& effect);
  void on(const consensus::Accuse& effect);
  void on(const consensus::Blame& effect);
  void on(const consensus::Alarm& effect);
  void on(const consensus::SlotStarted& effect);
  void on_timer();
  void peer_gone(PeerId peer);
  void send(PeerId to, NetMessage message);
  void send(Slot of, ValidatorIndex to, NetMessage message);

  // --- blocks.cpp
  void header_came(const Hash& hash);
  void body_came(const Hash& hash, ByteView bytes);
  void take(TakeBlock taken);
  Known& hold(const Hash& hash, BlockPointer block, bool is_stored);
  void judged(const Hash& hash, AcceptedPointer accepted);
  void executed(const Hash& hash, Executed executed);
  void committed(const Committed& committed);
  void forget_settled();
  void serve(PeerId to, const sync::BranchRequest& request);
  void serve(PeerId to, const dissem::ShredRequest& request);
  void move_head(const Hash& block, Slot slot, const StatePointer& state);
  [[nodiscard]] const PostState* post_of(const Hash& block) const;
  [[nodiscard]] Known* adopt_own(const Hash& hash);
  [[nodiscard]] bool goes_with_header(const Block& block) const;
  [[nodiscard]] dissem::Announcement announcement_of(const Header& header, const Hash& hash) const;
  [[nodiscard]] const std::shared_ptr<const ValidatorSet>& validators_of(Slot slot) const;

  // --- snapshots.cpp
  void catch_up();
  template <class Reply>
  void take_reply(PeerId from, Reply& reply) {
    if (snapshots) carry_out(snapshots->on_reply(from, std::move(reply), sync_now()));
  }
  [[nodiscard]] light::Checkpoint checkpoint() const;
  [[nodiscard]] bool is_snapshot(Slot slot) const;
  void show_snapshot(const Header& header);
  void offer_snapshot(const PrecommitCertificate& certificate);
  void show_epoch(const Header& header, const PrecommitCertificate& certificate, const PostState& parent);
  [[nodiscard]] sync::Now sync_now() const { return {now.steady_us, now.wall_ms}; }

  Config config_;
  consensus::Signer* signer_;
  std::deque<Task> tasks_;
  std::map<PeerId, std::optional<crypto::PublicKey>> peers_;
  std::map<crypto::PublicKey, PeerId> peers_by_key_;

  Hash final_;
  Slot final_slot_;
  std::uint64_t final_time_ms_ = 0;
  PostState final_post_;               // in memory, perhaps not durable yet
  std::deque<Committing> committing_;  // finals that are not durable, oldest first
  std::deque<Proposal> proposals_;     // of the own slot
  BlockPointer unsaved_proposal_;      // to be made durable with the record
  std::uint64_t unsaved_sequence_ = 0;
  std::vector<Header> shown_;           // final ones from the newest snapshot's block on, until they show it
  std::optional<std::uint64_t> epoch_;  // the newest whose next validators were shown
  ledger::EpochVerifiers verifiers_;
};

}  // namespace aether::replica
