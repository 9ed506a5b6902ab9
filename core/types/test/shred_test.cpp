#include "aether/types/shred.hpp"

#include <span>

#include "support.hpp"

namespace aether {
namespace {

using namespace testing;

// The names and types of core/erasure's ShredView.
struct View {
  ChainId chain_id;
  Slot slot;
  Hash block;
  std::uint32_t block_bytes = 0;
  std::uint16_t set = 0;
  std::uint8_t index = 0;
  ByteView bytes;
  std::span<const Hash> path;
};

RC_GTEST_PROP(Shred, round_trips_and_its_view_is_the_same, (std::uint64_t seed)) {
  round_trips<Shred>(seed);
  const Shred shred = codec::testing::Arbitrary(seed).make<Shred>();
  const View view = view_of<View>(shred);
  Shred again{view.chain_id, view.slot, view.block, view.block_bytes, view.set, view.index, {}, {}};
  again.bytes.assign(view.bytes.begin(), view.bytes.end());
  again.path.assign(view.path.begin(), view.path.end());
  RC_ASSERT(again == shred);
}

TEST(Shred, the_largest_fits_its_bound_and_nothing_longer_decodes) {
  Shred shred;
  shred.bytes.resize(limits::kShredBytesMax);
  shred.path.resize(limits::kShredPathMax);
  const Bytes bytes = codec::encode(shred);
  EXPECT_EQ(bytes.size(), kShredFrameBytes + limits::kShredBytesMax + 32 * limits::kShredPathMax);
  EXPECT_LE(bytes.size(), limits::kShredWireBytesMax);
  ASSERT_TRUE(codec::decode<Shred>(bytes).has_value());

  Bytes longer = bytes;  // the shard's length, two bytes, follows 55 of fixed fields
  ++longer[55];
  longer.insert(longer.begin() + 57, 0);
  EXPECT_EQ(codec::decode<Shred>(longer).error(), codec::Error::length_above_bound);
  longer = bytes;
  ++longer[57 + limits::kShredBytesMax];
  longer.resize(longer.size() + 32);
  EXPECT_EQ(codec::decode<Shred>(longer).error(), codec::Error::length_above_bound);
}

}  // namespace
}  // namespace aether
