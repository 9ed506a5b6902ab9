#include "aether/types/evidence.hpp"

#include "aether/crypto/sha256.hpp"
#include "verifier.hpp"

namespace aether {
namespace {

// A statement as the vote that its signers cast.
struct Cast {
  VoteKind kind = VoteKind::prevote;
  Slot slot;
  Hash block;
};

Cast cast_of(const VoteStatement& statement) {
  if (const auto* vote = std::get_if<Vote>(&statement)) return {vote->body.kind, vote->body.slot, vote->body.block};
  if (const auto* c1 = std::get_if<PrevoteCertificate>(&statement)) return {c1->kVote, c1->slot, c1->block};
  const auto& c2 = std::get<PrecommitCertificate>(statement);
  return {c2.kVote, c2.slot, c2.block};
}

bool signs(const VoteStatement& statement, std::size_t i) {
  if (const auto* vote = std::get_if<Vote>(&statement)) return vote->signer == i;
  const auto* c1 = std::get_if<PrevoteCertificate>(&statement);
  const Signers& signers = c1 != nullptr ? c1->signers : std::get<PrecommitCertificate>(statement).signers;
  return i / 8 < signers.size() && crypto::has_signer(signers, i);
}

std::vector<ValidatorIndex> in_both(const VotePair& pair, std::size_t validators) {
  std::vector<ValidatorIndex> out;
  for (std::size_t i = 0; i < validators; ++i)
    if (signs(pair.precommit, i) && signs(pair.other, i)) out.push_back(static_cast<ValidatorIndex>(i));
  return out;
}

Result<void, VoteError> check(const VoteStatement& statement, CertificateVerifier& verifier) {
  if (const auto* vote = std::get_if<Vote>(&statement)) {
    if (const auto verdict = verify_vote(*vote, verifier.chain(), verifier.set()); !verdict)
      return fail(verdict.error());
  } else if (const auto* c1 = std::get_if<PrevoteCertificate>(&statement)) {
    if (const auto verdict = verifier.verify<VoteKind::prevote>(*c1); !verdict) return fail(verdict.error());
  } else {
    const auto& c2 = std::get<PrecommitCertificate>(statement);
    if (const auto verdict = verifier.verify<VoteKind::precommit>(c2); !verdict) return fail(verdict.error());
  }
  return {};
}

Result<Facts<Evidence>, EvidenceError> judge(const HeaderPair& pair, CertificateVerifier& verifier) {
  const HeaderBody& first = pair.first.body;
  const HeaderBody& second = pair.second.body;
  if (first.slot != second.slot) return fail(PairError::other_slot);
  const auto* sealer = std::get_if<BftSealer>(&first.sealer);
  const auto* other = std::get_if<BftSealer>(&second.sealer);
  if (sealer == nullptr || other == nullptr) return fail(SealError::other_kind);
  if (sealer->proposer != other->proposer) return fail(PairError::other_proposer);
  const Hash a = block_hash(first), b = block_hash(second);
  if (a == b) return fail(PairError::same_contents);
  if (b < a) return fail(PairError::not_ordered);
  for (const Header* header : {&pair.first, &pair.second})
    if (const auto verdict = verify_bft_seal(*header, verifier.chain(), verifier.set()); !verdict)
      return fail(verdict.error());
  return Facts<Evidence>{Offence::headers, first.slot, {sealer->proposer}};
}

Result<Facts<Evidence>, EvidenceError> judge(const VotePair& pair, CertificateVerifier& verifier) {
  const Cast precommit = cast_of(pair.precommit), other = cast_of(pair.other);
  if (precommit.kind != VoteKind::precommit) return fail(PairError::no_precommit);
  if (precommit.slot != other.slot) return fail(PairError::other_slot);
  if (precommit.block == other.block) return fail(PairError::same_block);
  if (other.kind == VoteKind::precommit && other.block < precommit.block) return fail(PairError::not_ordered);
  for (const VoteStatement* statement : {&pair.precommit, &pair.other})
    if (const auto verdict = check(*statement, verifier); !verdict) return fail(verdict.error());
  Facts<Evidence> facts{Offence::votes, precommit.slot, in_both(pair, verifier.set().size())};
  if (facts.offenders.empty()) return fail(PairError::nobody_in_both);
  return facts;
}

}  // namespace

std::string_view to_string(PairError error) {
  switch (error) {
    case PairError::other_slot: return "the two are of different slots";
    case PairError::other_proposer: return "the two headers are of different proposers";
    case PairError::same_contents: return "the two headers have the same signed contents";
    case PairError::same_block: return "the two votes are for one block";
    case PairError::not_ordered: return "the two stand in the wrong order";
    case PairError::no_precommit: return "the first vote is no precommit";
    case PairError::nobody_in_both: return "nobody signed both";
  }
  return "unknown";
}

std::string_view to_string(const EvidenceError& error) {
  return std::visit([](auto one) { return to_string(one); }, error);
}

Facts<Evidence> claimed_facts(const Evidence& evidence) {
  if (const auto* votes = std::get_if<VotePair>(&evidence))
    return {Offence::votes, cast_of(votes->precommit).slot, in_both(*votes, limits::kValidatorsMax)};
  const HeaderBody& first = std::get<HeaderPair>(evidence).first.body;
  Facts<Evidence> facts{Offence::headers, first.slot, {}};
  if (const auto* sealer = std::get_if<BftSealer>(&first.sealer)) facts.offenders = {sealer->proposer};
  return facts;
}

Hash evidence_id(ChainId chain, const Evidence& evidence) {
  return crypto::Tag(kEvidenceTag)(codec::encode(chain), codec::encode(evidence));
}

Result<Verified<Evidence>, EvidenceError> verify_evidence(Unverified<Evidence> evidence,
                                                          CertificateVerifier& verifier) {
  AETHER_TRY(auto facts, std::visit([&](const auto& pair) { return judge(pair, verifier); }, evidence.unchecked()));
  return Verifier::pass(std::move(evidence), std::move(facts));
}

Evidence header_evidence(Header a, Header b) {
  if (block_hash(b.body) < block_hash(a.body)) return HeaderPair{std::move(b), std::move(a)};
  return HeaderPair{std::move(a), std::move(b)};
}

Evidence vote_evidence(VoteStatement a, VoteStatement b) {
  const Cast first = cast_of(a), second = cast_of(b);
  const bool swapped = first.kind == second.kind ? second.block < first.block : second.kind == VoteKind::precommit;
  if (swapped) return VotePair{std::move(b), std::move(a)};
  return VotePair{std::move(a), std::move(b)};
}

}  // namespace aether
