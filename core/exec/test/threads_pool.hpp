// A pool of threads that live for one run; the one of env stands in host.
#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include "aether/base/task_pool.hpp"

namespace aether::exec::testing {

class ThreadsPool final : public TaskPool {
 public:
  explicit ThreadsPool(std::size_t width) : width_(width) {}
  std::size_t width() const override { return width_; }
  void run(std::size_t count, const std::function<void(std::size_t)>& task) override {
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
      for (std::size_t i = next++; i < count; i = next++) task(i);
    };
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < width_; ++i) threads.emplace_back(work);
    work();
  }

 private:
  std::size_t width_;
};

}  // namespace aether::exec::testing
