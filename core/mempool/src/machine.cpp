#include "machine.hpp"

#include <algorithm>

namespace aether::mempool {
namespace {

std::unexpected<Refusal> refusal(ledger::Reject why) { return std::unexpected(Refusal{why}); }
std::unexpected<Refusal> refusal(Limit why) { return std::unexpected(Refusal{why}); }

// Too old for an account whose highest used nonce is `top`.
bool is_below_window(std::uint64_t nonce, std::uint64_t top) {
  return nonce <= top && top - nonce >= limits::kNonceWindow;
}

}  // namespace

Mempool::Machine::Machine(const Config& config, const ChainParams& params, HeadMoved head)
    : params_(params),
      chain_id_(config.chain_id),
      programs_(config.programs),
      bounds_(config.bounds),
      head_(head.block),
      slot_(next(head.slot)),
      pool_(params, config.bounds, config.seed),
      verification_(config.bounds, config.seed),
      branches_(head.block, head.slot, config.bounds.unfinal_uses_max) {}

std::vector<Effect> Mempool::Machine::step(Event event, const StateView& head) {
  std::visit([&](auto& each) { on(each, head); }, event);
  return std::exchange(effects_, {});
}

// --- Admission -----------------------------------------------------------------------------------------------------

void Mempool::Machine::on(Received& event, const StateView& head) {
  for (IdentifiedTransaction& each : event.transactions) receive(event.from, std::move(each), head);
  send_batch();
}

void Mempool::Machine::receive(PeerId from, IdentifiedTransaction transaction, const StateView& head) {
  // For the checks that come before its signature.
  VerifiedTransaction unchecked = assume_verified(std::move(transaction));
  if (const auto ok = verification_.check(from, unchecked); !ok) return refuse(from, unchecked.id(), ok.error());
  if (const auto ok = ledger::preflight(params_, chain_id_, unchecked); !ok)
    return refuse(from, unchecked.id(), ok.error());
  if (pool_.find(unchecked.id()) != nullptr) return refuse(from, unchecked.id(), Limit::known);
  const Account account = head.account(unchecked.sender());
  if (const auto place = find_place(unchecked, account, head); !place)
    return refuse(from, unchecked.id(), place.error());
  verification_.add({from, std::move(unchecked), head_, account});
}

void Mempool::Machine::on(Verdicts& event, const StateView& head) {
  const auto items = verification_.finish(event.batch);
  AETHER_ASSERT(items.size() == event.verdicts.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& [from, unchecked, seen_at, account] = items[i];
    auto& verified = event.verdicts[i];
    if (!verified) {
      refuse(from, unchecked.id(), ledger::Reject::bad_signature);
      continue;
    }
    AETHER_ASSERT(verified->id() == unchecked.id());
    // The pool and the head may have changed since the first look.
    const Account& now = seen_at == head_ ? account : head.account(unchecked.sender());
    if (const auto ok = admit(std::move(*verified), now, head); ok) {
      effects_.push_back(Admitted{from, unchecked.id()});
    } else {
      refuse(from, unchecked.id(), ok.error());
    }
  }
  send_batch();
}

void Mempool::Machine::send_batch() {
  if (auto batch = verification_.next_batch()) effects_.push_back(std::move(*batch));
}

// Preflight was passed, and it does not wait.
Result<Mempool::Machine::Place, Refusal> Mempool::Machine::find_place(const VerifiedTransaction& tx,
                                                                      const Account& account, const StateView& head) {
  const Sender* sender = pool_.sender(tx.sender());
  Place place;
  if (const auto ok = ledger::preclaim(account, slot_, tx); !ok) return refusal(ok.error());
  if (sender != nullptr) {
    AETHER_TRY(place.replaced, find_replaced(tx, *sender));
    Amount fees = sender->max_fees;
    if (place.replaced != nullptr) fees -= place.replaced->tx.body().max_fee;
    const auto left = checked_sub(account.balance.swr, fees);
    if (!left || tx.body().max_fee > *left) return refusal(ledger::Reject::cannot_pay);
  }
  if (affordable(params_.fees, tx) < ledger::BlockCongestion(head, params_, slot_).multiplier(tx))
    return refusal(ledger::Reject::fee_below_congestion);
  const bool dispute = ledger::is_dispute(programs_, tx);
  const bool leaves_room = place.replaced != nullptr && place.replaced->dispute == dispute;
  auto evicted = pool_.lane(dispute).make_room(tx, pool_.next_rank(tx), leaves_room ? place.replaced : nullptr);
  if (!evicted) return refusal(evicted.error());
  place.evicted = std::move(*evicted);
  return place;
}

// The one of the sender that has the nonce of `tx`, or none where one more may wait.
Result<Entry*, Refusal> Mempool::Machine::find_replaced(const VerifiedTransaction& tx, const Sender& sender) const {
  const auto at = sender.entries.find(tx.body().nonce);
  if (at == sender.entries.end()) {
    if (sender.entries.size() >= bounds_.per_sender_max) return refusal(Limit::sender);
    return nullptr;
  }
  Entry* old = at->second;
  AETHER_ASSERT(old->ready);  // the nonce can be used
  const Amount paid = old->tx.body().priority_fee;
  const auto more = mul_div(paid, limits::kMempoolReplacementBps, kBpsWhole, Rounding::up);
  AETHER_ASSERT(more.has_value());
  const bool pays = tx.body().priority_fee >= paid + std::max(*more, Amount{1});
  if (!pays || price(params_.block, tx) <= old->rank.price) return refusal(Limit::replacement);
  return old;
}

Result<void, Refusal> Mempool::Machine::admit(VerifiedTransaction tx, const Account& account, const StateView& head) {
  if (pool_.find(tx.id()) != nullptr) return refusal(Limit::known);
  AETHER_TRY(const Place place, find_place(tx, account, head));
  if (place.replaced != nullptr) drop(*place.replaced, Drop::replaced);
  for (Entry* entry : place.evicted) drop(*entry, Drop::evicted);
  const bool dispute = ledger::is_dispute(programs_, tx);
  pool_.add(std::move(tx), dispute, account);
  return {};
}

void Mempool::Machine::drop(Entry& entry, Drop why) {
  effects_.push_back(Dropped{entry.tx.id(), why});
  pool_.remove(entry);
}

// --- The chain -----------------------------------------------------------------------------------------------------

void Mempool::Machine::on(BlockAdded& event, const StateView& head) {
  std::vector<NonceUse> uses;
  uses.reserve(event.transactions.size());
  for (const VerifiedTransaction& tx : event.transactions) {
    uses.push_back({tx.sender(), tx.body().nonce});
    // Kept, so that it waits again where the head leaves the block's branch. What finds no place is not missed.
    if (pool_.find(tx.id()) == nullptr) static_cast<void>(admit(tx, head.account(tx.sender()), head));
  }
  branches_.add(event.block, event.parent, event.slot, std::move(uses));
}

void Mempool::Machine::on(HeadMoved& event, const StateView& head) {
  const auto uses = branches_.between(head_, event.block);
  head_ = event.block;
  slot_ = next(event.slot);
  if (uses) {
    for (std::span<const NonceUse> rest = *uses; !rest.empty();) {
      const auto other = [&](const NonceUse& use) { return use.sender != rest.front().sender; };
      const auto count = static_cast<std::size_t>(std::find_if(rest.begin(), rest.end(), other) - rest.begin());
      review(rest.first(count), head);
      rest = rest.subspan(count);
    }
  } else {
    for (const Address& sender : pool_.senders()) review_all(sender, head);
  }
  while (Entry* late = pool_.expired(slot_)) drop(*late, Drop::expired);
}

void Mempool::Machine::review(std::span<const NonceUse> uses, const StateView& head) {
  Sender* sender = pool_.sender(uses.front().sender);
  if (sender == nullptr) return;
  const std::uint64_t top_before = sender->account.nonce_top;
  sender->account = head.account(uses.front().sender);
  const auto [low, high] = std::minmax({top_before, sender->account.nonce_top});
  const auto update = [&](Entry& entry) {
    const bool ready = ledger::check_nonce(sender->account, entry.tx.body().nonce).has_value();
    if (ready != entry.ready) pool_.set_ready(entry, ready);
  };
  for (const NonceUse& use : uses)
    if (const auto at = sender->entries.find(use.nonce); at != sender->entries.end()) update(*at->second);
  // What was or is outside of the window.
  for (const auto& [nonce, entry] : sender->entries) {
    if (!is_below_window(nonce, high)) break;
    update(*entry);
  }
  for (auto at = sender->entries.rbegin(); at != sender->entries.rend(); ++at) {
    if (at->first <= low || at->first - low <= limits::kNonceWindow) break;
    update(*at->second);
  }
  drop_unpaid(*sender);
}

void Mempool::Machine::review_all(const Address& address, const StateView& head) {
  Sender* sender = pool_.sender(address);
  sender->account = head.account(address);
  std::vector<Entry*> settled;
  for (const auto& [nonce, entry] : sender->entries) {
    const auto usable = ledger::check_nonce(sender->account, nonce);
    if (usable.has_value() != entry->ready) pool_.set_ready(*entry, usable.has_value());
    if (!usable && usable.error() != ledger::Reject::nonce_too_far) settled.push_back(entry);
  }
  const bool gone = settled.size() == sender->entries.size();
  for (Entry* entry : settled) drop(*entry, Drop::settled);
  if (!gone) drop_unpaid(*sender);
}

void Mempool::Machine::drop_unpaid(const Sender& sender) {
  const Amount balance = sender.account.balance.swr;
  if (sender.max_fees <= balance) return;
  std::vector<Entry*> ready;
  for (const auto& [nonce, entry] : sender.entries)
    if (entry->ready) ready.push_back(entry);
  std::stable_sort(ready.begin(), ready.end(), [](const Entry* a, const Entry* b) { return b->rank < a->rank; });
  Amount fees = sender.max_fees;
  for (Entry* cheapest : ready) {
    if (fees <= balance) break;
    fees -= cheapest->tx.body().max_fee;
    drop(*cheapest, Drop::cannot_pay);
  }
}

void Mempool::Machine::on(BlockFinal& event, const StateView&) {
  for (const auto& [address, nonce] : branches_.finalize(event.block, event.slot)) {
    const Sender* sender = pool_.sender(address);
    if (sender == nullptr) continue;
    std::vector<Entry*> settled;
    for (const auto& [of, entry] : sender->entries) {
      if (!is_below_window(of, nonce)) break;
      settled.push_back(entry);
    }
    if (const auto at = sender->entries.find(nonce); at != sender->entries.end()) settled.push_back(at->second);
    for (Entry* entry : settled) drop(*entry, Drop::settled);
  }
}

void Mempool::Machine::on(BlockForgotten& event, const StateView&) { branches_.forget(event.block); }

// --- The interface -------------------------------------------------------------------------------------------------

Mempool::Mempool(const Config& config, const ChainParams& params, HeadMoved head)
    : machine_(std::make_unique<Machine>(config, params, head)) {}
Mempool::~Mempool() = default;
Mempool::Mempool(Mempool&&) noexcept = default;
Mempool& Mempool::operator=(Mempool&&) noexcept = default;

std::vector<Effect> Mempool::step(Event event, const ledger::StateView& head) {
  return machine_->step(std::move(event), head);
}
std::vector<const VerifiedTransaction*> Mempool::select(const ledger::StateView& head) {
  return machine_->select(head);
}
const VerifiedTransaction* Mempool::find(const Hash& id) const {
  const Entry* entry = machine_->pool().find(id);
  return entry == nullptr ? nullptr : &entry->tx;
}
std::size_t Mempool::count() const { return machine_->pool().count(); }
std::size_t Mempool::bytes() const { return machine_->pool().bytes(); }
std::size_t Mempool::ready() const { return machine_->pool().ready(); }
std::size_t Mempool::unverified() const { return machine_->unverified(); }
Slot Mempool::slot() const { return machine_->slot(); }

}  // namespace aether::mempool
