// BLS signatures on different messages. Votes and certificates: bench/crypto, beside blst.
#include <benchmark/benchmark.h>

#include "aether/crypto/bls_votes.hpp"

namespace aether::crypto {
namespace {

void many_messages(benchmark::State& state) {
  std::vector<Bytes> messages;
  std::vector<BlsSigned> items;
  for (std::uint8_t i = 0; i < 64; ++i) messages.emplace_back(32, i);
  for (std::uint8_t i = 0; i < 64; ++i) {
    std::array<std::uint8_t, 32> ikm{i};
    const BlsSecretKey secret = bls_key_gen(Secret<32>(ikm));
    items.push_back({bls_public_key(secret), messages[i], bls_sign(secret, messages[i])});
  }
  SerialPool pool;
  for (auto _ : state) benchmark::DoNotOptimize(bls_verify_many(items, pool));
  state.SetItemsProcessed(state.iterations() * 64);
}
BENCHMARK(many_messages)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace aether::crypto
