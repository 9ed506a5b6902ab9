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
  if (own_claims_hold_in_ != epoch.number) {
    if (!authenticator_.verify_claim(claim, lottery, *epoch.validators)) return nullptr;  // not by the registered key
    own_claims_hold_in_ = epoch.number;
  }
  const auto output = authenticator_.claimed_output(claim);
  if (!output) return nullptr;
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
  emit(Build{slot, epoch, *parent, slot.raw() - named_slot.raw() > params_.unfinal_slots_max, late_votes(*parent)});
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
  for (const auto& [key, poll] : state->second.polls) {
    if (const auto counted = poll.counted.find(*me); counted != poll.counted.end())
      emit(Broadcast{counted->second});
    else if (const auto pending = poll.pending.find(*me);
             pending != poll.pending.end() && pending->second.from == kSelf)
      emit(Broadcast{pending->second.vote});
  }
}

// The good votes of those who are not named; none where there are none. Each is verified with the others of the list,
// as a part of the votes that were counted for a certificate need not hold without the rest.
std::optional<LateVotes> Consensus::Machine::late_votes_of(SlotState& state, Poll& poll, const Bytes& named) {
  const ValidatorSet& set = *epoch_of(poll.body.slot)->validators;
  std::vector<Vote> votes;
  Bytes signers(set.signers_size());
  const auto take = [&](const Vote& vote) {
    if (!named.empty() && crypto::has_signer(named, vote.signer)) return;
    votes.push_back(vote);
    crypto::set_signer(signers, vote.signer);
  };
  for (const auto& [signer, vote] : poll.counted) take(vote);
  for (const auto& [signer, pending] : poll.pending) take(pending.vote);
  if (votes.empty()) return std::nullopt;
  if (poll.late && poll.late->signers == signers) return poll.late->votes;

  const auto ballot = authenticator_.open_ballot(poll.body, set);
  const auto verdicts = ballot->add(votes);
  const ByteView good = ballot->signers();
  poll.late = {Bytes(good.begin(), good.end()), std::nullopt};
  for (std::size_t i = 0; i < votes.size(); ++i) {
    if (verdicts[i]) continue;
    if (poll.pending.contains(votes[i].signer))
      refuse(state, poll, votes[i].signer);
    else
      crypto::set_signer(poll.late->signers, votes[i].signer);
  }
  const auto aggregate = ballot->aggregate();
  if (aggregate && std::ranges::find(verdicts, true) != verdicts.end())
    poll.late->votes = LateVotes{poll.body.slot, poll.body.kind, Bytes(good.begin(), good.end()), *aggregate};
  return poll.late->votes;
}

// Votes for final blocks that came after their quorum, for attendance: of signers whom no certificate names, in the
// headers up to `parent` and in the one that is to be made.
codec::List<LateVotes, limits::kLateVotesMax> Consensus::Machine::late_votes(const Hash& parent) {
  std::map<Slot, Bytes> above;  // in headers that are not final
  const auto name = [&](Slot of, ByteView signers) { add_signers(above[of], signers); };
  for (const Block* at = find(parent); at != nullptr && at->slot() > final.slot; at = find(at->parent()))
    for_each_named(*at, name);
  if (const auto to_name = final_to_name()) name(to_name->slot, to_name->signers);

  codec::List<LateVotes, limits::kLateVotesMax> late;
  for (auto& [of, state] : slots) {
    if (next(of) >= slot) break;
    const auto final_block = final_blocks_.find(of);
    if (epoch_of(of) == nullptr || final_block == final_blocks_.end()) continue;
    Bytes named = state.named;
    if (const auto more = above.find(of); more != above.end()) add_signers(named, more->second);
    // Who gets C1 before it may prevote only precommits.
    for (const VoteKind kind : {VoteKind::prevote, VoteKind::precommit}) {
      const auto found = state.polls.find({kind, final_block->second});
      if (found == state.polls.end()) continue;
      if (late.size() == limits::kLateVotesMax) return late;
      const auto votes = late_votes_of(state, found->second, named);
      if (!votes) continue;
      add_signers(named, votes->signers);
      late.push_back(*votes);
    }
  }
  return late;
}

}  // namespace aether::consensus
