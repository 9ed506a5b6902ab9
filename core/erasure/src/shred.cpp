#include "aether/erasure/shred.hpp"

#include <algorithm>
#include <array>

#include "aether/crypto/sha256.hpp"
#include "sets.hpp"

namespace aether::erasure {
namespace {

constexpr std::size_t kFrameBytes = 8 + 8 + 4 + 2 + 1;
using Frame = std::array<std::uint8_t, kFrameBytes>;

Frame frame_of(ChainId chain_id, Slot slot, std::uint32_t block_bytes, std::uint32_t set, std::uint32_t index) {
  Frame out;
  auto at = out.begin();
  const auto put = [&at](std::uint64_t number, int bytes) {
    for (; bytes > 0; --bytes, number >>= 8) *at++ = static_cast<std::uint8_t>(number);
  };
  put(chain_id.raw(), 8);
  put(slot.raw(), 8);
  put(block_bytes, 4);
  put(set, 2);
  put(index, 1);
  return out;
}

}  // namespace

std::string_view to_string(ShredError error) {
  switch (error) {
    case ShredError::other_chain: return "a shred of another chain";
    case ShredError::other_slot: return "a shred of another slot";
    case ShredError::other_block: return "a shred of another block";
    case ShredError::other_length: return "the shred names another length of the block";
    case ShredError::set: return "the block has no such set";
    case ShredError::index: return "a set has no such shard";
    case ShredError::size: return "the shard has another size than the block's length gives";
    case ShredError::path_length: return "the Merkle path is too short or too long for the shard's place";
    case ShredError::damaged: return "the shard and its Merkle path do not lead to the block's shred_root";
    case ShredError::duplicate: return "the shred was taken before";
  }
  return "unknown";
}

Result<void, ShredError> verify(const BlockRef& block, const Layout& layout, const ShredView& shred) {
  if (shred.chain_id != block.chain_id) return fail(ShredError::other_chain);
  if (shred.slot != block.slot) return fail(ShredError::other_slot);
  if (shred.block != block.block) return fail(ShredError::other_block);
  if (shred.block_bytes != block.block_bytes) return fail(ShredError::other_length);
  if (shred.set >= layout.sets) return fail(ShredError::set);
  if (shred.index >= layout.set_shards()) return fail(ShredError::index);
  if (shred.bytes.size() != layout.shard_bytes) return fail(ShredError::size);
  const Frame frame = frame_of(shred.chain_id, shred.slot, shred.block_bytes, shred.set, shred.index);
  const Hash leaf = crypto::merkle_leaf(crypto::Tag(kShredTag)(frame, shred.bytes).bytes);
  const std::uint64_t at = std::uint64_t{shred.set} * layout.set_shards() + shred.index;
  const auto tree = crypto::merkle_list_fold(leaf, at, layout.shreds(), shred.path);
  if (!tree) return fail(ShredError::path_length);
  if (crypto::merkle_list_seal(kShredsTag, layout.shreds(), *tree) != block.shred_root)
    return fail(ShredError::damaged);
  return {};
}

Shards shards_of(const Layout& layout, std::span<std::uint8_t> set) {
  Shards out;
  for (std::uint32_t i = 0; i < layout.set_shards(); ++i)
    out.push_back(set.data() + std::size_t{i} * layout.shard_bytes);
  return out;
}

void encode_set(const Code& code, const SetRef& at, std::span<std::uint8_t> set, std::span<Hash> leaves,
                const CpuFeatures& cpu) {
  const Layout& layout = at.layout;
  const Shards all = shards_of(layout, set);
  const std::vector<const std::uint8_t*> data(all.begin(), all.begin() + layout.data_shards);
  code.encode(data, layout.shard_bytes, std::span(all).subspan(layout.data_shards));

  const Hash tag = crypto::sha256(as_bytes(kShredTag));
  Bytes messages;  // in the tagged form, so that many are hashed at once
  messages.reserve(layout.set_shards() * (2 * Hash::kSize + kFrameBytes + layout.shard_bytes));
  for (std::uint32_t i = 0; i < layout.set_shards(); ++i) {
    append(messages, tag.bytes);
    append(messages, tag.bytes);
    append(messages, frame_of(at.chain_id, at.slot, layout.block_bytes, at.set, i));
    append(messages, {all[i], layout.shard_bytes});
  }
  std::vector<Hash> hashes(layout.set_shards());
  crypto::sha256_many(messages, messages.size() / hashes.size(), hashes, cpu);
  std::vector<ByteView> views;
  for (const Hash& hash : hashes) views.push_back(hash.view());
  crypto::merkle_leaves(views, leaves, cpu);
}

Result<ShreddedBlock, LayoutError> ShreddedBlock::make(ChainId chain_id, Slot slot, ByteView block,
                                                       const CpuFeatures& cpu) {
  AETHER_TRY(const Layout layout, layout_of(block.size()));
  const auto code = Code::make(layout.data_shards, layout.parity_shards, cpu);
  AETHER_ASSERT(code);
  const std::size_t set_bytes = layout.set_shards() * std::size_t{layout.shard_bytes};
  const std::size_t data_bytes = layout.data_shards * std::size_t{layout.shard_bytes};
  Bytes shards(layout.sets * set_bytes);
  std::vector<Hash> leaves(layout.shreds());
  for (std::uint32_t set = 0; set < layout.sets; ++set) {
    const auto here = std::span(shards).subspan(set * set_bytes, set_bytes);
    const ByteView data = block.first(std::min(data_bytes, block.size()));
    std::ranges::copy(data, here.begin());
    block = block.subspan(data.size());
    encode_set(*code, {chain_id, slot, layout, set}, here,
               std::span(leaves).subspan(std::size_t{set} * layout.set_shards(), layout.set_shards()), cpu);
  }
  return ShreddedBlock(layout, std::move(shards), crypto::MerkleList(std::move(leaves), cpu));
}

ShreddedBlock::ShreddedBlock(const Layout& layout, Bytes shards, crypto::MerkleList tree)
    : layout_(layout),
      shards_(std::move(shards)),
      tree_(std::move(tree)),
      root_(crypto::merkle_list_seal(kShredsTag, tree_.count(), tree_.tree())) {}

std::size_t ShreddedBlock::leaf(std::uint32_t set, std::uint32_t index) const {
  AETHER_ASSERT(set < layout_.sets && index < layout_.set_shards());
  return std::size_t{set} * layout_.set_shards() + index;
}

ByteView ShreddedBlock::bytes(std::uint32_t set, std::uint32_t index) const {
  return ByteView(shards_).subspan(leaf(set, index) * layout_.shard_bytes, layout_.shard_bytes);
}

}  // namespace aether::erasure
