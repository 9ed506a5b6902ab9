#include "aether/erasure/layout.hpp"

#include "support.hpp"

namespace aether::erasure::testing {
namespace {

void check(const Layout& layout, std::uint32_t bytes) {
  ASSERT_EQ(layout.block_bytes, bytes);
  ASSERT_GE(layout.padded_bytes(), bytes);
  ASSERT_LT(layout.padded_bytes() - bytes, layout.sets * layout.data_shards);  // less than a byte a shard
  ASSERT_LE(layout.shard_bytes, limits::kShredBytesMax);
  ASSERT_LE(layout.shreds(), limits::kShredsMax);
  if (layout.data_shards == 10) {
    ASSERT_EQ(layout.parity_shards, 6u);
    ASSERT_EQ(layout.sets, 1u);
    ASSERT_LE(bytes, 10 * limits::kShredBytesMax);
  } else {
    ASSERT_EQ(12 * layout.data_shards, 10 * layout.set_shards());
    ASSERT_LE(layout.data_shards, limits::kSetDataShardsMax);
    ASSERT_GT(bytes, 10 * limits::kShredBytesMax);
    ASSERT_GT(bytes, layout.sets * (layout.data_shards - 5) * limits::kShredBytesMax);
  }
  // No fewer sets would hold it; above, no five shards fewer in each set.
  ASSERT_GT(bytes, (layout.sets - 1) * limits::kSetDataShardsMax * limits::kShredBytesMax);
}

TEST(Layout, of_every_size) {
  Layout before;
  const int step = cases(997, 13, 1);
  for (std::uint32_t bytes = 1; bytes <= limits::kBlockBytesMax;
       bytes += bytes < 30'000 ? 1 : static_cast<std::uint32_t>(step)) {
    const auto layout = layout_of(bytes);
    ASSERT_TRUE(layout.has_value());
    check(*layout, bytes);
    if (::testing::Test::HasFatalFailure()) return;
    // A longer block never has fewer sets, shards or bytes of shards.
    ASSERT_GE(layout->sets, before.sets);
    ASSERT_GE(layout->sets * layout->data_shards, before.sets * before.data_shards);
    ASSERT_GE(layout->padded_bytes(), before.padded_bytes());
    before = *layout;
  }
}

TEST(Layout, where_it_changes) {
  constexpr std::uint32_t kShard = limits::kShredBytesMax;
  const auto is = [](std::uint32_t bytes, const Layout& expected) { EXPECT_EQ(*layout_of(bytes), expected) << bytes; };
  is(1, {1, 1, 10, 6, 1});
  is(10, {10, 1, 10, 6, 1});
  is(11, {11, 1, 10, 6, 2});
  is(10 * kShard, {10 * kShard, 1, 10, 6, kShard});
  is(10 * kShard + 1, {10 * kShard + 1, 1, 15, 3, 778});
  is(200 * kShard, {200 * kShard, 1, 200, 40, kShard});
  is(200 * kShard + 1, {200 * kShard + 1, 2, 105, 21, 1111});
  for (std::uint32_t sets = 1; sets <= 8; ++sets) {
    is(sets * 200 * kShard, {sets * 200 * kShard, sets, 200, 40, kShard});
    check(*layout_of(sets * 200 * kShard + 1), sets * 200 * kShard + 1);
  }
  is(2 * 1024 * 1024, {2 * 1024 * 1024, 9, 200, 40, kShard});
}

TEST(Layout, refuses_no_bytes_and_too_many) {
  const auto error_of = [](std::uint64_t bytes) {
    const auto layout = layout_of(bytes);
    EXPECT_FALSE(layout.has_value());
    return layout ? LayoutError{} : layout.error();
  };
  EXPECT_EQ(error_of(0), LayoutError::empty);
  EXPECT_EQ(error_of(limits::kBlockBytesMax + 1), LayoutError::too_large);
  EXPECT_EQ(error_of(~std::uint64_t{0}), LayoutError::too_large);
  EXPECT_NE(to_string(LayoutError::empty), to_string(LayoutError::too_large));
}

}  // namespace
}  // namespace aether::erasure::testing
