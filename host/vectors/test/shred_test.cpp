// A shred as it travels is what core/erasure checks: the one place that sees both libraries.
#include <gtest/gtest.h>

#include "aether/erasure/shred.hpp"
#include "aether/types/shred.hpp"

namespace aether {
namespace {

TEST(Shred, decoded_from_the_wire_belongs_to_its_block_and_a_damaged_one_does_not) {
  constexpr ChainId kChain{7};
  constexpr Slot kSlot{12};
  Bytes block(30'000);
  for (std::size_t i = 0; i < block.size(); ++i) block[i] = static_cast<std::uint8_t>(i * i >> 3);
  const auto cut = erasure::ShreddedBlock::make(kChain, kSlot, block);
  ASSERT_TRUE(cut.has_value());
  const erasure::BlockRef ref{kChain, kSlot, Hash{{1}}, cut->root(), cut->layout().block_bytes};
  for (std::uint32_t set = 0; set < cut->layout().sets; ++set)
    for (std::uint32_t index = 0; index < cut->layout().set_shards(); ++index) {
      Shred shred{kChain,
                  kSlot,
                  ref.block,
                  ref.block_bytes,
                  static_cast<std::uint16_t>(set),
                  static_cast<std::uint8_t>(index),
                  {},
                  cut->path(set, index)};
      const ByteView bytes = cut->bytes(set, index);
      shred.bytes.assign(bytes.begin(), bytes.end());
      auto received = codec::decode<Shred>(codec::encode(shred));
      ASSERT_TRUE(received.has_value());
      EXPECT_TRUE(erasure::verify(ref, cut->layout(), view_of<erasure::ShredView>(*received)));
      received->bytes[0] ^= 1;
      EXPECT_EQ(erasure::verify(ref, cut->layout(), view_of<erasure::ShredView>(*received)).error(),
                erasure::ShredError::damaged);
    }
}

}  // namespace
}  // namespace aether
