// Sockets of the loopback that do not block.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "aether/env/file.hpp"

namespace aether::faults {

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  out.sin_port = htons(port);
  return out;
}

inline const sockaddr* as_any(const sockaddr_in& address) { return reinterpret_cast<const sockaddr*>(&address); }

inline env::Descriptor new_socket(int type) {
  return env::Descriptor(::socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

inline void set_option(const env::Descriptor& socket, int level, int option, int number) {
  (void)::setsockopt(socket.get(), level, option, &number, sizeof number);
}

}  // namespace aether::faults
