#include "line_socket.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "aether/admin/server.hpp"

namespace aether::admin {
namespace {

using Clock = std::chrono::steady_clock;

// Done: what was waited for is there.
Transfer wait_for(int socket, short event, int stop, Clock::time_point until) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return Transfer::too_late;
    std::array<pollfd, 2> waited{{{socket, event, 0}, {stop, POLLIN, 0}}};
    const int count = ::poll(waited.data(), waited.size(), static_cast<int>(std::min<long long>(left, 60'000)));
    if (count < 0 && errno != EINTR) return Transfer::ended;
    if (waited[1].revents != 0) return Transfer::stopped;
    if (waited[0].revents != 0) return Transfer::done;
  }
}

}  // namespace

sockaddr_un address_in(const env::Descriptor& directory) {
  sockaddr_un out{};
  out.sun_family = AF_UNIX;
  const std::string path = "/proc/self/fd/" + std::to_string(directory.get()) + "/" + std::string(kSocketFile);
  path.copy(&out.sun_path[0], sizeof out.sun_path - 1);
  return out;
}

Transfer LineSocket::read(std::string& line, std::size_t bytes_max, std::chrono::milliseconds idle,
                          std::chrono::milliseconds whole) {
  std::size_t searched = 0;
  bool has_begun = !read_.empty();
  Time until = Clock::now() + (has_begun ? whole : idle);
  for (;;) {
    const std::size_t end = read_.find('\n', searched);
    if (std::min(end, read_.size()) > bytes_max) return Transfer::too_long;
    if (end != read_.npos) {
      line.assign(read_, 0, end);
      read_.erase(0, end + 1);
      return Transfer::done;
    }
    searched = read_.size();
    if (const Transfer ready = wait_for(socket_, POLLIN, stop_, until); ready != Transfer::done) return ready;
    std::array<char, 16 * 1024> bytes;
    const ssize_t count = ::recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) return Transfer::ended;
    if (count < 0) continue;
    read_.append(bytes.data(), static_cast<std::size_t>(count));
    if (!has_begun) until = Clock::now() + whole;
    has_begun = true;
  }
}

Transfer LineSocket::write(std::string_view text, std::chrono::milliseconds longest) const {
  const Time until = Clock::now() + longest;
  while (!text.empty()) {
    const ssize_t count = ::send(socket_, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count >= 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return Transfer::ended;
    if (const Transfer ready = wait_for(socket_, POLLOUT, -1, until); ready != Transfer::done) return ready;
  }
  return Transfer::done;
}

}  // namespace aether::admin
