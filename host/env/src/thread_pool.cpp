#include "aether/env/thread_pool.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace aether::env {

// One job at a time. A worker joins a job under the lock (busy), draws indices without it, and leaves under the lock;
// run() returns when every index is drawn and nobody is busy, so `task` outlives all who may call it.
struct ThreadPool::State {
  std::mutex callers;
  std::mutex mutex;
  std::condition_variable work;
  std::condition_variable idle;
  const std::function<void(std::size_t)>* task = nullptr;
  std::size_t count = 0;
  std::uint64_t job = 0;
  std::size_t busy = 0;
  bool stop = false;
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> threads;

  void draw(const std::function<void(std::size_t)>& todo, std::size_t limit) {
    for (std::size_t i = next.fetch_add(1); i < limit; i = next.fetch_add(1)) todo(i);
  }

  void work_loop() {
    std::uint64_t seen = 0;
    std::unique_lock lock(mutex);
    while (true) {
      work.wait(lock, [&] { return stop || (task != nullptr && job != seen); });
      if (stop) return;
      seen = job;
      const auto* todo = task;
      const std::size_t limit = count;
      ++busy;
      lock.unlock();
      draw(*todo, limit);
      lock.lock();
      if (--busy == 0) idle.notify_all();
    }
  }
};

ThreadPool::ThreadPool(std::size_t width) : state_(std::make_unique<State>()) {
  if (width == 0) width = std::max<std::size_t>(1, std::thread::hardware_concurrency());
  for (std::size_t i = 1; i < width; ++i) state_->threads.emplace_back([state = state_.get()] { state->work_loop(); });
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stop = true;
  }
  state_->work.notify_all();
  for (std::thread& thread : state_->threads) thread.join();
}

std::size_t ThreadPool::width() const { return state_->threads.size() + 1; }

void ThreadPool::run(std::size_t count, const std::function<void(std::size_t)>& task) {
  if (count == 0) return;
  const std::lock_guard turn(state_->callers);
  {
    const std::lock_guard lock(state_->mutex);
    state_->task = &task;
    state_->count = count;
    ++state_->job;
    state_->next = 0;
  }
  if (count > 1) state_->work.notify_all();
  state_->draw(task, count);
  std::unique_lock lock(state_->mutex);
  state_->task = nullptr;
  state_->idle.wait(lock, [&] { return state_->busy == 0; });
}

}  // namespace aether::env
