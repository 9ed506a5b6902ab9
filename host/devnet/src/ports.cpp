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

env::Outcome<Ports> free_ports(std::uint32_t nodes, std::uint32_t gates) {
  std::uint16_t start = 0;
  env::fill_random({reinterpret_cast<std::uint8_t*>(&start), sizeof start});
  Ports out;
  std::vector<env::Descriptor> held;  // so that no port is found twice
  std::vector<std::uint16_t> found;   // free for TCP and for UDP
  for (std::uint32_t tried = 0; tried < kCount && found.size() < 2 * nodes + gates; ++tried) {
    const auto port = static_cast<std::uint16_t>(kFirst + (start + tried) % kCount);
    for (const int type : {SOCK_STREAM, SOCK_DGRAM}) held.push_back(take(type, port));
    if (held.back().valid() && held[held.size() - 2].valid()) found.push_back(port);
  }
  if (found.size() < 2 * nodes + gates)
    return fail(env::Error{env::ErrorKind::io, "no free ports from " + std::to_string(kFirst) + " to " +
                                                   std::to_string(kFirst + kCount - 1)});
  for (std::uint32_t node = 0; node < nodes; ++node) out.nodes.push_back({found[2 * node], found[2 * node + 1]});
  out.gates.assign(found.begin() + 2 * nodes, found.end());
  return out;
}

}  // namespace aether::devnet
