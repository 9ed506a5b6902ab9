#include "aether/ledger/block_evidence.hpp"

#include <algorithm>

#include "aether/base/planted.hpp"
#include "aether/ledger/rent.hpp"

#include "bits.hpp"

namespace aether::ledger {
namespace {

std::unexpected<EvidenceFault> refuse(EvidenceRule rule, std::size_t index = 0,
                                      std::optional<EvidenceError> why = std::nullopt) {
  return std::unexpected(EvidenceFault{rule, index, why});
}

EvidenceRule rule_of(OffenceError error) {
  switch (error) {
    case OffenceError::ahead: return EvidenceRule::offence_ahead;
    case OffenceError::too_old: return EvidenceRule::offence_too_old;
    case OffenceError::counted: break;
  }
  return EvidenceRule::offence_counted;
}

// A slot whose voters may still be named.
struct OpenSlot {
  Hash block;
  std::optional<SeatBits> absent;  // whom no block has named; none: nobody was named yet
};
// None for other slots.
std::optional<OpenSlot> open_slot(const StateView& parent, const BlockFacts& facts, const Hash& parent_hash,
                                  Slot slot) {
  if (slot == Slot{0} || slot >= facts.slot) return std::nullopt;
  if (next(slot) == facts.slot) return OpenSlot{parent_hash, std::nullopt};
  const auto attendance = load<Attendance>(parent, consensus_object(ConsensusObject::attendance));
  AETHER_ASSERT(attendance.has_value());
  for (const Attendance::Open& open : attendance->open)
    if (open.slot == slot) return OpenSlot{open.block, open.absent};
  return std::nullopt;
}

// Whether the votes count for somebody: otherwise they are work for nothing.
bool name_somebody(const StateView& parent, const BlockFacts& facts, const OpenSlot& open, const LateVotes& votes) {
  if (!open.absent) return true;
  const auto seats =
      load<Seats>(parent, consensus_object(ConsensusObject::seats, epoch_of(facts.params.block, votes.slot)));
  if (!seats) return false;
  for (std::size_t i = 0; i < seats->seats.size(); ++i)
    if (has_bit(votes.signers, i) && has_bit(*open.absent, seats->seats[i])) return true;
  return false;
}

// Judges offences in the order of a block.
class Judge {
 public:
  Judge(const StateView& parent, const BlockFacts& facts, EpochVerifiers& verifiers)
      : parent_(parent), facts_(facts), verifiers_(verifiers), convictions_(parent, facts) {}

  Result<Facts<Evidence>, EvidenceFault> judge(const Evidence& evidence, std::size_t index) {
    const Facts<Evidence> claimed = claimed_facts(evidence);
    // Before signatures are verified, which costs more.
    if (!claimed.offenders.empty())
      if (const auto open = convictions_.check(claimed); !open) return refuse(rule_of(open.error()), index);
    CertificateVerifier* verifier = verifiers_.of(parent_, epoch_of(facts_.params.block, claimed.slot));
    if (verifier == nullptr) return refuse(EvidenceRule::offence_too_old, index);
    const auto verified = verify_evidence(evidence, *verifier);
    if (planted(Planted::evidence_unverified) && convictions_.add(claimed)) return claimed;
    if (!verified) return refuse(EvidenceRule::offence_invalid, index, verified.error());
    if (const auto added = convictions_.add(verified->facts()); !added) return refuse(rule_of(added.error()), index);
    return verified->facts();
  }

