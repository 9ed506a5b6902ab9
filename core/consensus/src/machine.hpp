// The machine behind Consensus. Its parts: machine.cpp (slots, time), blocks.cpp (headers, what may be executed, what
// is final), votes.cpp (votes, certificates, evidence), speak.cpp (what this validator says).
#pragma once

#include "aether/base/planted.hpp"
#include "aether/consensus/consensus.hpp"
#include "slot_state.hpp"

namespace aether::consensus {

inline constexpr std::uint64_t kSlotsBelowFinal = 8;  // whose late votes are taken
inline constexpr std::size_t kFinalBlocksMax = 1'024;
inline constexpr std::uint8_t kHeaderVersion = 1;

class Consensus::Machine {
 public:
  Machine(const Params& params, Anchor anchor, std::optional<SafetyRecord> record, Authenticator& authenticator,
          Signer* signer);

  void start();
  void handle(const Event& event);
  void advance(Anchor anchor);
  [[nodiscard]] Hash digest() const;

  [[nodiscard]] const Epoch* epoch_of(Slot of) const;
  [[nodiscard]] Slot known_through() const;
  [[nodiscard]] std::uint32_t place_of(const Hash& hash) const;

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

  // --- machine.cpp
  void act();
  void enter(Slot next);
  void start_slot();
  void repeat();
  void forget();
  [[nodiscard]] Slot lowest() const;
  [[nodiscard]] std::optional<ValidatorIndex> own_index(Slot of) const;
  [[nodiscard]] bool in_window(Slot of) const;
  void wake_at(std::uint64_t steady_us);
  void alarm(AlarmKind kind, Slot at, const Hash& block);
  template <class E>
  void emit(E&& effect) {
    out.push_back(std::forward<E>(effect));
  }

  // --- blocks.cpp
  void on_header(PeerId from, const Header& header);
  [[nodiscard]] bool is_known(const Header& header) const;
  Block& keep(const Header& header, const Hash& hash, const Draw& draw);
  void catch_proposer(SlotState& state, const std::vector<Hash>& headers);
  [[nodiscard]] bool place_holds(const Block& block) const;
  [[nodiscard]] Slot named_final(const Hash& of) const;
  [[nodiscard]] bool final_holds(const Block& block) const;
  [[nodiscard]] bool roots_hold(const Block& block, const Outcome& parent) const;
  [[nodiscard]] const Outcome* outcome_of(const Hash& block) const;
  [[nodiscard]] bool is_certified(const Block& block) const;
  void advance_block(Block& block);
  void advance_children(const Block& block);
  void advance_waiting();
  void invalidate(Block& block);
  void advance_final();
  void finalize(const std::vector<Hash>& chain, const PrecommitCertificate& certificate);
  [[nodiscard]] std::optional<Draw> draw_in(const Header& header, const Epoch& epoch);
  void learn_epoch(const Outcome& outcome);
  void settle(Anchor anchor);
  void fetch_missing(Slot below);
  void fetch_if_missing(const Hash& hash, Slot of);
  [[nodiscard]] Block* find(const Hash& hash);
  [[nodiscard]] const Block* find(const Hash& hash) const;

  // --- votes.cpp
  void on_claim(PeerId from, const Claim& claim);
  void on_vote(PeerId from, const Vote& vote);
  bool make_room(SlotState& state, PeerId from, const Vote& vote);
  [[nodiscard]] bool is_good(const Vote& vote);
  void drop_vote(SlotState& state, const SlotState::PollKey& key, ValidatorIndex signer);
  void count(SlotState& state, Poll& poll);
  void refuse(SlotState& state, Poll& poll, ValidatorIndex signer);
  void count_if_quorum(SlotState& state, Poll& poll);
  void accuse_of_votes(SlotState& state, ValidatorIndex signer);
  void accuse_by(const SlotState& state, const VoteStatement& statement, ByteView signers, const Hash& block,
                 bool is_precommit);
  [[nodiscard]] bool is_unrecorded(VoteKind kind, Slot of, const Hash& block) const;
  void note_own(VoteKind kind, Slot of, const Hash& block);
  void note_own_vote(const VoteBody& body, ValidatorIndex signer);
  template <VoteKind kKind>
  void on_lone_certificate(PeerId from, const Certificate<kKind>& certificate);
  template <VoteKind kKind>
  [[nodiscard]] bool is_held(const Certificate<kKind>& certificate) const;
  template <VoteKind kKind>
  [[nodiscard]] const Epoch* epoch_to_verify(const Certificate<kKind>& certificate) const;
  // Whether it holds; `verdict` where that was found already.
  template <VoteKind kKind>
  bool on_certificate(PeerId from, const Certificate<kKind>& certificate, std::optional<bool> verdict);
  void hold(const PrevoteCertificate& certificate);
  void hold(const PrecommitCertificate& certificate);

  // --- speak.cpp
  [[nodiscard]] bool may_speak() const;
  void persist_then(Message message);
  void release(std::uint64_t sequence);
  [[nodiscard]] const KnownClaim* own_claim(Slot of);
  void claim(Slot of);
  [[nodiscard]] bool was_prevoted(const Block& block) const;
  [[nodiscard]] Block* best_block();
  void pass_on(const Block& block);
  void try_prevote();
  void try_precommit(const PrevoteCertificate& certificate);
  [[nodiscard]] const PrevoteCertificate* c1_of(Slot at, const Hash& block) const;
  [[nodiscard]] std::optional<Hash> parent_to_build_on() const;
  [[nodiscard]] std::optional<PrecommitCertificate> final_to_name() const;
  void try_propose();
  void on_built(const Built& built);
  void send_again();
  void send_record();
  void send_older_votes(Slot of);
  [[nodiscard]] codec::List<LateVotes, limits::kLateVotesMax> late_votes(const Hash& parent);
  [[nodiscard]] std::optional<LateVotes> late_votes_of(SlotState& state, Poll& poll, const Bytes& named);

  Params params_;
  Authenticator& authenticator_;
  Signer* signer_;
  std::map<std::uint64_t, Epoch> epochs_;

  // of the own slot
  std::uint64_t slot_start_us_ = 0;
  std::optional<std::uint64_t> next_start_us_;  // of the slot after; set once C1 of this one is held
  std::optional<SlotOrder> order_;              // none while the epoch is unknown
  std::map<ValidatorIndex, Hash> prevoted_;     // by proposer
  std::uint64_t repeat_us_ = 0;                 // when to say everything again …
  std::uint64_t repeat_after_us_ = 0;           // … and after how long once more
  bool building_ = false;
  bool alarmed_ = false;

  std::map<Slot, KnownClaim> own_claims_;            // of the own slot and the next, eligible or not
  std::optional<std::uint64_t> own_claims_hold_in_;  // the epoch in which one was found to be the registered key's
  std::uint64_t sequence_ = 0;                       // of records
  std::vector<Waiting> waiting_;
  std::optional<PrecommitCertificate> newest_final_;  // its block may be unknown
  std::map<Slot, Hash> final_blocks_;                 // the last ones: what a header may name as final
  std::optional<Slot> silent_until_;
};

}  // namespace aether::consensus
