// Bytes of data a second, of all but the encoder, which bench/crypto runs beside ISA-L. `own` is 0 for ISA-L alone and
// 1 for what Code chooses on this machine; compare the two with
// --benchmark_enable_random_interleaving=true --benchmark_repetitions=7.
#include <benchmark/benchmark.h>

#include <random>

#include "aether/erasure/assembler.hpp"

namespace aether::erasure {
namespace {

constexpr std::size_t kShardBytes = 1200;

CpuFeatures features(bool own) {
  if (!own) return {};
  return {.avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi2") != 0,
          .sha_ni = __builtin_cpu_supports("sha") != 0};
}

Bytes random_bytes(std::size_t n) {
  std::mt19937_64 random(n);
  Bytes out(n);
  for (auto& byte : out) byte = static_cast<std::uint8_t>(random());
  return out;
}

Code code_of(unsigned k, unsigned r, bool own) {
  auto code = Code::make(k, r, features(own));
  AETHER_ASSERT(code);
  return *std::move(code);
}

// Many sets, so that the data comes from where a block's does: a set at a time is in the second-level cache.
struct Sets {
  unsigned k, r;
  Bytes bytes;
  std::vector<std::vector<std::uint8_t*>> shards;

  Sets(unsigned data, unsigned parity, std::size_t count)
      : k(data), r(parity), bytes(random_bytes(count * (k + r) * kShardBytes)) {
    for (std::size_t set = 0; set < count; ++set) {
      shards.emplace_back();
      for (unsigned i = 0; i < k + r; ++i) shards.back().push_back(bytes.data() + (set * (k + r) + i) * kShardBytes);
    }
  }
  void encode(const Code& code, std::size_t set) const {
    const auto& all = shards[set % shards.size()];
    code.encode(std::span<const std::uint8_t* const>(all.data(), k), kShardBytes, std::span(all).subspan(k));
  }
};

// Every tenth shard is lost.
void recover_data(benchmark::State& state) {
  const Code code = code_of(200, 40, state.range(0) != 0);
  const Sets sets(200, 40, 1);
  sets.encode(code, 0);
  ShardSet present;
  for (unsigned i = 0; i < 240; ++i) present.set(i, i % 10 != 3);
  for (auto _ : state) {
    const bool done = code.recover_data(sets.shards[0], present, kShardBytes).has_value();
    AETHER_ASSERT(done);
  }
  state.SetBytesProcessed(state.iterations() * 200 * static_cast<std::int64_t>(kShardBytes));
}
BENCHMARK(recover_data)->ArgName("own")->Arg(0)->Arg(1);

void shred_a_full_block(benchmark::State& state) {
  const Bytes block = random_bytes(limits::kBlockBytesMax);
  for (auto _ : state) {
    benchmark::DoNotOptimize(ShreddedBlock::make(ChainId{1}, Slot{2}, block, features(state.range(0) != 0)));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(block.size()));
}
BENCHMARK(shred_a_full_block)->ArgName("own")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

// Verifies, keeps and decodes all shreds but every tenth.
void assemble_a_full_block(benchmark::State& state) {
  const CpuFeatures cpu = features(state.range(0) != 0);
  const Bytes block = random_bytes(limits::kBlockBytesMax);
  const auto shreds = ShreddedBlock::make(ChainId{1}, Slot{2}, block, cpu);
  AETHER_ASSERT(shreds);
  const BlockRef ref{ChainId{1}, Slot{2}, {}, shreds->root(), static_cast<std::uint32_t>(block.size())};
  std::vector<std::vector<Hash>> paths;
  std::vector<ShredView> views;
  for (std::uint32_t i = 0; i < shreds->layout().shreds(); ++i) {
    const std::uint32_t set = i / 240, index = i % 240;
    if (i % 10 == 3) continue;
    paths.push_back(shreds->path(set, index));
    views.push_back({ref.chain_id, ref.slot, ref.block, ref.block_bytes, static_cast<std::uint16_t>(set),
                     static_cast<std::uint8_t>(index), shreds->bytes(set, index), paths.back()});
  }
  for (auto _ : state) {
    auto assembler = Assembler::make(ref);
    AETHER_ASSERT(assembler);
    for (const ShredView& view : views) {
      const bool added = assembler->add(view).has_value();
      AETHER_ASSERT(added);
    }
    const auto out = std::move(*assembler).finish(cpu);
    AETHER_ASSERT(out && *out == block);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(block.size()));
}
BENCHMARK(assemble_a_full_block)->ArgName("own")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace aether::erasure
