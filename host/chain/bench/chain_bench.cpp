// Transfers per second of a single chain, each block's batch synced to disk before the next begins.
#include <benchmark/benchmark.h>

#include "aether/chain/chain.hpp"
#include "aether/env/thread_pool.hpp"

namespace aether::chain {
namespace {

crypto::Seed seed_of(std::uint64_t n) { return crypto::Seed(value_hash(codec::encode(n)).bytes); }

Options chain_of(std::uint64_t senders, const env::Path& directory) {
  Options options{.directory = directory, .ephemeral = false, .genesis = {}};
  options.genesis.sealer = DevSealer{crypto::ed25519_public_key(seed_of(1'000'000))};
  for (std::uint64_t n = 0; n < senders; ++n)
    options.genesis.accounts.insert({address_of(crypto::ed25519_public_key(seed_of(n))), {1'000'000 * kAmountUnit, 0}});
  return options;
}

std::vector<VerifiedTransaction> transfers(std::uint64_t senders, std::uint64_t nonce) {
  std::vector<VerifiedTransaction> out;
  for (std::uint64_t n = 0; n < senders; ++n) {
    const crypto::Seed seed = seed_of(n);
    TransactionBody body;
    body.valid_until = Slot{100'000};
    body.nonce = nonce;
    body.sender = crypto::ed25519_public_key(seed);
    body.outputs.push_back({Address{value_hash(codec::encode(n + nonce))}, Asset::swr, 1, OutputKind::account, {}});
    body.gas_limit = Gas{10'000};
    body.max_fee = kAmountUnit;
    out.push_back(assume_verified(sign(std::move(body), seed)));
  }
  return out;
}

// Signatures were checked at admission, as in a node that seals; apply checks them again.
void seal_transfers(benchmark::State& state) {
  const auto senders = static_cast<std::uint64_t>(state.range(0));
  const auto directory = env::TempDir::create("aether-bench");
  env::ThreadPool pool;
  const auto chain = Chain::open(chain_of(senders, directory->path() / "chain"), pool);
  std::uint64_t nonce = 0;
  std::int64_t done = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const auto batch = transfers(senders, ++nonce);
    state.ResumeTiming();
    const auto sealed = (*chain)->seal_next(batch, nonce, seed_of(1'000'000));
    done += static_cast<std::int64_t>(sealed->selection.accepted.size());
  }
  state.SetItemsProcessed(done);
}
BENCHMARK(seal_transfers)->Arg(1)->Arg(256)->Arg(4096)->Unit(benchmark::kMillisecond)->UseRealTime();

void apply_transfers(benchmark::State& state) {
  const auto senders = static_cast<std::uint64_t>(state.range(0));
  const auto directory = env::TempDir::create("aether-bench");
  env::ThreadPool pool;
  const auto proposer = Chain::open(chain_of(senders, directory->path() / "a"), pool);
  const auto chain = Chain::open(chain_of(senders, directory->path() / "b"), pool);
  std::uint64_t nonce = 0;
  std::int64_t done = 0;
  for (auto _ : state) {
    state.PauseTiming();
    ++nonce;
    const auto sealed = (*proposer)->seal_next(transfers(senders, nonce), nonce, seed_of(1'000'000));
    const auto block = (*proposer)->snapshot()->block(sealed->record.slot);
    state.ResumeTiming();
    std::optional<BlockRule> refused;
    const auto applied = (*chain)->apply(*block, refused);
    AETHER_ASSERT(applied && !refused);
    done += static_cast<std::int64_t>(block->transactions.size());
  }
  state.SetItemsProcessed(done);
}
BENCHMARK(apply_transfers)->Arg(4096)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace aether::chain
