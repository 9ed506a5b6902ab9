// A stream socket of lines, whose waits end when another descriptor can be read.
#pragma once

#include <sys/un.h>

#include <chrono>
#include <string>

#include "aether/env/file.hpp"

namespace aether::admin {

// The address of the socket in an open directory, however long the directory's path is: sun_path takes 107 bytes.
[[nodiscard]] sockaddr_un address_in(const env::Descriptor& directory);

enum class Transfer : std::uint8_t { done, ended, too_long, too_late, stopped };

class LineSocket {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // `stop` is readable when nothing more is to be waited for; -1: never.
  LineSocket(int socket, int stop) : socket_(socket), stop_(stop) {}

  // The next line, without its end, of at most `bytes_max`. `idle` until its first byte, then `whole` until its last.
  [[nodiscard]] Transfer read(std::string& line, std::size_t bytes_max, std::chrono::milliseconds idle,
                              std::chrono::milliseconds whole);
  // Goes on when `stop` is readable: an answer that was made is given.
  [[nodiscard]] Transfer write(std::string_view text, std::chrono::milliseconds longest) const;

 private:
  int socket_;
  int stop_;
  std::string read_;  // behind the last line
};

}  // namespace aether::admin
