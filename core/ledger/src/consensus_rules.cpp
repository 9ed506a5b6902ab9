#include "aether/ledger/consensus_rules.hpp"

#include <algorithm>

#include "aether/ledger/rent.hpp"
#include "aether/types/epoch.hpp"

#include "bits.hpp"

namespace aether::ledger {
namespace {

void set_bit(Bytes& bits, std::size_t i) {
  if (bits.size() <= i / 8) bits.resize(i / 8 + 1);
  crypto::set_signer(bits, i);
}

void clear_bit(Bytes& bits, std::size_t i) { bits[i / 8] = static_cast<std::uint8_t>(bits[i / 8] & ~(1 << (i % 8))); }

bool is_none(ByteView bits) {
  return std::all_of(bits.begin(), bits.end(), [](std::uint8_t byte) { return byte == 0; });
}

Amount part_of(Amount whole, std::uint64_t part, std::uint64_t of) {
  const auto out = mul_div(whole, part, of);
  AETHER_ASSERT(out && *out <= whole);
  return *out;
}

class Rules {
 public:
  Rules(const StateView& parent, const BlockFacts& facts, const ConsensusInput& input)
      : parent_(parent),
        params_(facts.params),
        input_(input),
        convictions_(parent, facts),
        slot_(facts.slot),
        epoch_(epoch_of(facts.params.block, facts.slot)),
        state_(parent) {}

  ConsensusEffects run() {
    AETHER_ASSERT(slot_ > Slot{0});
    if (is_first_of_epoch()) turn_sets();
    mix_randomness();
    for (const Facts<Evidence>& offence : input_.offences) convict(offence);
    forget_offences();
    count_attendance();
    return {state_.take(), burned_};
  }

 private:
  bool is_first_of_epoch() const { return slot_.raw() % params_.block.epoch_slots == 0; }
  bool is_last_of_epoch() const { return next(slot_).raw() % params_.block.epoch_slots == 0; }

  template <class T>
  T existing(const ObjectId& id) const {
    auto value = load<T>(state_, id);
    AETHER_ASSERT(value.has_value());
    return std::move(*value);
  }
  template <class T>
  void put(const ObjectId& id, const T& value) {
    state_.put(id, codec::encode(value));
  }

  void turn_sets() {
    const NextSet set = next_set(parent_, epoch_ + 1);
    put(validators_object(epoch_ + 1), set.list);
    put(consensus_object(ConsensusObject::seats, epoch_ + 1), set.seats);
    if (epoch_ < 3) return;
    state_.erase(validators_object(epoch_ - 3));
    state_.erase(consensus_object(ConsensusObject::seats, epoch_ - 3));
  }

  void mix_randomness() {
    const ObjectId id = consensus_object(ConsensusObject::randomness);
    auto randomness = existing<Randomness>(id);
    const Slot settles = last_third(epoch_, params_.block.epoch_slots);
    if (slot_ > settles) return;
    if (is_first_of_epoch()) {
      AETHER_ASSERT(randomness.settled && randomness.epoch + 1 == epoch_);
      randomness = {1, epoch_, randomness.current, randomness.mix, first_mix(randomness.mix, epoch_ + 1), false};
    }
    if (slot_ < settles) {
      randomness.mix = next_mix(randomness.mix, input_.output);
    } else {
      randomness.settled = true;
    }
    put(id, randomness);
  }

  void take(const Address& from, Amount amount, bool tombstoned) {
    auto stake = existing<Stake>(stake_object(from));
    amount = std::min(amount, stake.bonded);
    stake.bonded -= amount;
    stake.tombstoned = stake.tombstoned || tombstoned;
    put(stake_object(from), stake);
    const auto sum = aether::checked_add(burned_, amount);
    AETHER_ASSERT(sum.has_value());
    burned_ = *sum;
  }

  void convict(const Facts<Evidence>& offence) {
    const auto convicted = convictions_.add(offence);
    AETHER_ASSERT(convicted.has_value());
    const auto list = existing<ValidatorList>(validators_object(epoch_of(params_.block, offence.slot)));
    for (const ValidatorIndex i : *convicted) {
      const Validator& validator = list.validators.items()[i];
      take(validator.address, part_of(validator.weight, params_.stake.slash_bps, kBpsWhole), true);
    }
    put(consensus_object(ConsensusObject::offences, offence.slot.raw()), convictions_.records().at(offence.slot));
  }

  // Of the slot that no evidence may name any more.
  void forget_offences() {
    const std::uint64_t kept = 2 * params_.block.epoch_slots;
    if (slot_.raw() <= kept) return;
    const ObjectId gone = consensus_object(ConsensusObject::offences, slot_.raw() - kept - 1);
    if (parent_.contains(gone)) state_.erase(gone);
  }

  void count_attendance() {
    const ObjectId id = consensus_object(ConsensusObject::attendance);
    auto attendance = existing<Attendance>(id);
    if (slot_ > Slot{1}) open_parent(attendance);
    for (const Attended& attended : input_.attended) name_voters(attendance, attended);
    if (!attendance.open.empty() && attendance.open.front().slot.raw() + limits::kAttendanceSlots == slot_.raw())
      close_oldest(attendance);
    count_leaks(attendance);
    if (is_last_of_epoch()) settle_leaks(attendance);
    put(id, attendance);
  }

