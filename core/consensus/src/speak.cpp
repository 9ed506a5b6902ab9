// What this validator says: claims, proposals, votes, and everything once more while a slot lasts.
#include <algorithm>

#include "machine.hpp"

namespace aether::consensus {

bool Consensus::Machine::may_speak() const { return signer_ != nullptr && !silent && !stopped; }

void Consensus::Machine::persist_then(Message message) {
  ++sequence_;
  emit(Persist{sequence_, record});
  waiting_.push_back({sequence_, std::move(message)});
  if (planted(Planted::speak_before_persist)) release(sequence_);
}

// The record is durable: what it names may leave.
void Consensus::Machine::release(std::uint64_t sequence) {
  std::vector<Message> leaving;
  std::erase_if(waiting_, [&](Waiting& waiting) {
    if (waiting.sequence > sequence) return false;
    leaving.push_back(std::move(waiting.message));
    return true;
  });
  for (const Message& message : leaving) {
    emit(Broadcast{message});
    if (const auto* vote = std::get_if<Vote>(&message)) on_vote(kSelf, *vote);
  }
}

// --- Claims

const KnownClaim* Consensus::Machine::own_claim(Slot of) {
  const auto me = own_index(of);
  if (!may_speak() || !me) return nullptr;
  if (const auto known = own_claims_.find(of); known != own_claims_.end()) return &known->second;
  std::erase_if(own_claims_, [&](const auto& entry) { return entry.first < slot; });
  const Epoch& epoch = *epoch_of(of);
  const Lottery lottery{params_.chain_id, epoch.randomness, of};
  const Claim claim = signer_->make_claim(lottery, *me);
  const auto output = authenticator_.verify_claim(claim, lottery, *epoch.validators);
  if (!output) return nullptr;  // the key is not the one that is registered
  return &own_claims_.emplace(of, KnownClaim{claim, draw_of(*output, *epoch.validators, *me)}).first->second;
}

void Consensus::Machine::claim(Slot of) {
  const KnownClaim* own = own_claim(of);
  if (own == nullptr || !is_eligible(own->draw, epoch_of(of)->validators->total())) return;
  slots[of].claims.try_emplace(own->claim.validator, *own);
  emit(Broadcast{own->claim});
}

// --- Prevote, precommit

bool Consensus::Machine::was_prevoted(const Block& block) const {
  const auto prevoted = prevoted_.find(block.sealer().proposer);
  return prevoted != prevoted_.end() && prevoted->second == block.hash;
}

// The block of the own slot that stands first, of those that are valid, held, and not by a caught proposer.
Block* Consensus::Machine::best_block() {
  const auto state = slots.find(slot);
  if (state == slots.end() || !order_) return nullptr;
  Block* best = nullptr;
  for (const auto& [proposer, hashes] : state->second.headers) {
    if (state->second.caught.contains(proposer) && !planted(Planted::ignore_caught)) continue;
    for (const Hash& hash : hashes) {
      Block* block = find(hash);
      if (block == nullptr || block->verdict != Block::Verdict::valid) continue;
      if (best == nullptr || order_->before(block->draw, best->draw)) best = block;
    }
  }
  return best;
}

// The own proposal leaves once its record is durable, not before.
void Consensus::Machine::pass_on(const Block& block) {
  const bool waits = std::ranges::any_of(waiting_, [&](const Waiting& waiting) {
    const auto* header = std::get_if<Header>(&waiting.message);
    return header != nullptr && *header == block.header;
  });
  if (!waits) emit(Broadcast{block.header});
}

void Consensus::Machine::try_prevote() {
  if (!may_speak() || !own_index(slot) || !order_) return;
  if (next_start_us_ && !planted(Planted::prevote_after_precommit)) return;
  Block* best = best_block();
  if (best == nullptr || prevoted_.contains(best->sealer().proposer)) return;
  if (!may_prevote(record, slot, best->hash)) return;
  const std::uint64_t due = planted(Planted::forget_delay) ? 0 : slot_start_us_ + order_->delay(best->draw) * delta_us;
  if (now.steady_us < due) return wake_at(due);

  prevoted_.emplace(best->sealer().proposer, best->hash);
  record_prevote(record, slot, best->hash, best->sealer().parent_certificate);
  pass_on(*best);
  persist_then(signer_->sign_vote({params_.chain_id, VoteKind::prevote, slot, best->hash}, *own_index(slot)));
  advance_block(*best);
}

void Consensus::Machine::try_precommit(const PrevoteCertificate& certificate) {
  const auto me = own_index(certificate.slot);
  if (!may_speak() || !me || !may_precommit(record, certificate.slot, certificate.block)) return;
  record_precommit(record, certificate);
  persist_then(signer_->sign_vote({params_.chain_id, VoteKind::precommit, certificate.slot, certificate.block}, *me));
}

// --- Propose

const PrevoteCertificate* Consensus::Machine::c1_of(Slot at, const Hash& block) const {
  const auto state = slots.find(at);
  return state == slots.end() ? nullptr : state->second.c1_of(block);
}

// The block precommitted in the slot before, else the first with C1; executed in any case.
std::optional<Hash> Consensus::Machine::parent_to_build_on() const {
  const Slot before{slot.raw() - 1};
  if (before == Slot{0}) return final.block;
  const auto state = slots.find(before);
  if (state == slots.end()) return std::nullopt;
  const auto& certificates = state->second.prevote_certificates;
  if (record.slot == before && record.precommit && state->second.c1_of(*record.precommit) != nullptr &&
      outcome_of(*record.precommit) != nullptr)
    return record.precommit;
  if (planted(Planted::parent_without_certificate))
    for (const auto& [proposer, hashes] : state->second.headers)
      if (!hashes.empty() && outcome_of(hashes[0]) != nullptr) return hashes[0];
  for (const auto& certificate : certificates)
    if (outcome_of(certificate.block) != nullptr) return certificate.block;
  return std::nullopt;
}

// The newest C2 that a block on this parent may name.
std::optional<PrecommitCertificate> Consensus::Machine::final_to_name() const {
  for (auto state = slots.rbegin(); state != slots.rend() && state->first > final.slot; ++state)
    if (state->first < slot && !state->second.precommit_certificates.empty())
      return state->second.precommit_certificates.front();
  return final.certificate;
}

void Consensus::Machine::try_propose() {
  if (building_ || next_start_us_ || !order_ || !may_speak() || !may_propose(record, slot)) return;
  const KnownClaim* own = own_claim(slot);
  if (own == nullptr || slot <= final.slot) return;
  if (const auto state = slots.find(slot); state != slots.end() && state->second.caught.contains(own->draw.validator))
    return;
  if (const Block* best = best_block(); best != nullptr && order_->before(best->draw, own->draw)) return;
  const std::uint64_t due = slot_start_us_ + order_->delay(own->draw) * delta_us;
  if (now.steady_us < due) return wake_at(due);
  const auto parent = parent_to_build_on();
  if (!parent) return;

  const std::uint64_t epoch = slot.raw() / params_.epoch_slots;
  const auto named = final_to_name();
  const Slot named_slot = named ? named->slot : Slot{0};
  if (epoch > 0 && slot.raw() % params_.epoch_slots == 0 && named_slot < last_third(epoch - 1, params_.epoch_slots) &&
      !planted(Planted::set_depends_on_branch)) {
    if (!alarmed_) alarm(AlarmKind::epoch_not_final, slot, *parent);
    alarmed_ = true;
    return;
  }
  building_ = true;
  emit(Build{slot, epoch, *parent, slot.raw() - named_slot.raw() > params_.unfinal_slots_max, late_votes()});
}

void Consensus::Machine::on_built(const Built& built) {
  const Outcome* parent = outcome_of(built.parent);
  const KnownClaim* own = own_claim(slot);
  if (built.slot != slot || !building_ || next_start_us_ || !may_propose(record, slot) || parent == nullptr ||
      own == nullptr)
    return;
  const Block* parent_block = find(built.parent);
  const std::uint64_t parent_time_ms = parent_block != nullptr ? parent_block->header.body.time_ms : final.time_ms;
  BftSealer sealer{built.evidence_root, built.shred_root, own->claim.validator, own->claim.proof, {}, final_to_name()};
  if (slot > Slot{1}) {
    const auto* certificate = c1_of(Slot{slot.raw() - 1}, built.parent);
    if (certificate != nullptr)
      sealer.parent_certificate = *certificate;
    else if (planted(Planted::parent_without_certificate) && !slots[Slot{slot.raw() - 1}].prevote_certificates.empty())
      sealer.parent_certificate = slots[Slot{slot.raw() - 1}].prevote_certificates.front();
    else
      return;
  }
  const auto parent_certificate = sealer.parent_certificate;
  const auto header = signer_->seal({.chain_id = params_.chain_id,
                                     .epoch = slot.raw() / params_.epoch_slots,
                                     .slot = slot,
                                     .parent_hash = built.parent,
                                     .parent_state_root = parent->state_root,
                                     .parent_receipts_root = parent->receipts_root,
                                     .parent_gas_used = parent->gas_used,
                                     .transactions_root = built.transactions_root,
                                     .time_ms = std::max(parent_time_ms + 1, now.wall_ms),
                                     .sealer = std::move(sealer)},
                                    epoch_of(slot)->validators->at(own->claim.validator));
  if (!header) return alarm(AlarmKind::kes_expired, slot, built.parent);
  const Hash hash = block_hash(header->body);
  record_proposal(record, slot, hash, parent_certificate);
  persist_then(*header);
  Block& block = keep(*header, hash, own->draw);
  block.data_held = true;
  block.verdict = Block::Verdict::valid;
}

// --- Once more

// What a node that missed everything needs, to come to this slot and to go on from it.
void Consensus::Machine::send_again() {
  const auto state = slots.find(slot);
  const auto before = slots.find(Slot{slot.raw() - 1});
  if (before != slots.end() && !planted(Planted::keep_certificate))
    for (const auto& certificate : before->second.prevote_certificates) emit(Broadcast{certificate});
  if (newest_final_) emit(Broadcast{*newest_final_});
  if (may_speak()) {
    if (next(record.slot) >= slot) send_record();
    if (record.slot == slot) send_older_votes(Slot{slot.raw() - 1});
    for (const Slot of : {slot, next(slot)})
      if (const KnownClaim* own = own_claim(of); own != nullptr && slots[of].claims.contains(own->claim.validator))
        emit(Broadcast{own->claim});
  }
  if (state == slots.end()) return;
  if (!planted(Planted::keep_certificate))
    for (const auto& certificate : state->second.prevote_certificates) emit(Broadcast{certificate});
  if (const Block* best = best_block()) pass_on(*best);
  // Who has not heard of both would go on waiting for one of them.
  if (planted(Planted::drop_second_header)) return;
  for (const ValidatorIndex proposer : state->second.caught)
    for (const Hash& hash : state->second.headers[proposer])
      if (const Block* block = find(hash)) emit(Broadcast{block->header});
}

// Of the record's slot, which a bound on what others keep must not take from them: the prevote for the best block goes
// last, as others keep the newest ones.
void Consensus::Machine::send_record() {
  const auto me = own_index(record.slot);
  if (!me) return;
  const auto send = [&](VoteKind kind, const Hash& block) {
    const VoteBody body{params_.chain_id, kind, record.slot, block};
    const bool waits = std::ranges::any_of(waiting_, [&](const Waiting& waiting) {
      const auto* vote = std::get_if<Vote>(&waiting.message);
      return vote != nullptr && vote->body == body;
    });
    if (!waits) emit(Broadcast{signer_->sign_vote(body, *me)});
  };
  const Block* best = record.slot == slot ? best_block() : nullptr;
  std::vector<Hash> prevotes(record.prevotes.begin(), record.prevotes.end());
  if (const auto at = best == nullptr ? prevotes.end() : std::ranges::find(prevotes, best->hash); at != prevotes.end())
    std::rotate(at, at + 1, prevotes.end());
  const std::size_t sent = std::min(prevotes.size(), kPrevotesOfSignerMax);
  for (std::size_t i = prevotes.size() - sent; i < prevotes.size(); ++i) send(VoteKind::prevote, prevotes[i]);
  if (record.precommit) send(VoteKind::precommit, *record.precommit);
}

// Of a slot below the record's.
void Consensus::Machine::send_older_votes(Slot of) {
  const auto me = own_index(of);
  const auto state = slots.find(of);
  if (!me || state == slots.end()) return;
  for (const auto& [key, poll] : state->second.polls)
    if (const auto counted = poll.counted.find(*me); counted != poll.counted.end()) emit(Broadcast{counted->second});
}

// The counted votes of those who are not named; none where there are none.
std::optional<LateVotes> Consensus::Machine::aggregate_late(const Poll& poll, const std::set<ValidatorIndex>& named,
                                                            const ValidatorSet& validators) const {
  std::vector<Vote> votes;
  for (const auto& [signer, vote] : poll.counted)
    if (!named.contains(signer)) votes.push_back(vote);
  if (votes.empty()) return std::nullopt;
  const auto ballot = authenticator_.open_ballot(poll.body, validators);
  ballot->add(votes);
  const auto aggregate = ballot->aggregate();
  if (!aggregate) return std::nullopt;
  const ByteView signers = ballot->signers();
  return LateVotes{poll.body.slot, poll.body.kind, Bytes(signers.begin(), signers.end()), *aggregate};
}

// Votes for blocks of the own chain that came after their quorum: for attendance. Of signers whom neither C1 of a slot
// nor C2 named in it, as this node knows them.
codec::List<LateVotes, limits::kLateVotesMax> Consensus::Machine::late_votes() {
  codec::List<LateVotes, limits::kLateVotesMax> late;
  for (auto& [of, state] : slots) {
    if (next(of) >= slot || late.size() >= limits::kLateVotesMax) break;
    const Epoch* epoch = epoch_of(of);
    const auto final_block = final_blocks_.find(of);
    if (epoch == nullptr || final_block == final_blocks_.end()) continue;
    const auto* certificate = state.c1_of(final_block->second);
    if (certificate == nullptr) continue;
    std::set<ValidatorIndex> named;
    const auto name_all = [&](ByteView signers) {
      for (ValidatorIndex i = 0; i < epoch->validators->size(); ++i)
        if (crypto::has_signer(signers, i)) named.insert(i);
    };
    name_all(certificate->signers);
    for (const auto& final_certificate : state.precommit_certificates)
      if (final_certificate.block == final_block->second) name_all(final_certificate.signers);
    // Who gets C1 before it may prevote only precommits.
    for (const VoteKind kind : {VoteKind::prevote, VoteKind::precommit}) {
      const auto found = state.polls.find({kind, final_block->second});
      if (found == state.polls.end() || late.size() >= limits::kLateVotesMax) continue;
      Poll& poll = found->second;
      count(state, poll);
      if (!poll.late || poll.late->counted != poll.counted.size() || poll.late->named != named.size())
        poll.late = {poll.counted.size(), named.size(), aggregate_late(poll, named, *epoch->validators)};
      if (!poll.late->votes) continue;
      name_all(poll.late->votes->signers);
      late.push_back(*poll.late->votes);
    }
  }
  return late;
}

}  // namespace aether::consensus
