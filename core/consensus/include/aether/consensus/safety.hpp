// What a validator may sign, and the record of what it signed (spec/consensus.md, "Persist before speak").
//
// The record is made durable before anything that it names leaves the node. It is all that safety rests on after a
// crash, so it is never restored from a snapshot or a backup: a validator without its record, or with one that is older
// than its votes, stays silent for an epoch.
//
// Invariants of a record, kept by may_prevote and may_precommit:
//   S1  `slot` never falls.
//   S2  In a slot with a precommit, every prevote is for the same block, and there is no prevote after it.
//   S3  One proposal a slot, and one precommit.
#pragma once

#include "aether/types/certificate.hpp"

namespace aether::consensus {

struct Proposal {
  Slot slot;
  Hash block;

  bool operator==(const Proposal&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("slot", self.slot);
    visit("block", self.block);
  }
};

struct SafetyRecord {
  std::uint8_t version = 1;
  ChainId chain_id;
  Slot slot;                                           // the newest voted or proposed in
  codec::List<Hash, limits::kValidatorsMax> prevotes;  // in `slot`, in the order they were signed
  std::optional<Hash> precommit;                       // in `slot`
  std::optional<Proposal> proposal;                    // the newest
  // The newest C1 that a vote rests on: that of the slot before a prevote, that of the slot of a precommit. Were it
  // lost with all other nodes' memory, nobody could prove why this validator is in its slot.
  std::optional<PrevoteCertificate> certificate;

  bool operator==(const SafetyRecord&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("chain_id", self.chain_id);
    visit("slot", self.slot);
    visit("prevotes", self.prevotes);
    visit("precommit", self.precommit);
    visit("proposal", self.proposal);
    visit("certificate", self.certificate);
  }
};

// Of a validator that never signed anything on this chain. To be made once, with the keys.
[[nodiscard]] SafetyRecord first_record(ChainId chain);

// In a slot that is not below the record's, nothing precommitted there, and not prevoted before.
[[nodiscard]] bool may_prevote(const SafetyRecord& record, Slot slot, const Hash& block);
// In a slot that is not below the record's, nothing precommitted there, and nothing else prevoted there.
[[nodiscard]] bool may_precommit(const SafetyRecord& record, Slot slot, const Hash& block);
// In a slot above that of the last proposal, and not below the record's.
[[nodiscard]] bool may_propose(const SafetyRecord& record, Slot slot);

// The record after the act; the act must be allowed.
void record_prevote(SafetyRecord& record, Slot slot, const Hash& block,
                    const std::optional<PrevoteCertificate>& parent);
void record_precommit(SafetyRecord& record, const PrevoteCertificate& certificate);
void record_proposal(SafetyRecord& record, Slot slot, const Hash& block,
                     const std::optional<PrevoteCertificate>& parent);

}  // namespace aether::consensus
