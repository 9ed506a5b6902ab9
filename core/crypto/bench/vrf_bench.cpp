// ECVRF ELL2: the parts. Verification, one by one and in batches: bench/crypto, beside its peers.
#include <aether_native/native.h>
#include <benchmark/benchmark.h>

#include "aether/crypto/vrf.hpp"

namespace aether::crypto {
namespace {

Seed some_seed() { return Seed{std::array<std::uint8_t, 32>{1}}; }
VrfPublicKey some_key() { return vrf_public_key(some_seed()); }

void prove(benchmark::State& state) {
  const Seed seed = some_seed();
  const Bytes alpha(32, 7);
  for (auto _ : state) benchmark::DoNotOptimize(vrf_prove(seed, alpha));
}
BENCHMARK(prove);

void key_from_bytes(benchmark::State& state) {
  const VrfPublicKey key = some_key();
  for (auto _ : state) benchmark::DoNotOptimize(VrfKey::from_bytes(key));
}
BENCHMARK(key_from_bytes);

void part_decompress(benchmark::State& state) {
  const VrfPublicKey key = some_key();
  aether_native_point point;
  for (auto _ : state) {
    benchmark::DoNotOptimize(aether_native_edwards_decompress(key.data(), &point));
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
