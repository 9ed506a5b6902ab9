// Effects, packets and options as words: for a trace that a person reads.
#pragma once

#include <string>

#include "aether/cluster/options.hpp"
#include "aether/cluster/packet.hpp"

namespace aether::sim {

[[nodiscard]] std::string describe(const consensus::Message& message);
[[nodiscard]] std::string describe(const consensus::Effect& effect);
[[nodiscard]] std::string describe(const Packet& packet);
[[nodiscard]] std::string describe(const Options& options);

}  // namespace aether::sim
