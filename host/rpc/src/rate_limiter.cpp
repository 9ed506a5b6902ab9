#include "aether/rpc/rate_limiter.hpp"

#include <algorithm>
#include <array>

#include "connections.hpp"

namespace aether::rpc {
namespace {

constexpr std::uint64_t kMicro = 1'000'000;

// Of a bucket that holds kBurstSeconds of `rate`, after the time since it was filled last.
std::uint64_t filled(std::uint64_t micro_units, std::uint64_t rate, RateLimiter::Clock::duration since) {
  const std::uint64_t holds = rate * RateLimiter::kBurstSeconds * kMicro;
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(since).count();
  // From empty to full takes kBurstSeconds; more time than that does not count, so nothing overflows.
  const auto counts = std::clamp<std::int64_t>(us, 0, static_cast<std::int64_t>(RateLimiter::kBurstSeconds * kMicro));
  return std::min(holds, micro_units + rate * static_cast<std::uint64_t>(counts));
}

// How many ms until there is enough; 0: there is.
std::uint32_t lacking(std::uint64_t micro_units, std::uint64_t rate, std::uint64_t cost) {
  const std::uint64_t wanted = std::min(cost, rate * RateLimiter::kBurstSeconds) * kMicro;
  if (micro_units >= wanted) return 0;
  const std::uint64_t us = (wanted - micro_units + rate - 1) / rate;
  return static_cast<std::uint32_t>((us + 999) / 1'000);
}

}  // namespace

std::optional<std::uint32_t> RateLimiter::take(std::string_view address, bool has_token, std::uint64_t cost,
                                               Clock::time_point now) {
  const bool is_spared = limits_.spares_loopback && (address.starts_with("127.") || address == "::1");
  const bool counts = limits_.per_client > 0 && !is_spared;
  if (!counts && !(has_token && limits_.per_token > 0)) return std::nullopt;
  const std::lock_guard lock(mutex_);
  struct Charge {
    Bucket* bucket;
    std::uint64_t rate;
  };
  const std::array<Charge, 2> charges{
      Charge{counts ? &bucket_of(client_of(address), now) : nullptr, limits_.per_client},
      Charge{has_token && limits_.per_token > 0 ? &token_ : nullptr, limits_.per_token},
  };
  std::uint32_t wait = 0;
  for (const auto& [bucket, rate] : charges) {
    if (bucket == nullptr) continue;
    bucket->micro_units = filled(bucket->micro_units, rate, now - bucket->filled);
    bucket->filled = now;
    wait = std::max(wait, lacking(bucket->micro_units, rate, cost));
  }
  if (wait > 0) return wait;
  for (const auto& [bucket, rate] : charges)
    if (bucket != nullptr) bucket->micro_units -= std::min(bucket->micro_units, cost * kMicro);
  return std::nullopt;
}

RateLimiter::Bucket& RateLimiter::bucket_of(std::string client, Clock::time_point now) {
  if (const auto found = by_client_.find(client); found != by_client_.end()) {
    buckets_.splice(buckets_.begin(), buckets_, found->second);
    return buckets_.front();
  }
  if (buckets_.size() == kAddressesMax) {
    by_client_.erase(buckets_.back().client);
    buckets_.pop_back();
  }
  buckets_.push_front({std::move(client), limits_.per_client * kBurstSeconds * kMicro, now});
  by_client_.emplace(buckets_.front().client, buckets_.begin());
  return buckets_.front();
}

std::size_t RateLimiter::addresses() const {
  const std::lock_guard lock(mutex_);
  return buckets_.size();
}

}  // namespace aether::rpc
