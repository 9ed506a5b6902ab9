#include "pool.hpp"

#include <algorithm>

namespace aether::mempool {
namespace {

std::uint64_t bps_of(std::uint64_t whole, std::uint32_t bps) {
  const auto part = mul_div(whole, bps, kBpsWhole);
  AETHER_ASSERT(part && *part <= whole);
  return static_cast<std::uint64_t>(*part);
}
Load bps_of(const Load& whole, std::uint32_t bps) { return {bps_of(whole.count, bps), bps_of(whole.bytes, bps)}; }

Load object_bounds(const Bounds& bounds, const ChainParams& params) {
  return bps_of({bounds.transactions_max, bounds.bytes_max}, params.congestion.object_share_bps);
}

// Disputes have their lane's part of the pool, but never less than what one object may have.
Load lane_bounds(const Bounds& bounds, const ChainParams& params, bool dispute) {
  const std::uint32_t disputes = std::max(params.block.dispute_lane_bps, params.congestion.object_share_bps);
  return bps_of({bounds.transactions_max, bounds.bytes_max}, dispute ? disputes : kBpsWhole - disputes);
}

}  // namespace

Pool::Pool(const ChainParams& params, const Bounds& bounds, std::uint64_t seed)
    : params_(params),
      lanes_{Lane{lane_bounds(bounds, params, false), object_bounds(bounds, params)},
             Lane{lane_bounds(bounds, params, true), object_bounds(bounds, params)}},
      seed_(seed),
      entries_(seed),
      senders_(seed) {}

Entry* Pool::find(const Hash& id) { return entries_.find(id); }

Sender* Pool::sender(const Address& address) { return senders_.find(address.hash); }

std::vector<Address> Pool::senders() const {
  std::vector<Address> out;
  out.reserve(senders_.size());
  senders_.for_each([&](const Hash& address, const Sender&) { out.push_back(Address{address}); });
  std::ranges::sort(out);
  return out;
}

Rank Pool::next_rank(const VerifiedTransaction& tx) const { return {price(params_.block, tx), arrivals_}; }

std::size_t Pool::bytes() const { return lanes_[0].load().bytes + lanes_[1].load().bytes; }

void Pool::add(VerifiedTransaction tx, bool dispute, const Account& account) {
  const Rank rank = next_rank(tx);
  const Hash id = tx.id();
  Entry made{.tx = std::move(tx), .rank = rank, .affordable = {}, .dispute = dispute, .least = {}, .most = {}};
  made.affordable = affordable(params_.fees, made.tx);
  made.footprint = footprint(made.tx);
  made.heap = mixed(seed_ + ++arrivals_);
  Entry& entry = entries_.insert(id, std::move(made));
  const auto& body = entry.tx.body();
  by_expiry_.emplace(std::pair(body.valid_until, rank.arrival), &entry);
  Sender* of = sender(entry.tx.sender());
  if (of == nullptr) of = &senders_.insert(entry.tx.sender().hash, {});
  of->account = account;
  of->entries.emplace(body.nonce, &entry);
  lane(dispute).add(entry);
  set_ready(entry, true);
}

void Pool::set_ready(Entry& entry, bool ready) {
  lane(entry.dispute).set_ready(entry, ready);
  Sender* of = sender(entry.tx.sender());
  const Amount fee = entry.tx.body().max_fee;
  of->max_fees = ready ? of->max_fees + fee : of->max_fees - fee;
  ready ? ++ready_ : --ready_;
}

void Pool::remove(Entry& entry) {
  if (entry.ready) set_ready(entry, false);
  lane(entry.dispute).remove(entry);
  const auto& body = entry.tx.body();
  by_expiry_.erase({body.valid_until, entry.rank.arrival});
  Sender* of = sender(entry.tx.sender());
  of->entries.erase(body.nonce);
  if (of->entries.empty()) senders_.erase(entry.tx.sender().hash);
  const Hash id = entry.tx.id();
  entries_.erase(id);
}

Entry* Pool::expired(Slot slot) const {
  const auto first = by_expiry_.begin();
  return first != by_expiry_.end() && first->first.first < slot ? first->second : nullptr;
}

}  // namespace aether::mempool
