// Tokens a second of random models: one with the sizes of aether-tiny, one of 110 million parameters. Arguments: model,
// instruction set, threads.
#include <benchmark/benchmark.h>

#include <condition_variable>
#include <mutex>

#include "../test/support.hpp"

namespace aether::infer::testing {
namespace {

// `width` threads that wait for tasks, the caller's included.
class BenchPool final : public TaskPool {
 public:
  explicit BenchPool(std::size_t width) : width_(width) {
    for (std::size_t i = 1; i < width; ++i) threads_.emplace_back([this](std::stop_token stop) { work(stop); });
  }
  std::size_t width() const override { return width_; }
  void run(std::size_t count, const std::function<void(std::size_t)>& task) override {
    {
      const std::lock_guard lock(mutex_);
      task_ = &task;
      count_ = count;
      next_ = 0;
      left_ = count;
    }
    wake_.notify_all();
    std::unique_lock lock(mutex_);
    take(lock);
    done_.wait(lock, [&] { return left_ == 0; });
    task_ = nullptr;
  }

 private:
  void take(std::unique_lock<std::mutex>& lock) {
    while (next_ < count_) {
      const std::size_t i = next_++;
      lock.unlock();
      (*task_)(i);
      lock.lock();
      if (--left_ == 0) done_.notify_all();
    }
  }
  void work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (wake_.wait(lock, stop, [&] { return task_ != nullptr && next_ < count_; })) take(lock);
  }

  std::size_t width_;
  std::mutex mutex_;
  std::condition_variable_any wake_, done_;
  const std::function<void(std::size_t)>* task_ = nullptr;
  std::size_t count_ = 0, next_ = 0, left_ = 0;
  std::vector<std::jthread> threads_;
};

const Model& model_of(std::int64_t which) {
  static const Model tiny = make_model(config_of(1024, 256, 4, 4, 2, 64, 704, 1024), 1, false);
  if (which == 0) return tiny;
  static const Model large = make_model(config_of(32'000, 768, 12, 12, 12, 64, 2048, 1024), 1, false);
  return large;
}

struct Setting {
  explicit Setting(const benchmark::State& state)
      : model(model_of(state.range(0))),
        pool(static_cast<std::size_t>(state.range(2))),
        engine(model, pool, {.isa = static_cast<Isa>(state.range(1))}) {}
  const Model& model;
  BenchPool pool;
  Engine engine;
};

void decode(benchmark::State& state) {
  const Setting setting(state);
  constexpr std::uint32_t kPrompt = 64, kNew = 64;
  const auto prompt = random_tokens(setting.model.config(), kPrompt, 1);
  for (auto _ : state) {
    state.PauseTiming();
    Sequence sequence(setting.engine);
    std::uint32_t token = greedy_token(sequence.feed(prompt, kPrompt - 1, nullptr));
    state.ResumeTiming();
    for (std::uint32_t i = 0; i < kNew; ++i) {
      token = greedy_token(sequence.feed(std::span(&token, 1), sequence.position(), nullptr));
    }
  }
  state.SetItemsProcessed(state.iterations() * kNew);
}

void prefill(benchmark::State& state) {
  const Setting setting(state);
  constexpr std::uint32_t kPrompt = 512;
  const auto prompt = random_tokens(setting.model.config(), kPrompt, 1);
  for (auto _ : state) {
    Sequence sequence(setting.engine);
    benchmark::DoNotOptimize(sequence.feed(prompt, kPrompt - 1, nullptr).data());
  }
  state.SetItemsProcessed(state.iterations() * kPrompt);
}

void settings(benchmark::internal::Benchmark* b) {
  b->ArgNames({"model", "avx2", "threads"})->Unit(benchmark::kMillisecond)->UseRealTime();
  for (const std::int64_t threads : {1, 2}) {
    for (const std::int64_t model : {0, 1}) b->Args({model, 1, threads});
  }
  b->Args({0, 0, 1});
}
BENCHMARK(decode)->Apply(settings)->Args({1, 0, 1});
BENCHMARK(prefill)->Apply(settings);

}  // namespace
}  // namespace aether::infer::testing
