// Transactions of users and of gossip.
#include "engine.hpp"

namespace aether::node {

namespace {

constexpr replica::PeerId kUsers = replica::PeerId{1} << 63;  // all of this node's users; no peer's number
constexpr std::size_t kSubmittingMax = 64 * 1024;
constexpr std::size_t kFedMax = 128;  // of users' transactions between two looks into the inbox
constexpr std::uint64_t kAgainMin = 1'000'000;
constexpr std::uint64_t kAgainMax = 64'000'000;
constexpr std::size_t kBacklogParts = 4;  // of a block
constexpr std::size_t kUnsettledMax = 64 * 1024;

}  // namespace

// All users together are one peer of the mempool; what exceeds its share waits here.
bool Node::Engine::may_feed_users() const {
  return !users_.empty() && submitted_.size() < options_.mempool.unverified_per_peer_max;
}

void Node::Engine::feed_users() {
  replica::Submitted submitted{kUsers, {}};
  while (submitted.transactions.size() < kFedMax && may_feed_users()) {
    Unjudged next = std::move(users_.front());
    users_.pop_front();
    submitted_.emplace(next.one.id(), std::move(next.place));
    submitted.transactions.push_back(std::move(next.one));
  }
  if (!submitted.transactions.empty()) step(std::move(submitted));
}

void Node::Engine::judged(const Hash& transaction, Verdict verdict) {
  const auto found = submitted_.extract(transaction);
  if (!found) return;
  const auto& [of, index] = found.mapped();
  of->verdicts[index] = std::move(verdict);
  if (--of->left == 0) of->answer.set_value(std::move(of->verdicts));
}

// What came from a peer is passed on by the verdict on its message.
void Node::Engine::on(replica::Gossip& effect) {
  if (effect.from != replica::kSelf) return;
  if (unsettled_.size() < kUnsettledMax)
    unsettled_.emplace(now().steady_us + kAgainMin, Unsettled{effect.transaction.id(), kAgainMin});
  // Where nobody is connected, it is sent again later.
  if (!peers_.empty() && gossip_batch_.add(std::move(effect.transaction))) flush_gossip();
}

void Node::Engine::gossip_again() {
  const std::uint64_t at = now().steady_us;
  for (std::size_t n = 0; n < replica::kGossipTransactionsMax; ++n) {
    const auto first = unsettled_.begin();
    if (first == unsettled_.end() || first->first > at) return;
    Unsettled one = first->second;
    unsettled_.erase(first);
    const VerifiedTransaction* waits = replica_->mempool().find(one.transaction);
    if (waits == nullptr) continue;
    // Behind many others it would wait although every node has it.
    if (replica_->mempool().bytes() <= rules_.params.block.bytes_max / kBacklogParts) {
      if (gossip_batch_.add(*waits)) flush_gossip();
      one.interval_us = std::min(2 * one.interval_us, kAgainMax);
    }
    unsettled_.emplace(at + one.interval_us, one);
  }
}

void Node::Engine::flush_gossip() {
  if (!gossip_batch_.empty()) network_->publish(transport::Topic::transactions, gossip_batch_.take());
}

void Node::Engine::on(const replica::Admitted& effect) {
  taken_.add(effect.transaction);
  gossip_judge_.admitted(effect.from, effect.transaction);
  if (effect.from == kUsers) judged(effect.transaction, {});
}

void Node::Engine::on(const replica::Refused& effect) {
  gossip_judge_.refused(effect.from, effect.transaction, mempool::is_fault(effect.why));
  if (effect.from == kUsers) judged(effect.transaction, fail(effect.why));
}

// --- Any thread

std::optional<std::vector<Node::Engine::Verdict>> Node::Engine::submit(
    std::vector<IdentifiedTransaction> transactions) {
  const std::size_t count = transactions.size();
  if (count == 0) return std::vector<Verdict>{};
  std::optional<std::vector<Verdict>> out;
  if (submitting_.fetch_add(count) < kSubmittingMax) {
    Submission submission{std::move(transactions), {}};
    auto verdicts = submission.verdicts.get_future();
    inbox_.put(Urgency::others, {std::move(submission)});
    try {
      out = verdicts.get();
    } catch (const std::future_error&) {
      // The machine ended first.
    }
  }
  submitting_ -= count;
  return out;
}

}  // namespace aether::node
