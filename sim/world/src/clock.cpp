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
  Micros at = static_cast<Micros>(guess - guess / (kPpm + drift_ppm_) * drift_ppm_);
  at -= at < 1'000 ? at
                   : 1'000;  // the guess is off by at most 2·drift, below 1 000 µs for clocks that are worth the name
  while (drifted(at) < target) ++at;
  return at;
}

void NodeClock::set_wall_right(Micros now) {
  offset_ms_ = static_cast<std::int64_t>(now / 1'000) - static_cast<std::int64_t>(drifted(now) / 1'000);
}

}  // namespace aether::sim
