// What subscribers are told. A thread of its own walks over the blocks that became final, one by one, by snapshots of
// the chain: who commits blocks never waits for it, and it leaves none out. Each notification is written once, for all
// who get it.
#pragma once

#include <atomic>
#include <thread>

#include "aether/query/chain_queries.hpp"

namespace aether::query {

class BlockNotices;

class Publisher final : public api::Feed {
 public:
  // What it counts and bounds; for tests.
  struct Limits {
    std::size_t of_connection = api::kSubscriptionsMax;
    std::size_t of_all = api::kSubscriptionsAllMax;
    std::uint64_t resume_blocks = api::kResumeBlocksMax;
  };

  // Both must outlive it.
  Publisher(const chain::Chain& chain, const ChainQueries& queries) : Publisher(chain, queries, Limits{}) {}
  Publisher(const chain::Chain& chain, const ChainQueries& queries, Limits limits);
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;
  ~Publisher() override;
  // Ends the thread: nothing is told any more.
  void stop();

  [[nodiscard]] std::unique_ptr<api::Subscriptions> open(std::shared_ptr<api::Sink> sink) override;
  [[nodiscard]] std::size_t subscriptions() const { return open_; }

 private:
  class Connection;
  struct Subscription;
  using Subscribed = std::shared_ptr<Subscription>;

  api::Answer<Subscribed> add(const std::shared_ptr<api::Sink>& sink, std::uint64_t id, const api::Subscribe& request,
                              const storage::Snapshot& snapshot);
  void end(Subscription& subscription);

  // --- the thread
  void run();
  void take_new(const storage::Snapshot& snapshot);
  void tell_head(const storage::Snapshot& snapshot);
  void tell_pending(const storage::Snapshot& snapshot);
  bool tell_blocks(const storage::Snapshot& snapshot);
  void tell_next(const storage::Snapshot& snapshot, std::span<Subscription* const> to);
  void tell(Subscription& subscription, BlockNotices& block);

  const chain::Chain& chain_;
  const ChainQueries& queries_;
  const Limits limits_;
  std::atomic<std::size_t> open_ = 0;  // subscriptions

  std::mutex mutex_;
  std::vector<Subscribed> new_;  // by mutex_
  std::atomic<bool> stops_ = false;

  // Of the thread.
  std::vector<Subscribed> active_;
  std::optional<api::BlockRef> head_;   // of which was told
  std::optional<std::uint64_t> taken_;  // transactions, of which was told; none while nobody asks
  std::thread thread_;
};

}  // namespace aether::query
