// One connection to an HTTP server on this machine, kept alive: a request's bytes are made before, and an answer is
// only read. So the load costs the machine little beside what it measures.
#pragma once

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "aether/client/url.hpp"

namespace aether::bench {

class Connection {
 public:
  explicit Connection(const client::Url& url) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(url.port);
    inet_pton(AF_INET, url.host.c_str(), &to.sin_addr);
    is_open_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  ~Connection() { ::close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] static std::string post(std::string_view body) {
    std::string out = "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: " +
                      std::to_string(body.size()) + "\r\n\r\n";
    return out.append(body);
  }

  // The body of the answer, until the next call; empty when the connection broke.
  [[nodiscard]] std::string_view ask(std::string_view request) {
    while (is_open_ && !request.empty()) {
      const ssize_t n = ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL);
      is_open_ = n > 0;
      if (is_open_) request.remove_prefix(static_cast<std::size_t>(n));
    }
    answer_.clear();
    std::size_t head = std::string::npos;
    std::optional<std::size_t> whole;  // none: it comes in chunks
    const auto is_whole = [&] {
      return head != std::string::npos && (whole ? answer_.size() >= *whole : answer_.ends_with("0\r\n\r\n"));
    };
    while (is_open_ && !is_whole()) {
      const std::size_t had = answer_.size();
      answer_.resize(had + 64 * 1024);
      const ssize_t n = ::recv(socket_, &answer_[had], answer_.size() - had, 0);
      is_open_ = n > 0;
      answer_.resize(had + static_cast<std::size_t>(is_open_ ? n : 0));
      if (head != std::string::npos || (head = answer_.find("\r\n\r\n")) == std::string::npos) continue;
      head += 4;
      if (const auto length = length_in(std::string_view(answer_).substr(0, head))) whole = head + *length;
    }
    if (!is_open_) return {};
    answer_.erase(0, head);
    if (!whole) join_chunks();
    return answer_;
  }

 private:
  static std::optional<std::size_t> length_in(std::string_view head) {
    for (const std::string_view name : {"Content-Length: ", "content-length: "}) {
      const auto at = head.find(name);
      if (at == head.npos) continue;
      std::size_t out = 0;
      std::from_chars(head.data() + at + name.size(), head.data() + head.size(), out);
      return out;
    }
    return std::nullopt;
  }

  // RFC 9112, 7.1.
  void join_chunks() {
    std::string out;
    for (std::size_t at = 0; at < answer_.size();) {
      std::size_t size = 0;
      std::from_chars(answer_.data() + at, answer_.data() + answer_.size(), size, 16);
      if (size == 0) break;
      at = answer_.find("\r\n", at) + 2;
      out.append(answer_, at, size);
      at += size + 2;
    }
    answer_ = std::move(out);
  }

  int socket_;
  bool is_open_ = false;
  std::string answer_;
};

}  // namespace aether::bench
