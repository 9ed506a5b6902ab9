#include "aether/erasure/assembler.hpp"

#include "aether/crypto/sha256.hpp"
#include "support.hpp"

namespace aether::erasure::testing {
namespace {

constexpr ChainId kChain{7};
constexpr Slot kSlot{9};

ShreddedBlock shredded(ByteView block, const CpuFeatures& cpu = {}) {
  auto out = ShreddedBlock::make(kChain, kSlot, block, cpu);
  EXPECT_TRUE(out.has_value());
  return *std::move(out);
}

Assembler assembler_of(const BlockRef& ref) {
  auto out = Assembler::make(ref);
  EXPECT_TRUE(out.has_value());
  return *std::move(out);
}

struct Place {
  std::uint32_t set, index;
};

// Every place of a block, in a random order.
std::vector<Place> places(Random& random, const Layout& layout) {
  std::vector<Place> out;
  for (std::uint32_t set = 0; set < layout.sets; ++set) {
    for (std::uint32_t index = 0; index < layout.set_shards(); ++index) out.push_back({set, index});
  }
  std::ranges::shuffle(out, random);
  return out;
}

// Adds shreds of a block until it can be finished.
void feed(Random& random, Assembler& assembler, const ShreddedBlock& block, const BlockRef& ref) {
  for (const auto& [set, index] : places(random, block.layout())) {
    if (assembler.missing() == 0) return;
    ASSERT_TRUE(assembler.add(shred_of(block, ref, set, index).sent()).has_value());
  }
}

std::size_t block_size(Random& random) {
  switch (below(random, 4)) {
    case 0: return between(random, 1, 40);
    case 1: return between(random, 1, 10 * limits::kShredBytesMax);
    case 2: return between(random, 1, 200 * limits::kShredBytesMax);
    default: return between(random, 1, 600 * limits::kShredBytesMax);
  }
}

TEST(Assembler, gives_the_block_back_from_any_sufficient_shreds) {
  Random random(1);
  for (int i = 0; i < cases(10, 60, 600); ++i) {
    for (const CpuFeatures& cpu : cpus()) {
      const Bytes bytes = random_bytes(random, block_size(random));
      const ShreddedBlock block = shredded(bytes, cpu);
      const BlockRef ref = ref_of(block);
      Assembler assembler = assembler_of(ref);
      feed(random, assembler, block, ref);
      const auto out = std::move(assembler).finish(cpu);
      ASSERT_TRUE(out.has_value()) << to_string(out.error());
      ASSERT_EQ(*out, bytes);
    }
  }
}

TEST(Assembler, the_largest_block) {
  Random random(2);
  const Bytes bytes = random_bytes(random, limits::kBlockBytesMax);
  const ShreddedBlock block = shredded(bytes, cpus().back());
  const BlockRef ref = ref_of(block);
  Assembler assembler = assembler_of(ref);
  feed(random, assembler, block, ref);
  const auto out = std::move(assembler).finish(cpus().back());
  ASSERT_TRUE(out.has_value());
  EXPECT_TRUE(*out == bytes);
}

// The leaves and the root as the header says, with nothing of the library's but hashes.
TEST(Assembler, root_as_defined) {
  const Bytes bytes{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};  // ten shards of two bytes, and six of parity
  std::vector<Hash> leaves;
  const ShreddedBlock block = shredded(bytes);
  for (std::uint8_t index = 0; index < 16; ++index) {
    Bytes message{7, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 11, 0, 0, 0, 0, 0, index};
    append(message, block.bytes(0, index));
    leaves.push_back(crypto::merkle_leaf(crypto::tagged_hash("aether/shred", message).bytes));
  }
  EXPECT_EQ(block.root(), crypto::merkle_list_root("aether/shreds", leaves));
  for (std::uint32_t j = 0; j < 10; ++j) {
    const auto byte = [&](std::size_t at) { return at < bytes.size() ? bytes[at] : std::uint8_t{0}; };
    EXPECT_TRUE(std::ranges::equal(block.bytes(0, j), Bytes{byte(2 * j), byte(2 * j + 1)}));
  }
}

class Refused : public ::testing::Test {
 protected:
  Random random_{3};
  Bytes bytes_ = random_bytes(random_, 29'990);  // 30 + 6 shards of 1 000 bytes
  ShreddedBlock block_ = shredded(bytes_);
  BlockRef ref_ = ref_of(block_);
  Assembler assembler_ = assembler_of(ref_);

  OwnedShred good(std::uint32_t index = 3) const { return shred_of(block_, ref_, 0, index); }
  ShredError error_of(OwnedShred shred) {
    const std::uint32_t before = assembler_.missing();
    const auto added = assembler_.add(shred.sent());
    EXPECT_FALSE(added.has_value());
    EXPECT_EQ(assembler_.missing(), before);
    return added ? ShredError{} : added.error();
  }
  template <class Change>
  ShredError after(Change change) {
    OwnedShred shred = good();
    change(shred);
    return error_of(std::move(shred));
  }
};

TEST_F(Refused, with_its_own_error) {
  EXPECT_EQ(after([](auto& s) { s.view.chain_id = ChainId{8}; }), ShredError::other_chain);
  EXPECT_EQ(after([](auto& s) { s.view.slot = Slot{10}; }), ShredError::other_slot);
  EXPECT_EQ(after([](auto& s) { s.view.block.bytes[31] ^= 1; }), ShredError::other_block);
  EXPECT_EQ(after([](auto& s) { ++s.view.block_bytes; }), ShredError::other_length);
  EXPECT_EQ(after([](auto& s) { s.view.set = 1; }), ShredError::set);
  EXPECT_EQ(after([](auto& s) { s.view.set = 0xffff; }), ShredError::set);
  EXPECT_EQ(after([](auto& s) { s.view.index = 36; }), ShredError::index);
  EXPECT_EQ(after([](auto& s) { s.view.index = 255; }), ShredError::index);
  EXPECT_EQ(after([](auto& s) { s.bytes.pop_back(); }), ShredError::size);
  EXPECT_EQ(after([](auto& s) { s.bytes.push_back(0); }), ShredError::size);
  EXPECT_EQ(after([](auto& s) { s.bytes.clear(); }), ShredError::size);
  EXPECT_EQ(after([](auto& s) { s.path.pop_back(); }), ShredError::path_length);
  EXPECT_EQ(after([](auto& s) { s.path.push_back({}); }), ShredError::path_length);
  EXPECT_EQ(after([](auto& s) { s.path.clear(); }), ShredError::path_length);
  EXPECT_EQ(after([](auto& s) { s.view.index = 4; }), ShredError::damaged);
  EXPECT_TRUE(assembler_.add(good().sent()).has_value());
  EXPECT_EQ(error_of(good()), ShredError::duplicate);
  EXPECT_FALSE(assembler_.has(0, 4));
  EXPECT_TRUE(assembler_.has(0, 3));
}

TEST_F(Refused, any_damaged_bit_of_shard_and_path) {
  const std::size_t step = quick() ? 37 : 1;
  for (std::size_t bit = 0; bit < 8 * good().bytes.size(); bit += step) {
    ASSERT_EQ(after([&](auto& s) { s.bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8); }),
              ShredError::damaged);
  }
  for (std::size_t bit = 0; bit < 256 * good().path.size(); bit += step) {
    ASSERT_EQ(
        after([&](auto& s) { s.path[bit / 256].bytes[bit % 256 / 8] ^= static_cast<std::uint8_t>(1 << bit % 8); }),
        ShredError::damaged);
  }
}

// A shred whose fields were changed to fit: the leaf binds chain, slot and the block's length.
TEST_F(Refused, shreds_of_other_blocks_that_claim_to_be_of_this_one) {
  Bytes other = bytes_;
  other.back() ^= 1;
  const auto claimed = [&](ChainId chain_id, Slot slot, ByteView bytes) {
    const auto made = ShreddedBlock::make(chain_id, slot, bytes);
    EXPECT_TRUE(made.has_value());
    return error_of(shred_of(*made, ref_, 0, 3));
  };
  EXPECT_EQ(claimed(kChain, kSlot, other), ShredError::damaged);
  EXPECT_EQ(claimed(ChainId{8}, kSlot, bytes_), ShredError::damaged);
  EXPECT_EQ(claimed(kChain, Slot{10}, bytes_), ShredError::damaged);
  other = bytes_;
  other.push_back(0);  // the same layout and, but for the leaves' frames, the same shards
  EXPECT_EQ(claimed(kChain, kSlot, other), ShredError::damaged);
}

TEST_F(Refused, when_incomplete) {
  for (std::uint32_t index = 0; index + 1 < block_.layout().data_shards; ++index) {
    ASSERT_TRUE(assembler_.add(good(index).sent()).has_value());
  }
  EXPECT_EQ(assembler_.missing(), 1u);
  const auto out = std::move(assembler_).finish();
  ASSERT_FALSE(out.has_value());
  EXPECT_EQ(out.error(), BlockError::incomplete);
}

TEST_F(Refused, a_late_shred_is_verified_though_no_longer_needed) {
  for (std::uint32_t index = 5; index < 35; ++index) ASSERT_TRUE(assembler_.add(good(index).sent()).has_value());
  EXPECT_EQ(assembler_.missing(), 0u);
  EXPECT_EQ(after([](auto& s) { s.bytes[0] ^= 1; }), ShredError::damaged);
  EXPECT_TRUE(assembler_.add(good(3).sent()).has_value());
  EXPECT_EQ(error_of(good(3)), ShredError::duplicate);
  const auto out = std::move(assembler_).finish();
  ASSERT_TRUE(out.has_value());
  EXPECT_EQ(*out, bytes_);
}

TEST_F(Refused, a_block_without_a_layout) {
  ref_.block_bytes = 0;
  const auto empty = Assembler::make(ref_);
  ASSERT_FALSE(empty.has_value());
  EXPECT_EQ(empty.error(), LayoutError::empty);
  const auto large = ShreddedBlock::make(kChain, kSlot, Bytes(limits::kBlockBytesMax + 1));
  ASSERT_FALSE(large.has_value());
  EXPECT_EQ(large.error(), LayoutError::too_large);
}

// A proposer who commits to shards of its choice, with honest paths.
struct Committed {
  Layout layout;
  std::vector<Bytes> shards;
  std::vector<Hash> leaves;
  BlockRef ref;

