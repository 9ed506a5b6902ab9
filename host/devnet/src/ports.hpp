// Ports of the loopback that nobody has now.
#pragma once

#include <cstdint>
#include <vector>

#include "aether/env/error.hpp"

namespace aether::devnet {

struct NodePorts {
  std::uint16_t rpc = 0;      // TCP
  std::uint16_t network = 0;  // UDP
};
// For `count` nodes, all different: outside the range that the system gives to who asks for any port, so that no
// outgoing connection takes one while its node is down.
[[nodiscard]] env::Outcome<std::vector<NodePorts>> free_ports(std::uint32_t count);

}  // namespace aether::devnet
