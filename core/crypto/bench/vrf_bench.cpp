// ECVRF ELL2: one by one, as a batch, and the parts.
#include <aether_native/native.h>
#include <benchmark/benchmark.h>

#include "aether/crypto/vrf.hpp"

namespace aether::crypto {
namespace {

struct Scene {
  std::vector<VrfKey> keys;
  std::vector<Bytes> alphas;
  std::vector<VrfItem> items;

  explicit Scene(std::size_t n) {
    keys.reserve(n);
    for (std::size_t i = 0; i < n; ++i) {
      const std::array<std::uint8_t, 32> raw{1, static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)};
      const Seed seed{raw};
      keys.push_back(*VrfKey::from_bytes(vrf_public_key(seed)));
      alphas.push_back(Bytes(32, static_cast<std::uint8_t>(i)));
      VrfHint hint;
      const VrfProof proof = vrf_prove(seed, alphas.back(), VrfSuite::ell2, &hint);
      items.push_back({&keys.back(), {}, proof, hint});
    }
    for (std::size_t i = 0; i < n; ++i) items[i].alpha = alphas[i];
  }
};

void rate(benchmark::State& state, std::size_t n) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * n));
}

void one_by_one(benchmark::State& state) {
  const Scene scene(64);
  for (auto _ : state)
    for (const VrfItem& item : scene.items) benchmark::DoNotOptimize(vrf_verify(*item.key, item.alpha, item.proof));
  rate(state, scene.items.size());
}
BENCHMARK(one_by_one);

void one_by_one_with_key_decoding(benchmark::State& state) {
  const Scene scene(64);
  for (auto _ : state)
    for (const VrfItem& item : scene.items)
      benchmark::DoNotOptimize(vrf_verify(item.key->bytes(), item.alpha, item.proof));
  rate(state, scene.items.size());
}
BENCHMARK(one_by_one_with_key_decoding);

void batch(benchmark::State& state) {
  const Scene scene(static_cast<std::size_t>(state.range(0)));
  SerialPool pool;
  const CpuFeatures cpu{.avx2 = state.range(1) != 0 && __builtin_cpu_supports("avx2")};
  for (auto _ : state) benchmark::DoNotOptimize(vrf_verify_batch(scene.items, cpu, pool));
  rate(state, scene.items.size());
}
BENCHMARK(batch)->ArgsProduct({{16, 64, 256, 1024}, {0, 1}})->ArgNames({"items", "avx2"});

void prove(benchmark::State& state) {
  const std::array<std::uint8_t, 32> raw{1};
  const Seed seed{raw};
  const Bytes alpha(32, 7);
  for (auto _ : state) benchmark::DoNotOptimize(vrf_prove(seed, alpha));
}
BENCHMARK(prove);

void key_from_bytes(benchmark::State& state) {
  const Scene scene(1);
  for (auto _ : state) benchmark::DoNotOptimize(VrfKey::from_bytes(scene.keys[0].bytes()));
}
BENCHMARK(key_from_bytes);

void part_decompress(benchmark::State& state) {
  const Scene scene(1);
  aether_native_point point;
  for (auto _ : state) {
    benchmark::DoNotOptimize(aether_native_edwards_decompress(scene.keys[0].bytes().data(), &point));
    benchmark::ClobberMemory();
  }
}
BENCHMARK(part_decompress);

void part_encode_to_curve(benchmark::State& state) {
  const Bytes message(64, 7);
  const ByteView dst = as_bytes("ECVRF_edwards25519_XMD:SHA-512_ELL2_NU_\x04");
  aether_native_point point;
  for (auto _ : state) {
    aether_native_edwards_encode_to_curve(message.data(), message.size(), dst.data(), dst.size(), &point);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(part_encode_to_curve);

}  // namespace
}  // namespace aether::crypto
