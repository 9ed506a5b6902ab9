#include "aether/replicas/node.hpp"

namespace aether::sim {

ReplicaNode::ReplicaNode(ReplicaNodeContext context, NodeClock clock)
    : context_(std::move(context)), clock_(clock), verifiers_(context_.genesis.chain_id) {
  record_.write(consensus::first_record(context_.genesis.chain_id));
  record_.sync_one();
  const exec::Executed genesis = exec::execute_genesis(context_.genesis, pool_, {});
  auto state = std::make_shared<DurableState>();
  state->apply(genesis.diff);
  state_ = std::move(state);
  tree_ = genesis.tree.tree;
  chain_.emplace(Slot{0}, CommittedBlock{genesis_hash(context_.genesis), nullptr, std::nullopt, tree_.root(),
                                         genesis.receipts_root, Gas{}});
}

// --- Life

replica::Tip ReplicaNode::tip() const {
  const CommittedBlock& last = chain_.rbegin()->second;
  consensus::Anchor anchor;
  anchor.block = last.hash;
  anchor.slot = final_slot();
  anchor.time_ms = last.header ? last.header->body.time_ms : context_.genesis.time_ms;
  anchor.outcome = {last.state_root, last.receipts_root, last.gas_used, std::nullopt};
  anchor.certificate = certificate_;
  if (last.header)
    if (const auto& named = std::get<BftSealer>(last.header->body.sealer).final_certificate)
      anchor.named_final = named->slot;
  anchor.epochs = replica::epochs_after(context_.config.rules, *state_, anchor.slot);
  return {std::move(anchor), {state_, tree_}};
}

void ReplicaNode::boot() {
  replica_.emplace(context_.config, tip(), record_.content(), context_.authenticator, context_.signer);
  replica::Stored stored;
  for (const auto& [hash, block] : stored_) stored.blocks.push_back(block);
  for (const auto& [id, evidence] : stored_evidence_) stored.evidence.push_back(evidence);
  std::optional<replica::Restoring> restoring;
  if (restore_) {
    restoring.emplace(restore_->target, std::vector<bool>(restore_->target->manifest.chunks.size()));
    for (const auto& [index, objects] : restore_->chunks) restoring->stored[index] = true;
  }
  carry_out(replica_->start(std::move(stored), clocks(), std::move(restoring)));
  for (std::size_t peer = 0; peer < context_.world.size(); ++peer)
    if (peer != context_.index) step(replica::PeerConnected{peer, context_.node_key(peer)});
}

void ReplicaNode::end_life() {
  ++life_;
  replica_.reset();
  working_.clear();
  storing_.clear();
  storing_evidence_.clear();
  armed_at_ = std::nullopt;
  synced_at_ = 0;
}

void ReplicaNode::crash(Random& random) {
  end_life();
  static_cast<void>(record_.crash(random, true, true));
}

// --- Steps

consensus::Now ReplicaNode::clocks() const {
  return {clock_.steady_us(context_.world.now()), clock_.wall_ms(context_.world.now())};
}

void ReplicaNode::receive(std::size_t from, const MessagePointer& message) {
  if (replica_) step(replica::Received{from, *message});
}

replica::BlockPointer ReplicaNode::stored(const Hash& block) const {
  const auto found = stored_.find(block);
  return found == stored_.end() ? nullptr : found->second;
}

void ReplicaNode::submit(const Transaction& transaction) {
  constexpr replica::PeerId kUser = 1'000'000;
  if (replica_) step(replica::Submitted{kUser, {transaction}});
}

void ReplicaNode::step(replica::Event event) { carry_out(replica_->step(std::move(event), clocks())); }

void ReplicaNode::carry_out(std::vector<replica::Effect> effects) {
  effects_ += effects.size();
  for (replica::Effect& effect : effects) std::visit([&](auto& one) { on(one); }, effect);
  arm();
}

void ReplicaNode::arm() {
  const std::uint64_t due = replica_->next_timer();
  if (due == ~std::uint64_t{0}) return;
  const Micros at = std::max(clock_.when(due), context_.world.now() + 1);
  if (armed_at_ && *armed_at_ <= at) return;
  armed_at_ = at;
  context_.world.later(context_.index, at, [this, at] {
    if (armed_at_ != at) return;
    armed_at_ = std::nullopt;
    step(replica::Timer{});
  });
}

void ReplicaNode::answer(Micros after, replica::Event event) {
  context_.world.later(context_.index, context_.world.now() + after, [this, event = std::move(event)] { step(event); });
}

// --- Effects

void ReplicaNode::on(replica::Send& effect) { context_.world.send(context_.index, effect.to, effect.message); }

void ReplicaNode::on(replica::Broadcast& effect) { context_.world.broadcast(context_.index, effect.message); }

void ReplicaNode::on(replica::Gossip& effect) {
  context_.world.broadcast(context_.index, std::make_shared<const replica::NetMessage>(
                                               replica::Transactions{{effect.transaction.transaction()}}));
}

// Writes end in their order; blocks and proposals are there as soon as a record that was written after them may be.
void ReplicaNode::on(replica::Persist& effect) {
  stored_.merge(storing_);
  storing_.clear();
  stored_evidence_.merge(storing_evidence_);
  storing_evidence_.clear();
  record_.write(effect.record);
  if (effect.proposal) stored_.emplace(block_hash(effect.proposal->header.body), effect.proposal);
  synced_at_ = std::max(synced_at_, context_.world.now()) + context_.costs.fsync;
  context_.world.later(context_.index, synced_at_, [this, sequence = effect.sequence] {
    record_.sync_one();
    step(replica::Persisted{sequence});
  });
}

void ReplicaNode::on(replica::StoreBlock& effect) { storing_.emplace(effect.hash, effect.block); }

void ReplicaNode::on(replica::DropBlock& effect) {
  stored_.erase(effect.hash);
  storing_.erase(effect.hash);
  working_.erase(effect.hash);
}

void ReplicaNode::on(replica::StoreEvidence& effect) { storing_evidence_.emplace(effect.id, *effect.evidence); }

void ReplicaNode::on(replica::DropEvidence& effect) {
  stored_evidence_.erase(effect.id);
  storing_evidence_.erase(effect.id);
}

void ReplicaNode::on(replica::Judge& effect) {
  const Hash hash = effect.judgement.hash;
  working_.insert(hash);
  auto accepted = replica::judge(context_.config.rules, std::move(effect.judgement), {pool_, {}, verifiers_});
  context_.world.later(context_.index, context_.world.now() + context_.costs.judge, [this, hash, accepted] {
    if (working_.contains(hash)) step(replica::Judged{hash, accepted});
  });
}

void ReplicaNode::on(replica::Execute& effect) {
  const Hash hash = effect.execution.hash;
  working_.insert(hash);
  auto executed = replica::execute(context_.config.rules, effect.execution, {pool_, {}, verifiers_});
  context_.world.later(context_.index, context_.world.now() + context_.costs.execute, [this, hash, executed] {
    if (working_.contains(hash)) step(replica::BlockExecuted{hash, executed});
  });
}

void ReplicaNode::on(replica::Commit& effect) {
  context_.world.later(context_.index, context_.world.now() + context_.costs.fsync, [this, commit = effect] {
    auto state = std::make_shared<DurableState>(*state_);
    for (const replica::FinalBlock& final : commit.blocks) {
      state->apply(final.result->diff);
      tree_ = final.result->tree.tree;
      const CommittedBlock block{final.hash,
                                 final.block,
                                 final.block->header,
                                 tree_.root(),
                                 final.result->receipts_root,
                                 final.result->gas_used};
      chain_.emplace(block.header->body.slot, block);
      stored_.erase(final.hash);
      storing_.erase(final.hash);
      working_.erase(final.hash);
      context_.world.committed(context_.index, block, final.result->receipts);
      if (final.is_snapshot) keep_snapshot(block, *state);
    }
    state_ = std::move(state);
    certificate_ = commit.certificate;
    step(replica::Committed{commit.blocks.back().block->header.body.slot, {state_, tree_}});
  });
}

void ReplicaNode::on(replica::ServeChain& effect) {
  sync::Reply reply{effect.id, {}};
  for (auto block = chain_.find(next(effect.after)); block != chain_.end() && reply.blocks.size() < effect.count;
       ++block) {
    if (!block->second.block) break;
    reply.blocks.push_back(*block->second.block);
  }
  context_.world.send(context_.index, effect.to, std::make_shared<const replica::NetMessage>(std::move(reply)));
}

void ReplicaNode::on(replica::VerifySignatures& effect) {
  answer(context_.costs.verify, replica::SignaturesVerified{effect.batch, verify(effect.transactions, {}, pool_)});
}

void ReplicaNode::on(replica::Blame& effect) { context_.world.blamed(context_.index, effect); }

void ReplicaNode::on(replica::Alarm& effect) { context_.world.alarmed(context_.index, effect); }

}  // namespace aether::sim
