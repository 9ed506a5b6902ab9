// The only interface of core/ to threads. Results must not depend on how tasks are spread; env implements it.
#pragma once

#include <cstddef>
#include <functional>

namespace aether {

class TaskPool {
 public:
  virtual ~TaskPool() = default;

  // How many tasks may run at once, the caller's thread included; at least 1.
  virtual std::size_t width() const = 0;

  // Calls task(0) … task(count − 1), in any order, on any threads; returns when all have returned.
  virtual void run(std::size_t count, const std::function<void(std::size_t)>& task) = 0;
};

// Runs every task in the caller's thread, in order.
class SerialPool final : public TaskPool {
 public:
  std::size_t width() const override { return 1; }
  void run(std::size_t count, const std::function<void(std::size_t)>& task) override {
    for (std::size_t i = 0; i < count; ++i) task(i);
  }
};

}  // namespace aether
