#include "aether/replicas/network.hpp"

#include "aether/crypto/ed25519.hpp"
#include "aether/programs/programs.hpp"

namespace aether::sim {

namespace {

constexpr std::size_t kClients = 8;
constexpr std::size_t kFaultyAccounts = 100;  // numbers from here on
constexpr Amount kBond = 1'000'000'000;
constexpr Amount kFunds = 1'000'000'000'000;
constexpr std::uint64_t kValidSlots = 100'000;
constexpr std::size_t kOpenMax = limits::kNonceWindow / 2;
constexpr Micros kSendAgain = 3'000'000;
constexpr Micros kCalmMax = 120'000'000;
// Slots after the calm within which all that was done before it is punished.
constexpr std::uint64_t kEvidenceSlots = 45;

crypto::Seed client_seed(std::size_t number) {
  std::array<std::uint8_t, 32> bytes{};
  bytes[0] = static_cast<std::uint8_t>(number + 1);
  bytes[31] = 99;
  return crypto::Seed(bytes);
}

}  // namespace

ReplicaNetwork::ReplicaNetwork(const ReplicaOptions& options)
    : options_(options),
      random_(options.seed),
      authenticator_(consensus::key_authenticator(kChain, pool_, messages_)),
      network_(options.validators + options.followers, options.trouble, random_.fork()) {
  genesis_.chain_id = kChain;
  genesis_.time_ms = NodeClock::kWallStartMs - 1'000;
  for (std::size_t i = 0; i < kClients; ++i) {
    clients_.push_back({client_seed(i), 0});
    genesis_.accounts.insert({address_of(crypto::ed25519_public_key(clients_[i].seed)), {kFunds, 0}});
  }
  genesis_.params.block.epoch_slots = options.epoch_slots;
  if (!options.faulty.empty()) {
    // So that lies about who voted would cost somebody, and two transactions fill a block.
    genesis_.params.block.gas_max = 5'000'000;
    if (!options.crashes && !options.partitions) genesis_.params.stake.downtime_window_slots = 32;
    for (const auto& [node, ways] : options.faulty)
      genesis_.accounts.insert(
          {address_of(crypto::ed25519_public_key(client_seed(kFaultyAccounts + node))), {kFunds, 0}});
  }
  BftGenesis validators;
  for (std::uint32_t i = 0; i < options.validators; ++i)
    validators.validators.insert(
        {make_registration(kChain, identities_.validator(i, false).address, Identities::secrets(i)), kBond});
  genesis_.sealer = std::move(validators);
  AETHER_ASSERT(ledger::check_genesis(genesis_).has_value());
  for (std::uint32_t i = 0; i < options.validators; ++i) {
    secrets_.push_back(std::make_unique<ValidatorSecrets>(Identities::secrets(i)));
    signers_.push_back(consensus::key_signer(identities_.validator(i, false).address, *secrets_.back(), messages_));
  }
  const std::size_t nodes = options.validators + options.followers;
  for (std::size_t a = 0; a < nodes; ++a)
    for (std::size_t b = 0; b < a; ++b) network_.set_latency(a, b, options.latency_us, options.jitter_us);
  for (std::uint32_t i = 0; i < nodes; ++i) {
    replica::Config config{.rules = {kChain, genesis_.params, programs::plain_programs()}, .consensus = {}};
    config.consensus.chain_id = kChain;
    config.consensus.slot_ms = options.slot_ms;
    config.consensus.delta_us_min = options.delta_us_min;
    config.consensus.epoch_slots = genesis_.params.block.epoch_slots;
    config.consensus.detects_other_self = !options.faulty.contains(i);
    config.mempool_seed = random_.next();
    config.sync.snapshot_slots = options.snapshot_slots;
    if (options.only_shreds) config.with_header_bytes_max = 0;
    config.snapshots = sync::SnapshotParams{.genesis = genesis_hash(genesis_),
                                            .light = {},
                                            .gather_us = 300'000,
                                            .offers_again_us = 2'000'000,
                                            .ask_again_us = 500'000,
                                            .give_up_us = 20'000'000};
    const auto drift = static_cast<std::int64_t>(random_.below(200)) - 100;
    nodes_.push_back(std::make_unique<ReplicaNode>(
        ReplicaNodeContext{.index = i,
                           .world = *this,
                           .genesis = genesis_,
                           .config = config,
                           .authenticator = *authenticator_,
                           .signer = i < signers_.size() ? signers_[i].get() : nullptr,
                           .node_key = [this](std::size_t peer) -> std::optional<crypto::PublicKey> {
                             return identities_.validator(static_cast<std::uint32_t>(peer), false).node_key;
                           },
                           .prunes = options.prunes},
        NodeClock(drift, random_.below(1'000'000))));
  }
  for (const auto& [node, ways] : options.faulty) make_faulty(node, ways);
  std::vector<Address> addresses;
  for (std::uint32_t i = 0; i < options.validators; ++i) addresses.push_back(identities_.validator(i, false).address);
  if (!faulty_.empty()) witness_.emplace(faulty_, nodes_, std::move(addresses));
}

void ReplicaNetwork::make_faulty(std::size_t node, Misdeeds ways) {
  AETHER_ASSERT(node < options_.validators);
  std::vector<Address> addresses;
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) addresses.push_back(identities_.validator(i, false).address);
  faulty_.try_emplace(node,
                      FaultyContext{.index = node,
                                    .node = *nodes_[node],
                                    .signer = *signers_[node],
                                    .account = client_seed(kFaultyAccounts + node),
                                    .addresses = std::move(addresses),
                                    .gas_max = Gas{genesis_.params.block.gas_max},
                                    .transmit =
                                        [this, node](std::size_t to, Micros at, const MessagePointer& message,
                                                     std::optional<Misdeed> misdeed) {
                                          if (at <= now_) return transmit(node, to, message, misdeed);
                                          queue_.push(at, [=, this] { transmit(node, to, message, misdeed); });
                                        },
                                    .now = [this] { return now_; }},
                      ways, random_.fork());
}
ReplicaNetwork::~ReplicaNetwork() = default;

