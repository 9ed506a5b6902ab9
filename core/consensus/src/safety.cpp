#include "aether/consensus/safety.hpp"

#include <algorithm>

#include "aether/base/planted.hpp"

namespace aether::consensus {

namespace {

void move_to(SafetyRecord& record, Slot slot) {
  if (record.slot == slot) return;
  record.slot = slot;
  record.prevotes.clear();
  record.precommit = std::nullopt;
}

void rest_on(SafetyRecord& record, const std::optional<PrevoteCertificate>& certificate) {
  if (planted(Planted::certificate_not_persisted)) return;
  if (certificate && (!record.certificate || record.certificate->slot < certificate->slot))
    record.certificate = certificate;
}

}  // namespace

SafetyRecord first_record(ChainId chain) {
  SafetyRecord record;
  record.chain_id = chain;
  return record;
}

bool may_prevote(const SafetyRecord& record, Slot slot, const Hash& block) {
  if (slot != record.slot) return slot > record.slot;
  if (record.precommit && !planted(Planted::prevote_after_precommit)) return false;
  return record.prevotes.size() < limits::kValidatorsMax &&
         std::ranges::find(record.prevotes, block) == record.prevotes.end();
}

bool may_precommit(const SafetyRecord& record, Slot slot, const Hash& block) {
  if (slot != record.slot) return slot > record.slot || planted(Planted::precommit_old_slot);
  if (record.precommit) return false;
  return planted(Planted::precommit_despite_prevote) ||
         std::ranges::all_of(record.prevotes, [&](const Hash& prevoted) { return prevoted == block; });
}

bool may_propose(const SafetyRecord& record, Slot slot) {
  return slot >= record.slot && (!record.proposal || record.proposal->slot < slot);
}

void record_prevote(SafetyRecord& record, Slot slot, const Hash& block,
                    const std::optional<PrevoteCertificate>& parent) {
  AETHER_ASSERT(may_prevote(record, slot, block));
  move_to(record, slot);
  record.prevotes.push_back(block);
  rest_on(record, parent);
}

void record_precommit(SafetyRecord& record, const PrevoteCertificate& certificate) {
  AETHER_ASSERT(may_precommit(record, certificate.slot, certificate.block));
  move_to(record, certificate.slot);
  record.precommit = certificate.block;
  rest_on(record, certificate);
}

void record_proposal(SafetyRecord& record, Slot slot, const Hash& block,
                     const std::optional<PrevoteCertificate>& parent) {
  AETHER_ASSERT(may_propose(record, slot));
  move_to(record, slot);
  if (!planted(Planted::forget_proposal)) record.proposal = Proposal{slot, block};
  rest_on(record, parent);
}

}  // namespace aether::consensus
