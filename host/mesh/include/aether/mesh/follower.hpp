// Follows a chain: one call for each new block, or when a bell rings. Waits, longer each time, while the chain does not
// answer, and says so once.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

#include "aether/client/rpc.hpp"
#include "aether/mesh/events.hpp"

namespace aether::mesh {

// Wakes a waiting thread, or ends its waiting for good.
class Bell {
 public:
  void ring();
  void stop();
  [[nodiscard]] bool stopped() const;
  // Whether it rang; returns at once when it rang before, or when stopped.
  bool wait(std::uint32_t ms_max);

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool rung_ = false;
  bool stopped_ = false;
};

struct FollowOptions {
  std::uint32_t poll_ms = 50;
  std::uint32_t backoff_ms_max = 5'000;
};

// What there is to do at a block. An error is told and tried again; unreachable as well, with patience.
using OnBlock = std::function<client::Outcome<void>(const api::GetChainIdAnswer& chain)>;

// Returns when the bell is stopped, or with a sentence when another chain answers than at first.
[[nodiscard]] Result<void, std::string> follow(const client::Rpc& rpc, Bell& bell, Events& events,
                                               const OnBlock& on_block, FollowOptions options = {});

}  // namespace aether::mesh
