// The machine behind Consensus. Its parts: machine.cpp (slots, time), blocks.cpp (headers, what may be executed, what is
// final), votes.cpp (votes, certificates, evidence), speak.cpp (what this validator says).
#pragma once

#include "aether/consensus/consensus.hpp"
#include "planted.hpp"
#include "slot_state.hpp"

namespace aether::consensus {

class Consensus::Machine {
 public:
  Machine(const Params& params, Anchor anchor, std::optional<SafetyRecord> record, Authenticator& authenticator,
          Signer* signer);

  void start();
  void handle(const Event& event);
  void advance(Anchor anchor);

  std::vector<Effect> out;
  Now now;

  // --- read by Consensus
  Slot slot;  // the own
  Anchor final;
  std::uint64_t delta_us = 0;
  SafetyRecord record;
  bool stopped = false;
  bool silent = false;
  std::uint64_t timer_us = 0;  // when to look again
  std::map<Hash, Block> blocks;
  std::map<Slot, SlotState> slots;

 private:
  struct Waiting {  // leaves once a record is durable
    std::uint64_t sequence = 0;
    Message message;
  };

  // machine.cpp
  void enter(Slot next);
  void start_slot();
  void act();
  void repeat();
  void forget();
  [[nodiscard]] const Epoch* epoch_of(Slot of) const;
  [[nodiscard]] std::optional<ValidatorIndex> own_index(Slot of) const;
  [[nodiscard]] bool in_window(Slot of) const;
  void wake_at(std::uint64_t steady_us);
  template <class E>
  void emit(E&& effect) {
    out.push_back(std::forward<E>(effect));
  }
  void alarm(AlarmKind kind, Slot at, const Hash& block);

  // blocks.cpp
  void on_header(PeerId from, const Header& header);
  void keep(const Header& header, const Hash& hash, const Draw& draw);
  void catch_proposer(SlotState& state, ValidatorIndex proposer);
  [[nodiscard]] bool place_holds(const Block& block) const;
  [[nodiscard]] bool final_holds(const Block& block) const;
  [[nodiscard]] bool roots_hold(const Block& block, const Outcome& parent) const;
  [[nodiscard]] bool is_of_the_future(const Block& block) const;
  void advance_blocks();
  void advance_block(Block& block);
  void invalidate(Block& block);
  void advance_final();
  void fetch_missing();
  [[nodiscard]] const Outcome* outcome_of(const Hash& block) const;
  [[nodiscard]] bool is_certified(const Block& block) const;
  [[nodiscard]] std::optional<std::uint64_t> time_of(const Hash& block) const;
  [[nodiscard]] Block* find(const Hash& hash);
  [[nodiscard]] const Block* find(const Hash& hash) const;

  // votes.cpp
  void on_vote(PeerId from, const Vote& vote);
  void on_claim(PeerId from, const Claim& claim);
  template <VoteKind kKind>
  bool on_certificate(PeerId from, const Certificate<kKind>& certificate);
  [[nodiscard]] bool make_room(SlotState& state, const Vote& vote);
  void count(SlotState& state, Poll& poll);
  void count_if_quorum(SlotState& state, Poll& poll);
  void drop_vote(SlotState& state, Poll& poll, ValidatorIndex signer);
  void accuse_of_votes(SlotState& state, ValidatorIndex signer);
  void hold(const PrevoteCertificate& certificate);
  void hold(const PrecommitCertificate& certificate);
  void accuse_by(const SlotState& state, const VoteStatement& statement, const Hash& block, bool is_precommit);
  void note_signers(Slot at, ByteView signers, const Hash& block);
  void note_own_vote(Slot at, const Hash& block);

  // speak.cpp
  void claim(Slot of);
  void try_prevote();
  void try_precommit(const PrevoteCertificate& certificate);
  void try_propose();
  void on_built(const Built& built);
  void release(std::uint64_t sequence);
  void persist_then(Message message);
  void send_again();
  [[nodiscard]] Block* best_block();
  [[nodiscard]] const Hash* parent_to_build_on() const;
  [[nodiscard]] const PrevoteCertificate* c1_of(Slot at, const Hash& block) const;
  [[nodiscard]] codec::List<LateVotes, limits::kLateVotesMax> late_votes();
  [[nodiscard]] bool may_speak(Slot in) const;

  Params params_;
  Authenticator& authenticator_;
  Signer* signer_;
  std::map<std::uint64_t, Epoch> epochs_;

  // of the own slot
  std::uint64_t slot_start_us_ = 0;
  std::optional<std::uint64_t> next_start_us_;  // of slot + 1; set once C1 of the own slot is held
  std::unique_ptr<SlotOrder> order_;            // none while the epoch is unknown
  std::uint64_t repeat_us_ = 0;                 // when to say everything again …
  std::uint64_t repeat_after_us_ = 0;           // … and after how long once more
  std::optional<Claim> own_claim_;              // to slot + 1
  std::optional<Slot> building_;
  bool alarmed_ = false;  // in this slot

  std::uint64_t sequence_ = 0;
  std::vector<Waiting> waiting_;
  std::optional<PrecommitCertificate> newest_final_;  // C2, of a block that may not be known yet
  std::map<Slot, Hash> final_blocks_;                 // the last ones: what a header's C2 may name
  bool record_lost_ = false;
  std::optional<Slot> silent_until_;
};

}  // namespace aether::consensus
