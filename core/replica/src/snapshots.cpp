// Snapshots: when this node begins at one, and what shows this node's to others.
#include "machine.hpp"

namespace aether::replica {

// --- Catching up

void Replica::Machine::catch_up() {
  if (!snapshots) return;
  carry_out(snapshots->reached(final_slot_, sync_now()));
  const auto above = sync.wants_snapshot();
  if (above && !snapshots->is_seeking()) carry_out(snapshots->seek(checkpoint(), *above, sync_now()));
  if (above) snapshots->look_above(*above);
  if (!above && snapshots->is_seeking()) snapshots->stop();
  sync.pause(snapshots->is_restoring());
}

// The newest that this node trusts.
light::Checkpoint Replica::Machine::checkpoint() const {
  if (config_.checkpoint && config_.checkpoint->slot > final_slot_) return *config_.checkpoint;
  return checkpoint_at(config_.rules, *final_post_.state, final_, final_slot_, final_time_ms_);
}

void Replica::Machine::carry_out(std::vector<sync::SnapshotEffect> effects) {
  struct Visitor {
    Machine& self;
    void operator()(const sync::AskSnapshot& ask) const {
      std::visit([&](const auto& request) { self.send(ask.to, request); }, ask.request);
    }
    void operator()(const sync::BlamePeer& blame) const { self.out.push_back(Blame{blame.peer, Fault::snapshot}); }
    void operator()(KeepEpoch& effect) const { self.out.push_back(std::move(effect)); }
    void operator()(BeginRestore& effect) const { self.out.push_back(std::move(effect)); }
    void operator()(StoreChunk& effect) const { self.out.push_back(std::move(effect)); }
    void operator()(AbandonRestore& effect) const { self.out.push_back(effect); }
    void operator()(Restored& effect) const { self.out.push_back(std::move(effect)); }
    void operator()(CheckpointNeeded& effect) const { self.out.push_back(effect); }
  };
  for (sync::SnapshotEffect& effect : effects) std::visit(Visitor{*this}, effect);
}

Tip restored_tip(const Rules& rules, const sync::Target& target, PostState post) {
  const snapshot::Manifest& manifest = target.manifest;
  AETHER_ASSERT(post.tree.root() == manifest.state_root);
  consensus::Anchor anchor;
  anchor.block = manifest.hash;
  anchor.slot = manifest.slot;
  anchor.time_ms = manifest.time_ms;
  anchor.outcome = {manifest.state_root, manifest.receipts_root, manifest.gas_used, std::nullopt};
  anchor.certificate = target.proof.certificate;
  if (const auto& named = std::get<BftSealer>(manifest.header->body.sealer).final_certificate)
    anchor.named_final = named->slot;
  anchor.epochs = epochs_after(rules, *post.state, anchor.slot);
  return {std::move(anchor), std::move(post)};
}

// --- Showing it to others

// The first block of each epoch's last third: its state knows the validators of the epoch after.
bool Replica::Machine::is_snapshot(Slot slot) const {
  const std::uint64_t epoch_slots = config_.rules.params.block.epoch_slots;
  return slot == last_third(slot.raw() / epoch_slots, epoch_slots);
}

void Replica::Machine::show_snapshot(const Header& header) {
  if (is_snapshot(header.body.slot)) shown_.clear();
  if (is_snapshot(header.body.slot) || !shown_.empty()) shown_.push_back(header);
}

// Where the certificate is of a block that is too far above the snapshot's, others show it.
void Replica::Machine::offer_snapshot(const PrecommitCertificate& certificate) {
  if (shown_.size() < 2) return;
  if (shown_.size() <= sync::kProofHeadersMax)
    out.push_back(OfferSnapshot{shown_[1].body.parent_hash, {{shown_.begin(), shown_.end()}, certificate}});
  shown_.clear();
}

// Once an epoch: the first header with a certificate of its own whose state before holds the next validators.
void Replica::Machine::show_epoch(const Header& header, const PrecommitCertificate& certificate,
                                  const PostState& parent) {
  const std::uint64_t epoch = header.body.epoch;
  if (epoch_ == epoch) return;
  auto list = ledger::load<ValidatorList>(*parent.state, validators_object(epoch + 1));
  if (!list) return;
  epoch_ = epoch;
  const Hash key = state_key(validators_object(epoch + 1));
  out.push_back(KeepEpoch{std::make_shared<const light::FinalHeader>(
      light::FinalHeader{header, certificate, light::NextValidators{std::move(*list), parent.tree.prove(key)}})});
}

}  // namespace aether::replica
