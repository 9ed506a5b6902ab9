// How much work clients may ask for: a token bucket for each address, and one for all who bear the token. A call costs
// what rpc.discover says, x-cost.
#pragma once

#include <chrono>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace aether::rpc {

struct RateLimits {
  std::uint64_t per_client = 0;  // units a second, of one address; 0: any
  std::uint64_t per_token = 0;   // of all who bear the token together
  bool spares_loopback = true;   // clients on this machine count only for per_token
};

class RateLimiter {
 public:
  using Clock = std::chrono::steady_clock;
  // Addresses that are remembered. A bucket that is forgotten is full again, and the one forgotten is that which was
  // used longest ago.
  static constexpr std::size_t kAddressesMax = 16'384;
  static constexpr std::uint64_t kBurstSeconds = 2;  // what a bucket holds

  explicit RateLimiter(const RateLimits& limits)
      : limits_(limits), token_{{}, limits.per_token * kBurstSeconds * 1'000'000, Clock::now()} {}

  // None: it is taken. Otherwise after how many ms it would be, if nobody asks meanwhile; nothing is taken. What costs
  // more than a bucket holds is taken from a full one. `address` is an IP address; all of an IPv6 /64 are one client.
  [[nodiscard]] std::optional<std::uint32_t> take(std::string_view address, bool has_token, std::uint64_t cost,
                                                  Clock::time_point now = Clock::now());
  [[nodiscard]] std::size_t addresses() const;

 private:
  struct Bucket {
    std::string client;
    std::uint64_t micro_units = 0;
    Clock::time_point filled;
  };
  using Buckets = std::list<Bucket>;  // that used last is the first

  Bucket& bucket_of(std::string client, Clock::time_point now);

  const RateLimits limits_;
  mutable std::mutex mutex_;  // of all below
  Buckets buckets_;
  std::unordered_map<std::string_view, Buckets::iterator> by_client_;
  Bucket token_;
};

}  // namespace aether::rpc
