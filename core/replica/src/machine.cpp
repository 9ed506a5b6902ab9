#include "machine.hpp"

#include <algorithm>

namespace aether::replica {

namespace {

std::optional<sync::SnapshotSync> snapshot_sync(const Config& config) {
  if (!config.snapshots) return std::nullopt;
  sync::SnapshotParams params = *config.snapshots;
  params.light.chain_id = config.rules.chain_id;
  params.light.epoch_slots = config.rules.params.block.epoch_slots;
  return sync::SnapshotSync(params);
}

}  // namespace

Replica::Machine::Machine(const Config& config, Tip tip, std::optional<consensus::SafetyRecord> record,
                          consensus::Authenticator& authenticator, consensus::Signer* signer)
    : consensus(config.consensus, tip.anchor, std::move(record), authenticator, signer),
      mempool({config.rules.chain_id, config.rules.programs, config.mempool, config.mempool_seed}, config.rules.params,
              {tip.anchor.block, tip.anchor.slot}),
      dissem({config.rules.chain_id, config.repair_us, config.cpu}),
      sync(config.sync),
      snapshots(snapshot_sync(config)),
      head{tip.anchor.block, tip.anchor.slot, tip.post.state},
      config_(config),
      signer_(signer),
      final_(tip.anchor.block),
      final_slot_(tip.anchor.slot),
      final_time_ms_(tip.anchor.time_ms),
      final_post_(std::move(tip.post)),
      verifiers_(config.rules.chain_id, config.cpu) {}

void Replica::Machine::start(Stored stored, std::optional<Restoring> restoring) {
  evidence = std::move(stored.evidence);
  forget_settled();
  carry_out(consensus.start(now));
  std::ranges::stable_sort(stored.blocks, {}, [](const BlockPointer& block) { return block->header.body.slot; });
  for (const BlockPointer& block : stored.blocks)
    if (block->header.body.slot > final_slot_) tasks_.push_back(TakeBlock{kSelf, *block, true});
  work_off();
  if (!restoring) return;
  if (snapshots && restoring->target->manifest.slot > final_slot_)
    carry_out(snapshots->resume(std::move(restoring->target), restoring->stored, sync_now()));
  else
    out.push_back(AbandonRestore{restoring->target->name});
  catch_up();
}

void Replica::Machine::handle(Event event) {
  struct Visitor {
    Machine& self;
    void operator()(const PeerConnected& connected) const {
      self.peers_.insert_or_assign(connected.peer, connected.node_key);
      if (connected.node_key) self.peers_by_key_.insert_or_assign(*connected.node_key, connected.peer);
      self.sync.connected(connected.peer);
      if (self.snapshots) self.snapshots->connected(connected.peer);
    }
    void operator()(const PeerGone& gone) const { self.peer_gone(gone.peer); }
    void operator()(Received& received) const { self.receive(received.from, std::move(received.message)); }
    void operator()(Submitted& submitted) const {
      self.carry_out(
          self.mempool.step(mempool::Received{submitted.from, std::move(submitted.transactions)}, *self.head.state));
    }
    void operator()(const Persisted& persisted) const {
      if (self.unsaved_proposal_ && persisted.sequence >= self.unsaved_sequence_) self.unsaved_proposal_ = nullptr;
      self.tasks_.push_back(consensus::SafetyPersisted{persisted.sequence});
    }
    void operator()(Judged& judged) const { self.judged(judged.block, std::move(judged.accepted)); }
    void operator()(BlockExecuted& executed) const { self.executed(executed.block, std::move(executed.executed)); }
    void operator()(const Committed& committed) const { self.committed(committed); }
    void operator()(const ChunkStored& stored) const {
      if (self.snapshots) self.carry_out(self.snapshots->stored(stored.snapshot, stored.index, self.sync_now()));
    }
    void operator()(SignaturesVerified& verified) const {
      self.carry_out(self.mempool.step(std::move(verified), *self.head.state));
    }
    void operator()(const Timer&) const { self.on_timer(); }
  };
  std::visit(Visitor{*this}, event);
  work_off();
  carry_out(sync.reached(consensus.final_slot(), consensus.known_through(), now.steady_us));
  catch_up();
  work_off();
}

void Replica::Machine::peer_gone(PeerId gone) {
  const auto peer = peers_.find(gone);
  if (peer == peers_.end()) return;
  if (peer->second)
    if (const auto key = peers_by_key_.find(*peer->second); key != peers_by_key_.end() && key->second == gone)
      peers_by_key_.erase(key);
  peers_.erase(peer);
  sync.gone(gone);
  if (snapshots) snapshots->gone(gone);
}

void Replica::Machine::on_timer() {
  if (consensus.next_timer() <= now.steady_us) tasks_.push_back(consensus::Timer{});
  carry_out(dissem.on_timer(now.steady_us));
  carry_out(sync.on_timer(now.steady_us));
  if (snapshots) carry_out(snapshots->on_timer(sync_now()));
}

std::uint64_t Replica::Machine::next_timer() const {
  const std::uint64_t due = std::min({consensus.next_timer(), dissem.next_timer(), sync.next_timer()});
  return snapshots ? std::min(due, snapshots->next_timer()) : due;
}

void Replica::Machine::receive(PeerId from, NetMessage message) {
  struct Visitor {
    Machine& self;
    PeerId from;
    void pass(consensus::Message message) const {
      self.tasks_.push_back(consensus::Received{from, std::move(message)});
    }
    void serve(const sync::SnapshotRequest& request) const { self.out.push_back(ServeSnapshot{from, request}); }
    void operator()(Header& header) const { pass(std::move(header)); }
    void operator()(Block& block) const { self.tasks_.push_back(TakeBlock{from, std::move(block)}); }
    void operator()(Vote& vote) const { pass(std::move(vote)); }
    void operator()(Claim& claim) const { pass(std::move(claim)); }
    void operator()(PrevoteCertificate& certificate) const { pass(std::move(certificate)); }
    void operator()(PrecommitCertificate& certificate) const {
      self.sync.heard(from, certificate.slot);
      pass(std::move(certificate));
    }
    void operator()(Shred& shred) const {
      self.carry_out(self.dissem.on_shred(from, std::move(shred), self.now.steady_us));
    }
    void operator()(const dissem::ShredRequest& request) const { self.serve(from, request); }
    void operator()(const sync::BranchRequest& request) const { self.serve(from, request); }
    void operator()(const sync::ChainRequest& request) const {
      self.out.push_back(
          ServeChain{from, request.id, request.after,
                     static_cast<std::uint16_t>(std::min<std::size_t>(request.count, sync::kReplyBlocksMax))});
    }
    void operator()(sync::Reply& reply) const {
      self.carry_out(self.sync.on_reply(from, std::move(reply), self.now.steady_us));
    }
    void operator()(const sync::OffersRequest& request) const { serve(request); }
    void operator()(const sync::EpochsRequest& request) const { serve(request); }
    void operator()(const sync::ManifestRequest& request) const { serve(request); }
    void operator()(const sync::ChunkRequest& request) const { serve(request); }
    void operator()(sync::Offers& offers) const { self.take_reply(from, offers); }
    void operator()(sync::Epochs& epochs) const { self.take_reply(from, epochs); }
    void operator()(sync::Piece& piece) const { self.take_reply(from, piece); }
    void operator()(Transactions& gossip) const {
      mempool::Received received{from, {}};
      received.transactions.assign(std::make_move_iterator(gossip.transactions.begin()),
                                   std::make_move_iterator(gossip.transactions.end()));
      self.carry_out(self.mempool.step(std::move(received), *self.head.state));
    }
  };
  if (!peers_.contains(from)) return;
  std::visit(Visitor{*this, from}, message);
}

void Replica::Machine::work_off() {
  while (!tasks_.empty()) {
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    if (auto* event = std::get_if<consensus::Event>(&task))
      perform(std::move(*event));
    else
      take(std::move(std::get<TakeBlock>(task)));
  }
}

void Replica::Machine::perform(consensus::Event event) {
  carry_out(consensus.step(event, now));
  const auto* received = std::get_if<consensus::Received>(&event);
  const auto* header = received == nullptr ? nullptr : std::get_if<Header>(&received->message);
  if (header != nullptr) header_came(block_hash(header->body));
}

// --- Effects of the machines within

void Replica::Machine::carry_out(const std::vector<consensus::Effect>& effects) {
  for (const consensus::Effect& effect : effects) std::visit([&](const auto& one) { on(one); }, effect);
}

void Replica::Machine::on(const consensus::Broadcast& effect) {
  if (const auto* header = std::get_if<Header>(&effect.message)) return pass_on(*header);
  out.push_back(Broadcast{
      std::visit([](const auto& message) { return std::make_shared<const NetMessage>(message); }, effect.message)});
}

void Replica::Machine::on(const consensus::Persist& effect) {
  if (const auto& proposal = effect.record.proposal;
      proposal && !blocks.contains(proposal->block) && proposal->slot > final_slot_) {
    if (const Known* own = adopt_own(proposal->block)) {
      unsaved_proposal_ = own->block;
      unsaved_sequence_ = effect.sequence;
    }
  }
  out.push_back(Persist{effect.sequence, effect.record, unsaved_proposal_});
}

void Replica::Machine::on(const consensus::Fetch& effect) {
  dissem.pin(effect.block);
  // What is held is on its way to being durable.
  if (const auto known = blocks.find(effect.block); known != blocks.end() && known->second.block) return;
  carry_out(sync.want(effect.block, effect.slot, effect.above, now.steady_us));
}

void Replica::Machine::on(const consensus::Accuse& effect) {
  if (evidence.size() >= kEvidencePendingMax || std::ranges::find(evidence, effect.evidence) != evidence.end()) return;
  evidence.push_back(effect.evidence);
  out.push_back(StoreEvidence{evidence_id(config_.rules.chain_id, effect.evidence),
                              std::make_shared<const Evidence>(effect.evidence)});
}

void Replica::Machine::on(const consensus::Blame& effect) { out.push_back(Blame{effect.peer, Fault::consensus}); }

void Replica::Machine::on(const consensus::Alarm& effect) { out.push_back(effect); }

void Replica::Machine::on(const consensus::SlotStarted& effect) {
  std::erase_if(proposals_, [&](const Proposal& proposal) { return proposal.slot < effect.slot; });
  out.push_back(effect);
}

void Replica::Machine::carry_out(std::vector<dissem::Effect> effects) {
  struct Visitor {
    Machine& self;
    void operator()(dissem::SendShred& effect) const {
      const Slot slot = effect.shred.slot;
      self.send(slot, effect.to, std::move(effect.shred));
    }
    void operator()(dissem::RelayShred& effect) const {
      self.out.push_back(Broadcast{std::make_shared<const NetMessage>(std::move(effect.shred))});
    }
    void operator()(dissem::AnswerShred& effect) const { self.send(effect.to, std::move(effect.shred)); }
    void operator()(dissem::AskShreds& effect) const {
      const Slot slot = effect.request.slot;
      self.send(slot, effect.from, std::move(effect.request));
    }
    void operator()(const dissem::BlockWhole& effect) const { self.body_came(effect.block, effect.bytes); }
    void operator()(const dissem::BlockRefuted& effect) const {
      self.blocks[effect.block].refuted = true;
      self.tasks_.push_back(consensus::DataHeld{effect.block});
    }
    void operator()(const dissem::BlamePeer& effect) const { self.out.push_back(Blame{effect.peer, Fault::shred}); }
  };
  for (dissem::Effect& effect : effects) std::visit(Visitor{*this}, effect);
}

void Replica::Machine::carry_out(std::vector<sync::Effect> effects) {
  struct Visitor {
    Machine& self;
    void operator()(const sync::Ask& effect) const {
      std::visit([&](const auto& request) { self.send(effect.to, request); }, effect.request);
    }
    void operator()(sync::HandIn& effect) const {
      for (Block& block : effect.blocks) self.tasks_.push_back(TakeBlock{effect.from, std::move(block)});
    }
    void operator()(const sync::BlamePeer& effect) const { self.out.push_back(Blame{effect.peer, Fault::reply}); }
  };
  for (sync::Effect& effect : effects) std::visit(Visitor{*this}, effect);
}

void Replica::Machine::carry_out(std::vector<mempool::Effect> effects) {
  struct Visitor {
    Machine& self;
    void operator()(mempool::VerifySignatures& effect) const { self.out.push_back(std::move(effect)); }
    void operator()(const mempool::Admitted& effect) const {
      self.out.push_back(effect);
      if (const VerifiedTransaction* transaction = self.mempool.find(effect.transaction))
        self.out.push_back(Gossip{self.peers_.contains(effect.from) ? effect.from : kSelf, *transaction});
    }
    void operator()(const mempool::Refused& effect) const {
      self.out.push_back(effect);
      if (self.peers_.contains(effect.from) && mempool::is_fault(effect.why))
        self.out.push_back(Blame{effect.from, Fault::transaction});
    }
    void operator()(const mempool::Dropped&) const {}
  };
  for (mempool::Effect& effect : effects) std::visit(Visitor{*this}, effect);
}

void Replica::Machine::send(PeerId to, NetMessage message) {
  out.push_back(Send{to, std::make_shared<const NetMessage>(std::move(message))});
}

void Replica::Machine::send(Slot of, ValidatorIndex to, NetMessage message) {
  const auto peer = peers_by_key_.find(validators_of(of)->at(to).node_key);
  if (peer != peers_by_key_.end()) send(peer->second, std::move(message));
}

// --- Replica

Replica::Replica(const Config& config, Tip tip, std::optional<consensus::SafetyRecord> record,
                 consensus::Authenticator& authenticator, consensus::Signer* signer)
    : machine_(std::make_unique<Machine>(config, std::move(tip), std::move(record), authenticator, signer)) {}
Replica::~Replica() = default;
Replica::Replica(Replica&&) noexcept = default;
Replica& Replica::operator=(Replica&&) noexcept = default;

std::vector<Effect> Replica::start(Stored stored, Now now, std::optional<Restoring> restoring) {
  machine_->now = now;
  machine_->start(std::move(stored), std::move(restoring));
  return std::exchange(machine_->out, {});
}

std::vector<Effect> Replica::step(Event event, Now now) {
  machine_->now = now;
  machine_->handle(std::move(event));
  return std::exchange(machine_->out, {});
}

std::uint64_t Replica::next_timer() const { return machine_->next_timer(); }
const consensus::Consensus& Replica::consensus() const { return machine_->consensus; }
const mempool::Mempool& Replica::mempool() const { return machine_->mempool; }
const dissem::Dissemination& Replica::dissemination() const { return machine_->dissem; }
bool Replica::is_behind() const { return machine_->sync.is_behind() || is_restoring(); }
bool Replica::is_restoring() const { return machine_->snapshots && machine_->snapshots->is_restoring(); }
Hash Replica::head() const { return machine_->head.block; }
StatePointer Replica::head_state() const { return machine_->head.state; }
std::size_t Replica::accusations() const { return machine_->evidence.size(); }
std::size_t Replica::kept() const { return machine_->blocks.size(); }

}  // namespace aether::replica
