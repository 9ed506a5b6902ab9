// A block's shreds: its shards and a Merkle path for each. The tree is an RFC 6962 list over the shreds of all sets in
// order; leaf = merkle_leaf(H("aether/shred", chain id, slot, block_bytes, set, index, bytes)), integers little-endian,
// and shred_root = H("aether/shreds", count ‖ tree). block_bytes stands for the layout, which follows from it. The wire
// form is types' Shred; this library takes views of it.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "aether/base/cpu.hpp"
#include "aether/base/strong.hpp"
#include "aether/crypto/merkle_list.hpp"
#include "aether/erasure/layout.hpp"

namespace aether::erasure {

inline constexpr std::string_view kShredTag = "aether/shred";
inline constexpr std::string_view kShredsTag = "aether/shreds";

struct ShredView {
  ChainId chain_id;
  Slot slot;
  Hash block;                     // the block's hash
  std::uint32_t block_bytes = 0;  // the block's length
  std::uint16_t set = 0;
  std::uint8_t index = 0;  // in the set: data shards, then parity shards
  ByteView bytes;
  std::span<const Hash> path;  // lowest level first
};

// What a node knows of a block whose shreds it takes: the header, and the length that a shred names. A length that the
// proposer did not use fits no path.
struct BlockRef {
  ChainId chain_id;
  Slot slot;
  Hash block;
  Hash shred_root;
  std::uint32_t block_bytes = 0;
};

enum class ShredError : std::uint8_t {
  other_chain,
  other_slot,
  other_block,
  other_length,  // of the block
  set,           // no such set in the layout
  index,         // no such shard in a set
  size,          // not the layout's shard_bytes
  path_length,   // not as many hashes as the leaf's place asks for
  damaged,       // bytes and path do not lead to shred_root
  duplicate,     // taken before
};
std::string_view to_string(ShredError error);

// Whether a shred belongs to the block, by itself: any order, any number, no memory. `layout` is that of the block.
[[nodiscard]] Result<void, ShredError> verify(const BlockRef& block, const Layout& layout, const ShredView& shred);

// A block cut, encoded and hashed.
class ShreddedBlock {
 public:
  [[nodiscard]] static Result<ShreddedBlock, LayoutError> make(ChainId chain_id, Slot slot, ByteView block,
                                                               const CpuFeatures& cpu = {});

  const Layout& layout() const { return layout_; }
  const Hash& root() const { return root_; }
  ByteView bytes(std::uint32_t set, std::uint32_t index) const;
  std::vector<Hash> path(std::uint32_t set, std::uint32_t index) const { return tree_.path(leaf(set, index)); }

 private:
  ShreddedBlock(const Layout& layout, Bytes shards, crypto::MerkleList tree);
  std::size_t leaf(std::uint32_t set, std::uint32_t index) const;

  Layout layout_;
  Bytes shards_;  // of all sets, in the order of the leaves
  crypto::MerkleList tree_;
  Hash root_;
};

}  // namespace aether::erasure
