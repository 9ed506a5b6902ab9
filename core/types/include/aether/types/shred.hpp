// A shred as it travels (protocol section 8): a shard of a block and its Merkle path to the header's shred_root, which
// is what authenticates it. core/erasure cuts blocks and checks shreds; it takes views with the names of these fields.
#pragma once

#include "aether/codec/bcs.hpp"
#include "aether/params/limits.hpp"

namespace aether {

struct Shred {
  ChainId chain_id;
  Slot slot;
  Hash block;
  std::uint32_t block_bytes = 0;  // the block's length; the layout follows from it
  std::uint16_t set = 0;
  std::uint8_t index = 0;  // in the set: data shards, then parity shards
  codec::Blob<limits::kShredBytesMax> bytes;
  codec::List<Hash, limits::kShredPathMax> path;  // lowest level first

  bool operator==(const Shred&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("chain_id", self.chain_id);
    visit("slot", self.slot);
    visit("block", self.block);
    visit("block_bytes", self.block_bytes);
    visit("set", self.set);
    visit("index", self.index);
    visit("bytes", self.bytes);
    visit("path", self.path);
  }
};

// erasure::ShredView; it must not outlive the shred.
template <class View>
[[nodiscard]] View view_of(const Shred& shred) {
  return View{.chain_id = shred.chain_id,
              .slot = shred.slot,
              .block = shred.block,
              .block_bytes = shred.block_bytes,
              .set = shred.set,
              .index = shred.index,
              .bytes = shred.bytes,
              .path = shred.path};
}

// The fixed fields, two bytes of length before the shard and one before the path.
inline constexpr std::size_t kShredFrameBytes = 8 + 8 + 32 + 4 + 2 + 1 + 2 + 1;
static_assert(kShredFrameBytes <= limits::kShredFrameBytesMax);
static_assert(limits::kShredBytesMax < 1 << 14 && limits::kShredPathMax < 1 << 7);  // lengths of two bytes and of one

}  // namespace aether
