#include "aether/query/recent_transactions.hpp"

#include <algorithm>

namespace aether::query {

void RecentTransactions::add(const Hash& transaction) {
  const std::lock_guard lock(mutex_);
  if (ring_.size() < kKept)
    ring_.push_back(transaction);
  else
    ring_[count_ % kKept] = transaction;
  ++count_;
}

RecentTransactions::Behind RecentTransactions::behind(const std::optional<std::uint64_t>& count) const {
  const std::lock_guard lock(mutex_);
  if (!count) return {count_, {}, 0};
  const std::uint64_t oldest = count_ - std::min<std::uint64_t>(count_, kKept);
  const std::uint64_t first = std::min(std::max(*count, oldest), count_);
  Behind out{count_, {}, first > *count ? first - *count : 0};
  out.transactions.reserve(count_ - first);
  for (std::uint64_t n = first; n < count_; ++n) out.transactions.push_back(ring_[n % kKept]);
  return out;
}

}  // namespace aether::query
