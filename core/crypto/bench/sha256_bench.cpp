// Many messages of one size: this library beside OpenSSL's two interfaces, one message at a time.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <benchmark/benchmark.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "aether/crypto/merkle.hpp"
#include "aether/crypto/sha256.hpp"

namespace aether::crypto {
namespace {

constexpr std::size_t kMessages = 1024;

struct Input {
  explicit Input(std::size_t n) : size(n), bytes(n * kMessages, 0x5a), out(kMessages) {}
  std::size_t size;
  Bytes bytes;
  std::vector<Hash> out;

  template <class F>
  void run(benchmark::State& state, const F& hash_all) {
    for (auto _ : state) {
      hash_all();
      benchmark::DoNotOptimize(out.data());
    }
    state.SetItemsProcessed(state.iterations() * std::int64_t{kMessages});
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
  }
};

void many(benchmark::State& state) {
  Input input(static_cast<std::size_t>(state.range(0)));
  input.run(state, [&] { sha256_many(input.bytes, input.size, input.out, {.sha_ni = true}); });
}

// One level of a tree: out[i] = the node of children 2i and 2i + 1.
void merkle_nodes(benchmark::State& state) {
  Input input(2 * Hash::kSize);
  const std::vector<Hash> children(2 * kMessages);
  const CpuFeatures cpu{.sha_ni = state.range(0) != 0};
  input.run(state, [&] { merkle_level(children, input.out, cpu); });
}

// Nodes of a tagged tree, their operands scattered as in the state tree.
void tagged_nodes(benchmark::State& state) {
  Input input(2 * Hash::kSize);
  const std::vector<Hash> children(2 * kMessages);
  std::vector<HashPair> pairs;
  for (std::size_t i = 0; i < kMessages; ++i)
    pairs.push_back({&children[i], &children[2 * kMessages - 1 - i], &input.out[i]});
  const CpuFeatures cpu{.sha_ni = state.range(0) != 0};
  const Tag tag("aether/node");
  input.run(state, [&] { tagged_pairs(tag, pairs, cpu); });
}

void leaves(benchmark::State& state) {
  Input input(1024);
  std::vector<ByteView> items;
  for (std::size_t i = 0; i < kMessages; ++i)
    items.push_back(ByteView(input.bytes).subspan(i * input.size, input.size));
  const CpuFeatures cpu{.sha_ni = state.range(0) != 0};
  input.run(state, [&] { merkle_leaves(items, input.out, cpu); });
}

void openssl_low_level(benchmark::State& state) {
  Input input(static_cast<std::size_t>(state.range(0)));
  SHA256_CTX context;
  input.run(state, [&] {
    for (std::size_t i = 0; i < kMessages; ++i) {
      SHA256_Init(&context);
      SHA256_Update(&context, &input.bytes[i * input.size], input.size);
      SHA256_Final(input.out[i].bytes.data(), &context);
    }
  });
}

void openssl_evp_reused_context(benchmark::State& state) {
  Input input(static_cast<std::size_t>(state.range(0)));
  EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  input.run(state, [&] {
    for (std::size_t i = 0; i < kMessages; ++i) {
      EVP_DigestInit_ex(context, algorithm, nullptr);
      EVP_DigestUpdate(context, &input.bytes[i * input.size], input.size);
      EVP_DigestFinal_ex(context, input.out[i].bytes.data(), nullptr);
    }
  });
  EVP_MD_CTX_free(context);
  EVP_MD_free(algorithm);
}

BENCHMARK(many)->Arg(32)->Arg(65)->Arg(1024)->Arg(65536);
BENCHMARK(openssl_low_level)->Arg(32)->Arg(65)->Arg(1024)->Arg(65536);
BENCHMARK(openssl_evp_reused_context)->Arg(32)->Arg(65)->Arg(1024)->Arg(65536);
BENCHMARK(merkle_nodes)->Arg(0)->Arg(1);
BENCHMARK(tagged_nodes)->Arg(0)->Arg(1);
BENCHMARK(leaves)->Arg(0)->Arg(1);

}  // namespace
}  // namespace aether::crypto
