// The definition of protocol section 5 beside the tree, and random batches of few keys with long common prefixes.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "aether/crypto/sha256.hpp"
#include "aether/smt/tree.hpp"

namespace aether::smt {

using Leaves = std::map<Hash, Hash>;
using Batch = std::map<Hash, std::optional<Hash>>;

inline bool bit_of(const Hash& key, unsigned i) { return (key.bytes[i / 8] >> (7 - i % 8) & 1) != 0; }

// Recomputed from all leaves.
inline Hash naive(const std::vector<std::pair<Hash, Hash>>& leaves, unsigned depth) {
  if (leaves.empty()) return {};
  if (leaves.size() == 1) {
    Bytes message(leaves[0].first.bytes.begin(), leaves[0].first.bytes.end());
    append(message, leaves[0].second.view());
    return crypto::tagged_hash("aether/leaf", message);
  }
  std::vector<std::pair<Hash, Hash>> left, right;
  for (const auto& leaf : leaves) (bit_of(leaf.first, depth) ? right : left).push_back(leaf);
  Bytes message;
  append(message, naive(left, depth + 1).view());
  append(message, naive(right, depth + 1).view());
  return crypto::tagged_hash("aether/node", message);
}
inline Hash naive(const Leaves& leaves) { return naive({leaves.begin(), leaves.end()}, 0); }

inline Hash number(std::uint64_t n) {
  Bytes bytes(8);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(n), n >>= 8;
  return crypto::tagged_hash("test", bytes);
}

// All zero but for a few bits, so that members share prefixes of all lengths.
inline rc::Gen<Hash> key_gen() {
  return rc::gen::exec([] {
    Hash key;
    for (const auto at : *rc::gen::container<std::vector<unsigned>>(
             rc::gen::element<unsigned>(0, 1, 2, 3, 4, 5, 7, 8, 11, 12, 127, 128, 251, 252, 254, 255)))
      key.bytes[at / 8] |= static_cast<std::uint8_t>(0x80 >> at % 8);
    return key;
  });
}

inline Batch random_batch(int size_max = 20) {
  Batch batch;
  const auto n = *rc::gen::inRange(0, size_max);
  for (int i = 0; i < n; ++i) {
    const Hash key = *key_gen();
    if (*rc::gen::inRange(0, 3) == 0) {
      batch[key] = std::nullopt;
    } else {
      batch[key] = number(*rc::gen::inRange<std::uint64_t>(0, 4));
    }
  }
  return batch;
}

inline std::vector<CpuFeatures> kinds() {
  std::vector<CpuFeatures> out{{}};
  if (__builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("sha")) out.push_back({.sha_ni = true});
  if (out.size() > 1 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw"))
    out.push_back({.sha_ni = true, .avx512_wide = true});
  return out;
}

inline std::vector<Change> changes_of(const Batch& batch) {
  std::vector<Change> out;
  for (const auto& [key, value] : batch) out.push_back({key, value});
  return out;
}
inline Update commit(const Tree& tree, const Batch& batch) {
  SerialPool pool;
  return tree.updated(changes_of(batch), pool, kinds().back());
}
inline void commit(Leaves& leaves, const Batch& batch) {
  for (const auto& [key, value] : batch) {
    if (value) {
      leaves[key] = *value;
    } else {
      leaves.erase(key);
    }
  }
}
inline Tree tree_of(const Leaves& leaves) { return commit(Tree(), Batch(leaves.begin(), leaves.end())).tree; }

inline Leaves leaves_of(const Tree& tree, const Hash& first = {}) {
  Leaves out;
  tree.visit(first, [&](const Leaf& leaf) { return out.emplace(leaf.key, leaf.value).second; });
  return out;
}

// Each one of the bits of `bytes` turned over, one at a time.
template <class F>
void with_every_bit_flipped(Bytes bytes, const F& use) {
  for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
    const auto mask = static_cast<std::uint8_t>(1u << i % 8);
    bytes[i / 8] ^= mask;
    use(bytes);
    bytes[i / 8] ^= mask;
  }
}

}  // namespace aether::smt
