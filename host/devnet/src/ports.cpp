#include "ports.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <span>

#include "aether/env/entropy.hpp"
#include "aether/env/file.hpp"

namespace aether::devnet {

namespace {

constexpr std::uint16_t kFirst = 20'000;
constexpr std::uint16_t kCount = 12'000;  // up to 31'999; net.ipv4.ip_local_port_range begins at 32'768

// A socket that has the port, or an invalid one.
env::Descriptor take(int type, std::uint16_t port) {
  env::Descriptor socket(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return socket;
  return env::Descriptor();
}

}  // namespace

env::Outcome<std::vector<NodePorts>> free_ports(std::uint32_t count) {
  std::uint16_t start = 0;
  env::fill_random({reinterpret_cast<std::uint8_t*>(&start), sizeof start});
  std::vector<NodePorts> out;
  std::vector<env::Descriptor> held;  // so that no port is found twice
  NodePorts next;
  for (std::uint32_t tried = 0; tried < kCount && out.size() < count; ++tried) {
    const auto port = static_cast<std::uint16_t>(kFirst + (start + tried) % kCount);
    const bool for_rpc = next.rpc == 0;
    env::Descriptor socket = take(for_rpc ? SOCK_STREAM : SOCK_DGRAM, port);
    if (!socket.valid()) continue;
    held.push_back(std::move(socket));
    (for_rpc ? next.rpc : next.network) = port;
    if (!for_rpc) out.push_back(std::exchange(next, {}));
  }
  if (out.size() == count) return out;
  return fail(env::Error{env::ErrorKind::io, "no free ports from " + std::to_string(kFirst) + " to " +
                                                 std::to_string(kFirst + kCount - 1)});
}

}  // namespace aether::devnet
