#include "aether/erasure/assembler.hpp"

#include <algorithm>

#include "sets.hpp"

namespace aether::erasure {

std::string_view to_string(BlockError error) {
  switch (error) {
    case BlockError::incomplete: return "a set has too few shreds; ask for those that are missing";
    case BlockError::root_mismatch: return "the shreds are not the encoding of a block; the block is invalid";
    case BlockError::padding: return "the bytes behind the block's end are not zero; the block is invalid";
  }
  return "unknown";
}

Result<Assembler, LayoutError> Assembler::make(const BlockRef& block) {
  AETHER_TRY(const Layout layout, layout_of(block.block_bytes));
  return Assembler(block, layout);
}

Result<void, ShredError> Assembler::add(const ShredView& shred) {
  if (has(shred.set, shred.index) && shred.block == block_.block) return fail(ShredError::duplicate);
  AETHER_CHECK(verify(block_, layout_, shred));
  Set& set = sets_[shred.set];
  set.verified.set(shred.index);
  if (set.kept.count() == layout_.data_shards) return {};
  set.kept.set(shred.index);
  set.shards.resize(std::size_t{layout_.set_shards()} * layout_.shard_bytes);
  std::ranges::copy(shred.bytes,
                    set.shards.begin() + static_cast<std::ptrdiff_t>(shred.index * std::size_t{layout_.shard_bytes}));
  return {};
}

bool Assembler::has(std::uint32_t set, std::uint32_t index) const {
  return set < layout_.sets && index < layout_.set_shards() && sets_[set].verified[index];
}

std::uint32_t Assembler::missing() const {
  std::uint32_t out = 0;
  for (const Set& set : sets_) out += layout_.data_shards - static_cast<std::uint32_t>(set.kept.count());
  return out;
}

Result<Bytes, BlockError> Assembler::finish(const CpuFeatures& cpu) && {
  if (missing() != 0) return fail(BlockError::incomplete);
  const auto code = Code::make(layout_.data_shards, layout_.parity_shards, cpu);
  AETHER_ASSERT(code);
  std::vector<Hash> leaves(layout_.shreds());
  Bytes out;
  out.reserve(layout_.padded_bytes());
  for (std::uint32_t i = 0; i < layout_.sets; ++i) {
    Set& set = sets_[i];
    const bool recovered =
        code->recover_data(shards_of(layout_, set.shards), set.kept, layout_.shard_bytes).has_value();
    AETHER_ASSERT(recovered);
    encode_set(*code, {block_.chain_id, block_.slot, layout_, i}, set.shards,
               std::span(leaves).subspan(std::size_t{i} * layout_.set_shards(), layout_.set_shards()), cpu);
    append(out, ByteView(set.shards).first(layout_.data_shards * std::size_t{layout_.shard_bytes}));
  }
  if (crypto::merkle_list_root(kShredsTag, leaves, cpu) != block_.shred_root) return fail(BlockError::root_mismatch);
  if (std::any_of(out.begin() + layout_.block_bytes, out.end(), [](std::uint8_t byte) { return byte != 0; })) {
    return fail(BlockError::padding);
  }
  out.resize(layout_.block_bytes);
  return out;
}

}  // namespace aether::erasure
