// What a sealed block of a chain of validators brings to the ledger: judged before it is executed, and chosen by who
// proposes. The header's seal, claim and certificates are consensus' to verify; evidence and late votes are verified
// here, each against the set of its slot's epoch as the state before the block has it.
#pragma once

#include <memory>

#include "aether/ledger/consensus_rules.hpp"

namespace aether::ledger {

// The sets of the epochs in use, with the sums of keys that their verifiers keep. A set whose list is another in the
// state is made anew. Not for use by several threads at once.
class EpochVerifiers {
 public:
  explicit EpochVerifiers(ChainId chain, const CpuFeatures& cpu = {}) : chain_(chain), cpu_(cpu) {}
  [[nodiscard]] const CpuFeatures& cpu() const { return cpu_; }
  // Null where `state` has no list of the epoch (any more). Valid until the next call.
  [[nodiscard]] CertificateVerifier* of(const StateView& state, std::uint64_t epoch);

 private:
  struct Entry {
    Hash list;  // its value hash
    std::unique_ptr<const ValidatorSet> set;
    std::unique_ptr<CertificateVerifier> verifier;
  };
  static constexpr std::size_t kEpochsKept = 4;

  ChainId chain_;
  CpuFeatures cpu_;
  std::map<std::uint64_t, Entry> entries_;
};

enum class EvidenceRule : std::uint8_t {
  other_kind,          // no validator's seal
  unknown_proposer,    // the set of the block's epoch has none of this index
  vrf_proof,           // malformed
  other_evidence,      // than the header's evidence_root
  offence_invalid,     // `why` says which rule it breaks
  offence_ahead,       // of a slot after the block's
  offence_too_old,     // of a slot more than two epochs before
  offence_counted,     // all who are convicted were
  late_votes_slot,     // none of the 32 slots before the block's, or its set was forgotten
  late_votes_counted,  // all whom they name were named before
  late_votes_invalid,  // `why` says which rule they break
};
struct EvidenceFault {
  EvidenceRule rule = EvidenceRule::other_kind;
  std::size_t index = 0;  // of the offence or the late votes
  std::optional<EvidenceError> why = std::nullopt;
};
[[nodiscard]] std::string_view to_string(EvidenceRule rule);

struct SealedInput {
  Address proposer;
  ConsensusInput consensus;
};
// Of the own block they are known: consensus verified what it lists, and choose_evidence adds none.
enum class LateVotesAre : std::uint8_t { claimed, known };
// A block that fails is invalid. `facts` are the block's, `parent` is the state before it. All lists of late votes that
// are but claimed are verified by one pairing equation.
[[nodiscard]] Result<SealedInput, EvidenceFault> read_sealed(const StateView& parent, const BlockFacts& facts,
                                                             const Header& header, const BlockEvidence& evidence,
                                                             EpochVerifiers& verifiers,
                                                             LateVotesAre late_votes = LateVotesAre::claimed);

// Of the offences that were seen, in their order, those that a block after `parent` may hold, at most kEvidenceMax; and
// those of the late votes that name somebody new of a slot it may name. The votes of a list were verified
// together when it was made.
[[nodiscard]] BlockEvidence choose_evidence(const StateView& parent, const BlockFacts& facts, const Hash& parent_hash,
                                            std::span<const Evidence> offences, std::span<const LateVotes> late_votes,
                                            EpochVerifiers& verifiers);

// Removes and returns what no block after `parent` may hold any more, whatever it proves: who would be convicted was,
// or it is too old.
[[nodiscard]] std::vector<Evidence> take_settled(std::vector<Evidence>& offences, const StateView& parent,
                                                 const BlockFacts& facts);

}  // namespace aether::ledger
