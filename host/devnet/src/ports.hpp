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
// All different: outside the range that the system gives to who asks for any port, so that no
// outgoing connection takes one while its node is down.
struct Ports {
  std::vector<NodePorts> nodes;
  std::vector<std::uint16_t> gates;  // TCP and UDP
};
[[nodiscard]] env::Outcome<Ports> free_ports(std::uint32_t nodes, std::uint32_t gates);

}  // namespace aether::devnet
