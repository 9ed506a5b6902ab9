// How long something took, counted from any thread without a lock.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace aether::telemetry {

class DurationHistogram {
 public:
  // Upper bounds of the buckets; one more has what is longer.
  static constexpr std::array<std::chrono::microseconds, 16> kBounds{
      std::chrono::microseconds(10),        std::chrono::microseconds(25),        std::chrono::microseconds(50),
      std::chrono::microseconds(100),       std::chrono::microseconds(250),       std::chrono::microseconds(500),
      std::chrono::microseconds(1'000),     std::chrono::microseconds(2'500),     std::chrono::microseconds(5'000),
      std::chrono::microseconds(10'000),    std::chrono::microseconds(25'000),    std::chrono::microseconds(100'000),
      std::chrono::microseconds(250'000),   std::chrono::microseconds(1'000'000), std::chrono::microseconds(2'500'000),
      std::chrono::microseconds(10'000'000)};

  void add(std::chrono::nanoseconds took) {
    const auto bucket = std::lower_bound(kBounds.begin(), kBounds.end(), took) - kBounds.begin();
    counts_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
    sum_ns_.fetch_add(static_cast<std::uint64_t>(took.count()), std::memory_order_relaxed);
  }

  struct Reading {
    std::array<std::uint64_t, kBounds.size() + 1> counts{};  // of each bucket, not cumulative
    std::uint64_t sum_ns = 0;
  };
  [[nodiscard]] Reading read() const {
    Reading out;
    for (std::size_t i = 0; i < counts_.size(); ++i) out.counts[i] = counts_[i].load(std::memory_order_relaxed);
    out.sum_ns = sum_ns_.load(std::memory_order_relaxed);
    return out;
  }

 private:
  std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> counts_{};
  std::atomic<std::uint64_t> sum_ns_ = 0;
};

}  // namespace aether::telemetry
