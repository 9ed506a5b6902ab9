#include "aether/faults/shaper.hpp"

#include <algorithm>

namespace aether::faults {

// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
std::uint64_t Shaper::next() {
  std::uint64_t x = state_ += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

bool Shaper::happens(std::uint32_t ppm) { return next() % kMillion < ppm; }

std::uint64_t Shaper::delay(const Faults& faults) {
  return faults.delay_us - faults.jitter_us + next() % (2 * faults.jitter_us + 1);
}

Shaper::Arrivals Shaper::datagram(std::uint64_t now_us, const Faults& faults) {
  Arrivals out;
  if (happens(faults.loss_ppm)) return out;
  const std::uint32_t copies = happens(faults.duplicate_ppm) ? 2 : 1;
  while (out.count < copies) {
    const std::uint64_t taken = delay(faults);
    const bool overtakes = happens(faults.reorder_ppm);
    if (!overtakes) last_us_ = std::max(last_us_, now_us + taken);
    out.at_us[out.count++] = overtakes ? now_us + taken / 2 : last_us_;
  }
  return out;
}

std::uint64_t Shaper::bytes(std::uint64_t now_us, std::size_t size, const Faults& faults) {
  std::uint64_t at_us = now_us + delay(faults);
  bool is_lost = false;
  for (std::size_t segments = (size + kSegmentBytes - 1) / kSegmentBytes; segments > 0; --segments)
    is_lost |= happens(faults.loss_ppm);
  if (is_lost) at_us += 2 * faults.delay_us + kResendUs;
  return last_us_ = std::max(last_us_, at_us);
}

}  // namespace aether::faults
