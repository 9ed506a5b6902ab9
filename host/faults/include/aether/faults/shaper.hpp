// When what enters one direction of a link arrives at its end: a function of the seed, the faults and the times.
#pragma once

#include <array>

#include "aether/faults/rules.hpp"

namespace aether::faults {

// What a stream's sender waits for beside a round trip before it sends again: Linux's least retransmission timeout.
inline constexpr std::uint64_t kResendUs = 200'000;
inline constexpr std::size_t kSegmentBytes = 1'448;  // of TCP over Ethernet, with time stamps

class Shaper {
 public:
  explicit Shaper(std::uint64_t seed) : state_(seed) {}

  struct Arrivals {
    std::uint32_t count = 0;  // 0: it is lost
    std::array<std::uint64_t, 2> at_us{};
  };
  [[nodiscard]] Arrivals datagram(std::uint64_t now_us, const Faults& faults);
  // Bytes of a stream: never lost, never past those before them. Each segment of them may have to be sent again.
  [[nodiscard]] std::uint64_t bytes(std::uint64_t now_us, std::size_t size, const Faults& faults);

 private:
  std::uint64_t next();
  bool happens(std::uint32_t ppm);
  std::uint64_t delay(const Faults& faults);

  std::uint64_t state_;
  std::uint64_t last_us_ = 0;  // the latest arrival of those that keep their order
};

}  // namespace aether::faults
