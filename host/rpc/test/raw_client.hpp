// A client that sends exactly the bytes it is told to.
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>

namespace aether::rpc::testing {

class RawClient {
 public:
  // `from`: the last byte of the address 127.0.0.x that it comes from.
  explicit RawClient(std::uint16_t port, std::uint8_t from = 1)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + from);
    (void)::bind(fd_, reinterpret_cast<const sockaddr*>(&own), sizeof(own));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0;
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { ::close(fd_); }

  bool connected() const { return connected_; }
  void send(std::string_view text) {
    while (!text.empty()) {
      const auto n = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  void end() { ::shutdown(fd_, SHUT_WR); }
  // What arrives until `until` is in it, or the server closes.
  std::string read(std::string_view until = "\r\n\r\n\r\n\r\n") {
    std::string out;
    char part[4096];
    while (out.find(until) == std::string::npos) {
      const auto n = ::recv(fd_, part, sizeof(part), 0);
      if (n <= 0) break;
      out.append(part, static_cast<std::size_t>(n));
    }
    return out;
  }

 private:
  int fd_;
  bool connected_ = false;
};

}  // namespace aether::rpc::testing
