// TaskPool over threads. The caller works too, so width() = threads made + 1. run() may be called from several threads
// (calls take turns) but not from inside a task.
#pragma once

#include <memory>

#include "aether/base/task_pool.hpp"

namespace aether::env {

class ThreadPool final : public TaskPool {
 public:
  // width 0: as many as the machine has cores.
  explicit ThreadPool(std::size_t width = 0);
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool() override;

  std::size_t width() const override;
  void run(std::size_t count, const std::function<void(std::size_t)>& task) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aether::env
