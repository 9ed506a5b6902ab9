#include "machine.hpp"

#include <algorithm>
#include <limits>

namespace aether::consensus {

namespace {

constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kRepeatDeltas = 4;
constexpr std::uint64_t kRepeatDeltasMax = 64;

}  // namespace

Consensus::Machine::Machine(const Params& params, Anchor anchor, std::optional<SafetyRecord> last,
                            Authenticator& authenticator, Signer* signer)
    : final(std::move(anchor)),
      delta_us(params.delta_us_min),
      record(last ? std::move(*last) : first_record(params.chain_id)),
      silent(!last && signer != nullptr),
      params_(params),
      authenticator_(authenticator),
      signer_(signer) {
  AETHER_ASSERT(record.chain_id == params.chain_id && params.epoch_slots > 0 && params.delta_us_min > 0);
  for (const Epoch& epoch : final.epochs) epochs_.insert_or_assign(epoch.number, epoch);
  learn_epoch(final.outcome);
  final_blocks_.emplace(final.slot, final.block);
  newest_final_ = final.certificate;
}

void Consensus::Machine::start() {
  // C1 of genesis is held by definition, that of another final block must come, or is in the record.
  slot = std::max({record.slot, final.slot, Slot{1}});
  slot_start_us_ = now.steady_us;
  // Where the own votes alone are a quorum, they lead to new ones, which are not durable yet.
  const SafetyRecord durable = record;
  start_slot();
  if (durable.certificate && durable.certificate->slot >= final.slot) hold(*durable.certificate);
  if (const auto me = own_index(durable.slot); me && may_speak() && durable.slot > final.slot) {
    const auto say_again = [&](VoteKind kind, const Hash& block) {
      const Vote vote = signer_->sign_vote({params_.chain_id, kind, durable.slot, block}, *me);
      emit(Broadcast{vote});
      on_vote(kSelf, vote);
    };
    for (const Hash& block : durable.prevotes) say_again(VoteKind::prevote, block);
    if (durable.precommit) say_again(VoteKind::precommit, *durable.precommit);
  }
  act();
}

void Consensus::Machine::handle(const Event& event) {
  struct Visitor {
    Machine& self;
    void operator()(const Received& received) const {
      struct ByKind {
        Machine& self;
        PeerId from;
        void operator()(const Header& header) const { self.on_header(from, header); }
        void operator()(const Vote& vote) const { self.on_vote(from, vote); }
        void operator()(const Claim& claim) const { self.on_claim(from, claim); }
        void operator()(const PrevoteCertificate& c) const { self.on_lone_certificate(from, c); }
        void operator()(const PrecommitCertificate& c) const { self.on_lone_certificate(from, c); }
      };
      std::visit(ByKind{self, received.from}, received.message);
    }
    void operator()(const DataHeld& held) const {
      if (Block* block = self.find(held.block)) {
        block->data_held = true;
        self.advance_block(*block);
      }
    }
    void operator()(const Validated& validated) const {
      Block* block = self.find(validated.block);
      if (block == nullptr || block->verdict != Block::Verdict::asked) return;
      if (validated.valid) {
        block->verdict = Block::Verdict::valid;
        self.advance_block(*block);
      } else {
        self.invalidate(*block);
      }
    }
    void operator()(const Executed& executed) const {
      Block* block = self.find(executed.block);
      if (block == nullptr || !block->executing || block->outcome) return;
      block->outcome = executed.outcome;
      if (planted(Planted::set_depends_on_branch)) self.learn_epoch(*block->outcome);
      self.advance_children(*block);
    }
    void operator()(const Built& built) const { self.on_built(built); }
    void operator()(const SafetyPersisted& persisted) const { self.release(persisted.sequence); }
    void operator()(const Timer&) const {}
  };
  if (stopped) return;
  std::visit(Visitor{*this}, event);
  act();
}

void Consensus::Machine::advance(Anchor anchor) {
  if (stopped || anchor.slot <= final.slot) return;
  for (const Epoch& epoch : anchor.epochs) epochs_.insert_or_assign(epoch.number, epoch);
  if (anchor.certificate && (!newest_final_ || newest_final_->slot < anchor.slot)) newest_final_ = anchor.certificate;
  settle(std::move(anchor));
  act();
}

void Consensus::Machine::act() {
  timer_us = kNever;
  advance_final();
  while (!stopped && next_start_us_ && *next_start_us_ <= now.steady_us) enter(next(slot));
  if (stopped) return;
  if (next_start_us_) wake_at(*next_start_us_);
  advance_waiting();
  try_prevote();
  try_propose();
  if (repeat_us_ <= now.steady_us) repeat();
  wake_at(repeat_us_);
}

void Consensus::Machine::enter(Slot next) {
  slot = next;
  slot_start_us_ = now.steady_us;
  next_start_us_ = std::nullopt;
  const std::uint64_t finalized = newest_final_ ? newest_final_->slot.raw() : 0;
  delta_us = finalized + 2 < slot.raw() && !planted(Planted::delta_stays)
                 ? std::min(delta_us * 5 / 4, params_.delta_us_min * kDeltaGrowthMax)
                 : std::max(delta_us * 7 / 8, params_.delta_us_min);
  if (silent && silent_until_ && slot >= *silent_until_) {
    silent = false;
    record = first_record(params_.chain_id);
    record.slot = slot;
  }
  emit(SlotStarted{slot});
  forget();
  start_slot();
  // Slots may be shorter than the time after which everything is repeated.
  fetch_missing(Slot{slot.raw() - 1});
}

// What a slot starts with; also when its epoch becomes known only while it lasts.
void Consensus::Machine::start_slot() {
  repeat_after_us_ = kRepeatDeltas * delta_us;
  repeat_us_ = now.steady_us + repeat_after_us_;
  prevoted_.clear();
  building_ = false;
  alarmed_ = false;
  order_.reset();
  const Epoch* epoch = epoch_of(slot);
  if (epoch == nullptr) return;
  std::vector<Draw> held;
  if (const auto state = slots.find(slot); state != slots.end())
    for (const auto& [validator, known] : state->second.claims) held.push_back(known.draw);
  order_.emplace(*epoch, slot, std::move(held));
  claim(next(slot));
}

void Consensus::Machine::repeat() {
  // The slot is of an epoch whose set waits for finality.
  if (!order_ && !std::exchange(alarmed_, true)) alarm(AlarmKind::epoch_not_final, slot, final.block);
  if (!planted(Planted::repeat_nothing)) send_again();
  fetch_missing(next(slot));
  repeat_after_us_ = std::min(repeat_after_us_ * 2, kRepeatDeltasMax * delta_us);
  repeat_us_ = now.steady_us + repeat_after_us_;
}

// Blocks of slots that are over, unless they have a certificate; and everything that is too old to matter.
void Consensus::Machine::forget() {
  std::erase_if(slots, [&](const auto& entry) { return entry.first < lowest(); });
  std::erase_if(blocks, [&](const auto& entry) {
    const Block& block = entry.second;
    if (block.slot() > final.slot && (next(block.slot()) >= slot || is_certified(block))) return false;
    // A final block is not forgotten by those who carry out effects, only here.
    const auto final_block = final_blocks_.find(block.slot());
    if (final_block == final_blocks_.end() || final_block->second != block.hash) emit(Forget{block.hash});
    return true;
  });
  const std::uint64_t epoch = final.slot.raw() / params_.epoch_slots;
  std::erase_if(epochs_, [&](const auto& entry) { return entry.first + 1 < epoch; });
  while (final_blocks_.size() > kFinalBlocksMax) final_blocks_.erase(final_blocks_.begin());
}

Slot Consensus::Machine::lowest() const {
  return Slot{final.slot.raw() > kSlotsBelowFinal ? final.slot.raw() - kSlotsBelowFinal : 1};
}

const Epoch* Consensus::Machine::epoch_of(Slot of) const {
  const auto epoch = epochs_.find(of.raw() / params_.epoch_slots);
  return epoch == epochs_.end() ? nullptr : &epoch->second;
}

Slot Consensus::Machine::known_through() const { return Slot{(epochs_.rbegin()->first + 1) * params_.epoch_slots - 1}; }

std::uint32_t Consensus::Machine::place_of(const Hash& hash) const {
  const Block* block = find(hash);
  if (block == nullptr || block->slot() != slot || !order_) return 0;
  return static_cast<std::uint32_t>(order_->delay(block->draw));
}

std::optional<ValidatorIndex> Consensus::Machine::own_index(Slot of) const {
  const Epoch* epoch = epoch_of(of);
  if (signer_ == nullptr || epoch == nullptr) return std::nullopt;
  return epoch->validators->index_of(signer_->address());
}

bool Consensus::Machine::in_window(Slot of) const { return of >= lowest() && of.raw() <= slot.raw() + 2; }

void Consensus::Machine::wake_at(std::uint64_t steady_us) { timer_us = std::min(timer_us, steady_us); }

void Consensus::Machine::alarm(AlarmKind kind, Slot at, const Hash& block) { emit(Alarm{kind, at, block}); }

// --- Consensus

Params params_of(ChainId chain, const ChainParams& genesis) {
  Params params{.chain_id = chain};
  params.slot_ms = genesis.block.slot_ms;
  params.epoch_slots = genesis.block.epoch_slots;
  params.future_ms_max = genesis.block.future_ms_max;
  return params;
}

Consensus::Consensus(const Params& params, Anchor anchor, std::optional<SafetyRecord> record,
                     Authenticator& authenticator, Signer* signer)
    : machine_(std::make_unique<Machine>(params, std::move(anchor), std::move(record), authenticator, signer)) {}
Consensus::Consensus(const Consensus& other) : machine_(std::make_unique<Machine>(*other.machine_)) {}
Consensus::~Consensus() = default;
Consensus::Consensus(Consensus&&) noexcept = default;
Consensus& Consensus::operator=(Consensus&&) noexcept = default;

std::vector<Effect> Consensus::start(Now now) {
  machine_->now = now;
  machine_->start();
  return std::exchange(machine_->out, {});
}

std::vector<Effect> Consensus::step(const Event& event, Now now) {
  machine_->now = now;
  machine_->handle(event);
  return std::exchange(machine_->out, {});
}

std::vector<Effect> Consensus::advance(Anchor anchor, Now now) {
  machine_->now = now;
  machine_->advance(std::move(anchor));
  return std::exchange(machine_->out, {});
}

std::uint64_t Consensus::next_timer() const { return machine_->timer_us; }
Hash Consensus::digest() const { return machine_->digest(); }
Slot Consensus::slot() const { return machine_->slot; }
Slot Consensus::final_slot() const { return machine_->final.slot; }
Hash Consensus::final_block() const { return machine_->final.block; }
std::uint64_t Consensus::delta_us() const { return machine_->delta_us; }
const SafetyRecord& Consensus::record() const { return machine_->record; }
bool Consensus::stopped() const { return machine_->stopped; }
bool Consensus::silent() const { return machine_->silent; }

const Epoch* Consensus::epoch(Slot slot) const { return machine_->epoch_of(slot); }
Slot Consensus::known_through() const { return machine_->known_through(); }
std::uint32_t Consensus::place(const Hash& block) const { return machine_->place_of(block); }
std::optional<Header> Consensus::header(const Hash& block) const {
  const auto found = machine_->blocks.find(block);
  if (found == machine_->blocks.end()) return std::nullopt;
  return found->second.header;
}

std::size_t Consensus::kept() const {
  std::size_t kept = machine_->blocks.size();
  for (const auto& [slot, state] : machine_->slots) kept += state.kept();
  return kept;
}

}  // namespace aether::consensus