 private:
  const StateView& parent_;
  const BlockFacts& facts_;
  EpochVerifiers& verifiers_;
  Convictions convictions_;
};

}  // namespace

CertificateVerifier* EpochVerifiers::of(const StateView& state, std::uint64_t epoch) {
  const auto bytes = state.get(validators_object(epoch));
  if (!bytes) return nullptr;
  const Hash list = value_hash(*bytes);
  if (const auto known = entries_.find(epoch); known != entries_.end() && known->second.list == list)
    return known->second.verifier.get();
  auto set = ValidatorSet::recall(decode_object<ValidatorList>(*bytes), list);
  AETHER_ASSERT(set.has_value());
  Entry entry{list, std::make_unique<const ValidatorSet>(std::move(*set)), nullptr};
  entry.verifier = std::make_unique<CertificateVerifier>(chain_, *entry.set, cpu_);
  const auto at = entries_.insert_or_assign(epoch, std::move(entry)).first;
  CertificateVerifier* made = at->second.verifier.get();
  if (entries_.size() > kEpochsKept) entries_.erase(at == entries_.begin() ? std::next(at) : entries_.begin());
  return made;
}

std::string_view to_string(EvidenceRule rule) {
  switch (rule) {
    case EvidenceRule::other_kind: return "the block has no validator's seal";
    case EvidenceRule::unknown_proposer: return "the set of the block's epoch has no validator of the proposer's index";
    case EvidenceRule::vrf_proof: return "the proposer's VRF proof is malformed";
    case EvidenceRule::other_evidence: return "evidence and late votes are not those of the header";
    case EvidenceRule::offence_invalid: return "a piece of evidence does not hold";
    case EvidenceRule::offence_ahead: return "an offence is of a slot after the block's";
    case EvidenceRule::offence_too_old: return "an offence is of a slot more than two epochs ago";
    case EvidenceRule::offence_counted: return "an offence was counted before, for all who are convicted";
    case EvidenceRule::late_votes_slot: return "late votes are of none of the 32 slots before the block's";
    case EvidenceRule::late_votes_counted: return "late votes name only who was named before";
    case EvidenceRule::late_votes_invalid: return "late votes do not hold";
  }
  return "unknown";
}

Result<SealedInput, EvidenceFault> read_sealed(const StateView& parent, const BlockFacts& facts, const Header& header,
                                               const BlockEvidence& evidence, EpochVerifiers& verifiers,
                                               LateVotesAre late_votes) {
  const auto* sealer = std::get_if<BftSealer>(&header.body.sealer);
  if (sealer == nullptr) return refuse(EvidenceRule::other_kind);
  if (sealer->evidence_root != evidence_root(evidence)) return refuse(EvidenceRule::other_evidence);
  const CertificateVerifier* current = verifiers.of(parent, epoch_of(facts.params.block, facts.slot));
  AETHER_ASSERT(current != nullptr);  // the first block of the epoch before wrote it
  if (sealer->proposer >= current->set().size()) return refuse(EvidenceRule::unknown_proposer);
  SealedInput out;
  out.proposer = current->set().at(sealer->proposer).address;
  out.consensus.parent = header.body.parent_hash;
  const auto output = crypto::vrf_proof_to_hash(sealer->vrf_proof);
  if (!output) return refuse(EvidenceRule::vrf_proof);
  out.consensus.output = *output;

  auto& attended = out.consensus.attended;
  if (const auto& c1 = sealer->parent_certificate) attended.push_back({c1->slot, c1->block, c1->signers});
  if (const auto& c2 = sealer->final_certificate) attended.push_back({c2->slot, c2->block, c2->signers});
  std::vector<crypto::BlsStatement> claimed;
  for (std::size_t i = 0; i < evidence.late_votes.size(); ++i) {
    const LateVotes& votes = evidence.late_votes[i];
    const auto open = open_slot(parent, facts, out.consensus.parent, votes.slot);
    CertificateVerifier* verifier = open ? verifiers.of(parent, epoch_of(facts.params.block, votes.slot)) : nullptr;
    if (verifier == nullptr) return refuse(EvidenceRule::late_votes_slot, i);
    if (!name_somebody(parent, facts, *open, votes)) return refuse(EvidenceRule::late_votes_counted, i);
    attended.push_back({votes.slot, open->block, votes.signers});
    if (late_votes == LateVotesAre::known) continue;
    const auto statement = verifier->statement_of(votes, open->block);
    if (!statement) return refuse(EvidenceRule::late_votes_invalid, i, statement.error());
    claimed.push_back(*statement);
  }
  if (!crypto::bls_verify_all(claimed, verifiers.cpu()))
    for (std::size_t i = 0; i < claimed.size(); ++i)
      if (!crypto::bls_verify(claimed[i].key, claimed[i].message, claimed[i].signature, verifiers.cpu()))
        return refuse(EvidenceRule::late_votes_invalid, i, VoteError::bad_signature);

  Judge judge(parent, facts, verifiers);
  for (std::size_t i = 0; i < evidence.offences.size(); ++i) {
    AETHER_TRY(auto offence, judge.judge(evidence.offences[i], i));
    out.consensus.offences.push_back(std::move(offence));
  }
  return out;
}

std::vector<Evidence> take_settled(std::vector<Evidence>& offences, const StateView& parent, const BlockFacts& facts) {
  const Convictions convictions(parent, facts);
  const auto settled = std::ranges::stable_partition(offences, [&](const Evidence& evidence) {
    const auto open = convictions.check(claimed_facts(evidence));
    return open || open.error() == OffenceError::ahead;
  });
  std::vector<Evidence> out(std::make_move_iterator(settled.begin()), std::make_move_iterator(settled.end()));
  offences.erase(settled.begin(), settled.end());
  return out;
}

BlockEvidence choose_evidence(const StateView& parent, const BlockFacts& facts, const Hash& parent_hash,
                              std::span<const Evidence> offences, std::span<const LateVotes> late_votes,
                              EpochVerifiers& verifiers) {
  BlockEvidence out;
  Judge judge(parent, facts, verifiers);
  for (const Evidence& offence : offences) {
    if (out.offences.size() == out.offences.kMax) break;
    if (judge.judge(offence, 0)) out.offences.push_back(offence);
  }
  for (const LateVotes& votes : late_votes) {
    if (out.late_votes.size() == out.late_votes.kMax) break;
    const auto open = open_slot(parent, facts, parent_hash, votes.slot);
    if (open && parent.contains(validators_object(epoch_of(facts.params.block, votes.slot))) &&
        name_somebody(parent, facts, *open, votes))
      out.late_votes.push_back(votes);
  }
  return out;
}

}  // namespace aether::ledger
