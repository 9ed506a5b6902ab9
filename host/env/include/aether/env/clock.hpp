// Time as a value that is passed in. Wall time stamps blocks; monotonic time measures and schedules.
#pragma once

#include <atomic>
#include <cstdint>

namespace aether::env {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::uint64_t wall_ms() const = 0;       // since 1970, UTC
  virtual std::uint64_t monotonic_ms() const = 0;  // since some fixed moment; never goes back
};

class SystemClock final : public Clock {
 public:
  std::uint64_t wall_ms() const override;
  std::uint64_t monotonic_ms() const override;
};

// Stands still until it is moved; for tests.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(std::uint64_t now_ms = 0) : now_ms_(now_ms) {}
  std::uint64_t wall_ms() const override { return now_ms_; }
  std::uint64_t monotonic_ms() const override { return now_ms_; }
  void set_ms(std::uint64_t now_ms) { now_ms_ = now_ms; }

 private:
  std::atomic<std::uint64_t> now_ms_;
};

}  // namespace aether::env
