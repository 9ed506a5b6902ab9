#include "verification.hpp"

namespace aether::mempool {
namespace {

bool fits(std::size_t used, std::size_t more, std::size_t max) { return used <= max && more <= max - used; }

}  // namespace

Result<void, Limit> Verification::check(PeerId from, const VerifiedTransaction& unchecked) {
  if (const auto* signatures = known_.find(unchecked.id());
      signatures != nullptr && signatures->contains(unchecked.signature()))
    return fail(Limit::known);
  const std::size_t bytes = unchecked.byte_size();
  const auto at = peers_.find(from);
  const Share share = at == peers_.end() ? Share{} : at->second;
  if (!fits(share.count, 1, bounds_.unverified_per_peer_max) ||
      !fits(share.bytes, bytes, bounds_.unverified_bytes_per_peer_max))
    return fail(Limit::peer);
  if (!fits(count(), 1, bounds_.unverified_max) || !fits(bytes_, bytes, bounds_.unverified_bytes_max))
    return fail(Limit::unverified);
  return {};
}

void Verification::add(Item item) {
  Share& share = peers_[item.from];
  ++share.count;
  share.bytes += item.unchecked.byte_size();
  bytes_ += item.unchecked.byte_size();
  auto* signatures = known_.find(item.unchecked.id());
  if (signatures == nullptr) signatures = &known_.insert(item.unchecked.id(), {});
  signatures->insert(item.unchecked.signature());
  gathering_.push_back(std::move(item));
}

std::optional<VerifySignatures> Verification::next_batch() {
  if (!out_.empty() || gathering_.empty()) return std::nullopt;
  const auto end = gathering_.begin() + static_cast<std::ptrdiff_t>(std::min(gathering_.size(), bounds_.batch_max));
  out_.assign(std::make_move_iterator(gathering_.begin()), std::make_move_iterator(end));
  gathering_.erase(gathering_.begin(), end);
  VerifySignatures batch{++batch_, {}};
  for (const Item& item : out_) batch.transactions.push_back(item.unchecked);
  return batch;
}

std::vector<Verification::Item> Verification::finish(std::uint64_t batch) {
  AETHER_ASSERT(batch == batch_ && !out_.empty());
  for (const Item& item : out_) {
    const auto peer = peers_.find(item.from);
    const std::size_t bytes = item.unchecked.byte_size();
    peer->second.bytes -= bytes;
    bytes_ -= bytes;
    if (--peer->second.count == 0) peers_.erase(peer);
    auto* signatures = known_.find(item.unchecked.id());
    signatures->erase(item.unchecked.signature());
    if (signatures->empty()) known_.erase(item.unchecked.id());
  }
  return std::exchange(out_, {});
}

}  // namespace aether::mempool