// --- Runs

void ReplicaNetwork::start() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) boot(i);
}

void ReplicaNetwork::run_until(Micros until) {
  static_cast<void>(run_until(until, [] { return false; }));
}

bool ReplicaNetwork::run_until(Micros latest, const std::function<bool()>& done) {
  while (!report_.violation && !done()) {
    if (queue_.empty() || queue_.next_at() > latest) {
      now_ = latest;
      return done();
    }
    auto [at, action] = queue_.pop();
    now_ = at;
    ++report_.events;
    action();
  }
  return !report_.violation;
}

ReplicaReport ReplicaNetwork::run() {
  start();
  load();
  disturb();
  run_until(options_.time);
  return finish();
}

ReplicaReport ReplicaNetwork::finish() {
  calm();
  const Slot before = highest_final();
  const bool live = run_until(now_ + kCalmMax, [&] {
    return all_final() && (!witness_ || (highest_final().raw() >= before.raw() + kEvidenceSlots &&
                                         lowest_final() > before && witness_->all_proposed()));
  });
  if (!live && !report_.violation)
    violate(all_final() ? "an honest validator's blocks are not final after the calm"
                        : "a transaction is not final everywhere after the calm");
  if (witness_ && !report_.violation) {
    // Where a message or a memory was lost, nobody honest may have seen both of a pair.
    const bool all_was_seen = !options_.crashes && !options_.partitions && options_.trouble.loss_pm == 0;
    if (all_was_seen && witness_->unpunished(before) > 0)
      violate("an offence is in no final block, " + std::to_string(kEvidenceSlots) + " slots after the calm");
    const auto honest =
        std::ranges::find_if(nodes_, [&](const auto& node) { return node->final_slot() == highest_final(); });
    if (const auto wrong = witness_->stakes((*honest)->state(), kBond, all_was_seen)) violate(*wrong);
  }
  if (witness_) report_.misdeeds = witness_->counts(), report_.convictions = witness_->convictions();
  report_.trace = trace_.hash();
  report_.time = now_;
  report_.transactions = transactions_.size();
  report_.final_slot = lowest_final();
  if (!report_.violation) report_.state_root = chain_.at(report_.final_slot).state_root;
  return report_;
}

