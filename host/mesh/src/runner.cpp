#include "aether/mesh/runner.hpp"

#include <algorithm>

namespace aether::mesh {
namespace {

// Hands the rows on, changed if so wished.
class RowTap final : public infer::RowSink {
 public:
  RowTap(infer::RowSink& next, const Tampering& tampering) : next_(next), tampering_(tampering) {}
  void row(std::uint32_t op, std::uint32_t position, ByteView bytes) override {
    if (!tampering_.row) return next_.row(op, position, bytes);
    Bytes changed(bytes.begin(), bytes.end());
    tampering_.row(op, position, changed);
    next_.row(op, position, changed);
  }

 private:
  infer::RowSink& next_;
  const Tampering& tampering_;
};

Hash root_over(const ReadyModel& model, std::span<const std::uint32_t> prompt, std::span<const std::uint32_t> output,
               const Tampering& tampering) {
  const auto n_out = static_cast<std::uint32_t>(output.size());
  vcr::TraceBuilder trace(model.config(), static_cast<std::uint32_t>(prompt.size()), n_out);
  RowTap tap(trace, tampering);
  infer::replay(model.engine(), prompt, output, tap);
  return trace.root(n_out);
}

}  // namespace

std::optional<RunResult> run(const RunTask& task, const Tampering& tampering,
                             const std::function<bool(std::uint32_t)>& on_token, const env::Clock& clock) {
  const ReadyModel& model = *task.model;
  const std::uint64_t begin_ms = clock.monotonic_ms();
  vcr::TraceBuilder trace(model.config(), static_cast<std::uint32_t>(task.prompt.size()), task.max_new);
  RowTap tap(trace, tampering);
  bool stopped = false;
  const auto go_on = [&](std::uint32_t token) {
    stopped = !on_token(token);
    return !stopped;
  };
  RunResult out{task.key, infer::generate(model.engine(), task.prompt, {task.max_new, &tap, go_on}), {}, 0};
  if (stopped) return std::nullopt;
  const auto honest = out.output;
  if (tampering.output) tampering.output(out.output);
  out.trace_root = out.output == honest ? trace.root(static_cast<std::uint32_t>(out.output.size()))
                                        : root_over(model, task.prompt, out.output, tampering);
  out.elapsed_ms = clock.monotonic_ms() - begin_ms;
  return out;
}

std::shared_ptr<vcr::TraceStore> trace_of(const ReadyModel& model, std::span<const std::uint32_t> prompt,
                                          std::span<const std::uint32_t> output, const Tampering& tampering) {
  auto trace = std::make_shared<vcr::TraceStore>(model.config(), vcr::Tokens{prompt, output}.extent());
  RowTap tap(*trace, tampering);
  infer::replay(model.engine(), prompt, output, tap);
  trace->finish();
  return trace;
}

Runner::Runner(const Tampering& tampering, const env::Clock& clock, std::function<void(RunResult)> on_done)
    : tampering_(tampering), clock_(clock), on_done_(std::move(on_done)), thread_([this] { loop(); }) {}

Runner::~Runner() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

bool Runner::has(const TraceKey& key) const {
  const std::lock_guard lock(mutex_);
  return running_ == key || std::ranges::any_of(tasks_, [&](const RunTask& task) { return task.key == key; });
}

void Runner::start(RunTask task) {
  if (has(task.key)) return;
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  wake_.notify_all();
}

void Runner::drop(const Hash& job) {
  const std::lock_guard lock(mutex_);
  std::erase_if(tasks_, [&](const RunTask& task) { return task.key.job == job; });
  if (running_ && running_->job == job) skip_ = true;
}

void Runner::loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stop_ || !tasks_.empty(); });
    if (stop_) return;
    const RunTask task = std::move(tasks_.front());
    tasks_.pop_front();
    running_ = task.key;
    skip_ = false;
    lock.unlock();
    auto result = run(task, tampering_, [this](std::uint32_t) { return !stop_ && !skip_; }, clock_);
    if (result) on_done_(std::move(*result));
    lock.lock();
    running_.reset();
  }
}

}  // namespace aether::mesh
