// A server on a real socket that answers each connection with what a function makes of the request's bytes.
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <functional>
#include <string>
#include <thread>

#include "aether/client/url.hpp"

namespace aether::client::testing {

inline std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}

class ScriptedServer {
 public:
  // `answer` gets the request's body and yields the bytes to send, empty to keep the connection silent until the end.
  explicit ScriptedServer(std::function<std::string(const std::string&)> answer) : answer_(std::move(answer)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(at);
    auto* address = reinterpret_cast<sockaddr*>(&at);
    if (::bind(listener_, address, size) != 0 || ::listen(listener_, 16) != 0) std::abort();
    ::getsockname(listener_, address, &size);
    url_ = {"127.0.0.1", ntohs(at.sin_port), "/"};
    thread_ = std::thread([this] { serve(); });
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
    for (const int fd : silent_) ::close(fd);
  }
  const Url& url() const { return url_; }

 private:
  static std::string read_body(int fd) {
    std::string in;
    char part[65536];
    for (;;) {
      const auto n = ::recv(fd, part, sizeof(part), 0);
      if (n <= 0) return in;
      in.append(part, static_cast<std::size_t>(n));
      const auto end = in.find("\r\n\r\n");
      if (end == std::string::npos) continue;
      std::size_t length = 0;
      const auto at = in.find("Content-Length: ");
      if (at < end) std::from_chars(in.data() + at + 16, in.data() + end, length);
      if (in.size() >= end + 4 + length) return in.substr(end + 4);
    }
  }
  void serve() {
    for (;;) {
      const int fd = ::accept(listener_, nullptr, nullptr);
      if (fd < 0) return;
      const std::string out = answer_(read_body(fd));
      if (out.empty()) {
        silent_.push_back(fd);
        continue;
      }
      ::send(fd, out.data(), out.size(), MSG_NOSIGNAL);
      ::close(fd);
    }
  }

  std::function<std::string(const std::string&)> answer_;
  int listener_ = -1;
  Url url_;
  std::vector<int> silent_;
  std::thread thread_;
};

}  // namespace aether::client::testing
