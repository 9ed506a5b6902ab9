#include "aether/cluster/node.hpp"

namespace aether::sim {

namespace {

constexpr Micros kAskAgain = 100'000;
constexpr unsigned kTriesMax = 12;
constexpr std::size_t kEvidencePending = 32;
constexpr std::size_t kEvidencePerBlock = 4;

}  // namespace

Node::Node(NodeIndex index, const NodeContext& context, NodeClock clock, Random random, const Hash& genesis)
    : index_(index), context_(context), clock_(clock), random_(random), address_(context.signer.address()) {
  record_.write(consensus::first_record(kChain));
  record_.sync_one();
  finals_.write({.block = genesis, .time_ms = NodeClock::kWallStartMs - 1'000, .state = context.plan.genesis()});
  finals_.sync_one();
  chain_.emplace(Slot{0}, genesis);
}

// --- Life

void Node::boot() {
  final_ = *finals_.content();
  if (record_.content()) context_.checker.restarted(index_, *record_.content());
  consensus::Params params{.chain_id = kChain,
                           .epoch_slots = context_.options.epoch_slots,
                           .slot_ms = context_.options.slot_ms,
                           .delta_us_min = context_.options.delta_us_min,
                           .unfinal_slots_max = context_.options.unfinal_slots_max,
                           .detects_other_self = context_.options.detects_other_self};
  machine_.emplace(params, anchor_of(final_), record_.content(), context_.authenticator, &context_.signer);
  carry_out(machine_->start(clocks()));
  hand_in_stored();
}

// What was held before a crash: other nodes may have lost it as well.
void Node::hand_in_stored() {
  std::vector<BlockPointer> blocks;
  for (const auto& [hash, block] : store_)
    if (block->slot() > final_.slot) blocks.push_back(block);
  std::ranges::stable_sort(blocks, {}, [](const BlockPointer& block) { return block->slot(); });
  if (!blocks.empty()) blocks_came(consensus::kSelf, {std::move(blocks)});
}

void Node::restore(const Backup& older) {
  record_.write(older.record);
  record_.sync_one();
  finals_.write(older.final);
  finals_.sync_one();
  std::erase_if(store_, [&](const auto& entry) { return entry.second->slot() > older.final.slot; });
  chain_.erase(chain_.upper_bound(older.final.slot), chain_.end());
  context_.checker.went_back(index_, older.record);
}

DurableFile<consensus::SafetyRecord>::Crash Node::crash(bool may_lose, bool may_tear) {
  ++life_;
  machine_.reset();
  overlays_.clear();
  told_.clear();
  wanted_.clear();
  built_.clear();
  pushed_ = std::nullopt;
  evidence_.clear();
  armed_at_ = std::nullopt;
  synced_at_ = stored_at_ = 0;
  static_cast<void>(finals_.crash(random_, may_lose, may_tear));
  const auto out = record_.crash(random_, may_lose, may_tear);
  if (const auto& record = record_.content(); record && record->proposal)
    store_.insert(own_.extract(record->proposal->block));  // the same write
  own_.clear();
  return out;
}

bool Node::has_voted_in_open_slot() const {
  return machine_ && machine_->record().slot == machine_->slot() && !machine_->record().prevotes.empty();
}

consensus::Anchor Node::anchor_of(const Final& final) const {
  consensus::Anchor anchor{.block = final.block,
                           .slot = final.slot,
                           .time_ms = final.time_ms,
                           .outcome = context_.plan.outcome(final.state, final.slot),
                           .certificate = final.certificate,
                           .named_final = final.named,
                           .epochs = {}};
  if (final.state.before) anchor.epochs.push_back(*final.state.before);
  anchor.epochs.push_back(final.state.epoch);
  if (final.state.next) anchor.epochs.push_back(*final.state.next);
  return anchor;
}

void Node::adopt(const Final& final) {
  final_ = final;
  chain_.emplace(final.slot, final.block);
  overlays_.clear();
  finals_.write(final_);
  stored_at_ = std::max(stored_at_, context_.world.now() + context_.options.fsync_us);
  context_.world.schedule(index_, stored_at_, {life_, NodeEvent::FinalSynced{}});
  carry_out(machine_->advance(anchor_of(final_), clocks()));
}

const consensus::Epoch* Node::epoch_of(Slot slot) const {
  const std::uint64_t number = slot.raw() / context_.plan.epoch_slots();
  if (final_.state.epoch.number == number) return &final_.state.epoch;
  if (final_.state.next && final_.state.next->number == number) return &*final_.state.next;
  return nullptr;
}

// --- Steps

consensus::Now Node::clocks() const {
  const Micros now = context_.world.now();
  return {clock_.steady_us(now), clock_.wall_ms(now)};
}

void Node::step(const consensus::Event& event) { carry_out(machine_->step(event, clocks())); }

void Node::carry_out(std::vector<consensus::Effect> effects) {
  for (const consensus::Effect& effect : effects) {
    context_.world.saw(*this, effect);
    std::visit([&](const auto& one) { on(one); }, effect);
  }
  arm();
}

void Node::arm() {
  const std::uint64_t due = machine_->next_timer();
  if (due == ~std::uint64_t{0} || (armed_at_ && armed_for_us_ <= due)) return;
  const Micros at = std::max(clock_.when(due), context_.world.now() + 1);
  if (armed_at_ && *armed_at_ <= at) return;
  armed_at_ = at;
  armed_for_us_ = due;
  context_.world.schedule(index_, at, {life_, NodeEvent::Wake{at}});
}

void Node::later(Micros delay, decltype(NodeEvent::what) what) {
  context_.world.schedule(index_, context_.world.now() + delay, {life_, std::move(what)});
}

void Node::handle(NodeEvent event) {
  if (event.life != life_ || !machine_) return;
  struct Visitor {
    Node& self;
    void operator()(const NodeEvent::Wake& wake) const {
      const Micros now = self.context_.world.now();
      if (self.armed_at_ != wake.at) return;  // an earlier one came in between
      self.armed_at_ = std::nullopt;
      if (self.machine_->next_timer() <= self.clock_.steady_us(now))
        self.step(consensus::Timer{});
      else
        self.arm();
    }
    void operator()(const NodeEvent::RecordSynced& synced) const {
      self.record_.sync_one();
      self.context_.checker.durable(self.index_, *self.record_.content());
      self.step(consensus::SafetyPersisted{synced.sequence});
    }
    void operator()(const NodeEvent::FinalSynced&) const { self.finals_.sync_one(); }
    void operator()(const NodeEvent::BlockStored& stored) const {
      self.store_.emplace(stored.block->hash, stored.block);
      self.wanted_.erase(stored.block->hash);
      self.tell_data_held(stored.block->hash);
    }
    void operator()(const NodeEvent::BlocksFound& found) const { self.blocks_came(self.index_, {found.blocks}); }
    void operator()(NodeEvent::BlockBuilt& built) const {
      const consensus::Built answer = built.built;
      std::erase_if(self.built_, [&](const auto& old) { return old.built.slot < answer.slot; });
      self.built_.push_back(std::move(built));
      self.step(answer);
    }
    void operator()(const NodeEvent::BlockWanted& wanted) const {
      const auto source = self.wanted_.find(wanted.block);
      if (source == self.wanted_.end()) return;
      const auto header = self.machine_->header(wanted.block);
      if (!header || wanted.tries >= kTriesMax) {
        self.wanted_.erase(source);
        return;
      }
      const NodeIndex peer = wanted.tries % 2 == 0 ? source->second : self.random_peer();
      self.context_.world.send(self.index_, peer,
                               packet_of(BlockRequest{wanted.block, Slot{header->body.slot.raw() - 1}}));
      self.later(kAskAgain << std::min(wanted.tries, 4u), NodeEvent::BlockWanted{wanted.block, wanted.tries + 1});
    }
    void operator()(const consensus::Event& answer) const {
      // Of a block that was forgotten meanwhile there is no overlay any more, so no answer.
      const auto* executed = std::get_if<consensus::Executed>(&answer);
      if (executed == nullptr || self.overlays_.contains(executed->block)) self.step(answer);
    }
  };
  std::visit(Visitor{*this}, event.what);
}

void Node::receive(NodeIndex from, const Packet& packet) {
  if (!machine_) return;
  if (const auto* message = std::get_if<consensus::Message>(&packet.body)) {
    step(consensus::Received{from, *message});
    if (std::holds_alternative<Header>(*message))
      header_came(from, packet.block);
    else if (std::holds_alternative<PrevoteCertificate>(*message) ||
             std::holds_alternative<PrecommitCertificate>(*message))
      catch_up(from, packet.slot);
  } else if (const auto* blocks = std::get_if<Blocks>(&packet.body)) {
    blocks_came(from, *blocks);
  } else if (const auto* request = std::get_if<BlockRequest>(&packet.body)) {
    serve(from, *request);
  } else {
    serve(from, std::get<FinalRequest>(packet.body));
  }
}

// --- Effects

void Node::on(const consensus::Broadcast& effect) {
  context_.checker.sent(index_, effect.message);
  const PacketPointer packet = packet_of(effect.message);
  if (std::holds_alternative<Header>(effect.message) && pushed_ != packet->block) {
    if (const BlockPointer own = adopt_own(packet->block)) {
      pushed_ = packet->block;
      store_.insert(own_.extract(packet->block));
      return context_.world.propose(*this, packet, packet_of(std::vector{own}));
    }
  }
  context_.world.broadcast(*this, packet);
}

// The own proposal, whose data was made before its hash was known; null for any other block, also where this node built
// one that holds the same.
BlockPointer Node::adopt_own(const Hash& hash) {
  const auto header = machine_->header(hash);
  if (!header) return nullptr;
  const consensus::Epoch* epoch = machine_->epoch(header->body.slot);
  const ValidatorIndex proposer = std::get<BftSealer>(header->body.sealer).proposer;
  if (epoch == nullptr || epoch->validators->at(proposer).address != address_) return nullptr;
  for (const auto& built : built_) {
    if (built.built.slot != header->body.slot || built.built.parent != header->body.parent_hash) continue;
    BlockPointer block = make_block(*header, built.contents);
    if (block == nullptr) continue;
    told_.insert(hash);
    return own_.emplace(hash, std::move(block)).first->second;
  }
  return nullptr;
}

void Node::on(const consensus::Persist& effect) {
  if (const auto& own = effect.record.proposal; own && !store_.contains(own->block) && !own_.contains(own->block))
    static_cast<void>(adopt_own(own->block));
  record_.write(effect.record);
  synced_at_ = std::max(
      synced_at_, context_.world.now() + random_.between(context_.options.fsync_us / 2, 2 * context_.options.fsync_us));
  context_.world.schedule(index_, synced_at_, {life_, NodeEvent::RecordSynced{effect.sequence}});
}

void Node::on(const consensus::Build& effect) {
  const State* parent = state_of(effect.parent);
  AETHER_ASSERT(parent != nullptr);
  Contents contents;
  if (!effect.empty) {
    constexpr std::size_t kPerBlock = 8;
    const TransactionNumber newest = context_.world.now() / context_.options.transaction_every_us;
    TransactionNumber number = parent->top > State::kWindow ? parent->top - State::kWindow + 1 : 1;
    for (; number <= newest && number <= parent->top + State::kWindow && contents.transactions.size() < kPerBlock;
         ++number)
      if (parent->can_use(number) && !random_.chance(100'000)) contents.transactions.push_back(number);
  }
  contents.evidence.late_votes = effect.late_votes;
  for (const Evidence& evidence : evidence_)
    if (contents.evidence.offences.size() < kEvidencePerBlock) contents.evidence.offences.push_back(evidence);
  evidence_.erase(evidence_.begin(),
                  evidence_.begin() + static_cast<std::ptrdiff_t>(contents.evidence.offences.size()));
  const consensus::Built built{.slot = effect.slot,
                               .parent = effect.parent,
                               .transactions_root = transactions_root(contents),
                               .evidence_root = evidence_root(contents.evidence),
                               .shred_root = {}};
  later(context_.options.fsync_us, NodeEvent::BlockBuilt{built, std::move(contents)});
}

void Node::on(const consensus::Validate& effect) {
  const BlockPointer block = stored(effect.block);
  AETHER_ASSERT(block != nullptr);
  const State* parent = state_of(block->header.body.parent_hash);
  AETHER_ASSERT(parent != nullptr);
  later(100, consensus::Event{consensus::Validated{effect.block, is_valid(*block, *parent, effect.empty)}});
}

void Node::on(const consensus::Execute& effect) {
  BlockPointer block = stored(effect.block);
  if (block == nullptr) block = adopt_own(effect.block);
  AETHER_ASSERT(block != nullptr);
  const State* parent = state_of(block->header.body.parent_hash);
  AETHER_ASSERT(parent != nullptr);
  const State state = context_.plan.execute(*block, *parent);
  overlays_.insert_or_assign(effect.block, state);
  later(context_.options.execute_us * slowness_,
        consensus::Event{consensus::Executed{effect.block, context_.plan.outcome(state, block->slot())}});
}

void Node::on(const consensus::Fetch& effect) {
  const std::vector<BlockPointer> own = branch(effect.block, effect.above);
  if (!own.empty() && own.front()->slot() == next(effect.above)) return later(1, NodeEvent::BlocksFound{own});
  context_.world.send(index_, random_peer(), packet_of(BlockRequest{effect.block, effect.above}));
}

void Node::on(const consensus::Finalize& effect) {
  for (const Hash& hash : effect.blocks) {
    const BlockPointer block = stored(hash);
    const State* state = state_of(hash);
    AETHER_ASSERT(block != nullptr && state != nullptr);
    context_.checker.finalized(index_, *block, *state);
    chain_.emplace(block->slot(), hash);
  }
  context_.checker.finalized_by(index_, effect.certificate);
  const BlockPointer last = stored(effect.blocks.back());
  const auto& named = std::get<BftSealer>(last->header.body.sealer).final_certificate;
  final_ = {.block = last->hash,
            .slot = last->slot(),
            .time_ms = last->header.body.time_ms,
            .state = *state_of(last->hash),
            .certificate = effect.certificate,
            .named = named ? named->slot : Slot{0}};
  for (const Hash& hash : effect.blocks) overlays_.erase(hash), told_.erase(hash);
  finals_.write(final_);
  stored_at_ = std::max(stored_at_, context_.world.now() + context_.options.fsync_us);
  context_.world.schedule(index_, stored_at_, {life_, NodeEvent::FinalSynced{}});
}

void Node::on(const consensus::Forget& effect) {
  overlays_.erase(effect.block);
  told_.erase(effect.block);
  wanted_.erase(effect.block);
  own_.erase(effect.block);
  store_.erase(effect.block);
}

void Node::on(const consensus::Accuse& effect) {
  context_.checker.accused(index_, effect.evidence);
  if (evidence_.size() < kEvidencePending) evidence_.push_back(effect.evidence);
}

void Node::on(const consensus::Alarm& effect) { context_.checker.alarmed(index_, effect); }

void Node::on(const consensus::Blame& effect) { context_.checker.blamed(index_, effect); }

void Node::on(const consensus::SlotStarted&) { context_.checker.kept(index_, *machine_); }

// --- Blocks

const State* Node::state_of(const Hash& block) const {
  if (block == final_.block) return &final_.state;
  const auto found = overlays_.find(block);
  return found == overlays_.end() ? nullptr : &found->second;
}

BlockPointer Node::stored(const Hash& block) const {
  if (const auto found = store_.find(block); found != store_.end()) return found->second;
  const auto found = own_.find(block);
  return found == own_.end() ? nullptr : found->second;
}

void Node::tell_data_held(const Hash& hash) {
  if (told_.contains(hash) || !machine_->header(hash)) return;
  told_.insert(hash);
  step(consensus::DataHeld{hash});
}

void Node::header_came(NodeIndex from, const Hash& hash) {
  if (told_.contains(hash)) return;
  if (store_.contains(hash)) return tell_data_held(hash);
  if (wanted_.contains(hash) || !machine_->header(hash)) return;
  wanted_.emplace(hash, from);
  // What was pushed along with the header is on its way.
  later(context_.options.jitter_us + 2'000, NodeEvent::BlockWanted{hash});
}

void Node::blocks_came(NodeIndex from, const Blocks& blocks) {
  for (const BlockPointer& block : blocks.blocks) {
    step(consensus::Received{from, block->header});
    if (told_.contains(block->hash)) continue;
    if (store_.contains(block->hash)) {
      tell_data_held(block->hash);
    } else if (machine_->header(block->hash)) {
      stored_at_ = std::max(stored_at_, context_.world.now() + context_.options.fsync_us);
      context_.world.schedule(index_, stored_at_, {life_, NodeEvent::BlockStored{block}});
    }
  }
}

std::vector<BlockPointer> Node::branch(const Hash& block, Slot above) const {
  std::vector<BlockPointer> found;
  for (BlockPointer at = stored(block); at != nullptr && at->slot() > above; at = stored(at->header.body.parent_hash))
    found.push_back(at);
  std::ranges::reverse(found);
  if (found.size() > kBlocksOfReplyMax) found.resize(kBlocksOfReplyMax);
  return found;
}

void Node::serve(NodeIndex to, const BlockRequest& request) {
  if (auto found = branch(request.block, request.above); !found.empty())
    context_.world.send(index_, to, packet_of(std::move(found)));
}

void Node::serve(NodeIndex to, const FinalRequest& request) {
  std::vector<BlockPointer> found;
  // Of what is missing here the rest would be of no use.
  Slot slot = next(request.after);
  for (auto at = chain_.find(slot); at != chain_.end() && at->first == slot && found.size() < kBlocksOfReplyMax;
       ++at, slot = next(slot)) {
    BlockPointer block = stored(at->second);
    if (block == nullptr) break;
    found.push_back(std::move(block));
  }
  if (!found.empty()) context_.world.send(index_, to, packet_of(std::move(found)));
}

// A certificate far ahead, of an epoch that this node may not know: ask for what became final since.
void Node::catch_up(NodeIndex from, Slot seen) {
  const Micros now = context_.world.now();
  if (seen.raw() <= machine_->slot().raw() + 2 || now < caught_up_at_ + kAskAgain) return;
  caught_up_at_ = now;
  context_.world.send(index_, from, packet_of(FinalRequest{machine_->final_slot()}));
}

NodeIndex Node::random_peer() {
  const NodeIndex peer = random_.below(context_.world.size() - 1);
  return peer < index_ ? peer : peer + 1;
}

}  // namespace aether::sim
