#include <poll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>

#include "aether/env/clock.hpp"
#include "aether/env/entropy.hpp"
#include "aether/env/stop_signal.hpp"

namespace aether::env {
namespace {

template <class Clock>
std::uint64_t ms_of() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now().time_since_epoch()).count());
}

}  // namespace

void fill_random(std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::getrandom(bytes.data(), bytes.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    AETHER_ASSERT(n > 0);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

std::uint64_t SystemClock::wall_ms() const { return ms_of<std::chrono::system_clock>(); }
std::uint64_t SystemClock::monotonic_ms() const { return ms_of<std::chrono::steady_clock>(); }

Outcome<StopSignal> StopSignal::create() {
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  if (::pthread_sigmask(SIG_BLOCK, &set, nullptr) != 0) return fail(last_error("block", "SIGINT and SIGTERM"));
  Descriptor signals{::signalfd(-1, &set, SFD_CLOEXEC)};
  if (!signals.valid()) return fail(last_error("make a", "signalfd"));
  Descriptor event{::eventfd(0, EFD_CLOEXEC)};
  if (!event.valid()) return fail(last_error("make an", "eventfd"));
  return StopSignal(std::move(signals), std::move(event));
}

int StopSignal::wait() const {
  std::array<pollfd, 2> watched{pollfd{signals_.get(), POLLIN, 0}, pollfd{event_.get(), POLLIN, 0}};
  while (::poll(watched.data(), watched.size(), -1) < 0) AETHER_ASSERT(errno == EINTR);
  if ((watched[0].revents & POLLIN) == 0) return 0;
  signalfd_siginfo info{};
  AETHER_ASSERT(::read(signals_.get(), &info, sizeof info) == sizeof info);
  return static_cast<int>(info.ssi_signo);
}

void StopSignal::request() const {
  const std::uint64_t one = 1;
  AETHER_ASSERT(::write(event_.get(), &one, sizeof one) == sizeof one);
}

}  // namespace aether::env
