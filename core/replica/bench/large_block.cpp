// What a block of 5 000 transfers keeps the machine's thread busy with, stage by stage; choosing its transactions and
// taking them out of the pool is core/mempool's. Time is CPU's.
#include <benchmark/benchmark.h>

#include "aether/crypto/ed25519.hpp"
#include "aether/replica/wire.hpp"

namespace {

using namespace aether;
using namespace aether::replica;

constexpr ChainId kChain{7};
constexpr std::size_t kTransfers = 5'000;
constexpr std::size_t kValidators = 4;

CpuFeatures cpu() {
  const bool sha_ni = __builtin_cpu_supports("sha") != 0;
  return {.avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi2") != 0,
          .sha_ni = sha_ni,
          .avx512_wide = sha_ni && __builtin_cpu_supports("avx512bw") != 0};
}

struct Large {
  Block block;
  Bytes bytes;
  std::shared_ptr<const erasure::ShreddedBlock> shreds;
  dissem::Announcement announced;
  std::vector<Shred> sent;

  Large() {
    const crypto::Seed seed(std::array<std::uint8_t, 32>{9});
    TransactionBody body;
    body.chain_id = kChain;
    body.valid_until = Slot{1'000};
    body.sender = crypto::ed25519_public_key(seed);
    body.outputs.resize(1);
    for (body.nonce = 1; body.nonce <= kTransfers; ++body.nonce) block.transactions.push_back(sign(body, seed));
    bytes = codec::encode(Body{block.transactions, block.evidence});
    auto cut = erasure::ShreddedBlock::make(kChain, Slot{1}, bytes, cpu());
    AETHER_ASSERT(cut.has_value());
    shreds = std::make_shared<const erasure::ShreddedBlock>(std::move(*cut));
    BftSealer sealer;
    sealer.shred_root = shreds->root();
    sealer.evidence_root = evidence_root(block.evidence);
    block.header.body.chain_id = kChain;
    block.header.body.slot = Slot{1};
    block.header.body.transactions_root = transactions_root(block.transactions);
    block.header.body.sealer = sealer;
    block.header.signature = crypto::KesSignature{};
    announced = {.slot = Slot{1},
                 .block = block_hash(block.header.body),
                 .shred_root = shreds->root(),
                 .validators = kValidators,
                 .me = ValidatorIndex{1}};
    for (const dissem::Effect& effect : dissem::Dissemination({kChain}).spread(announced, shreds)) {
      const auto* to_one = std::get_if<dissem::SendShred>(&effect);
      sent.push_back(to_one != nullptr ? to_one->shred : std::get<dissem::RelayShred>(effect).shred);
    }
  }
};

const Large& large() {
  static const Large made;
  return made;
}

void roots(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(transactions_root(large().block.transactions));
}
void encode(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(codec::encode(Body{large().block.transactions, large().block.evidence}));
}
void cut(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(erasure::ShreddedBlock::make(kChain, Slot{1}, large().bytes, cpu()));
}
void spread(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(dissem::Dissemination({kChain}).spread(large().announced, large().shreds));
}
void encode_shreds(benchmark::State& state) {
  std::vector<NetMessage> messages(large().sent.begin(), large().sent.end());
  for (auto _ : state)
    for (const NetMessage& message : messages) benchmark::DoNotOptimize(codec::encode(message));
  state.counters["shreds"] = static_cast<double>(messages.size());
}
// As they come until the block is whole, with what this validator relays.
void assemble(benchmark::State& state) {
  std::size_t relayed = 0;
  for (auto _ : state) {
    dissem::Dissemination machine({.chain_id = kChain, .cpu = cpu()});
    benchmark::DoNotOptimize(machine.announce(large().announced, 0));
    for (const Shred& shred : large().sent)
      for (const dissem::Effect& effect : machine.on_shred(1, shred, 0))
        relayed += std::holds_alternative<dissem::RelayShred>(effect) ? 1 : 0;
  }
  state.counters["relayed"] = static_cast<double>(relayed) / static_cast<double>(state.iterations());
}
void decode(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(codec::decode<Body>(large().bytes));
}
void check_roots(benchmark::State& state) {
  const Body body{large().block.transactions, large().block.evidence};
  for (auto _ : state) benchmark::DoNotOptimize(fits(large().block.header, body));
}
void identify(benchmark::State& state) {
  for (auto _ : state)
    for (const Transaction& transaction : large().block.transactions)
      benchmark::DoNotOptimize(transaction_id(transaction.body));
}

BENCHMARK(roots)->Name("make/transactions_root")->Unit(benchmark::kMicrosecond);
BENCHMARK(encode)->Name("make/encode")->Unit(benchmark::kMicrosecond);
BENCHMARK(cut)->Name("make/cut")->Unit(benchmark::kMicrosecond);
BENCHMARK(spread)->Name("make/spread")->Unit(benchmark::kMicrosecond);
BENCHMARK(encode_shreds)->Name("make/encode_shreds")->Unit(benchmark::kMicrosecond);
BENCHMARK(assemble)->Name("take/assemble")->Unit(benchmark::kMicrosecond);
BENCHMARK(decode)->Name("take/decode")->Unit(benchmark::kMicrosecond);
BENCHMARK(check_roots)->Name("take/check_roots")->Unit(benchmark::kMicrosecond);
BENCHMARK(identify)->Name("take/transaction_ids")->Unit(benchmark::kMicrosecond);

}  // namespace