  // None once the set was forgotten, which short epochs do within the slots that are open.
  std::optional<Seats> seats_of(Slot slot) const {
    return load<Seats>(state_, consensus_object(ConsensusObject::seats, epoch_of(params_.block, slot)));
  }

  void open_parent(Attendance& attendance) const {
    const Slot slot{slot_.raw() - 1};
    SeatBits absent;
    const auto seats = seats_of(slot);
    AETHER_ASSERT(seats.has_value());
    for (const Seat seat : seats->seats) set_bit(absent, seat);
    attendance.open.push_back({slot, input_.parent, std::move(absent)});
  }

  void name_voters(Attendance& attendance, const Attended& attended) const {
    const auto open = std::find_if(attendance.open.begin(), attendance.open.end(), [&](const Attendance::Open& each) {
      return each.slot == attended.slot && each.block == attended.block;
    });
    const auto seats = seats_of(attended.slot);
    if (open == attendance.open.end() || !seats) return;
    for (std::size_t i = 0; i < seats->seats.size(); ++i)
      if (has_bit(attended.signers, i)) clear_bit(open->absent, seats->seats[i]);
  }

  void close_oldest(Attendance& attendance) {
    const Attendance::Open closed = std::move(attendance.open.front());
    attendance.open.erase(attendance.open.begin());
    const auto each_seat = [&](ByteView bits, auto&& visit) {
      for (std::size_t seat = 0; seat < attendance.missed.size(); ++seat)
        if (has_bit(bits, seat)) visit(attendance.missed[seat]);
    };
    if (!is_none(closed.absent)) {
      each_seat(closed.absent, [](std::uint16_t& missed) { ++missed; });
      put(consensus_object(ConsensusObject::missed, closed.slot.raw()), Missed{1, closed.absent});
    }
    if (closed.slot.raw() < params_.stake.downtime_window_slots) return;
    const ObjectId gone =
        consensus_object(ConsensusObject::missed, closed.slot.raw() - params_.stake.downtime_window_slots);
    if (const auto left = load<Missed>(parent_, gone)) {
      each_seat(left->seats, [](std::uint16_t& missed) { --missed; });
      state_.erase(gone);
    }
  }

  void count_leaks(Attendance& attendance) const {
    const std::uint64_t allowed =
        std::uint64_t{params_.stake.downtime_window_slots} * params_.stake.downtime_missed_bps;
    const auto seats = seats_of(slot_);
    AETHER_ASSERT(seats.has_value());
    for (const Seat seat : seats->seats)
      if (std::uint64_t{attendance.missed[seat]} * kBpsWhole > allowed) ++attendance.leaking[seat];
  }

  void settle_leaks(Attendance& attendance) {
    const auto& leaking = attendance.leaking;
    if (std::all_of(leaking.begin(), leaking.end(), [](std::uint32_t slots) { return slots == 0; })) return;
    const auto roster = existing<Roster>(consensus_object(ConsensusObject::roster));
    for (std::size_t seat = 0; seat < leaking.size(); ++seat) {
      if (leaking[seat] == 0) continue;
      const std::uint64_t part = std::min<std::uint64_t>(std::uint64_t{leaking[seat]} * params_.stake.leak_ppm,
                                                         params_.stake.leak_epoch_max_ppm);
      const Address& address = roster.addresses[seat];
      take(address, part_of(existing<Stake>(stake_object(address)).bonded, part, kPpmWhole), false);
      attendance.leaking[seat] = 0;
    }
  }

  const StateView& parent_;
  const ChainParams& params_;
  const ConsensusInput& input_;
  Convictions convictions_;
  Slot slot_;
  std::uint64_t epoch_;
  Overlay state_;
  Amount burned_ = 0;
};

}  // namespace

ConsensusEffects apply_consensus(const StateView& parent, const BlockFacts& facts, const ConsensusInput& input) {
  return Rules(parent, facts, input).run();
}

std::string_view to_string(OffenceError error) {
  switch (error) {
    case OffenceError::ahead: return "the offence is of a slot after the block's";
    case OffenceError::too_old: return "the offence is of a slot more than two epochs ago";
    case OffenceError::counted: return "the offence was counted before, for all who are convicted";
  }
  return "unknown";
}

Result<Convictions::Counted, OffenceError> Convictions::count(const Facts<Evidence>& offence) const {
  if (offence.slot > slot_) return fail(OffenceError::ahead);
  if (slot_.raw() - offence.slot.raw() > 2 * epoch_slots_) return fail(OffenceError::too_old);
  const auto known = records_.find(offence.slot);
  Counted out{known != records_.end()
                  ? known->second
                  : load_or_default<Offences>(parent_, consensus_object(ConsensusObject::offences, offence.slot.raw())),
              {}};
  Signers& counted = offence.offence == Offence::headers ? out.record.headers : out.record.votes;
  for (const ValidatorIndex i : offence.offenders) {
    if (has_bit(counted, i)) continue;
    set_bit(counted, i);
    out.convicted.push_back(i);
  }
  if (out.convicted.empty()) return fail(OffenceError::counted);
  return out;
}

Result<void, OffenceError> Convictions::check(const Facts<Evidence>& offence) const {
  AETHER_CHECK(count(offence));
  return {};
}

Result<std::vector<ValidatorIndex>, OffenceError> Convictions::add(const Facts<Evidence>& offence) {
  AETHER_TRY(auto counted, count(offence));
  records_.insert_or_assign(offence.slot, std::move(counted.record));
  return std::move(counted.convicted);
}

}  // namespace aether::ledger