void ReplicaNetwork::load() {
  if (calm_) return;
  send_transaction();
  queue_.push(now_ + options_.transaction_every_us, [this] { load(); });
}

void ReplicaNetwork::send_transaction() {
  const std::size_t from = random_.below(kClients);
  const std::size_t to = (from + 1 + random_.below(kClients - 1)) % kClients;
  Client& client = clients_[from];
  // A nonce that the others leave behind by a window can never be used.
  if (client.open == kOpenMax) return;
  ++client.open;
  TransactionBody body;
  body.chain_id = kChain;
  body.valid_until = Slot{kValidSlots};
  body.nonce = ++client.nonce;
  body.sender = {crypto::ed25519_public_key(client.seed)};
  body.outputs.push_back({address_of(crypto::ed25519_public_key(clients_[to].seed)), Asset::swr,
                          1 + random_.below(1'000), OutputKind::account, std::nullopt});
  body.gas_limit = Gas{10'000};
  body.max_fee = 100'000;
  body.priority_fee = random_.below(1'000);
  Transaction transaction = sign(std::move(body), client.seed);
  const Hash id = transaction_id(transaction.body);
  trace_.note(id.bytes[0], id.bytes[1]);
  Pending& made =
      transactions_.emplace(id, Pending{transaction, from, std::vector<bool>(nodes_.size()), {}}).first->second;
  for (const auto& [node, faulty] : faulty_) made.final[node] = true;  // what it has is its own affair
  // A client sends again, to any node, until it sees it final.
  const auto submit = [this, id](const auto& again) -> void {
    const Pending& pending = transactions_.at(id);
    if (std::ranges::all_of(pending.final, std::identity{})) return;
    nodes_[random_.below(nodes_.size())]->submit(pending.transaction);
    queue_.push(now_ + kSendAgain, [again] { again(again); });
  };
  submit(submit);
}

// --- Faults

void ReplicaNetwork::crash(std::size_t node) {
  nodes_[node]->crash(random_);
  ++report_.crashes;
}

void ReplicaNetwork::boot(std::size_t node) { nodes_[node]->boot(); }

void ReplicaNetwork::partition(const std::vector<int>& side) {
  for (std::size_t a = 0; a < nodes_.size(); ++a)
    for (std::size_t b = 0; b < nodes_.size(); ++b)
      if (a != b) network_.cut(a, b, side[a] != side[b]);
  ++report_.partitions;
}

void ReplicaNetwork::calm() {
  calm_ = true;
  if (witness_) witness_->calm();
  network_.heal();
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (!nodes_[i]->is_up()) boot(i);
}

void ReplicaNetwork::disturb() {
  if (calm_) return;
  const std::uint64_t kind = random_.below(4);
  const std::size_t node = random_.below(nodes_.size());
  if (kind == 0 && options_.crashes) {
    if (nodes_[node]->is_up())
      crash(node);
    else
      boot(node);
  } else if (kind == 1 && options_.crashes && random_.chance(100'000)) {  // the power fails everywhere
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      if (nodes_[i]->is_up()) crash(i);
    for (std::size_t i = 0; i < nodes_.size(); ++i) boot(i);
  } else if (kind == 2 && options_.partitions) {
    std::vector<int> side(nodes_.size());
    for (int& one : side) one = static_cast<int>(random_.below(2));
    partition(side);
  } else if (kind == 3) {
    network_.join();
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      if (!nodes_[i]->is_up()) boot(i);
  }
  const Micros wait = random_.between(200'000, 4'000'000);
  queue_.push(now_ + wait, [this] { disturb(); });
}

// --- What nodes do

void ReplicaNetwork::broadcast(std::size_t from, const MessagePointer& message) {
  if (const auto faulty = faulty_.find(from); faulty != faulty_.end()) return faulty->second.broadcast(message);
  for (std::size_t to = 0; to < nodes_.size(); ++to)
    if (to != from) transmit(from, to, message, std::nullopt);
}

void ReplicaNetwork::send(std::size_t from, std::size_t to, const MessagePointer& message) {
  if (const auto faulty = faulty_.find(from); faulty != faulty_.end()) return faulty->second.send(to, message);
  if (const auto* request = std::get_if<dissem::ShredRequest>(message.get()); request != nullptr && witness_)
    witness_->asked(*request);
  transmit(from, to, message, std::nullopt);
}

void ReplicaNetwork::transmit(std::size_t from, std::size_t to, const MessagePointer& honest,
                              std::optional<Misdeed> misdeed) {
  if (filter && !filter(from, to, *honest)) return;
  const auto liar = options_.liars.find(from);
  const MessagePointer message = liar == options_.liars.end() ? honest : altered(liar->second, honest);
  const std::size_t bytes = 200 + (std::holds_alternative<sync::Reply>(*message) ? 10'000u : 0u);
  const Passage passage = network_.send(from, to, bytes, now_);
  trace_.note(from, to, message->index(), now_);
  if (passage.loss != Passage::Loss::none) return;
  deliver(from, to, passage.arrival, message, misdeed);
  if (passage.second_arrival != 0) deliver(from, to, passage.second_arrival, message, misdeed);
}

void ReplicaNetwork::deliver(std::size_t from, std::size_t to, Micros at, const MessagePointer& message,
                             std::optional<Misdeed> misdeed) {
  queue_.push(at, [this, from, to, message, misdeed] { receive(from, to, message, misdeed); });
}

void ReplicaNetwork::receive(std::size_t from, std::size_t to, const MessagePointer& message,
                             std::optional<Misdeed> misdeed) {
  if (!nodes_[to]->is_up()) return;
  if (const auto faulty = faulty_.find(to); faulty != faulty_.end()) {
    nodes_[to]->receive(from, message);
    return faulty->second.hear(from, message);
  }
  if (witness_) witness_->before(to, misdeed);
  nodes_[to]->receive(from, message);
  if (!witness_) return;
  witness_->after(to, *message);
  check_memory(to);
}

void ReplicaNetwork::later(std::size_t node, Micros at, std::function<void()> what) {
  queue_.push(at, [this, node, life = nodes_[node]->life(), what = std::move(what)] {
    if (nodes_[node]->is_up() && nodes_[node]->life() == life) what();
  });
}

// --- What must hold

void ReplicaNetwork::violate(std::string what) {
  if (!report_.violation) report_.violation = std::move(what);
}

void ReplicaNetwork::committed(std::size_t node, const CommittedBlock& block, std::span<const Receipt> receipts) {
  const HeaderBody& header = block.block->header.body;
  const auto [expected, is_first] = chain_.try_emplace(header.slot, Expected{block.hash, block.state_root});
  if (expected->second.block != block.hash) return violate("two nodes have different final blocks in a slot");
  if (expected->second.state_root != block.state_root) return violate("two nodes have different states after a block");
  if (const auto parent = chain_.find(Slot{header.slot.raw() - 1});
      parent != chain_.end() && parent->second.state_root != header.parent_state_root)
    return violate("a final header names another state than its parent left");
  if (witness_ && !is_faulty(node))
    if (auto wrong = witness_->committed(node, block)) return violate(std::move(*wrong));
  trace_.note(node, header.slot.raw(), block.hash.bytes[0]);
  AETHER_ASSERT(receipts.size() == block.block->transactions.size());
  for (std::size_t i = 0; i < receipts.size(); ++i) {
    const auto pending = transactions_.find(receipts[i].transaction);
    if (pending == transactions_.end()) return violate("a final transaction was never sent");
    if (is_faulty(node)) continue;
    if (pending->second.final[node]) return violate("a transaction is final twice");
    pending->second.slot = header.slot;
    now_final(pending->second, node);
    if (receipts[i].code != kSuccess) return violate("a transfer failed");
  }
}

void ReplicaNetwork::now_final(Pending& pending, std::size_t node) {
  pending.final[node] = true;
  if (std::ranges::all_of(pending.final, std::identity{})) --clients_[pending.client].open;
}

void ReplicaNetwork::restored(std::size_t node, const CommittedBlock& block) {
  const Slot slot = block.header->body.slot;
  const auto expected = chain_.find(slot);
  if (expected == chain_.end() || expected->second.block != block.hash)
    return violate("a node goes on from a block that is not final");
  if (expected->second.state_root != block.state_root) return violate("a snapshot is of another state");
  trace_.note(node, slot.raw(), block.hash.bytes[0]);
  ++report_.restored;
  for (auto& [id, pending] : transactions_)
    if (pending.slot && *pending.slot <= slot && !pending.final[node]) now_final(pending, node);
}

void ReplicaNetwork::alarmed(std::size_t node, const replica::Alarm& alarm) {
  if (alarm.kind == consensus::AlarmKind::stale_record || is_faulty(node)) return;
  // Who is behind says so too: the others' chain does not wait.
  if (alarm.kind == consensus::AlarmKind::epoch_not_final && nodes_[node]->final_slot() < highest_final()) return;
  violate("alarm " + std::to_string(static_cast<int>(alarm.kind)));
}

void ReplicaNetwork::blamed(std::size_t node, const replica::Blame& blame) {
  if (options_.liars.contains(blame.peer) && blame.fault == replica::Fault::snapshot) {
    ++report_.blames;
    return;
  }
  if (is_faulty(node) || (witness_ && witness_->blamed(blame))) return;
  violate("node " + std::to_string(node) + " blames an honest one for fault " +
          std::to_string(static_cast<int>(blame.fault)));
}

// Whatever others send, what is kept has bounds: those of the machines, for the slots that are not final.
void ReplicaNetwork::check_memory(std::size_t node) {
  constexpr std::uint64_t kMoreSlots = 64;
  const replica::Replica& replica = nodes_[node]->replica();
  const consensus::Consensus& machine = replica.consensus();
  const std::uint64_t slots = machine.slot().raw() - machine.final_slot().raw() + kMoreSlots;
  const std::size_t validators = options_.validators;
  if (machine.kept() > slots * (13 * validators + 32)) violate("consensus keeps more than its bound");
  if (replica.kept() > slots * (2 * validators + 8)) violate("more blocks are kept than the bound");
  if (replica.dissemination().assembling() > slots * (2 * validators + 8) ||
      replica.dissemination().early() > dissem::kEarlyShredsMax)
    violate("more shreds are kept than the bound");
}

Slot ReplicaNetwork::lowest_final() const {
  Slot lowest{~std::uint64_t{0}};
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (nodes_[i]->is_up() && !is_faulty(i)) lowest = std::min(lowest, nodes_[i]->final_slot());
  return lowest;
}

Slot ReplicaNetwork::highest_final() const {
  Slot highest;
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (!is_faulty(i)) highest = std::max(highest, nodes_[i]->final_slot());
  return highest;
}

bool ReplicaNetwork::all_final() const {
  return std::ranges::all_of(transactions_,
                             [](const auto& one) { return std::ranges::all_of(one.second.final, std::identity{}); });
}

}  // namespace aether::sim
