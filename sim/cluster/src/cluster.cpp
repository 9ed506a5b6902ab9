#include "aether/cluster/cluster.hpp"

#include "shared_verdicts.hpp"

namespace aether::sim {

class Cluster::SignatureTable final : public consensus::Signer {
 public:
  SignatureTable(std::unique_ptr<consensus::Signer> signer, Checker& checker)
      : signer_(std::move(signer)), checker_(checker) {}

  Address address() const override { return signer_->address(); }
  Vote sign_vote(const VoteBody& body, ValidatorIndex index) override {
    checker_.signed_vote(signer_->address(), body);
    return signer_->sign_vote(body, index);
  }
  Claim make_claim(const Lottery& lottery, ValidatorIndex index) override {
    return signer_->make_claim(lottery, index);
  }
  std::optional<Header> seal(HeaderBody body, const Validator& me) override {
    return signer_->seal(std::move(body), me);
  }

 private:
  std::unique_ptr<consensus::Signer> signer_;
  Checker& checker_;
};

namespace {

constexpr std::uint64_t kWeight = 1'000;
constexpr std::uint64_t kImpatience = 8;  // of whose delays are shorter

std::unique_ptr<consensus::Authenticator> make_authenticator(const Options& options, const IdealKeys& ideal,
                                                             TaskPool& pool, VoteMessages& messages) {
  if (options.real_keys) return std::make_unique<SharedVerdicts>(consensus::key_authenticator(kChain, pool, messages));
  return std::make_unique<IdealAuthenticator>(ideal);
}

Hash genesis_of(std::uint64_t seed) {
  Hash hash;
  for (std::size_t i = 0; i < hash.bytes.size(); ++i) hash.bytes[i] = static_cast<std::uint8_t>(mix(seed + i));
  return hash;
}

}  // namespace

Cluster::Cluster(const Options& options, Identities& identities)
    : options_(options),
      random_(mix(options.seed)),
      ideal_(mix(options.seed ^ 0x6b657973)),
      authenticator_(make_authenticator(options, ideal_, pool_, messages_)),
      plan_(identities, options.epoch_slots, options.real_keys,
            [this](std::uint64_t epoch, const Hash& seed) { return members(epoch, seed); }),
      checker_(*authenticator_, plan_),
      network_(options.nodes + options.faulty, {}, random_.fork()) {
  make_nodes(identities);
}

Cluster::~Cluster() = default;

void Cluster::make_nodes(Identities& identities) {
  std::vector<std::uint32_t> order(options_.nodes);
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  numbers_ = order;
  random_.shuffle(order);
  is_capped_.resize(options_.nodes);
  std::vector<FaultSet> ways(options_.nodes);
  for (std::size_t i = 0; i < options_.faulty; ++i) {
    is_capped_[order[i]] = true;
    for (std::size_t kind = 0; kind < kFaultKinds; ++kind) {
      const auto way = static_cast<FaultKind>(kind);
      if (is_of_validators(way) && options_.faults.has(way)) ways[order[i]].set(way, true);
    }
    if (ways[order[i]].has(FaultKind::twin)) {
      numbers_.push_back(order[i]);
      ways.push_back(ways[order[i]]);
      report_.faults.count(FaultKind::twin, false);
    }
  }
  if (options_.faulty == 0 && options_.faults.has(FaultKind::lost_record)) {
    forgetful_ = order[0];
    is_capped_[order[0]] = true;
  }

  const Hash genesis = genesis_of(options_.seed);
  checker_.set_genesis(genesis, plan_.genesis());
  for (NodeIndex i = 0; i < numbers_.size(); ++i) {
    const Address address = identities.validator(numbers_[i], options_.real_keys).address;
    std::unique_ptr<consensus::Signer> signer;
    if (options_.real_keys) {
      secrets_.push_back(std::make_unique<ValidatorSecrets>(Identities::secrets(numbers_[i])));
      signer = consensus::key_signer(address, *secrets_.back(), messages_);
    } else {
      signer = std::make_unique<IdealSigner>(ideal_, address);
    }
    signers_.push_back(std::make_unique<SignatureTable>(std::move(signer), checker_));
    const bool is_faulty = is_capped_[numbers_[i]] && options_.faulty > 0;
    for (const FaultKind way : {FaultKind::silent, FaultKind::withhold_votes, FaultKind::vote_to_one})
      withholds_votes_ = withholds_votes_ || (is_faulty && ways[i].has(way));
    checker_.add_node(i, address, is_faulty);
    adversaries_.push_back(is_faulty ? std::make_unique<Adversary>(ways[i], random_.fork(), report_.faults) : nullptr);
    const bool drifts = options_.faults.has(FaultKind::clock_drift);
    const auto drift = static_cast<std::int64_t>(random_.below(drifts ? 1'001 : 11)) - (drifts ? 500 : 5);
    const std::uint64_t ahead_us =
        static_cast<std::uint64_t>(drift < 0 ? -drift : drift) * options_.duration_us / kMillion;
    if (drifts) report_.faults.count(FaultKind::clock_drift, ahead_us > options_.latency_us);
    const std::uint64_t origin = random_.below(kMillion * 1'000);
    Options own = options_;
    own.detects_other_self = options_.detects_other_self && !(is_faulty && ways[i].has(FaultKind::twin));
    if (is_faulty && ways[i].has(FaultKind::impatient)) own.delta_us_min /= kImpatience;
    nodes_.push_back(std::make_unique<Node>(i, NodeContext{own, *this, plan_, checker_, *authenticator_, *signers_[i]},
                                            NodeClock(drift, origin), random_.fork(), genesis));
  }
  held_.resize(nodes_.size());
  cut_by_.resize(nodes_.size() * nodes_.size(), FaultKind::partition);
  slot_started_.resize(nodes_.size());
  slot_of_.resize(nodes_.size());
  set_latencies();
  network_.keep_order(options_.in_order);
}

void Cluster::set_latencies() {
  for (NodeIndex a = 0; a < nodes_.size(); ++a)
    for (NodeIndex b = a + 1; b < nodes_.size(); ++b) {
      const Micros latency =
          options_.equal_latency ? options_.latency_us : random_.between(options_.latency_us / 2, options_.latency_us);
      network_.set_latency(a, b, latency, options_.jitter_us);
    }
}

// V_0 = V_1 are those of genesis. Later sets are drawn from `seed`, which is part of the state. What may be faulty
// keeps below a third of the weight in each.
std::vector<Member> Cluster::members(std::uint64_t epoch, const Hash& seed) const {
  const bool changes = epoch > 1 && options_.faults.has(FaultKind::changing_sets);
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < 8; ++i) word = word << 8 | seed.bytes[i];
  Random random(changes ? mix(word ^ epoch) : mix(options_.seed));
  std::vector<Member> members;
  u128 honest = 0;
  std::size_t capped = 0;
  for (std::uint32_t i = 0; i < options_.nodes; ++i) {
    const std::uint64_t weight = options_.equal_weights ? kWeight : random.between(kWeight / 4, 4 * kWeight);
    const bool is_in = changes ? is_capped_[i] || random.below(6) != 0 : i < options_.validators || is_capped_[i];
    if (!is_in) continue;
    members.push_back({i, weight});
    if (is_capped_[i])
      ++capped;
    else
      honest += weight;
  }
  if (honest == 0 || members.size() < 4) {  // an unlucky draw: those of genesis
    members.clear(), honest = 0, capped = 0;
    for (std::uint32_t i = 0; i < options_.nodes; ++i) {
      members.push_back({i, kWeight});
      if (is_capped_[i])
        ++capped;
      else
        honest += kWeight;
    }
  }
  if (!options_.keeps_faulty_below_a_third) return members;
  // 3·F < F + H, so that F ≤ (H − 1) / 2.
  for (Member& member : members)
    if (is_capped_[member.number]) member.weight = std::min(member.weight, (honest - 1) / (2 * capped));
  return members;
}

// --- What happens

void Cluster::start() {
  for (const auto& node : nodes_) node->boot();
}

void Cluster::at(Micros when, std::function<void()> action) { queue_.push(when, std::move(action)); }
void Cluster::schedule(NodeIndex node, Micros at, NodeEvent event) { queue_.push(at, ForNode{node, std::move(event)}); }

void Cluster::run_until(Micros until) {
  while (!queue_.empty() && queue_.next_at() <= until && !checker_.violation()) {
    auto [at, happening] = queue_.pop();
    now_ = std::max(now_, at);
    checker_.now = now_;
    happen(std::move(happening));
  }
  now_ = std::max(now_, until);
}

void Cluster::happen(Happening happening) {
  ++report_.events;
  if (auto* delivery = std::get_if<Delivery>(&happening)) {
    if (auto& held = held_[delivery->to]) return held->push_back(std::move(happening));
    arrive(*delivery);
  } else if (auto* event = std::get_if<ForNode>(&happening)) {
    if (auto& held = held_[event->node]) return held->push_back(std::move(happening));
    trace_.note(now_, event->node, event->event.what.index());
    nodes_[event->node]->handle(std::move(event->event));
  } else if (const auto* sending = std::get_if<Sending>(&happening)) {
    send(sending->from, sending->to, sending->packet);
  } else {
    std::get<std::function<void()>>(happening)();
  }
}

bool Cluster::is_open(NodeIndex node, Slot slot) const {
  return slot > Slot{0} && nodes_[node]->is_up() && slot >= nodes_[node]->machine().slot();
}

void Cluster::broadcast(Node& from, const PacketPointer& packet) {
  if (Adversary* adversary = adversaries_[from.index()].get()) {
    adversary->speak(from, packet, *this,
                     [&](NodeIndex to, Micros at, const PacketPointer& one) { deliver(from.index(), to, at, one); });
    return;
  }
  for (NodeIndex to = 0; to < nodes_.size(); ++to)
    if (to != from.index()) send(from.index(), to, packet);
}

void Cluster::propose(Node& from, const PacketPointer& header, const PacketPointer& block) {
  const Header& own = std::get<Header>(std::get<consensus::Message>(header->body));
  AETHER_ASSERT(
      from.machine().epoch(own.body.slot)->validators->at(std::get<BftSealer>(own.body.sealer).proposer).address ==
      from.address());
  if (is_faulty(from.index())) broadcast(from, header);
  broadcast(from, block);
}

void Cluster::deliver(NodeIndex from, NodeIndex to, Micros at, const PacketPointer& packet) {
  if (at > now_)
    queue_.push(at, Sending{from, to, packet});
  else
    send(from, to, packet);
}

void Cluster::send(NodeIndex from, NodeIndex to, const PacketPointer& packet) {
  if (from == to || (filter && !filter(from, to, *packet))) return;
  const Passage passage = network_.send(from, to, packet->bytes, now_);
  if (passage.loss == Passage::Loss::lost) return report_.faults.count(FaultKind::loss, is_open(to, packet->slot));
  if (passage.loss == Passage::Loss::cut) {
    if (is_open(to, packet->slot)) report_.faults.matter(cut_by_[from * nodes_.size() + to]);
    return;
  }
  const bool was_in_time = is_open(to, packet->slot);
  queue_.push(passage.arrival, Delivery{from, to, packet, false, passage.reordered, passage.clogged, passage.queued,
                                        passage.queued && was_in_time});
  if (passage.second_arrival > 0)
    queue_.push(passage.second_arrival, Delivery{from, to, packet, true, false, false, false, false});
}

void Cluster::note_fate(const Delivery& delivery) {
  const bool open = is_open(delivery.to, delivery.packet->slot);
  if (delivery.was_reordered) report_.faults.count(FaultKind::reorder, !open);
  if (delivery.was_clogged) report_.faults.count(FaultKind::clog, !open);
  if (delivery.was_queued) report_.faults.count(FaultKind::narrow_uplink, delivery.was_in_time && !open);
  // The receiver waits for a header that is ahead of its clock, and clocks do not drift as far as that.
  const auto* header = message_in<Header>(*delivery.packet);
  if (header == nullptr || !open || is_faulty(delivery.from) || is_faulty(delivery.to)) return;
  if (header->body.time_ms > nodes_[delivery.to]->clock().wall_ms(now_) + consensus::Params{}.future_ms_max)
    report_.faults.matter(FaultKind::clock_step);
}

void Cluster::arrive(const Delivery& delivery) {
  Node& node = *nodes_[delivery.to];
  if (!node.is_up()) return;
  note_fate(delivery);
  if (const auto* claim = message_in<Claim>(*delivery.packet)) note_claim(delivery.from, delivery.to, *claim);
  if (!is_faulty(delivery.to)) {
    if (const auto* vote = message_in<Vote>(*delivery.packet); vote != nullptr && withholds_votes_)
      consequences_.heard(delivery.to, *vote, now_);
    if (const auto* header = message_in<Header>(*delivery.packet))
      consequences_.outcome_wanted(delivery.to, header->body.parent_hash, now_);
  }
  trace_.note(now_, delivery.from * nodes_.size() + delivery.to, delivery.packet->slot.raw());
  if (const Adversary* sender = adversaries_[delivery.from].get();
      sender != nullptr && sender->ways().has(FaultKind::impatient) && message_in<Header>(*delivery.packet) != nullptr)
    report_.faults.count(FaultKind::impatient, is_open(delivery.to, delivery.packet->slot) &&
                                                   now_ < slot_started_[delivery.to] + options_.delta_us_min);
  if (Adversary* adversary = adversaries_[delivery.to].get())
    adversary->hear(node, *delivery.packet, *this,
                    [&](NodeIndex to, Micros at, const PacketPointer& one) { deliver(delivery.to, to, at, one); });
  const std::uint64_t effects = effects_;
  node.receive(delivery.from, *delivery.packet);
  if (delivery.is_copy) report_.faults.count(FaultKind::duplication, effects_ > effects);
}

// Of a faulty validator that claims late or to some: it matters once two honest nodes started the slot with different
// claims.
void Cluster::note_claim(NodeIndex from, NodeIndex to, const Claim& claim) {
  const Adversary* sender = adversaries_[from].get();
  if (sender == nullptr || adversaries_[to] != nullptr || nodes_[to]->machine().slot() >= claim.slot) return;
  for (const FaultKind kind : {FaultKind::late_claims, FaultKind::claims_to_half, FaultKind::drip_claims})
    if (sender->ways().has(kind)) {
      PlayedClaim& played = played_.try_emplace({claim.slot, from}, PlayedClaim{kind, {}, false}).first->second;
      played.in_time.insert(to);
      judge_claim(claim.slot, played);
      break;
    }
  while (played_.size() > 64) played_.erase(played_.begin());
}

void Cluster::judge_claim(Slot slot, PlayedClaim& played) {
  for (const auto& node : nodes_)
    if (adversaries_[node->index()] == nullptr && slot_of_[node->index()] >= slot &&
        !played.in_time.contains(node->index()) && !std::exchange(played.differs, true))
      report_.faults.matter(played.kind);
}

void Cluster::withheld(FaultKind way, NodeIndex from_whom, const Packet& packet) {
  if (const auto* blocks = std::get_if<Blocks>(&packet.body); blocks != nullptr && way == FaultKind::withhold_data)
    for (const BlockPointer& block : blocks->blocks) consequences_.data_withheld(block->slot(), block->hash);
  if (const auto* vote = message_in<Vote>(packet); vote != nullptr && !is_faulty(from_whom))
    consequences_.withheld(way, from_whom, *vote, now_ + options_.latency_us + options_.jitter_us);
}

// Of an honest node.
void Cluster::note_consequences(const Node& node, const consensus::Effect& effect) {
  if (const auto* execute = std::get_if<consensus::Execute>(&effect); execute != nullptr && node.slowness() > 1)
    consequences_.executes_slowly(node.index(), execute->block, now_, now_ + options_.execute_us * node.slowness());
  if (const auto* fetch = std::get_if<consensus::Fetch>(&effect)) consequences_.fetched(fetch->slot, fetch->block);
  const auto* said = std::get_if<consensus::Broadcast>(&effect);
  if (said == nullptr) return;
  const auto certified = [&]<VoteKind kKind>(const Certificate<kKind>& certificate) {
    if (kKind == VoteKind::precommit)
      consequences_.outcome_wanted(node.index(), certificate.block, now_);
    else
      consequences_.prevoted(certificate.slot, certificate.block);
    if (const consensus::Epoch* epoch = node.machine().epoch(certificate.slot); epoch != nullptr && withholds_votes_)
      consequences_.certified(node.index(), {kChain, kKind, certificate.slot, certificate.block}, *epoch->validators,
                              now_);
  };
  if (const auto* c1 = std::get_if<PrevoteCertificate>(&said->message)) certified(*c1);
  if (const auto* c2 = std::get_if<PrecommitCertificate>(&said->message)) certified(*c2);
  if (const auto* vote = std::get_if<Vote>(&said->message); vote != nullptr && withholds_votes_)
    consequences_.heard(node.index(), *vote, now_);
}

void Cluster::note_situation(const Node& node, const consensus::Effect& effect) {
  SituationCounts& counts = report_.situations;
  if (const auto* started = std::get_if<consensus::SlotStarted>(&effect)) {
    Slot& last = slot_of_[node.index()];
    counts.count(Situation::slots_jumped, last > Slot{0} && started->slot > next(last));
    counts.count(Situation::delta_grown, node.machine().delta_us() > options_.delta_us_min);
    last = started->slot;
    for (auto played = played_.lower_bound({last, 0}); played != played_.end() && played->first.first == last; ++played)
      judge_claim(last, played->second);
  } else if (const auto* said = std::get_if<consensus::Broadcast>(&effect)) {
    if (const auto* c1 = std::get_if<PrevoteCertificate>(&said->message))
      counts.count(Situation::two_certificates,
                   certified_[c1->slot].insert(c1->block).second && certified_[c1->slot].size() == 2);
    while (certified_.size() > 64) certified_.erase(certified_.begin());
  } else if (const auto* persist = std::get_if<consensus::Persist>(&effect)) {
    counts.count(Situation::several_prevotes, persist->record.prevotes.size() == 2 && !persist->record.precommit);
  } else if (const auto* accuse = std::get_if<consensus::Accuse>(&effect)) {
    counts.count(std::holds_alternative<HeaderPair>(accuse->evidence) ? Situation::headers_convicted
                                                                      : Situation::votes_convicted);
  } else if (const auto* alarm = std::get_if<consensus::Alarm>(&effect)) {
    counts.count(Situation::epoch_waited, alarm->kind == consensus::AlarmKind::epoch_not_final);
  } else if (const auto* build = std::get_if<consensus::Build>(&effect)) {
    counts.count(Situation::empty_block, build->empty);
  } else if (const auto* final = std::get_if<consensus::Finalize>(&effect)) {
    counts.count(Situation::final_by_descendant, final->blocks.size() > 1);
  }
  counts.count(Situation::block_fetched, std::holds_alternative<consensus::Fetch>(effect));
  counts.count(Situation::block_forgotten, std::holds_alternative<consensus::Forget>(effect));
}

void Cluster::saw(const Node& node, const consensus::Effect& effect) {
  trace_.note(node.index(), effect.index());
  ++effects_;
  if (on_effect) on_effect(node, effect);
  const NodeIndex index = node.index();
  if (adversaries_[index] == nullptr) note_situation(node, effect), note_consequences(node, effect);
  if (const auto* started = std::get_if<consensus::SlotStarted>(&effect)) {
    trace_.note(started->slot.raw());
    if (Adversary* adversary = adversaries_[index].get()) {
      adversary->start_slot(*nodes_[index], started->slot, *this,
                            [&](NodeIndex to, Micros at, const PacketPointer& one) { deliver(index, to, at, one); });
    } else if (slot_started_[index] > 0) {
      report_.slot_times.push_back(static_cast<std::uint32_t>(now_ - slot_started_[index]));
    }
    slot_started_[index] = now_;
  } else if (const auto* blame = std::get_if<consensus::Blame>(&effect)) {
    if (blame->peer >= nodes_.size() || adversaries_[blame->peer] == nullptr) return;
    const FaultSet& ways = adversaries_[blame->peer]->ways();
    const bool of_vote = blame->fault == consensus::Fault::bad_vote;
    for (const FaultKind kind : {FaultKind::lie, FaultKind::spam, FaultKind::bad_signatures, FaultKind::forged_votes})
      if (ways.has(kind) && of_vote == (kind == FaultKind::bad_signatures || kind == FaultKind::forged_votes))
        report_.faults.matter(kind);
  } else if (const auto* accuse = std::get_if<consensus::Accuse>(&effect)) {
    if (adversaries_[index] != nullptr) return;
    const bool of_votes = std::holds_alternative<VotePair>(accuse->evidence);
    if (!of_votes && options_.faults.has(FaultKind::equivocate)) report_.faults.matter(FaultKind::equivocate);
    if (options_.faults.has(FaultKind::twin)) report_.faults.matter(FaultKind::twin);
    if (of_votes && options_.faults.has(FaultKind::vote_for_anything))
      report_.faults.matter(FaultKind::vote_for_anything);
  } else if (const auto* said = std::get_if<consensus::Broadcast>(&effect)) {
    const auto* header = std::get_if<Header>(&said->message);
    if (header != nullptr && adversaries_[index] == nullptr) proposed_.emplace(block_hash(header->body), now_);
  } else if (const auto* final = std::get_if<consensus::Finalize>(&effect)) {
    trace_.note(final->blocks.size(), final->certificate.slot.raw());
    if (adversaries_[index] != nullptr) return;
    report_.finalized += final->blocks.size();
    ++report_.directly;
    for (const Hash& block : final->blocks)
      if (const auto proposal = proposed_.find(block); proposal != proposed_.end())
        report_.finality.push_back(static_cast<std::uint32_t>(now_ - proposal->second));
  }
}

Slot Cluster::lowest_final() const {
  std::optional<Slot> lowest;
  for (const auto& node : nodes_)
    if (!is_faulty(node->index()) && node->is_up())
      lowest = std::min(lowest.value_or(node->final_slot()), node->final_slot());
  return lowest.value_or(Slot{0});
}

Slot Cluster::highest_final() const {
  Slot highest{0};
  for (const auto& node : nodes_)
    if (!is_faulty(node->index())) highest = std::max(highest, node->final_slot());
  return highest;
}

Slot Cluster::highest_slot() const {
  Slot highest{0};
  for (const auto& node : nodes_)
    if (!is_faulty(node->index()) && node->is_up()) highest = std::max(highest, node->machine().slot());
  return highest;
}

Report Cluster::report() const {
  Report report = report_;
  report.violation = checker_.violation();
  report.trace = trace_.hash();
  report.time = now_;
  report.slots = checker_.final_slot().raw();
  report.evidence = checker_.evidence_count();
  if (options_.faults.has(FaultKind::changing_sets))
    for (std::uint64_t epoch = 2; epoch * options_.epoch_slots <= report.slots; ++epoch)
      report.faults.count(FaultKind::changing_sets, true), report.situations.count(Situation::set_entered);
  return report;
}

}  // namespace aether::sim
