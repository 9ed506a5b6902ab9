// A small state and the snapshot of it, made the way host/chain makes one.
#pragma once

#include <gtest/gtest.h>

#include "aether/smt/tree.hpp"
#include "aether/snapshot/chunk.hpp"

namespace aether::snapshot {

inline Hash number(std::uint64_t n) { return crypto::tagged_hash("test", codec::encode(n)); }

struct Object {
  ObjectId id;
  Bytes value;
};
using State = std::map<Hash, Object>;  // by state key

inline State some_state(std::uint64_t objects) {
  State out;
  for (std::uint64_t i = 0; i < objects; ++i) {
    const ObjectId id{i % 5 == 0 ? Domain::utxo : Domain::account, number(i)};
    out[state_key(id)] = {id, Bytes(i % 70, static_cast<std::uint8_t>(i))};
  }
  return out;
}

inline smt::Tree tree_of(const State& state) {
  std::vector<smt::Change> leaves;
  for (const auto& [key, object] : state) leaves.push_back({key, value_hash(object.value)});
  SerialPool pool;
  return smt::Tree().updated(leaves, pool, {}).tree;
}

struct Made {
  Manifest manifest;
  std::vector<Bytes> chunks;
};

// Chunks of at most `objects_max`.
inline Made snapshot_of(const State& state, std::size_t objects_max = kChunkObjectsMax) {
  Made out;
  const smt::Tree tree = tree_of(state);
  out.manifest.genesis.chain_id = ChainId{7};
  out.manifest.hash = genesis_hash(out.manifest.genesis);
  out.manifest.state_root = tree.root();
  Hash first;
  ChunkBuilder builder;
  const auto close = [&](const Hash& end) {
    Hash last = end;
    const auto proof = tree.prove_range(first, last);
    ASSERT_EQ(last, end);
    auto packed = pack(builder.plain(proof.steps), builder.objects(), last);
    out.manifest.chunks.push_back(packed.info);
    out.chunks.push_back(std::move(packed.stored));
    builder = {};
  };
  Hash before;
  for (const auto& [key, object] : state) {
    if (!builder.takes(object.value) || builder.objects() == objects_max) {
      close(before);
      first = key_after(before);
    }
    builder.add(object.id, object.value);
    before = key;
  }
  close(highest_key());
  return out;
}

inline Result<Chunk, Error> open_chunk(const Made& made, std::size_t i) {
  return Chunk::open(made.chunks[i], made.manifest.chunks[i], first_key(made.manifest, i), made.manifest.state_root,
                     {});
}

}  // namespace aether::snapshot
