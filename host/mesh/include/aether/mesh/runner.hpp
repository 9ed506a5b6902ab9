// Runs jobs: generation with its trace on a thread of its own, and traces of claimed tokens.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <thread>

#include "aether/env/clock.hpp"
#include "aether/mesh/models.hpp"
#include "aether/mesh/tampering.hpp"

namespace aether::mesh {

struct RunTask {
  TraceKey key;
  std::shared_ptr<const ReadyModel> model;
  std::vector<std::uint32_t> prompt;  // fits the model with max_new
  std::uint32_t max_new = 0;
};

struct RunResult {
  TraceKey key;
  std::vector<std::uint32_t> output;
  Hash trace_root;
  std::uint64_t elapsed_ms = 0;
};

// Greedy generation while the trace is folded. `on_token` as in infer::GenerateOptions; none when it stopped the run.
[[nodiscard]] std::optional<RunResult> run(const RunTask& task, const Tampering& tampering,
                                           const std::function<bool(std::uint32_t)>& on_token, const env::Clock& clock);

// The whole trace over claimed tokens, which are in the vocabulary and fit the context.
[[nodiscard]] std::shared_ptr<vcr::TraceStore> trace_of(const ReadyModel& model, std::span<const std::uint32_t> prompt,
                                                        std::span<const std::uint32_t> output,
                                                        const Tampering& tampering = {});

// One run after the other, in the order they were given.
class Runner {
 public:
  // `on_done` is called from the runner's thread; clock and tampering must outlive it.
  Runner(const Tampering& tampering, const env::Clock& clock, std::function<void(RunResult)> on_done);
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  ~Runner();  // stops the run after its next token

  // Does nothing when it waits or runs already.
  void start(RunTask task);
  // Forgets the job's runs; one that runs ends after its next token, without on_done.
  void drop(const Hash& job);
  [[nodiscard]] bool has(const TraceKey& key) const;

 private:
  void loop();

  const Tampering& tampering_;
  const env::Clock& clock_;
  std::function<void(RunResult)> on_done_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<RunTask> tasks_;
  std::optional<TraceKey> running_;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> skip_ = false;  // the task that runs was dropped
  std::thread thread_;
};

}  // namespace aether::mesh
