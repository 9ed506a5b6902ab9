// Any shreds: an assembler never takes a shard that its block does not have, and what it puts together encodes to the
// root, whoever chose the root.
#include <algorithm>

#include "aether/crypto/sha256.hpp"
#include "aether/erasure/assembler.hpp"

namespace {
using namespace aether;
using namespace aether::erasure;

constexpr ChainId kChain{7};
constexpr Slot kSlot{9};

struct Input {
  ByteView rest;
  std::uint8_t byte() {
    if (rest.empty()) return 0;
    const std::uint8_t out = rest.front();
    rest = rest.subspan(1);
    return out;
  }
};

// Shreds of a block of 40 bytes, changed as the input says.
void changed_shreds(Input input) {
  Bytes bytes(40);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * i);
  const auto block = ShreddedBlock::make(kChain, kSlot, bytes);
  AETHER_ASSERT(block);
  const BlockRef ref{kChain, kSlot, {}, block->root(), 40};
  auto assembler = Assembler::make(ref);
  AETHER_ASSERT(assembler);
  while (!input.rest.empty()) {
    const std::uint32_t from = input.byte() % block->layout().set_shards();
    const ByteView whole = block->bytes(0, from);
    Bytes shard(whole.begin(), whole.end());
    auto path = block->path(0, from);
    ShredView shred{kChain, kSlot, {}, 40, 0, static_cast<std::uint8_t>(from), {}, {}};
    const std::uint8_t change = input.byte();
    if ((change & 1) != 0) shard.assign(input.byte() % 8, input.byte());
    if ((change & 2) != 0) path.resize(input.byte() % 16);
    if ((change & 4) != 0 && !path.empty()) path[input.byte() % path.size()].bytes[input.byte() % 32] = input.byte();
    if ((change & 8) != 0) shred.index = input.byte();
    if ((change & 16) != 0) shred.set = input.byte();
    if ((change & 32) != 0) shred.block_bytes = input.byte();
    if ((change & 64) != 0) shred.slot = Slot{input.byte()};
    if ((change & 128) != 0 && !shard.empty()) shard[input.byte() % shard.size()] ^= input.byte();
    shred.bytes = shard;
    shred.path = path;
    if (assembler->add(shred)) AETHER_ASSERT(std::ranges::equal(shard, block->bytes(0, shred.index)));
  }
  const bool enough = assembler->missing() == 0;
  const auto out = std::move(*assembler).finish();
  AETHER_ASSERT(out ? enough && *out == bytes : !enough && out.error() == BlockError::incomplete);
}

// A root over 16 shards of any bytes.
void chosen_root(Input input) {
  BlockRef ref{kChain, kSlot, {}, {}, std::uint32_t{1} + input.byte() % 40};
  const auto layout = layout_of(ref.block_bytes);
  AETHER_ASSERT(layout && layout->set_shards() == 16);
  std::vector<Bytes> shards(16, Bytes(layout->shard_bytes));
  std::vector<Hash> leaves;
  for (std::uint8_t i = 0; i < 16; ++i) {
    for (std::uint8_t& byte : shards[i]) byte = input.byte();
    Bytes message{7, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(ref.block_bytes),
                  0, 0, 0, 0, 0, i};
    append(message, shards[i]);
    leaves.push_back(crypto::merkle_leaf(crypto::tagged_hash(kShredTag, message).bytes));
  }
  ref.shred_root = crypto::merkle_list_root(kShredsTag, leaves);
  auto assembler = Assembler::make(ref);
  AETHER_ASSERT(assembler);
  const std::uint8_t first = input.byte();
  for (std::uint8_t i = 0; i < 10; ++i) {
    const auto index = static_cast<std::uint8_t>((first + i) % 16);
    const auto path = crypto::merkle_list_path(leaves, index);
    const auto added = assembler->add({kChain, kSlot, {}, ref.block_bytes, 0, index, shards[index], path});
    AETHER_ASSERT(added);
  }
  const auto out = std::move(*assembler).finish();
  if (!out) return;
  const auto again = ShreddedBlock::make(kChain, kSlot, *out);
  AETHER_ASSERT(again && again->root() == ref.shred_root);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input{{data, size}};
  if (input.byte() % 2 == 0) {
    changed_shreds(input);
  } else {
    chosen_root(input);
  }
  return 0;
}
