#include "aether/devchain/pending.hpp"

namespace aether::devchain {

std::string_view to_string(QueueError error) {
  switch (error) {
    case QueueError::known: return "known";
    case QueueError::full: return "full";
    case QueueError::sender_full: return "sender_full";
    case QueueError::nonce_waits: return "nonce_waits";
    case QueueError::cannot_pay: return "cannot_pay";
  }
  return "unknown";
}

Result<void, QueueError> Pending::add(VerifiedTransaction tx, Amount funds) {
  if (by_id_.contains(tx.id())) return fail(QueueError::known);
  if (order_.size() >= limits_.count_max || tx.byte_size() > limits_.bytes_max - bytes_) return fail(QueueError::full);
  const auto found = senders_.find(tx.sender());
  Amount waiting = 0;
  if (found != senders_.end()) {
    if (found->second.nonces.size() >= limits_.per_sender_max) return fail(QueueError::sender_full);
    if (found->second.nonces.contains(tx.body().nonce)) return fail(QueueError::nonce_waits);
    waiting = found->second.fees;
  }
  const auto fees = checked_add<Amount>(waiting, tx.body().max_fee);
  if (!fees || *fees > funds) return fail(QueueError::cannot_pay);
  Sender& sender = senders_[tx.sender()];
  sender.nonces.insert(tx.body().nonce);
  sender.fees = *fees;
  bytes_ += tx.byte_size();
  by_id_[tx.id()] = arrivals_;
  order_.emplace(arrivals_++, std::move(tx));
  return {};
}

void Pending::remove(const Hash& id) {
  const auto place = by_id_.find(id);
  if (place == by_id_.end()) return;
  const auto entry = order_.find(place->second);
  const VerifiedTransaction& tx = entry->second;
  const auto sender = senders_.find(tx.sender());
  sender->second.nonces.erase(tx.body().nonce);
  sender->second.fees -= tx.body().max_fee;
  if (sender->second.nonces.empty()) senders_.erase(sender);
  bytes_ -= tx.byte_size();
  order_.erase(entry);
  by_id_.erase(place);
}

void Pending::defer(const Hash& id) {
  const auto place = by_id_.find(id);
  if (place == by_id_.end()) return;
  auto entry = order_.extract(place->second);
  entry.key() = place->second = arrivals_++;
  order_.insert(std::move(entry));
}

void Pending::expire(Slot slot) {
  std::vector<Hash> late;
  for (const auto& [arrival, tx] : order_)
    if (tx.body().valid_until < slot) late.push_back(tx.id());
  for (const Hash& id : late) remove(id);
}

const VerifiedTransaction* Pending::find(const Hash& id) const {
  const auto place = by_id_.find(id);
  return place == by_id_.end() ? nullptr : &order_.at(place->second);
}

std::vector<VerifiedTransaction> Pending::oldest(std::size_t bytes_max) const {
  std::vector<VerifiedTransaction> out;
  std::size_t bytes = 0;
  for (const auto& [arrival, tx] : order_) {
    bytes += tx.byte_size();
    if (!out.empty() && bytes > bytes_max) break;
    out.push_back(tx);
  }
  return out;
}

}  // namespace aether::devchain
