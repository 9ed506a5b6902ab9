// A naive Reed–Solomon encoder, and shards, patterns and blocks for the tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>
#include <random>

#include "aether/erasure/assembler.hpp"

namespace aether::erasure::testing {

using Random = std::mt19937_64;

inline std::uint32_t below(Random& random, std::uint64_t bound) { return static_cast<std::uint32_t>(random() % bound); }
inline std::uint32_t between(Random& random, std::uint32_t low, std::uint32_t high) {
  return low + below(random, high - low + 1);
}

inline bool quick() { return std::getenv("AETHER_QUICK") != nullptr; }
inline int cases(int few, int normal, int many) {
  return quick() ? few : std::getenv("AETHER_LONG") != nullptr ? many : normal;
}

// The instruction sets that this machine has.
inline std::vector<CpuFeatures> cpus() {
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
  const bool sha_ni = __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("sha");
  std::vector<CpuFeatures> out{{}};
  if (avx2) out.push_back({.avx2 = true});
  if (sha_ni) out.push_back({.avx2 = avx2, .sha_ni = true});
  return out;
}

// Products bit by bit, the inverse by trying.
inline std::uint8_t slow_product(unsigned a, unsigned b) {
  unsigned out = 0;
  for (; b != 0; b >>= 1) {
    if ((b & 1) != 0) out ^= a;
    a <<= 1;
    if (a >= 256) a ^= 0x11d;
  }
  return static_cast<std::uint8_t>(out);
}
inline std::uint8_t slow_inverse(unsigned a) {
  for (unsigned b = 1; b < 256; ++b) {
    if (slow_product(a, b) == 1) return static_cast<std::uint8_t>(b);
  }
  return 0;
}
// [a][b] = b/a.
inline const auto& quotients() {
  static const auto table = [] {
    std::array<std::array<std::uint8_t, 256>, 256> out{};
    for (unsigned a = 1; a < 256; ++a) {
      const unsigned inverse = slow_inverse(a);
      for (unsigned b = 0; b < 256; ++b) out[a][b] = slow_product(inverse, b);
    }
    return out;
  }();
  return table;
}

inline Bytes random_bytes(Random& random, std::size_t n) {
  Bytes out(n);
  for (auto& byte : out) byte = static_cast<std::uint8_t>(random());
  return out;
}

// k random shards and the r parity shards that the definition gives.
inline std::vector<Bytes> naive_codeword(Random& random, unsigned k, unsigned r, std::size_t size) {
  std::vector<Bytes> out;
  for (unsigned j = 0; j < k; ++j) out.push_back(random_bytes(random, size));
  for (unsigned i = k; i < k + r; ++i) {
    Bytes parity(size);
    for (unsigned j = 0; j < k; ++j) {
      const auto& quotient = quotients()[i ^ j];
      for (std::size_t at = 0; at < size; ++at) parity[at] ^= quotient[out[j][at]];
    }
    out.push_back(std::move(parity));
  }
  return out;
}

inline std::vector<Bytes> without(std::vector<Bytes> shards, const ShardSet& lost) {
  for (std::size_t i = 0; i < shards.size(); ++i) {
    if (lost[i]) shards[i].clear();
  }
  return shards;
}

// `count` of `from`, each choice equally likely.
inline ShardSet some_of(Random& random, unsigned from, unsigned count) {
  std::vector<unsigned> all(from);
  std::iota(all.begin(), all.end(), 0u);
  std::ranges::shuffle(all, random);
  ShardSet out;
  for (unsigned i = 0; i < count; ++i) out.set(all[i]);
  return out;
}

inline BlockRef ref_of(const ShreddedBlock& block, ChainId chain_id = ChainId{7}, Slot slot = Slot{9}) {
  return {chain_id, slot, Hash{{1, 2, 3}}, block.root(), block.layout().block_bytes};
}

// A shred with its path, as a peer sends it.
struct OwnedShred {
  ShredView view;
  Bytes bytes;
  std::vector<Hash> path;

  const ShredView& sent() {
    view.bytes = bytes;
    view.path = path;
    return view;
  }
};

inline OwnedShred shred_of(const ShreddedBlock& block, const BlockRef& ref, std::uint32_t set, std::uint32_t index) {
  OwnedShred out;
  out.view = {ref.chain_id,
              ref.slot,
              ref.block,
              ref.block_bytes,
              static_cast<std::uint16_t>(set),
              static_cast<std::uint8_t>(index),
              {},
              {}};
  const ByteView bytes = block.bytes(set, index);
  out.bytes.assign(bytes.begin(), bytes.end());
  out.path = block.path(set, index);
  return out;
}

}  // namespace aether::erasure::testing
