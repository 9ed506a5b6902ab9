// Blocks that are not final: how they come, are judged, executed, made and forgotten.
#include <algorithm>

#include "machine.hpp"

namespace aether::replica {

const std::shared_ptr<const ValidatorSet>& Replica::Machine::validators_of(Slot slot) const {
  const consensus::Epoch* epoch = consensus.epoch(slot);
  AETHER_ASSERT(epoch != nullptr);
  return epoch->validators;
}

const PostState* Replica::Machine::post_of(const Hash& block) const {
  if (block == final_) return &final_post_;
  const auto known = blocks.find(block);
  return known == blocks.end() || !known->second.result ? nullptr : &known->second.post;
}

dissem::Announcement Replica::Machine::announcement_of(const Header& header, const Hash& hash) const {
  const auto& sealer = std::get<BftSealer>(header.body.sealer);
  const auto& validators = validators_of(header.body.slot);
  return {.slot = header.body.slot,
          .block = hash,
          .shred_root = sealer.shred_root,
          .proposer = sealer.proposer,
          .validators = validators->size(),
          .me = signer_ == nullptr ? std::nullopt : validators->index_of(signer_->address()),
          .place = consensus.place(hash)};
}

// --- How they come

void Replica::Machine::header_came(const Hash& hash) {
  if (blocks.contains(hash)) return;
  if (const auto header = consensus.header(hash); header && header->body.slot > final_slot_)
    carry_out(dissem.announce(announcement_of(*header, hash), now.steady_us));
}

void Replica::Machine::body_came(const Hash& hash, ByteView bytes) {
  auto header = consensus.header(hash);
  if (!header || blocks.contains(hash)) return;
  auto body = codec::decode<Body>(bytes);
  if (!body || !fits(*header, *body, config_.cpu)) {
    blocks[hash].refuted = true;
    tasks_.push_back(consensus::DataHeld{hash});
    return;
  }
  hold(hash,
       std::make_shared<const Block>(
           Block{std::move(*header), std::move(body->transactions), std::move(body->evidence)}),
       false);
}

// A block that came whole.
void Replica::Machine::take(TakeBlock taken) {
  const Hash hash = block_hash(taken.block.header.body);
  perform(consensus::Received{taken.from, taken.block.header});
  if (blocks.contains(hash) || !consensus.header(hash)) return;
  Body body{std::move(taken.block.transactions), std::move(taken.block.evidence)};
  if (!fits(taken.block.header, body, config_.cpu)) {
    // Another peer may have what the header names.
    if (taken.from != kSelf) out.push_back(Blame{taken.from, Fault::reply});
    return;
  }
  Known& held = hold(hash,
                     std::make_shared<const Block>(
                         Block{std::move(taken.block.header), std::move(body.transactions), std::move(body.evidence)}),
                     taken.is_stored);
  held.came_whole = true;
}

Replica::Machine::Known& Replica::Machine::hold(const Hash& hash, BlockPointer block, bool is_stored) {
  sync.found(hash);
  dissem.found(hash, block->header.body.slot);
  Known& held = blocks[hash];
  held.block = std::move(block);
  if (!is_stored) out.push_back(StoreBlock{hash, held.block});
  tasks_.push_back(consensus::DataHeld{hash});
  return held;
}

// Whoever gets it needs no shreds then. Judged as if it came by them: see Judgement::came_whole.
bool Replica::Machine::goes_with_header(const Block& block) const {
  const std::size_t others = validators_of(block.header.body.slot)->size() - 1;
  const std::size_t bytes_max =
      std::min(kBodyWithHeaderBytesMax, config_.with_header_bytes_max / std::max<std::size_t>(others, 1));
  std::size_t bytes = codec::encode(block.evidence).size();
  for (const Transaction& transaction : block.transactions) {
    if (bytes > bytes_max) break;
    bytes += codec::encode(transaction).size();
  }
  return bytes <= bytes_max;
}

void Replica::Machine::pass_on(const Header& header) {
  const Hash hash = block_hash(header.body);
  const auto known = blocks.find(hash);
  const bool is_whole = known != blocks.end() && known->second.block && goes_with_header(*known->second.block);
  if (const auto own = std::ranges::find(proposals_, hash, &Proposal::hash); own != proposals_.end() && own->shreds) {
    const auto shreds = std::exchange(own->shreds, nullptr);
    if (is_whole)
      dissem.found(hash, header.body.slot);
    else
      carry_out(dissem.spread(announcement_of(header, hash), shreds));
  }
  out.push_back(Broadcast{is_whole ? std::make_shared<const NetMessage>(*known->second.block)
                                   : std::make_shared<const NetMessage>(header)});
}

// --- Judged, executed

void Replica::Machine::on(const consensus::Validate& effect) {
  const auto known = blocks.find(effect.block);
  AETHER_ASSERT(known != blocks.end());
  if (known->second.refuted) return tasks_.push_back(consensus::Validated{effect.block, false});
  const BlockPointer& block = known->second.block;
  const PostState* parent = post_of(block->header.body.parent_hash);
  AETHER_ASSERT(parent != nullptr);
  Judgement judgement{effect.block, block, parent->state, effect.empty, {}, known->second.came_whole};
  judgement.known.resize(block->transactions.size());
  for (std::size_t i = 0; i < block->transactions.size(); ++i) {
    const VerifiedTransaction* waiting = mempool.find(transaction_id(block->transactions[i].body));
    if (waiting != nullptr && waiting->signature() == block->transactions[i].signature) judgement.known[i] = *waiting;
  }
  out.push_back(Judge{std::move(judgement)});
}

void Replica::Machine::judged(const Hash& hash, AcceptedPointer accepted) {
  const auto known = blocks.find(hash);
  if (known == blocks.end()) return;
  const bool valid = accepted != nullptr;
  known->second.accepted = std::move(accepted);
  tasks_.push_back(consensus::Validated{hash, valid});
}

void Replica::Machine::on(const consensus::Execute& effect) {
  const auto known = blocks.find(effect.block);
  AETHER_ASSERT(known != blocks.end() && known->second.accepted);
  const BlockPointer& block = known->second.block;
  const PostState* parent = post_of(block->header.body.parent_hash);
  AETHER_ASSERT(parent != nullptr);
  out.push_back(Execute{{effect.block, block, known->second.accepted, *parent}});
}

void Replica::Machine::executed(const Hash& hash, Executed executed) {
  const auto found = blocks.find(hash);
  if (found == blocks.end()) return;
  Known& known = found->second;
  const HeaderBody& header = known.block->header.body;
  known.result = std::move(executed.result);
  known.post = {std::move(executed.state), known.result->tree.tree};
  tasks_.push_back(consensus::Executed{hash, executed.outcome});
  carry_out(mempool.step(mempool::BlockAdded{hash, header.parent_hash, header.slot, known.accepted->transactions},
                         *head.state));
  if (header.slot > head.slot) move_head(hash, header.slot, known.post.state);
}

void Replica::Machine::move_head(const Hash& block, Slot slot, const StatePointer& state) {
  head = {block, slot, state};
  carry_out(mempool.step(mempool::HeadMoved{block, slot}, *state));
}

// --- Made

void Replica::Machine::on(const consensus::Build& effect) {
  const PostState* parent = post_of(effect.parent);
  AETHER_ASSERT(parent != nullptr);
  if (head.block != effect.parent) move_head(effect.parent, Slot{effect.slot.raw() - 1}, parent->state);
  Proposal proposal;
  proposal.slot = effect.slot;
  proposal.parent = effect.parent;
  if (!effect.empty) {
    for (const VerifiedTransaction* selected : mempool.select(*head.state)) {
      proposal.body.transactions.push_back(selected->transaction());
      proposal.transactions.push_back(*selected);
    }
  }
  proposal.body.evidence =
      ledger::choose_evidence(*parent->state, {config_.rules.chain_id, effect.slot, config_.rules.params},
                              effect.parent, evidence, effect.late_votes, verifiers_);
  proposal.transactions_root = transactions_root(proposal.body.transactions, config_.cpu);
  proposal.evidence_root = evidence_root(proposal.body.evidence);
  auto shreds =
      erasure::ShreddedBlock::make(config_.rules.chain_id, effect.slot, codec::encode(proposal.body), config_.cpu);
  AETHER_ASSERT(shreds.has_value());
  proposal.shreds = std::make_shared<const erasure::ShreddedBlock>(std::move(*shreds));
  tasks_.push_back(consensus::Built{effect.slot, effect.parent, proposal.transactions_root, proposal.evidence_root,
                                    proposal.shreds->root()});
  proposals_.push_back(std::move(proposal));
}

// The own proposal, whose contents were made before its hash was known; null for any other block.
Replica::Machine::Known* Replica::Machine::adopt_own(const Hash& hash) {
  auto header = consensus.header(hash);
  if (!header) return nullptr;
  const auto& sealer = std::get<BftSealer>(header->body.sealer);
  const auto proposal = std::ranges::find_if(proposals_, [&](const Proposal& own) {
    return !own.hash && own.slot == header->body.slot && own.parent == header->body.parent_hash &&
           own.transactions_root == header->body.transactions_root && own.evidence_root == sealer.evidence_root;
  });
  if (proposal == proposals_.end()) return nullptr;
  proposal->hash = hash;
  Known& known = blocks[hash];
  known.block = std::make_shared<const Block>(
      Block{std::move(*header), std::move(proposal->body.transactions), std::move(proposal->body.evidence)});
  const PostState* parent = post_of(proposal->parent);
  AETHER_ASSERT(parent != nullptr);
  auto sealed =
      ledger::read_sealed(*parent->state, {config_.rules.chain_id, proposal->slot, config_.rules.params},
                          known.block->header, known.block->evidence, verifiers_, ledger::LateVotesAre::known);
  AETHER_ASSERT(sealed.has_value());  // what was chosen holds
  known.accepted = std::make_shared<const Accepted>(std::move(proposal->transactions), std::move(*sealed));
  return &known;
}

// --- Final, forgotten

void Replica::Machine::on(const consensus::Finalize& effect) {
  Commit commit{{}, effect.certificate};
  for (const Hash& hash : effect.blocks) {
    const auto found = blocks.find(hash);
    AETHER_ASSERT(found != blocks.end() && found->second.result);
    Known& known = found->second;
    const Header& header = known.block->header;
    if (hash == effect.blocks.back()) show_epoch(header, effect.certificate, final_post_);
    show_snapshot(header);
    final_ = hash;
    final_slot_ = header.body.slot;
    final_time_ms_ = header.body.time_ms;
    final_post_ = std::move(known.post);
    committing_.push_back({final_slot_, known.result, final_post_.state});
    commit.blocks.push_back(
        {hash, std::move(known.block), std::move(known.accepted), std::move(known.result), is_snapshot(final_slot_)});
    blocks.erase(found);
  }
  out.push_back(std::move(commit));
  forget_settled();
  offer_snapshot(effect.certificate);
  if (head.slot < final_slot_) move_head(final_, final_slot_, final_post_.state);
  carry_out(mempool.step(mempool::BlockFinal{final_, final_slot_}, *head.state));
  dissem.forget(final_slot_);
}

void Replica::Machine::forget_settled() {
  for (const Evidence& settled : ledger::take_settled(
           evidence, *final_post_.state, {config_.rules.chain_id, next(final_slot_), config_.rules.params}))
    out.push_back(DropEvidence{evidence_id(config_.rules.chain_id, settled)});
}

void Replica::Machine::on(const consensus::Forget& effect) {
  const auto known = blocks.find(effect.block);
  if (known == blocks.end()) return;
  const bool was_executed = known->second.result != nullptr;
  if (known->second.block) out.push_back(DropBlock{effect.block});
  blocks.erase(known);
  if (head.block == effect.block) move_head(final_, final_slot_, final_post_.state);
  if (was_executed) carry_out(mempool.step(mempool::BlockForgotten{effect.block}, *head.state));
}

// States that rest on what is durable now need not walk over what came before.
void Replica::Machine::committed(const Committed& committed) {
  while (!committing_.empty() && committing_.front().slot <= committed.slot) committing_.pop_front();
  StatePointer base = committed.post.state;
  for (Committing& final : committing_) base = final.state = branch_state(base, final.result);
  final_post_.state = base;
  if (head.block == final_) head.state = base;
  std::vector<std::pair<Hash, Known*>> executed;
  for (auto& [hash, known] : blocks)
    if (known.result) executed.emplace_back(hash, &known);
  std::ranges::stable_sort(executed, {}, [](const auto& one) { return one.second->block->header.body.slot; });
  for (auto& [hash, known] : executed) {
    // A branch beside the final one stays on what it was made of, until it is forgotten.
    const PostState* parent = post_of(known->block->header.body.parent_hash);
    if (parent == nullptr) continue;
    known->post.state = branch_state(parent->state, known->result);
    if (head.block == hash) head.state = known->post.state;
  }
}

// --- Served

void Replica::Machine::serve(PeerId to, const dissem::ShredRequest& request) {
  const auto known = blocks.find(request.block);
  if (!dissem.serves(request.block) && known != blocks.end() && known->second.block) {
    // Whoever lost its memory, or got the block whole, cuts it once more.
    // One that came whole may have none, and be on its way to being judged so.
    auto shreds = shredded(*known->second.block, config_.cpu);
    if (shreds == nullptr) return;
    dissem.serve(announcement_of(known->second.block->header, request.block), std::move(shreds));
  }
  carry_out(dissem.on_request(to, request));
}

void Replica::Machine::serve(PeerId to, const sync::BranchRequest& request) {
  std::vector<BlockPointer> branch;
  Hash at = request.block;
  Slot slot = request.above;
  for (auto known = blocks.find(at); known != blocks.end() && known->second.block; known = blocks.find(at)) {
    const HeaderBody& header = known->second.block->header.body;
    if (header.slot <= request.above) break;
    branch.push_back(known->second.block);
    slot = header.slot;
    at = header.parent_hash;
  }
  // What is asked for is final here, or the branch begins below.
  if (branch.empty() || slot.raw() > request.above.raw() + 1) {
    out.push_back(ServeChain{to, request.id, request.above, sync::kReplyBlocksMax});
    return;
  }
  sync::Reply reply{request.id, {}};
  std::size_t bytes = 0;
  for (auto block = branch.rbegin(); block != branch.rend() && reply.blocks.size() < sync::kReplyBlocksMax; ++block) {
    bytes += codec::encode(**block).size();
    if (!reply.blocks.empty() && bytes > sync::kReplyBytesMax) break;
    reply.blocks.push_back(**block);
  }
  send(to, std::move(reply));
}

}  // namespace aether::replica
