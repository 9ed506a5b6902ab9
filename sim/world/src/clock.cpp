#include "aether/world/clock.hpp"

namespace aether::sim {

namespace {
constexpr std::int64_t kPpm = 1'000'000;
}

std::uint64_t NodeClock::drifted(Micros now) const {
  const auto time = static_cast<std::int64_t>(now);
  return static_cast<std::uint64_t>(time + time / kPpm * drift_ppm_ + time % kPpm * drift_ppm_ / kPpm);
}

Micros NodeClock::when(std::uint64_t steady_us) const {
  if (steady_us <= origin_us_) return 0;
  const std::uint64_t target = steady_us - origin_us_;
  const auto guess = static_cast<std::int64_t>(target);
  // The guess is off by less than 1 000 µs for clocks that are worth the name.
  Micros before = static_cast<Micros>(guess - guess / (kPpm + drift_ppm_) * drift_ppm_);
  before -= std::min<Micros>(before, 1'000);
  if (drifted(before) >= target) return before;
  Micros at = before + (target - drifted(before));
  while (drifted(at) < target) at += target - drifted(at);
  while (at - before > 1) {
    const Micros middle = before + (at - before) / 2;
    (drifted(middle) < target ? before : at) = middle;
  }
  return at;
}

void NodeClock::set_wall_right(Micros now) {
  offset_ms_ = static_cast<std::int64_t>(now / 1'000) - static_cast<std::int64_t>(drifted(now) / 1'000);
}

}  // namespace aether::sim
