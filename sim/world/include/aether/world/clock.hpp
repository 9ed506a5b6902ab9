// A node's two clocks over virtual time: a steady one that drifts and a wall clock that may also be stepped.
#pragma once

#include "aether/world/event_queue.hpp"

namespace aether::sim {

class NodeClock {
 public:
  static constexpr std::uint64_t kWallStartMs = 1'700'000'000'000;

  // `drift_ppm`: how many µs a second of virtual time has too many. `origin_us`: what the steady clock starts at.
  NodeClock(std::int64_t drift_ppm, std::uint64_t origin_us) : drift_ppm_(drift_ppm), origin_us_(origin_us) {}
  NodeClock() : NodeClock(0, 0) {}

  [[nodiscard]] std::uint64_t steady_us(Micros now) const { return origin_us_ + drifted(now); }
  [[nodiscard]] std::uint64_t wall_ms(Micros now) const {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(kWallStartMs + drifted(now) / 1'000) + offset_ms_);
  }
  // The first moment at which the steady clock shows at least `steady_us`.
  [[nodiscard]] Micros when(std::uint64_t steady_us) const;

  void step_wall(std::int64_t by_ms) { offset_ms_ += by_ms; }
  void set_wall_right(Micros now);
  [[nodiscard]] std::int64_t wall_offset_ms() const { return offset_ms_; }

 private:
  [[nodiscard]] std::uint64_t drifted(Micros now) const;

  std::int64_t drift_ppm_;
  std::uint64_t origin_us_;
  std::int64_t offset_ms_ = 0;
};

}  // namespace aether::sim
