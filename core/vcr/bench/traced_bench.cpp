// What a trace costs: 512 tokens replayed without one, with its rows alone, and with its hashes. Arguments: model
// (aether-tiny's sizes; 110 million parameters), then none, rows, hashes.
#include <benchmark/benchmark.h>

#include "../../infer/test/support.hpp"
#include "aether/vcr/trace.hpp"

namespace aether::vcr::testing {
namespace {

const infer::Model& model_of(std::int64_t which) {
  using infer::testing::config_of;
  using infer::testing::make_model;
  static const infer::Model tiny = make_model(config_of(1024, 256, 4, 4, 2, 64, 704, 1024), 1, false);
  if (which == 0) return tiny;
  static const infer::Model large = make_model(config_of(32'000, 768, 12, 12, 12, 64, 2048, 1024), 1, false);
  return large;
}

class Dropping final : public infer::RowSink {
 public:
  void row(std::uint32_t, std::uint32_t, ByteView bytes) override { total += bytes.size(); }
  std::size_t total = 0;
};

void replay(benchmark::State& state) {
  constexpr std::uint32_t kPrompt = 512;
  const infer::Model& model = model_of(state.range(0));
  SerialPool pool;
  const infer::Engine engine(model, pool, {.isa = infer::testing::isas().back()});
  const auto tokens = infer::testing::random_tokens(model.config(), kPrompt, 1);
  Dropping dropping;
  for (auto _ : state) {
    TraceBuilder builder(model.config(), kPrompt, 1);
    infer::RowSink* const sinks[] = {nullptr, &dropping, &builder};
    infer::Sequence(engine).feed(tokens, kPrompt - 1, sinks[state.range(1)]);
    if (state.range(1) == 2) benchmark::DoNotOptimize(builder.root(1));
  }
  state.SetItemsProcessed(state.iterations() * kPrompt);
  state.counters["row bytes"] =
      benchmark::Counter(static_cast<double>(dropping.total) / kPrompt, benchmark::Counter::kAvgIterations);
}
BENCHMARK(replay)->ArgNames({"model", "trace"})->ArgsProduct({{0, 1}, {0, 1, 2}})->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace aether::vcr::testing
