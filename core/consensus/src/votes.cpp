// Votes, certificates, claims, and the evidence that they are.
#include <algorithm>

#include "machine.hpp"

namespace aether::consensus {

namespace {

bool reaches_quorum(u128 weight, u128 total) {
  if (planted(Planted::quorum_off_by_one)) return weight >= 2 * (total - weight);
  return is_quorum(weight, total);
}

const std::vector<PrevoteCertificate>& certificates_of(const SlotState& state, const PrevoteCertificate&) {
  return state.prevote_certificates;
}
const std::vector<PrecommitCertificate>& certificates_of(const SlotState& state, const PrecommitCertificate&) {
  return state.precommit_certificates;
}

}  // namespace

// --- Claims

void Consensus::Machine::on_claim(PeerId from, const Claim& claim) {
  const Epoch* epoch = epoch_of(claim.slot);
  if (claim.slot < slot || !in_window(claim.slot) || epoch == nullptr) return;
  if (claim.validator >= epoch->validators->size()) return emit(Blame{from, Fault::bad_claim});
  auto& claims = slots[claim.slot].claims;
  if (claims.contains(claim.validator)) return;
  const auto output =
      authenticator_.verify_claim(claim, {params_.chain_id, epoch->randomness, claim.slot}, *epoch->validators);
  if (!output) return emit(Blame{from, Fault::bad_claim});
  const Draw draw = draw_of(*output, *epoch->validators, claim.validator);
  if (!is_eligible(draw, epoch->validators->total())) return emit(Blame{from, Fault::bad_claim});
  claims.emplace(claim.validator, KnownClaim{claim, draw});
}

// --- Votes

void Consensus::Machine::on_vote(PeerId from, const Vote& vote) {
  const VoteBody& body = vote.body;
  if (body.chain_id != params_.chain_id) return emit(Blame{from, Fault::bad_vote});
  const Epoch* epoch = epoch_of(body.slot);
  if (!in_window(body.slot) || epoch == nullptr) return;
  if (planted(Planted::newest_slot_votes_only) && body.slot < slot) return;
  const ValidatorSet& set = *epoch->validators;
  if (vote.signer >= set.size()) return emit(Blame{from, Fault::bad_vote});

  SlotState& state = slots[body.slot];
  const SlotState::PollKey key{body.kind, body.block};
  if (const auto found = state.polls.find(key); found != state.polls.end()) {
    Poll& poll = found->second;
    if (crypto::has_signer(poll.ballot->signers(), vote.signer)) {
      if (planted(Planted::duplicate_signer)) poll.counted_weight += set.at(vote.signer).weight;
      return;
    }
    if (const auto pending = poll.pending.find(vote.signer); pending != poll.pending.end()) {
      if (pending->second.vote == vote) return;
      count(state, poll);  // one of the two is bad, or both are
      if (crypto::has_signer(poll.ballot->signers(), vote.signer)) return;
    }
  }
  if (!make_room(state, from, vote)) return;

  auto [entry, is_new] = state.polls.try_emplace(key);
  Poll& poll = entry->second;
  if (is_new) {
    poll.body = body;
    poll.ballot = OwnBallot(authenticator_.open_ballot(body, set));
  }
  poll.pending.emplace(vote.signer, PendingVote{vote, from});
  poll.pending_weight += set.at(vote.signer).weight;
  state.cast[vote.signer].push_back(key);
  accuse_of_votes(state, vote.signer);
  const auto still = state.polls.find(key);
  if (still == state.polls.end()) return;
  if (vote.signer == own_index(body.slot) && is_unrecorded(body.kind, body.slot, body.block))
    count(state, still->second);
  count_if_quorum(state, still->second);
}

// A signer has one precommit a slot, and the four prevotes that came last. Nobody is displaced by what another sent in
// its name: what is to make room is verified first.
bool Consensus::Machine::make_room(SlotState& state, PeerId from, const Vote& vote) {
  const std::size_t max = vote.body.kind == VoteKind::precommit ? 1 : kPrevotesOfSignerMax;
  const auto of_kind = [&] {
    std::vector<SlotState::PollKey> keys;
    for (const auto& key : state.cast[vote.signer])
      if (key.first == vote.body.kind) keys.push_back(key);
    return keys;
  };
  if (of_kind().size() < max) return true;
  for (const auto& key : of_kind())
    if (const auto poll = state.polls.find(key); poll != state.polls.end()) count(state, poll->second);
  const auto good = of_kind();
  if (good.size() < max) return true;
  if (!is_good(vote)) {
    emit(Blame{from, Fault::bad_vote});
    return false;
  }
  if (vote.body.kind == VoteKind::precommit) {
    const auto& other = state.polls.at(good[0]).counted.at(vote.signer);
    if (is_good(other) && state.accused.insert(vote.signer).second) emit(Accuse{vote_evidence(other, vote)});
    return false;
  }
  drop_vote(state, good[0], vote.signer);
  return true;
}

// One by itself. A counted one need not be: of signers who share secrets the errors may cancel in a sum.
bool Consensus::Machine::is_good(const Vote& vote) {
  const Epoch* epoch = epoch_of(vote.body.slot);
  return epoch != nullptr && authenticator_.open_ballot(vote.body, *epoch->validators)->add({&vote, 1})[0];
}

void Consensus::Machine::drop_vote(SlotState& state, const SlotState::PollKey& key, ValidatorIndex signer) {
  std::erase(state.cast[signer], key);
  const auto poll = state.polls.find(key);
  if (poll == state.polls.end()) return;
  poll->second.counted.erase(signer);
  if (poll->second.pending.empty() && poll->second.counted.empty()) state.polls.erase(poll);
}

// Verifies what is pending, in one sum; the bad ones are named by bisection and blamed on who sent them.
void Consensus::Machine::count(SlotState& state, Poll& poll) {
  const Epoch* epoch = epoch_of(poll.body.slot);
  if (epoch == nullptr || poll.pending.empty()) return;
  std::vector<Vote> votes;
  for (const auto& [signer, pending] : poll.pending) votes.push_back(pending.vote);
  const auto verdicts = poll.ballot->add(votes);
  for (std::size_t i = 0; i < votes.size(); ++i) {
    const ValidatorIndex signer = votes[i].signer;
    if (verdicts[i]) {
      poll.counted_weight += epoch->validators->at(signer).weight;
      poll.counted.emplace(signer, votes[i]);
      note_own_vote(poll.body, signer);
      poll.pending_weight -= epoch->validators->at(signer).weight;
      poll.pending.erase(signer);
    } else {
      refuse(state, poll, signer);
    }
  }
}

// A pending vote that does not hold.
void Consensus::Machine::refuse(SlotState& state, Poll& poll, ValidatorIndex signer) {
  const auto pending = poll.pending.find(signer);
  emit(Blame{pending->second.from, Fault::bad_vote});
  std::erase(state.cast[signer], SlotState::PollKey{poll.body.kind, poll.body.block});
  poll.pending_weight -= epoch_of(poll.body.slot)->validators->at(signer).weight;
  poll.pending.erase(pending);
}

// Votes that come after a certificate wait until something needs them: evidence, room, or a list of late votes.
void Consensus::Machine::count_if_quorum(SlotState& state, Poll& poll) {
  if (state.is_certified(poll.body.kind, poll.body.block)) return;
  const u128 total = epoch_of(poll.body.slot)->validators->total();
  if (poll.certified || !reaches_quorum(poll.counted_weight + poll.pending_weight, total)) return;
  count(state, poll);
  if (!reaches_quorum(poll.counted_weight, total)) return;
  const auto aggregate = poll.ballot->aggregate();
  if (!aggregate) return;
  poll.certified = true;
  const ByteView signers = poll.ballot->signers();
  const auto assemble = [&]<VoteKind kKind>() {
    return Certificate<kKind>{poll.body.slot, poll.body.block, Bytes(signers.begin(), signers.end()), *aggregate};
  };
  if (poll.body.kind == VoteKind::prevote)
    hold(assemble.template operator()<VoteKind::prevote>());
  else
    hold(assemble.template operator()<VoteKind::precommit>());
}

// --- Evidence

// A precommit with a prevote or precommit for another block.
void Consensus::Machine::accuse_of_votes(SlotState& state, ValidatorIndex signer) {
  const auto& cast = state.cast[signer];
  const auto precommit = std::ranges::find_if(cast, [](const auto& key) { return key.first == VoteKind::precommit; });
  if (precommit == cast.end() || state.accused.contains(signer)) return;
  const auto vote_at = [&](const SlotState::PollKey& key) -> std::optional<Vote> {
    const Poll& poll = state.polls.at(key);
    if (const auto counted = poll.counted.find(signer); counted != poll.counted.end()) return counted->second;
    if (const auto pending = poll.pending.find(signer); pending != poll.pending.end()) return pending->second.vote;
    return std::nullopt;
  };
  for (const auto& key : cast) {
    if (key.second == precommit->second) continue;
    const auto first = vote_at(*precommit);
    const auto other = vote_at(key);
    if (!first || !other || !is_good(*first) || !is_good(*other)) continue;
    state.accused.insert(signer);
    return emit(Accuse{vote_evidence(*first, *other)});
  }
}

// A certificate is a message of each of its signers: two convict all who are in both.
void Consensus::Machine::accuse_by(const SlotState& state, const VoteStatement& statement, ByteView signers,
                                   const Hash& block, bool is_precommit) {
  const auto in_both = [&](ByteView others) {
    for (std::size_t i = 0; i < signers.size() && i < others.size(); ++i)
      if ((signers[i] & others[i]) != 0) return true;
    return false;
  };
  for (const auto& other : state.precommit_certificates)
    if (other.block != block && in_both(other.signers)) emit(Accuse{vote_evidence(other, statement)});
  if (!is_precommit) return;
  for (const auto& other : state.prevote_certificates)
    if (other.block != block && in_both(other.signers)) emit(Accuse{vote_evidence(statement, other)});
}

// Of an own vote: the record is older than it, or the key is used elsewhere.
bool Consensus::Machine::is_unrecorded(VoteKind kind, Slot of, const Hash& block) const {
  if (silent || !params_.detects_other_self || of < record.slot || planted(Planted::ignore_stale_record)) return false;
  if (of > record.slot) return true;
  return kind == VoteKind::precommit ? record.precommit != block
                                     : std::ranges::find(record.prevotes, block) == record.prevotes.end();
}

void Consensus::Machine::note_own(VoteKind kind, Slot of, const Hash& block) {
  if (!is_unrecorded(kind, of, block)) return;
  silent = true;
  silent_until_ = Slot{of.raw() + params_.epoch_slots};
  waiting_.clear();
  alarm(AlarmKind::stale_record, of, block);
}

void Consensus::Machine::note_own_vote(const VoteBody& body, ValidatorIndex signer) {
  if (own_index(body.slot) == signer) note_own(body.kind, body.slot, body.block);
}

// --- Certificates

// By itself a second certificate for a block says nothing new, and costs nothing. Whether a header is valid must not
// depend on what a node had heard before, so what it carries is verified in any case.
template <VoteKind kKind>
void Consensus::Machine::on_lone_certificate(PeerId from, const Certificate<kKind>& certificate) {
  if (certificate.slot < final.slot) return;
  if (const auto state = slots.find(certificate.slot); state != slots.end())
    for (const auto& known : certificates_of(state->second, certificate))
      if (known.block == certificate.block) return;
  static_cast<void>(on_certificate(from, certificate, std::nullopt));
}

template void Consensus::Machine::on_lone_certificate(PeerId, const PrevoteCertificate&);
template void Consensus::Machine::on_lone_certificate(PeerId, const PrecommitCertificate&);

template <VoteKind kKind>
bool Consensus::Machine::is_held(const Certificate<kKind>& certificate) const {
  if constexpr (kKind == VoteKind::precommit)
    if (final.certificate == certificate) return true;
  const auto state = slots.find(certificate.slot);
  if (state == slots.end()) return false;
  const auto& known = certificates_of(state->second, certificate);
  return std::ranges::find(known, certificate) != known.end();
}

// None where it is held, or nothing is to be verified.
template <VoteKind kKind>
const Epoch* Consensus::Machine::epoch_to_verify(const Certificate<kKind>& certificate) const {
  return certificate.slot == Slot{0} || is_held(certificate) ? nullptr : epoch_of(certificate.slot);
}

template const Epoch* Consensus::Machine::epoch_to_verify(const PrevoteCertificate&) const;
template const Epoch* Consensus::Machine::epoch_to_verify(const PrecommitCertificate&) const;

template <VoteKind kKind>
bool Consensus::Machine::on_certificate(PeerId from, const Certificate<kKind>& certificate,
                                        std::optional<bool> verdict) {
  if (certificate.slot == Slot{0}) {
    emit(Blame{from, Fault::bad_certificate});
    return false;
  }
  if (is_held(certificate)) return true;
  const Epoch* epoch = epoch_of(certificate.slot);
  if (epoch == nullptr) return false;
  if (!planted(Planted::unverified_certificate)) {
    if (!verdict) verdict = authenticator_.verify_certificate(certificate, *epoch->validators);
    if (!*verdict) {
      emit(Blame{from, Fault::bad_certificate});
      return false;
    }
  }
  if (const auto me = own_index(certificate.slot); me && crypto::has_signer(certificate.signers, *me))
    note_own(kKind, certificate.slot, certificate.block);
  if (certificate.slot >= lowest()) hold(certificate);
  return true;
}

template bool Consensus::Machine::on_certificate(PeerId, const PrevoteCertificate&, std::optional<bool>);
template bool Consensus::Machine::on_certificate(PeerId, const PrecommitCertificate&, std::optional<bool>);

void Consensus::Machine::hold(const PrevoteCertificate& certificate) {
  SlotState& state = slots[certificate.slot];
  auto& known = state.prevote_certificates;
  if (known.size() >= kCertificatesOfSlotMax || state.c1_of(certificate.block) != nullptr) return;
  accuse_by(state, certificate, certificate.signers, certificate.block, false);
  known.push_back(certificate);
  if (silent && !silent_until_) silent_until_ = Slot{certificate.slot.raw() + params_.epoch_slots};
  if (Block* block = find(certificate.block)) advance_block(*block);
  fetch_if_missing(certificate.block, certificate.slot);
  if (planted(Planted::precommit_old_slot) && certificate.slot < slot) try_precommit(certificate);
  if (stopped || certificate.slot < slot) return;

  const bool jumps = certificate.slot > slot;
  if (!planted(Planted::keep_certificate)) emit(Broadcast{certificate});
  if (jumps) {
    slot = certificate.slot;
    order_.reset();
    next_start_us_ = now.steady_us;
  } else if (!next_start_us_) {
    next_start_us_ = std::max(now.steady_us, slot_start_us_ + params_.slot_ms * 1'000);
  }
  try_precommit(certificate);
}

void Consensus::Machine::hold(const PrecommitCertificate& certificate) {
  SlotState& state = slots[certificate.slot];
  auto& known = state.precommit_certificates;
  const bool is_known = std::ranges::any_of(known, [&](const auto& other) { return other.block == certificate.block; });
  if (is_known || known.size() >= kCertificatesOfSlotMax) return;
  accuse_by(state, certificate, certificate.signers, certificate.block, true);
  known.push_back(certificate);
  if (!newest_final_ || newest_final_->slot < certificate.slot) {
    newest_final_ = certificate;
    emit(Broadcast{certificate});
  }
  if (Block* block = find(certificate.block)) advance_block(*block);
  fetch_if_missing(certificate.block, certificate.slot);
}

}  // namespace aether::consensus
