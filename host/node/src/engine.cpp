#include "engine.hpp"

#include "aether/env/cpu.hpp"
#include "aether/env/entropy.hpp"
#include "aether/telemetry/log.hpp"

namespace aether::node {

namespace {

using telemetry::Level;
using telemetry::log;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kServingMax = 64;
constexpr std::size_t kSmallBlockTransactions = 4;
constexpr Gas kSmallBlockGas{50'000};  // of each transaction
constexpr std::size_t kPrunedBlocks = 16;
constexpr std::size_t kPrunedTransactions = 4'096;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

transport::Lane lane_of(const replica::NetMessage& message) {
  using transport::Lane;
  return std::visit(
      Overloaded{
          [](const Shred&) { return Lane::shreds; }, [](const dissem::ShredRequest&) { return Lane::shreds; },
          [](const sync::BranchRequest&) { return Lane::sync; }, [](const sync::ChainRequest&) { return Lane::sync; },
          [](const sync::Reply&) { return Lane::sync; }, [](const replica::Transactions&) { return Lane::sync; },
          [](const sync::OffersRequest&) { return Lane::sync; }, [](const sync::Offers&) { return Lane::sync; },
          [](const sync::EpochsRequest&) { return Lane::sync; }, [](const sync::Epochs&) { return Lane::sync; },
          [](const sync::ManifestRequest&) { return Lane::sync; }, [](const sync::ChunkRequest&) { return Lane::sync; },
          [](const sync::Piece&) { return Lane::sync; }, [](const auto&) { return Lane::consensus; }},
      message);
}

// To hand it to another thread would cost as much as to judge or execute it.
bool is_small(const Block& block) {
  return block.transactions.size() <= kSmallBlockTransactions &&
         std::ranges::all_of(block.transactions, [](const Transaction& transaction) {
           return transaction.body.gas_limit <= kSmallBlockGas;
         });
}

std::string slot_text(Slot slot) { return std::to_string(slot.raw()); }

replica::Config config_of(const replica::Rules& rules, const Hash& genesis, const Options& options) {
  replica::Config config{.rules = rules, .consensus = consensus::params_of(rules.chain_id, rules.params)};
  config.consensus.delta_us_min = options.delta_us_min;
  config.cpu = env::cpu_features();
  config.mempool = options.mempool;
  config.sync.snapshot_slots = options.snapshot_slots;
  config.snapshots = sync::SnapshotParams{.genesis = genesis, .light = {}, .cpu = config.cpu};
  config.checkpoint = options.checkpoint;
  std::array<std::uint8_t, 8> seed;
  env::fill_random(seed);
  for (const std::uint8_t byte : seed) config.mempool_seed = config.mempool_seed << 8 | byte;
  return config;
}

// The committed blocks behind `after`, as many as an answer holds.
sync::Reply chain_reply(const storage::Snapshot& chain, const replica::ServeChain& wanted) {
  sync::Reply reply{wanted.id, {}};
  std::size_t bytes = 0;
  for (Slot slot = next(wanted.after); reply.blocks.size() < wanted.count; slot = next(slot)) {
    auto block = chain.block(slot);
    if (!block) break;
    bytes += codec::encode(*block).size();
    if (!reply.blocks.empty() && bytes > sync::kReplyBytesMax) break;
    reply.blocks.push_back(std::move(*block));
  }
  return reply;
}

}  // namespace

Node::Engine::Engine(chain::Chain& chain, std::unique_ptr<KeptSnapshots> kept, Options options, TaskPool& pool,
                     const env::Clock& clock)
    : chain_(chain),
      options_(std::move(options)),
      pool_(pool),
      clock_(clock),
      rules_{chain.genesis().chain_id, chain.genesis().params, chain.programs()},
      authenticator_(consensus::key_authenticator(rules_.chain_id, serial_, messages_, env::cpu_features())),
      own_verifiers_(rules_.chain_id, env::cpu_features()),
      verifiers_(rules_.chain_id, env::cpu_features()),
      log_(std::move(options_.log), *this),
      gossip_judge_([this](auto id, auto verdict) { network_->verdict(id, verdict); }),
      snapshots_(chain, std::move(kept), options_.keep_blocks, *this) {
  if (options_.validator) signer_.emplace(*options_.validator, messages_);
}

replica::Tip Node::Engine::tip() const {
  const auto snapshot = chain_.snapshot();
  const storage::BlockRecord& record = *snapshot->tip();
  consensus::Anchor anchor;
  anchor.block = record.hash;
  anchor.slot = record.slot;
  anchor.time_ms = record.time_ms;
  anchor.outcome = {record.state_root, record.receipts_root, record.gas_used, std::nullopt};
  anchor.certificate = snapshot->certificate();
  if (record.header)
    if (const auto& named = std::get<BftSealer>(record.header->body.sealer).final_certificate)
      anchor.named_final = named->slot;
  anchor.epochs = replica::epochs_after(rules_, *snapshot, record.slot);
  return {std::move(anchor), {snapshot, snapshot->tree()}};
}

consensus::Now Node::Engine::now() const {
  const auto steady = std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now().time_since_epoch());
  return {static_cast<std::uint64_t>(steady.count()), clock_.wall_ms()};
}

// From the chain's tip, with the log's record; returns what the log holds above.
replica::Stored Node::Engine::make_replica() {
  replica::Tip begin = tip();
  durable_ = begin.anchor.slot.raw();
  replica::Stored stored{{}, log_.log().evidence()};
  std::vector<LogWriter::Entry> dropped;
  for (const auto& block : log_.log().blocks()) {
    if (block->header.body.slot > begin.anchor.slot)
      stored.blocks.push_back(block);
    else
      dropped.push_back(LogWriter::Drop{block_hash(block->header.body)});
  }
  log_.post(dropped);
  log(Level::info, "begins behind slot " + slot_text(begin.anchor.slot) + ", with " +
                       std::to_string(stored.blocks.size()) + " blocks that are not final");
  replica_.emplace(config_of(rules_, chain_.hash_of_genesis(), options_), std::move(begin), log_.log().record(),
                   *authenticator_, signer_ ? &*signer_ : nullptr);
  return stored;
}

Result<void, std::string> Node::Engine::start() {
  if (log_.log().torn_bytes() > 0)
    log(Level::warn, "the safety log ended in " + std::to_string(log_.log().torn_bytes()) +
                         " bytes that were never synced; they are cut off");
  auto stored = make_replica();
  auto restoring = snapshots_.resume();
  transport::Options network = std::move(options_.network);
  network.genesis = chain_.hash_of_genesis();
  network.subscribe = {transport::Topic::transactions};
  auto started = transport::Network::start(std::move(network), *this);
  if (!started) return fail(started.error().text);
  network_ = std::move(*started);
  reachable_ = network_.get();
  log_.start();
  publish_status();
  thread_ =
      std::thread([this, stored = std::move(stored), restoring = std::move(restoring)] { run(stored, restoring); });
  return {};
}

void Node::Engine::stop() {
  stops_ = true;
  inbox_.close();
  if (thread_.joinable()) thread_.join();
  for (Worker* worker : {&work_, &verify_, &serve_, &commit_}) worker->stop();
  snapshots_.stop();
  reachable_ = nullptr;
  std::shared_ptr<transport::Network> network;
  {
    const std::lock_guard lock(mutex_);
    network.swap(network_);
  }
  network.reset();
  log_.stop();
  replica_.reset();  // its states are of the chain
}

void Node::Engine::fail_with(const std::string& why) {
  if (has_failed_.exchange(true)) return;
  log(Level::error, why);
  inbox_.close();
  if (options_.on_failure) options_.on_failure(why);
}

// --- The network's thread

void Node::Engine::connected(transport::PeerId peer, const crypto::PublicKey& node_key, std::string_view address) {
  log(Level::debug, "peer " + std::to_string(peer) + " at " + std::string(address));
  {
    const std::lock_guard lock(mutex_);
    since_.emplace(peer, SteadyClock::now());
  }
  put(Urgency::answers, replica::PeerConnected{peer, node_key});
}

void Node::Engine::gone(transport::PeerId peer) {
  {
    const std::lock_guard lock(mutex_);
    since_.erase(peer);
  }
  put(Urgency::answers, replica::PeerGone{peer});
}

void Node::Engine::received(transport::PeerId from, transport::Lane lane, Bytes message, transport::Credit credit) {
  const auto take = [this, from, lane](ByteView bytes, transport::Credit held) {
    auto decoded = codec::decode<replica::NetMessage>(bytes);
    if (!decoded || std::holds_alternative<replica::Transactions>(*decoded) || lane_of(*decoded) != lane)
      return malformed(from);
    const Urgency urgency = lane == transport::Lane::consensus ? Urgency::consensus
                            : lane == transport::Lane::shreds  ? Urgency::shreds
                                                               : Urgency::others;
    inbox_.put(urgency, {replica::Received{from, std::move(*decoded)}, std::move(held)});
  };
  if (lane != transport::Lane::sync) return take(message, std::move(credit));
  struct Large {
    Bytes message;
    transport::Credit credit;
  };
  serve_.post([take, large = std::make_shared<Large>(std::move(message), std::move(credit))] {
    take(large->message, std::move(large->credit));
  });
}

void Node::Engine::gossip(transport::PeerId from, transport::Topic, transport::MessageId id, Bytes message) {
  auto decoded = codec::decode<replica::NetMessage>(message);
  auto* transactions = decoded ? std::get_if<replica::Transactions>(&*decoded) : nullptr;
  if (transactions == nullptr) {
    if (auto* network = reachable_.load()) network->verdict(id, transport::Verdict::reject);
    return;
  }
  std::vector<IdentifiedTransaction> identified(std::make_move_iterator(transactions->transactions.begin()),
                                                std::make_move_iterator(transactions->transactions.end()));
  inbox_.put(Urgency::others, {Gossip{from, id, std::move(identified)}});
}

// --- The machine's thread

void Node::Engine::run(replica::Stored stored, std::optional<replica::Restoring> restoring) {
  carry_out(replica_->start(std::move(stored), now(), std::move(restoring)));
  std::vector<Item> items;
  for (;;) {
    const std::uint64_t due = replica_->next_timer();
    const std::uint64_t longest = may_feed_users() ? 0 : now().steady_us + 1'000'000;
    if (!inbox_.take(items, Inbox::Time(std::chrono::microseconds(std::min(due, longest))))) break;
    for (Item& item : items) handle(item);
    feed_users();
    if (replica_->next_timer() <= now().steady_us) step(replica::Timer{});
    gossip_again();
    flush_gossip();
    watch_clock();
    watch_keys();
    publish_status();
  }
  users_.clear();  // whoever waits is told that no verdict will come
  submitted_.clear();
}

void Node::Engine::step(replica::Event event) {
  if (const auto* persisted = std::get_if<replica::Persisted>(&event)) persisted_ = persisted->sequence;
  carry_out(replica_->step(std::move(event), now()));
}

void Node::Engine::handle(Item& item) {
  struct Visitor {
    Engine& self;
    void operator()(replica::Event& event) const {
      if (const auto* connected = std::get_if<replica::PeerConnected>(&event))
        self.peers_.emplace(connected->peer, *connected->node_key);
      if (const auto* gone = std::get_if<replica::PeerGone>(&event)) {
        self.peers_.erase(gone->peer);
        self.snapshots_.gone(gone->peer);
        self.gossip_judge_.gone(gone->peer);
      }
      if (auto* received = std::get_if<replica::Received>(&event)) return self.take(std::move(*received));
      self.step(std::move(event));
    }
    void operator()(Gossip& gossip) const {
      if (!self.peers_.contains(gossip.from)) return self.network_->verdict(gossip.id, transport::Verdict::ignore);
      self.gossip_judge_.received(gossip.from, gossip.id, gossip.transactions);
      self.step(replica::Submitted{gossip.from, std::move(gossip.transactions)});
    }
    void operator()(WorkDone& done) const {
      const auto awaited = self.tickets_.find(done.block);
      if (awaited == self.tickets_.end() || awaited->second != done.ticket) return;
      self.tickets_.erase(awaited);
      self.step(std::move(done.answer));
    }
    void operator()(Submission& submission) const {
      const auto judging = std::make_shared<Judging>();
      judging->verdicts.resize(submission.transactions.size());
      judging->left = submission.transactions.size();
      judging->answer = std::move(submission.verdicts);
      std::size_t index = 0;
      for (IdentifiedTransaction& one : submission.transactions)
        self.users_.push_back({std::move(one), {judging, index++}});
    }
    void operator()(RestoreDone& done) const { self.go_on_from(done); }
    void operator()(const Question& question) const { question(*self.replica_); }
  };
  if (item.life == 0 || item.life == life_) std::visit(Visitor{*this}, item.what);
  item.credit = {};
}

// The old replica takes no step any more, and what it began is done or will not be answered. The new one has the same
// record, whatever the old one wrote of it included.
void Node::Engine::go_on_from(RestoreDone& done) {
  if (restored_ != done.snapshot) return std::move(*done.restore).remove();
  restored_.reset();
  commit_.drain();
  if (!log_.drain()) return;
  if (const auto switched = chain_.go_on_from(std::move(*done.restore)); !switched)
    return fail_with("cannot go on from a restored snapshot: " + switched.error().message);
  snapshots_.went_on();
  ++life_;
  tickets_.clear();
  submitted_.clear();
  behind_.clear();
  persisting_ = persisted_ = 0;
  for (const auto& [peer, key] : peers_) gossip_judge_.gone(peer);
  auto stored = make_replica();
  carry_out(replica_->start(std::move(stored), now()));
  for (const auto& [peer, key] : peers_) step(replica::PeerConnected{peer, key});
}

void Node::Engine::carry_out(std::vector<replica::Effect> effects) {
  for (replica::Effect& effect : effects) std::visit([&](auto& one) { on(one); }, effect);
  if (!log_entries_.empty()) log_.post(log_entries_);
  if (persisted_ == persisting_) {
    for (const auto& message : behind_) post_to_all(message);
    behind_.clear();
  }
  network_->flush();
}

const std::shared_ptr<const Bytes>& Node::Engine::encoded(const replica::MessagePointer& message) {
  if (encoded_message_ != message) {
    encoded_message_ = message;
    encoded_bytes_ = std::make_shared<const Bytes>(codec::encode(*message));
  }
  return encoded_bytes_;
}

void Node::Engine::on(replica::Send& effect) {
  network_->post(effect.to, lane_of(*effect.message), encoded(effect.message));
}

void Node::Engine::post_to_all(const replica::MessagePointer& message) {
  const transport::Lane lane = lane_of(*message);
  for (const auto& [peer, key] : peers_) network_->post(peer, lane, encoded(message));
}

// Votes, the own proposal, and shreds. The rest is what others have too, or of the slot after.
bool Node::Engine::is_awaited(const replica::NetMessage& message) const {
  if (std::holds_alternative<Vote>(message) || lane_of(message) != transport::Lane::consensus) return true;
  const Header* header = replica::header_of(message);
  return header != nullptr && block_hash(header->body) == own_proposal_;
}

void Node::Engine::on(replica::Broadcast& effect) {
  if (is_awaited(*effect.message)) return post_to_all(effect.message);
  behind_.push_back(std::move(effect.message));
}

void Node::Engine::on(replica::Persist& effect) {
  persisting_ = effect.sequence;
  if (effect.record.proposal) own_proposal_ = effect.record.proposal->block;
  log_entries_.push_back(LogWriter::Persist{effect.sequence, std::move(effect.record), std::move(effect.proposal)});
}

void Node::Engine::on(replica::StoreBlock& effect) {
  log_entries_.push_back(LogWriter::Store{effect.hash, std::move(effect.block)});
}

void Node::Engine::on(replica::DropBlock& effect) {
  tickets_.erase(effect.hash);
  log_entries_.push_back(LogWriter::Drop{effect.hash});
}

void Node::Engine::on(replica::StoreEvidence& effect) {
  log_entries_.push_back(LogWriter::StoreEvidence{effect.id, std::move(effect.evidence)});
}

void Node::Engine::on(const replica::DropEvidence& effect) {
  log_entries_.push_back(LogWriter::DropEvidence{effect.id});
}

// Small ones here, the others in work_'s thread; the answer comes by the inbox in either case.
void Node::Engine::work_on(const Block& block, std::function<void(const replica::Workers&)> work) {
  if (is_small(block)) return work({serial_, env::cpu_features(), own_verifiers_});
  work_.post([this, work = std::move(work)] { work({pool_, env::cpu_features(), verifiers_}); });
}

void Node::Engine::on(replica::Judge& effect) {
  const std::uint64_t ticket = new_ticket(effect.judgement.hash);
  const replica::BlockPointer block = effect.judgement.block;
  work_on(*block, [this, ticket, judgement = std::move(effect.judgement)](const replica::Workers& workers) {
    auto accepted = replica::judge(rules_, judgement, workers);
    answer(judgement.hash, ticket, replica::Judged{judgement.hash, std::move(accepted)});
  });
}

void Node::Engine::on(replica::Execute& effect) {
  const std::uint64_t ticket = new_ticket(effect.execution.hash);
  const replica::BlockPointer block = effect.execution.block;
  work_on(*block, [this, ticket, execution = std::move(effect.execution)](const replica::Workers& workers) {
    auto executed = replica::execute(rules_, execution, workers);
    answer(execution.hash, ticket, replica::BlockExecuted{execution.hash, std::move(executed)});
  });
}

void Node::Engine::on(replica::Commit& effect) {
  for (const replica::FinalBlock& block : effect.blocks) tickets_.erase(block.hash);
  commit_.post([this, commit = std::move(effect)] {
    std::vector<chain::FinalBlock> blocks;
    std::size_t transactions = 0;
    for (const replica::FinalBlock& block : commit.blocks) {
      blocks.push_back({block.hash, *block.block, block.accepted->transactions, *block.result});
      transactions += block.block->transactions.size();
      // A snapshot is of a moment of the chain, so the block before which there is none ends a batch.
      if (!block.is_snapshot && &block != &commit.blocks.back()) continue;
      if (const auto committed = chain_.commit(blocks, commit.certificate); !committed)
        return fail_with(committed.error().message);
      blocks.clear();
      if (block.is_snapshot) snapshots_.make(chain_.snapshot());
    }
    const Slot slot = commit.blocks.back().block->header.body.slot;
    durable_ = slot.raw();
    const auto snapshot = chain_.snapshot();
    answer(replica::Committed{slot, {snapshot, snapshot->tree()}});
    std::vector<LogWriter::Entry> dropped;
    for (const replica::FinalBlock& block : commit.blocks) dropped.push_back(LogWriter::Drop{block.hash});
    log_.post(dropped);
    // Twice as fast as blocks come.
    const storage::PruneLimits limits{.blocks = kPrunedBlocks + 2 * commit.blocks.size(),
                                      .transactions = kPrunedTransactions + 2 * transactions};
    if (const auto pruned = chain_.prune(snapshots_.prunable_below(slot), limits); !pruned)
      fail_with(pruned.error().message);
  });
}

void Node::Engine::on(replica::ServeChain& effect) {
  if (serving_.fetch_add(1) >= kServingMax) {
    --serving_;
    return;
  }
  serve_.post([this, effect] {
    const replica::NetMessage message(chain_reply(*chain_.snapshot(), effect));
    network_->send(effect.to, transport::Lane::sync, std::make_shared<const Bytes>(codec::encode(message)));
    --serving_;
  });
}

void Node::Engine::answered(replica::PeerId to, const replica::NetMessage& message) {
  if (auto* network = reachable_.load())
    network->send(to, transport::Lane::sync, std::make_shared<const Bytes>(codec::encode(message)));
}

void Node::Engine::on(const replica::AbandonRestore& effect) {
  if (restored_ == effect.snapshot) restored_.reset();
  snapshots_.on(effect);
}

void Node::Engine::on(const replica::Restored& effect) {
  restored_ = effect.target->name;
  snapshots_.on(effect);
}

void Node::Engine::on(const replica::CheckpointNeeded&) {
  needs_checkpoint_ = true;
  log(Level::error, std::string(kCheckpointNeeded));
}

void Node::Engine::on(replica::VerifySignatures& effect) {
  verify_.post([this, life = life_.load(), batch = std::move(effect)] {
    replica::SignaturesVerified verified{batch.batch, verify(batch.transactions, env::cpu_features(), pool_)};
    inbox_.put(Urgency::others, {std::move(verified), {}, life});
  });
}

void Node::Engine::on(const replica::Blame& effect) {
  // A transaction came by gossip, whose verdict makes the peer pay.
  if (effect.fault == replica::Fault::transaction) return;
  // Who lies about a snapshot is not asked again: it is disconnected.
  network_->penalize(effect.peer, effect.fault == replica::Fault::snapshot ? transport::Offence::malformed
                                                                           : transport::Offence::invalid);
}

void Node::Engine::on(const replica::Alarm& effect) {
  using consensus::AlarmKind;
  const std::string slot = slot_text(effect.slot);
  const std::string block = to_hex0x(effect.block.view());
  switch (effect.kind) {
    case AlarmKind::refuted:
      return fail_with(
          "block " + block + " of slot " + slot +
          " was certified, and this node's execution refutes it: it has stopped. Report this, and keep the "
          "directory");
    case AlarmKind::conflicting_final:
      return fail_with(
          "block " + block + " of slot " + slot +
          " is final beside this node's chain: more than a third of the stake signed both. It has stopped");
    case AlarmKind::stale_record:
      return log(Level::error,
                 "votes of this validator that its safety log does not hold are on the network: it is "
                 "silent for an epoch. Does it run twice, or was the log copied back?");
    case AlarmKind::epoch_not_final:
      return log(Level::warn, "slot " + slot + " waits: nothing of the epoch's last third is final");
    case AlarmKind::kes_expired:
      return log(Level::error, "no KES key for slot " + slot + ": renew it with `aetherctl node renew-kes`");
  }
}

void Node::Engine::on(const replica::SlotStarted& effect) { log(Level::debug, "slot " + slot_text(effect.slot)); }

void Node::Engine::take(replica::Received received) {
  const Header* header = replica::header_of(received.message);
  const consensus::Consensus& machine = replica_->consensus();
  // Of the slot that this node is in, for the first time: no other one says anything of now.
  if (header == nullptr || replica_->is_behind() || header->body.slot < machine.slot())
    return step(std::move(received));
  const Hash hash = block_hash(header->body);
  const consensus::Now came = now();
  const bool is_new = !machine.header(hash);
  step(std::move(received));
  const auto taken = is_new ? replica_->consensus().header(hash) : std::nullopt;  // its seal holds
  if (taken)
    clock_watch_.header(std::get<BftSealer>(taken->body.sealer).proposer, taken->body.time_ms, came.wall_ms,
                        came.steady_us);
}

// Every second.
void Node::Engine::watch_clock() {
  const consensus::Now at = now();
  if (at.steady_us - clock_watched_us_ < 1'000'000) return;
  clock_watched_us_ = at.steady_us;
  const auto wall_less_steady = static_cast<std::int64_t>(at.wall_ms) - static_cast<std::int64_t>(at.steady_us / 1'000);
  if (std::abs(wall_less_steady - wall_less_steady_ms_) > kClockOffsetMaxMs / 2) clock_watch_.forget();
  wall_less_steady_ms_ = wall_less_steady;
  serve_.post([this] {
    std::vector<std::uint64_t> of_peers;
    if (auto* network = reachable_.load())
      for (const transport::PeerInfo& peer : network->peers())
        if (peer.round_trip_us > 0) of_peers.push_back(peer.round_trip_us);
    if (of_peers.empty()) return;
    const auto middle = of_peers.begin() + static_cast<std::ptrdiff_t>(of_peers.size() / 2);
    std::ranges::nth_element(of_peers, middle);
    round_trip_us_ = *middle;
  });
  clock_offset_ms_ = clock_watch_.offset_ms(round_trip_us_, at.steady_us);
  // Where most clocks were set back, no header comes: all wait for the time of what is final.
  if (const auto ahead_ms = static_cast<std::int64_t>(chain_.snapshot()->tip()->time_ms - at.wall_ms);
      !clock_offset_ms_ && ahead_ms > kClockOffsetMaxMs)
    clock_offset_ms_ = ahead_ms;
  const bool is_off = clock_offset_ms_ && std::abs(*clock_offset_ms_) > kClockOffsetMaxMs;
  if (is_off && !is_clock_reported_) log(Level::error, clock_text(*clock_offset_ms_));
  if (clock_offset_ms_ && !is_off && is_clock_reported_) log(Level::info, "the clock agrees with the validators'");
  if (clock_offset_ms_) is_clock_reported_ = is_off;
}

void Node::Engine::publish_status() {
  const consensus::Consensus& machine = replica_->consensus();
  Status status;
  status.slot = machine.slot();
  status.final_slot = Slot{durable_.load()};
  status.peers = static_cast<std::uint32_t>(peers_.size());
  status.pending = static_cast<std::uint32_t>(replica_->mempool().count());
  if (signer_) {
    status.validator = signer_->address();
    status.kes = signer_->kes();
  }
  status.is_behind = replica_->is_behind();
  status.needs_checkpoint = needs_checkpoint_;
  status.clock_offset_ms = clock_offset_ms_;
  const Snapshots::Progress progress = snapshots_.progress();
  status.chunks_stored = progress.stored;
  status.chunks = progress.chunks;
  status.is_silent = machine.silent();
  status.has_stopped = machine.stopped();
  status.delta_us = machine.delta_us();
  const Hash head = replica_->head();
  const bool is_new = head != head_;
  if (is_new) {
    head_ = head;
    auto header = machine.header(head);
    head_header_ = header ? std::make_shared<const Header>(std::move(*header)) : nullptr;
  }
  if (head_header_ && head_header_->body.slot > status.final_slot)
    status.head = {api::BlockRef{head_header_->body.slot, head_, false}, head_header_};
  {
    const std::lock_guard lock(mutex_);
    status_ = std::move(status);
  }
  if (is_new) chain_.changes().add();
}

}  // namespace aether::node
