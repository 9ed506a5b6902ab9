#include <benchmark/benchmark.h>

#include "aether/crypto/sha256.hpp"
#include "aether/smt/tree.hpp"

namespace aether::smt {
namespace {

constexpr CpuFeatures kCpu{.sha_ni = true};

Hash number(std::uint64_t n) {
  Bytes bytes(8);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(n), n >>= 8;
  return crypto::tagged_hash("bench", bytes);
}

std::vector<Change> changes_of(std::uint64_t from, std::uint64_t n, std::uint64_t value) {
  std::vector<Change> changes;
  for (std::uint64_t i = from; i < from + n; ++i) changes.push_back({number(i), number(value)});
  std::stable_sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  return changes;
}

const Tree& million() {
  static const Tree tree = [] {
    SerialPool pool;
    return Tree().updated(changes_of(0, 1'000'000, 0), pool, kCpu).tree;
  }();
  return tree;
}

void update_in_a_million_leaves(benchmark::State& state) {
  const Tree& tree = million();
  SerialPool pool;
  const auto changes = changes_of(0, static_cast<std::uint64_t>(state.range(0)), 7);
  for (auto _ : state) benchmark::DoNotOptimize(tree.updated(changes, pool, kCpu));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(update_in_a_million_leaves)->Arg(1)->Arg(100)->Arg(10'000)->Unit(benchmark::kMicrosecond);

void prove_and_verify(benchmark::State& state) {
  const Tree& tree = million();
  std::uint64_t i = 0;
  for (auto _ : state) {
    const Hash key = number(i++ % 1'000'000);
    if (!verify(tree.root(), key, number(0), tree.prove(key))) state.SkipWithError("a proof failed");
  }
}
BENCHMARK(prove_and_verify)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace aether::smt
