// Headers, what may be executed, what is final.
#include <algorithm>

#include "machine.hpp"

namespace aether::consensus {

void Consensus::Machine::on_header(PeerId from, const Header& header) {
  const HeaderBody& body = header.body;
  if (body.slot <= final.slot) return;
  if (body.version != kHeaderVersion) return;  // the sender may be newer: nothing to judge, and nobody to blame
  const auto* sealer = std::get_if<BftSealer>(&body.sealer);
  if (sealer == nullptr || body.chain_id != params_.chain_id || body.epoch != body.slot.raw() / params_.epoch_slots)
    return emit(Blame{from, Fault::bad_header});
  if (is_known(header)) return;
  const Hash hash = block_hash(body);
  if (blocks.contains(hash)) return;

  // What it carries first: C1 of its parent may move this node to its slot.
  const auto& parent = sealer->parent_certificate;
  if (parent.has_value() == (body.slot == Slot{1})) return emit(Blame{from, Fault::bad_header});
  if (parent && (next(parent->slot) != body.slot ||
                 (parent->block != body.parent_hash && !planted(Planted::foreign_certificate))))
    return emit(Blame{from, Fault::bad_header});
  const auto& named = sealer->final_certificate;
  std::optional<bool> parent_holds, named_holds;  // both by one equation where both are new
  if (parent && named)
    if (const Epoch *of_parent = epoch_to_verify(*parent), *of_named = epoch_to_verify(*named); of_parent && of_named)
      std::tie(parent_holds, named_holds) =
          authenticator_.verify_certificates(*parent, *of_parent->validators, *named, *of_named->validators);
  if (parent && !on_certificate(from, *parent, parent_holds)) return;
  if (named && !on_certificate(from, *named, named_holds)) return;

  const Epoch* epoch = epoch_of(body.slot);
  if (stopped || !in_window(body.slot) || body.slot <= final.slot || epoch == nullptr) return;
  if (sealer->proposer >= epoch->validators->size()) return emit(Blame{from, Fault::bad_header});
  // One of the own store that never left: to pass it on now would be to speak before the record says so.
  if (from == kSelf && may_speak() && body.slot >= record.slot && own_index(body.slot) == sealer->proposer &&
      record.proposal != Proposal{body.slot, hash})
    return;
  const auto known = slots[body.slot].headers[sealer->proposer];
  const bool is_certified = c1_of(body.slot, hash) != nullptr;
  if (!is_certified && (known.size() >= kHeadersOfProposerMax || std::ranges::find(known, hash) != known.end())) return;

  if (!authenticator_.verify_header(header, *epoch->validators)) return emit(Blame{from, Fault::bad_header});
  const auto draw = draw_in(header, *epoch);
  if (!draw) return emit(Blame{from, Fault::bad_header});
  keep(header, hash, *draw);
}

// None where the proof does not hold. That of a claim which came before was verified then.
std::optional<Draw> Consensus::Machine::draw_in(const Header& header, const Epoch& epoch) {
  const auto& sealer = std::get<BftSealer>(header.body.sealer);
  const Slot of = header.body.slot;
  const auto& claims = slots[of].claims;
  if (const auto known = claims.find(sealer.proposer);
      known != claims.end() && known->second.claim.proof == sealer.vrf_proof)
    return known->second.draw;
  const auto output = authenticator_.verify_claim({of, sealer.proposer, sealer.vrf_proof},
                                                  {params_.chain_id, epoch.randomness, of}, *epoch.validators);
  if (!output) return std::nullopt;
  return draw_of(*output, *epoch.validators, sealer.proposer);
}

// Each header comes from everyone who prevotes its block; to compare it costs less than its hash.
bool Consensus::Machine::is_known(const Header& header) const {
  const auto state = slots.find(header.body.slot);
  if (state == slots.end()) return false;
  const auto of_proposer = state->second.headers.find(std::get<BftSealer>(header.body.sealer).proposer);
  return of_proposer != state->second.headers.end() && std::ranges::any_of(of_proposer->second, [&](const Hash& hash) {
           const Block* block = find(hash);
           return block != nullptr && block->header == header;
         });
}

Block& Consensus::Machine::keep(const Header& header, const Hash& hash, const Draw& draw) {
  Block& block = blocks[hash];
  block.hash = hash;
  block.header = header;
  block.draw = draw;
  SlotState& state = slots[block.slot()];
  auto& headers = state.headers[block.sealer().proposer];
  if (std::ranges::find(headers, hash) == headers.end()) headers.push_back(hash);
  if (headers.size() == kHeadersOfProposerMax) catch_proposer(state, headers);
  advance_block(block);
  return block;
}

// Two different headers of one proposer and slot: nobody prevotes its blocks any more. All must learn it, or a part of
// the voters would wait for a block that the others left.
void Consensus::Machine::catch_proposer(SlotState& state, const std::vector<Hash>& headers) {
  const Block* first = find(headers[0]);
  const Block* second = find(headers[1]);
  if (first == nullptr || second == nullptr) return;
  if (!state.caught.insert(first->sealer().proposer).second) return;
  if (!planted(Planted::drop_second_header)) {
    emit(Broadcast{first->header});
    emit(Broadcast{second->header});
  }
  emit(Accuse{header_evidence(first->header, second->header)});
}

// Whether the block stands where its header says: after its parent in time, naming a final block of its own chain.
bool Consensus::Machine::place_holds(const Block& block) const {
  const Block* parent = find(block.parent());
  const std::uint64_t parent_time_ms = parent != nullptr ? parent->header.body.time_ms : final.time_ms;
  return block.header.body.time_ms > parent_time_ms && final_holds(block);
}

Slot Consensus::Machine::named_final(const Hash& of) const {
  const Block* block = find(of);
  if (block == nullptr) return final.named_final;
  const auto& certificate = block->sealer().final_certificate;
  return certificate ? certificate->slot : Slot{0};
}

bool Consensus::Machine::final_holds(const Block& block) const {
  const auto& named = block.sealer().final_certificate;
  const Slot slot_named = named ? named->slot : Slot{0};
  if (slot_named >= block.slot() || slot_named < named_final(block.parent())) return false;
  if (const std::uint64_t epoch = block.slot().raw() / params_.epoch_slots;
      epoch > 0 && block.slot().raw() % params_.epoch_slots == 0 && !planted(Planted::stale_final) &&
      !planted(Planted::set_depends_on_branch) && slot_named < last_third(epoch - 1, params_.epoch_slots))
    return false;
  if (!named) return true;
  const Block* at = find(block.parent());
  while (at != nullptr && at->slot() > slot_named) at = find(at->parent());
  if (at != nullptr) return at->hash == named->block;
  // At or below the own final block, whose chain has no fork. Of long ago: C2 is enough.
  const auto final_block = final_blocks_.find(slot_named);
  return final_block == final_blocks_.end() || final_block->second == named->block;
}

bool Consensus::Machine::roots_hold(const Block& block, const Outcome& parent) const {
  const HeaderBody& body = block.header.body;
  if (planted(Planted::unchecked_roots)) return true;
  return body.parent_state_root == parent.state_root && body.parent_receipts_root == parent.receipts_root &&
         body.parent_gas_used == parent.gas_used;
}

const Outcome* Consensus::Machine::outcome_of(const Hash& block) const {
  if (block == final.block) return &final.outcome;
  const Block* known = find(block);
  return known != nullptr && known->outcome ? &*known->outcome : nullptr;
}

bool Consensus::Machine::is_certified(const Block& block) const {
  const auto state = slots.find(block.slot());
  if (state == slots.end()) return false;
  return state->second.is_certified(VoteKind::prevote, block.hash) ||
         state->second.is_certified(VoteKind::precommit, block.hash);
}

void Consensus::Machine::advance_block(Block& block) {
  if (block.slot() <= final.slot) return;
  if (block.verdict == Block::Verdict::invalid && is_certified(block)) return invalidate(block);
  if (block.verdict == Block::Verdict::unknown) {
    const Outcome* parent = outcome_of(block.parent());
    if (parent == nullptr) return;
    if (!place_holds(block) || !roots_hold(block, *parent)) return invalidate(block);
    if (!is_certified(block) && block.header.body.time_ms > now.wall_ms + params_.future_ms_max)
      return wake_at(now.steady_us + (block.header.body.time_ms - now.wall_ms - params_.future_ms_max) * 1'000);
    if (!block.data_held) return;
    block.verdict = Block::Verdict::asked;
    const auto& named = block.sealer().final_certificate;
    emit(Validate{block.hash, block.slot().raw() - (named ? named->slot.raw() : 0) > params_.unfinal_slots_max});
  }
  // The parent is gone where another branch became final: beyond the assumption, and nothing to execute on.
  if (block.verdict == Block::Verdict::valid && !block.executing && outcome_of(block.parent()) != nullptr &&
      (is_certified(block) || was_prevoted(block))) {
    block.executing = true;
    emit(Execute{block.hash});
  }
}

void Consensus::Machine::advance_children(const Block& block) {
  const auto state = slots.find(next(block.slot()));
  if (state == slots.end()) return;
  for (const auto& [proposer, hashes] : state->second.headers)
    for (const Hash& hash : hashes)
      if (Block* child = find(hash); child != nullptr && child->parent() == block.hash) advance_block(*child);
}

// Blocks that wait for the wall clock.
void Consensus::Machine::advance_waiting() {
  for (auto state = slots.lower_bound(slot); state != slots.end(); ++state)
    for (const auto& [proposer, hashes] : state->second.headers)
      for (const Hash& hash : hashes)
        if (Block* block = find(hash); block != nullptr && block->verdict == Block::Verdict::unknown)
          advance_block(*block);
}

// A certificate for what the own execution refutes is beyond the assumption: follow nothing any more.
void Consensus::Machine::invalidate(Block& block) {
  block.verdict = Block::Verdict::invalid;
  if (!is_certified(block)) return;
  stopped = true;
  alarm(AlarmKind::refuted, block.slot(), block.hash);
}

// The newest block with C2 that was executed, with all before it.
void Consensus::Machine::advance_final() {
  for (auto state = slots.rbegin(); state != slots.rend() && state->first > final.slot; ++state) {
    for (const auto& certificate : state->second.precommit_certificates) {
      const Block* block = find(certificate.block);
      if (block == nullptr || !block->outcome) continue;
      std::vector<Hash> chain;
      const Block* at = block;
      for (; at != nullptr && at->slot() > final.slot; at = find(at->parent())) chain.push_back(at->hash);
      const Block* first = find(chain.back());
      if (first->parent() != final.block) {
        stopped = true;
        return alarm(AlarmKind::conflicting_final, first->slot(), first->hash);
      }
      std::ranges::reverse(chain);
      finalize(chain, certificate);
      return;
    }
  }
}

void Consensus::Machine::finalize(const std::vector<Hash>& chain, const PrecommitCertificate& certificate) {
  for (const Hash& hash : chain) {
    const Block& block = blocks.at(hash);
    final_blocks_.emplace(block.slot(), hash);
    learn_epoch(*block.outcome);
    for_each_named(block, [&](Slot of, ByteView signers) {
      if (const auto state = slots.find(of); state != slots.end()) add_signers(state->second.named, signers);
    });
  }
  const Block& last = blocks.at(chain.back());
  emit(Finalize{chain, certificate});
  settle(
      Anchor{last.hash, last.slot(), last.header.body.time_ms, *last.outcome, certificate, named_final(last.hash), {}});
}

void Consensus::Machine::learn_epoch(const Outcome& outcome) {
  if (!outcome.next_epoch) return;
  Epoch& epoch = epochs_[outcome.next_epoch->number];
  epoch = *outcome.next_epoch;
  if (planted(Planted::reuse_randomness)) epoch.randomness = epochs_.at(epoch.number - 1).randomness;
}

void Consensus::Machine::settle(Anchor anchor) {
  final = std::move(anchor);
  final_blocks_.insert_or_assign(final.slot, final.block);
  // Without its C1, which will come, the slot after cannot start.
  if (slot < final.slot) {
    enter(final.slot);
  } else {
    forget();
    if (!order_ && epoch_of(slot) != nullptr) {
      slot_start_us_ = now.steady_us;
      start_slot();
    }
  }
}

void Consensus::Machine::fetch_missing(Slot below) {
  for (auto state = slots.upper_bound(final.slot); state != slots.end() && state->first < below; ++state) {
    for (const auto& certificate : state->second.prevote_certificates)
      fetch_if_missing(certificate.block, state->first);
    for (const auto& certificate : state->second.precommit_certificates)
      fetch_if_missing(certificate.block, state->first);
  }
}

void Consensus::Machine::fetch_if_missing(const Hash& hash, Slot of) {
  const Block* block = find(hash);
  if (of > final.slot && (block == nullptr || !block->data_held)) emit(Fetch{hash, of, final.slot});
}

Block* Consensus::Machine::find(const Hash& hash) {
  const auto found = blocks.find(hash);
  return found == blocks.end() ? nullptr : &found->second;
}

const Block* Consensus::Machine::find(const Hash& hash) const {
  const auto found = blocks.find(hash);
  return found == blocks.end() ? nullptr : &found->second;
}

}  // namespace aether::consensus
