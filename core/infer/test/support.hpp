// Sizes of random models, and pools that run tasks in other orders and on threads.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <random>
#include <thread>

#include "aether/base/task_pool.hpp"
#include "aether/infer/engine.hpp"
#include "model_maker.hpp"
#include "reference.hpp"

namespace aether::infer::testing {

using Random = std::mt19937_64;

inline std::uint32_t below(Random& random, std::uint64_t bound) { return static_cast<std::uint32_t>(random() % bound); }

inline bool quick() { return std::getenv("AETHER_QUICK") != nullptr; }
inline int cases(int few, int normal, int many) {
  return quick() ? few : std::getenv("AETHER_LONG") != nullptr ? many : normal;
}

// The instruction sets that this machine has.
inline std::vector<Isa> isas() {
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) return {Isa::scalar, Isa::avx2};
  return {Isa::scalar};
}

inline Config config_of(std::uint32_t vocab, std::uint32_t d, std::uint32_t layers, std::uint32_t heads,
                        std::uint32_t kv_heads, std::uint32_t head_dim, std::uint32_t ff, std::uint32_t context) {
  Config c;
  c.vocab = vocab;
  c.d = d;
  c.layers = layers;
  c.heads = heads;
  c.kv_heads = kv_heads;
  c.head_dim = head_dim;
  c.ff = ff;
  c.context = context;
  c.eps = 1000;
  return c;
}

// F = 128: short sequences reach attn_max and attn_p.
inline Config far_config() { return config_of(50, 48, 2, 2, 2, 256, 64, 600); }
// Grouped queries, widths that are no multiple of a vector.
inline Config odd_config() { return config_of(61, 37, 2, 6, 2, 10, 53, 300); }
inline Config plain_config() { return config_of(300, 64, 2, 4, 2, 32, 96, 300); }

inline std::vector<std::uint32_t> random_tokens(const Config& config, std::size_t n, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::uint32_t> out(n);
  for (auto& token : out) token = below(random, config.vocab);
  return out;
}

// By operator, then position.
inline std::vector<Row> in_order(std::vector<Row> rows) {
  std::ranges::stable_sort(rows, {}, &Row::op);
  return rows;
}

// Every task on its own thread, `width` at a time.
class ThreadsPool final : public TaskPool {
 public:
  explicit ThreadsPool(std::size_t width) : width_(width) {}
  std::size_t width() const override { return width_; }
  void run(std::size_t count, const std::function<void(std::size_t)>& task) override {
    for (std::size_t first = 0; first < count; first += width_) {
      std::vector<std::jthread> threads;
      for (std::size_t i = first; i < std::min(count, first + width_); ++i)
        threads.emplace_back([&task, i] { task(i); });
    }
  }

 private:
  std::size_t width_;
};

// One thread, tasks in a random order.
class ShuffledPool final : public TaskPool {
 public:
  ShuffledPool(std::size_t width, std::uint64_t seed) : width_(width), random_(seed) {}
  std::size_t width() const override { return width_; }
  void run(std::size_t count, const std::function<void(std::size_t)>& task) override {
    std::vector<std::size_t> order(count);
    for (std::size_t i = 0; i < count; ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), random_);
    for (const std::size_t i : order) task(i);
  }

 private:
  std::size_t width_;
  Random random_;
};

}  // namespace aether::infer::testing
