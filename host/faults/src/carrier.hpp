// What carries the traffic of one gate: UDP flows, TCP connections.
#pragma once

#include "aether/faults/shaper.hpp"
#include "loop.hpp"
#include "sockets.hpp"

namespace aether::faults {

// What gates share. The rules change between events, never during one.
struct Context {
  Loop& loop;
  const Rules& rules;
};

class Carrier {
 public:
  virtual ~Carrier() = default;
  virtual void rules_changed() = 0;
};

[[nodiscard]] env::Outcome<std::unique_ptr<Carrier>> carry_udp(Context context, const Gate& gate);
[[nodiscard]] env::Outcome<std::unique_ptr<Carrier>> carry_tcp(Context context, const Gate& gate);

// A seed for each direction of each gate.
[[nodiscard]] std::uint64_t seed_of(const Rules& rules, Direction direction, std::uint64_t which);

}  // namespace aether::faults