  explicit Committed(const ShreddedBlock& from) : layout(from.layout()), ref(ref_of(from)) {
    for (std::uint32_t set = 0; set < layout.sets; ++set) {
      for (std::uint32_t index = 0; index < layout.set_shards(); ++index) {
        const ByteView bytes = from.bytes(set, index);
        shards.emplace_back(bytes.begin(), bytes.end());
      }
    }
  }
  void commit() {
    leaves.clear();
    for (std::uint32_t i = 0; i < layout.shreds(); ++i) {
      Bytes message;
      const auto put = [&](std::uint64_t number, int bytes) {
        for (; bytes > 0; --bytes, number >>= 8) message.push_back(static_cast<std::uint8_t>(number));
      };
      put(kChain.raw(), 8);
      put(kSlot.raw(), 8);
      put(layout.block_bytes, 4);
      put(i / layout.set_shards(), 2);
      put(i % layout.set_shards(), 1);
      append(message, shards[i]);
      leaves.push_back(crypto::merkle_leaf(crypto::tagged_hash(kShredTag, message).bytes));
    }
    ref.shred_root = crypto::merkle_list_root(kShredsTag, leaves);
  }
  // What a node finds that received enough shreds, chosen at random.
  Result<Bytes, BlockError> received(Random& random) const {
    Assembler assembler = assembler_of(ref);
    const crypto::MerkleList tree(leaves);
    for (const auto& [set, index] : places(random, layout)) {
      const std::size_t leaf = set * layout.set_shards() + index;
      const auto path = tree.path(leaf);
      EXPECT_TRUE(assembler
                      .add({ref.chain_id, ref.slot, ref.block, ref.block_bytes, static_cast<std::uint16_t>(set),
                            static_cast<std::uint8_t>(index), shards[leaf], path})
                      .has_value());
      if (assembler.missing() == 0) break;
    }
    return std::move(assembler).finish(cpus().back());
  }
};

TEST(Assembler, finds_a_wrong_encoding_whatever_was_received) {
  Random random(4);
  for (int i = 0; i < cases(20, 100, 1000); ++i) {
    const Bytes bytes = random_bytes(random, block_size(random));
    Committed committed(shredded(bytes, cpus().back()));
    committed.commit();
    EXPECT_TRUE(committed.received(random) == bytes);
    Bytes& wrong = committed.shards[below(random, committed.shards.size())];
    wrong[below(random, wrong.size())] ^= static_cast<std::uint8_t>(between(random, 1, 255));
    committed.commit();
    const auto out = committed.received(random);
    ASSERT_FALSE(out.has_value());
    ASSERT_EQ(out.error(), BlockError::root_mismatch);
  }
}

TEST(Assembler, finds_padding_that_is_not_zero) {
  Random random(5);
  // A codeword with other bytes where the padding is: 30 000 bytes, said to be 29 990, which are cut alike.
  const Bytes bytes = random_bytes(random, 30'000);
  Bytes shorter(bytes.begin(), bytes.begin() + 29'990);
  ASSERT_EQ(layout_of(bytes.size())->shard_bytes, layout_of(shorter.size())->shard_bytes);
  Committed committed(shredded(bytes));
  committed.layout.block_bytes = committed.ref.block_bytes = 29'990;
  committed.commit();
  const auto out = committed.received(random);
  ASSERT_FALSE(out.has_value());
  EXPECT_EQ(out.error(), BlockError::padding);
}

TEST(Assembler, every_error_has_its_own_text) {
  std::vector<std::string_view> texts;
  for (int error = 0; error <= static_cast<int>(ShredError::duplicate); ++error) {
    texts.push_back(to_string(static_cast<ShredError>(error)));
  }
  for (int error = 0; error <= static_cast<int>(BlockError::padding); ++error) {
    texts.push_back(to_string(static_cast<BlockError>(error)));
  }
  std::ranges::stable_sort(texts);
  EXPECT_TRUE(std::ranges::adjacent_find(texts) == texts.end());
}

}  // namespace
}  // namespace aether::erasure::testing
