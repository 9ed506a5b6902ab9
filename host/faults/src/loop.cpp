#include "loop.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>

namespace aether::faults {

namespace {

constexpr std::uint64_t kUs = 1'000'000;  // in a second

}  // namespace

Loop::Loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;
  AETHER_ASSERT(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, timer_.get(), &event) == 0);
}

void Loop::watch(int descriptor, Watcher& watcher, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watcher;
  AETHER_ASSERT(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) == 0);
}

void Loop::change(int descriptor, Watcher& watcher, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watcher;
  AETHER_ASSERT(::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, descriptor, &event) == 0);
}

std::uint64_t Loop::now_us() {
  timespec now{};
  (void)::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * kUs + static_cast<std::uint64_t>(now.tv_nsec) / 1'000;
}

void Loop::act_on_time() {
  while (!moments_.empty() && moments_.begin()->first <= now_us()) moments_.extract(moments_.begin()).mapped()();
  if (moments_.empty()) return;
  const std::uint64_t due_us = moments_.begin()->first;
  itimerspec spec{};
  spec.it_value.tv_sec = static_cast<std::time_t>(due_us / kUs);
  spec.it_value.tv_nsec = static_cast<long>(due_us % kUs * 1'000);
  (void)::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &spec, nullptr);
}

void Loop::run() {
  std::array<epoll_event, 64> events{};
  while (!stops_) {
    act_on_time();
    buried_.clear();
    const int count = ::epoll_wait(epoll_.get(), &events[0], static_cast<int>(events.size()), -1);
    AETHER_ASSERT(count >= 0 || errno == EINTR);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.ptr != nullptr) {
        static_cast<Watcher*>(event.data.ptr)->ready(event.events);
        continue;
      }
      std::uint64_t expirations = 0;
      (void)!::read(timer_.get(), &expirations, sizeof expirations);
    }
  }
}

}  // namespace aether::faults
