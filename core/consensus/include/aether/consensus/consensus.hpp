// The consensus machine (spec/consensus.md; protocol section 7): VRF-ranked proposers, a prevote certificate C1, a
// precommit certificate C2. Events in, effects out; time is an argument. It knows blocks by their headers and never
// sees the ledger: what a block holds is judged and executed by whoever carries out its effects.
//
//            claims      header      prevotes        C1          precommits      C2
//   slot s  ────────▶ propose ────▶ prevote ────▶ assembled ────▶ precommit ────▶ final, with all ancestors
//                                                    └────▶ slot s+1 starts
//
// Safe while validators of at most a third of the weight are faulty, live once messages arrive, with less than a third.
//
// Safety, in short: more than two thirds precommitted B in slot s, each having prevoted nothing else in s, and none of
// them prevotes there again. A second C1 in s needs more than a third of them, so an honest one. So B is the only block
// of s with C1, and every later block extends it, as its parent must have C1. Order, delays, claims and clocks are not
// used for this.
//
// Liveness, in short: once all hold one C1 they start s+1 within a message's delay. The order is common, evidence
// against equivocators is passed on, each best block is relayed by whoever prevotes it. So the best block of an honest
// proposer gets C1, at worst k·Δ late for k silent or caught ones before it.
//
// Persist before speak: votes and the own proposal leave in the step that handles SafetyPersisted.
//
// What is verified, and when: a certificate before it counts for anything, be it assembled, when the votes at hand
// would be a quorum, or received; the two certificates of a header by one equation. A vote for a block whose
// certificate of that kind is held says nothing new. It waits, and proves nothing, until something needs it: evidence,
// room for another vote, a list of late votes, or that it is an own one which the record lacks. So all rules above rest
// on verified votes alone, as if each were verified when it came; only the blame for a forged one comes later, or
// never.
//
// Bounds: slots from the final one to two past the own; a slot's headers (two of a proposer, and those with C1), votes
// (4 prevotes and a precommit of a signer) and claims (one of a validator). Blocks without C1 are forgotten two slots
// later.
#pragma once

#include <memory>

#include "aether/consensus/authenticator.hpp"
#include "aether/consensus/events.hpp"
#include "aether/params/chain_params.hpp"
#include "aether/types/epoch.hpp"

namespace aether::consensus {

struct Params {
  ChainId chain_id;
  std::uint64_t epoch_slots = 43'200;
  std::uint64_t slot_ms = 500;            // between starts of slots; 0: unpaced
  std::uint64_t delta_us_min = 400'000;   // Δ₀: at least twice the usual delay
  std::uint64_t future_ms_max = 500;      // a block further ahead than this waits
  std::uint64_t unfinal_slots_max = 256;  // beyond, only empty blocks are valid
  // Whether own votes that the record does not hold silence the validator. Off only where a test lets two nodes share a
  // key.
  bool detects_other_self = true;
};

// What genesis fixes; the rest as above.
[[nodiscard]] Params params_of(ChainId chain, const ChainParams& genesis);

inline constexpr std::uint64_t kDeltaGrowthMax = 64;  // Δ ≤ 64·Δ₀

using aether::last_third;

// Where a node begins: a final block that it executed, and what is known of the epochs around it.
struct Anchor {
  Hash block;
  Slot slot;
  std::uint64_t time_ms = 0;
  Outcome outcome;
  std::optional<PrecommitCertificate> certificate;  // C2; none for genesis
  Slot named_final;                                 // the slot that its header names as final; 0 for genesis
  // Ascending: that of the slot after, and those of the block's own slot and of the epoch before it, by whose sets the
  // certificates in coming headers are verified.
  std::vector<Epoch> epochs;
};

class Consensus {
 public:
  // `signer` is null for a node that only follows. `record` is the last that was persisted; none: it was lost, and the
  // validator stays silent for an epoch. Authenticator and signer outlive the machine.
  Consensus(const Params& params, Anchor anchor, std::optional<SafetyRecord> record, Authenticator& authenticator,
            Signer* signer);
  // With the authenticator and the signer of the other.
  Consensus(const Consensus& other);
  ~Consensus();
  Consensus(Consensus&&) noexcept;
  Consensus& operator=(Consensus&&) noexcept;

  // The first step: starts the slot. After a restart the blocks that were stored above the anchor are to be handed in
  // next, oldest first, as Received from kSelf and DataHeld: if all nodes lost their memory at once, nobody else has
  // what they voted for.
  [[nodiscard]] std::vector<Effect> start(Now now);
  [[nodiscard]] std::vector<Effect> step(const Event& event, Now now);

  // When a Timer is due, on the steady clock.
  [[nodiscard]] std::uint64_t next_timer() const;

  // The final chain went on without this machine's blocks (sync): it goes on from there.
  [[nodiscard]] std::vector<Effect> advance(Anchor anchor, Now now);

  // Equal for machines with equal parameters, authenticators and signers that answer coming events alike, where times
  // are counted from the last step.
  [[nodiscard]] Hash digest() const;

  [[nodiscard]] Slot slot() const;
  [[nodiscard]] Slot final_slot() const;
  [[nodiscard]] Hash final_block() const;
  [[nodiscard]] std::uint64_t delta_us() const;
  [[nodiscard]] const SafetyRecord& record() const;
  [[nodiscard]] bool stopped() const;  // after an alarm that says so: it takes no event any more
  [[nodiscard]] bool silent() const;
  [[nodiscard]] std::optional<Header> header(const Hash& block) const;
  // Null while it is not known.
  [[nodiscard]] const Epoch* epoch(Slot slot) const;
  [[nodiscard]] Slot known_through() const;  // the last slot whose epoch is known
  // Where the block stands in the order of its slot, in units of Δ; 0 where that is not the own slot.
  [[nodiscard]] std::uint32_t place(const Hash& block) const;
  // How many headers, votes, claims and certificates are kept.
  [[nodiscard]] std::size_t kept() const;

 private:
  class Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace aether::consensus
