// One thread's events: descriptors that are ready, and moments that have come.
#pragma once

#include <sys/epoll.h>

#include <functional>
#include <map>
#include <memory>

#include "aether/env/file.hpp"

namespace aether::faults {

class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void ready(std::uint32_t events) = 0;
};

class Loop {
 public:
  Loop();
  // Level-triggered. A watcher outlives its watch, and the round in which it ends: give it to bury().
  void watch(int descriptor, Watcher& watcher, std::uint32_t events);
  void change(int descriptor, Watcher& watcher, std::uint32_t events);
  void bury(std::shared_ptr<void> watcher) { buried_.push_back(std::move(watcher)); }
  void at(std::uint64_t due_us, std::function<void()> act) { moments_.emplace(due_us, std::move(act)); }
  [[nodiscard]] static std::uint64_t now_us();
  // Until stop() was called.
  void run();
  void stop() { stops_ = true; }

 private:
  void act_on_time();

  env::Descriptor epoll_;
  env::Descriptor timer_;
  std::multimap<std::uint64_t, std::function<void()>> moments_;  // those at the same time in the order of their calls
  std::vector<std::shared_ptr<void>> buried_;
  bool stops_ = false;
};

}  // namespace aether::faults
