#include "gossip.hpp"

namespace aether::node {

namespace {

// With room for the frame of the message, the largest transaction still fits.
constexpr std::size_t kBatchBytes = transport::kTransactionsMessageBytesMax - limits::kTransactionBytesMax - 64;

}  // namespace

void GossipJudge::received(replica::PeerId from, transport::MessageId id,
                           std::span<const IdentifiedTransaction> transactions) {
  if (transactions.empty()) return judge_(id, transport::Verdict::reject);
  open_[id].left = transactions.size();
  for (const IdentifiedTransaction& each : transactions) waiting_.emplace(Key{from, each.id()}, id);
}

void GossipJudge::judged(replica::PeerId from, const Hash& transaction, Mark mark) {
  const auto found = waiting_.find(Key{from, transaction});
  if (found == waiting_.end()) return;
  const auto open = open_.find(found->second);
  waiting_.erase(found);
  open->second.any_good |= mark == Mark::good;
  open->second.any_bad |= mark == Mark::bad;
  if (--open->second.left > 0) return;
  judge_(open->first, open->second.any_bad    ? transport::Verdict::reject
                      : open->second.any_good ? transport::Verdict::accept
                                              : transport::Verdict::ignore);
  open_.erase(open);
}

void GossipJudge::gone(replica::PeerId peer) {
  auto each = waiting_.lower_bound(Key{peer, Hash{}});
  while (each != waiting_.end() && each->first.first == peer) {
    if (open_.erase(each->second) > 0) judge_(each->second, transport::Verdict::ignore);
    each = waiting_.erase(each);
  }
}

bool GossipBatch::add(IdentifiedTransaction transaction) {
  bytes_ += transaction.byte_size();
  transactions_.push_back(std::move(transaction));
  return bytes_ >= kBatchBytes || transactions_.size() == replica::kGossipTransactionsMax;
}

Bytes GossipBatch::take() {
  bytes_ = 0;
  return replica::encoded_transactions(std::exchange(transactions_, {}));
}

}  // namespace aether::node
