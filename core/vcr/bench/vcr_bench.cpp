// Proof, referee and tracing on a random model with the sizes of aether-tiny.
#include <benchmark/benchmark.h>

#include "../test/support.hpp"

namespace aether::vcr::testing {
namespace {

infer::Config tiny_sizes() {
  infer::Config c = small_config();
  c.vocab = 1024;
  c.d = 256;
  c.layers = 2;
  c.heads = 4;
  c.kv_heads = 2;
  c.head_dim = 64;
  c.ff = 704;
  c.context = 1024;
  return c;
}

const HonestRun& run() {
  static const HonestRun made = random_run(tiny_sizes(), 520, 4, 1);
  return made;
}

constexpr std::uint32_t kPosition = 511;  // the last with all keys in one proof

void proof(benchmark::State& state) {
  const Coordinate at{static_cast<std::uint32_t>(state.range(0)), kPosition, 1, 0};
  const HonestRun& made = run();
  for (auto _ : state) {
    benchmark::DoNotOptimize(prove_element(made.own->shape(), *made.tree, made.tokens(), *made.own, at));
  }
}

void referee(benchmark::State& state) {
  const Coordinate at{static_cast<std::uint32_t>(state.range(0)), kPosition, 1, 0};
  const auto made = prove_element(run().own->shape(), *run().tree, run().tokens(), *run().own, at);
  const Bytes bytes = codec::encode(run().proof(*made));
  const JobClaim job = run().claim(run().own->root());
  for (auto _ : state) benchmark::DoNotOptimize(judge(job, *codec::decode<StepProof>(bytes)));
  state.counters["bytes"] = static_cast<double>(bytes.size());
}

// Hashing alone: the rows are already there.
void trace_builder(benchmark::State& state) {
  std::int64_t bytes = 0;
  for (auto _ : state) {
    TraceBuilder builder(run().config(), run().extent().n_prompt, run().extent().n_out);
    for (const Row& row : run().rows) {
      builder.row(row.op, row.position, row.bytes);
      bytes += static_cast<std::int64_t>(row.bytes.size());
    }
    benchmark::DoNotOptimize(builder.root(run().extent().n_out));
  }
  state.SetBytesProcessed(bytes);
  state.counters["positions"] = benchmark::Counter(static_cast<double>(state.iterations() * run().extent().traced()),
                                                   benchmark::Counter::kIsRate);
}

void operators(benchmark::internal::Benchmark* b) {
  for (const std::int64_t op : {1, 2, 3, 6, 7, 8, 9}) b->Arg(op);  // q k v attn_out o gate_up down
}
BENCHMARK(proof)->Apply(operators);
BENCHMARK(referee)->Apply(operators);
BENCHMARK(trace_builder);

}  // namespace
}  // namespace aether::vcr::testing
