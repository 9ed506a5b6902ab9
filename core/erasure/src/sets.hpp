// What the proposer and every receiver do alike: the parity and the leaves of a set from its data.
#pragma once

#include "aether/erasure/code.hpp"
#include "aether/erasure/shred.hpp"

namespace aether::erasure {

using Shards = std::vector<std::uint8_t*>;
Shards shards_of(const Layout& layout, std::span<std::uint8_t> set);

struct SetRef {
  ChainId chain_id;
  Slot slot;
  const Layout& layout;
  std::uint32_t set;
};

// `set` is all shards of a set in order: reads the data shards, writes the parity shards and every leaf.
void encode_set(const Code& code, const SetRef& at, std::span<std::uint8_t> set, std::span<Hash> leaves,
                const CpuFeatures& cpu);

}  // namespace aether::erasure
