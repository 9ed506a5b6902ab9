#include "aether/dissem/dissemination.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <ranges>

namespace aether::dissem {
namespace {

constexpr ChainId kChain{7};

Bytes block_of(std::size_t size, std::uint8_t salt = 0) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 + i / 256 + salt);
  return bytes;
}

std::shared_ptr<const erasure::ShreddedBlock> shredded(Slot slot, const Bytes& bytes) {
  return std::make_shared<const erasure::ShreddedBlock>(*erasure::ShreddedBlock::make(kChain, slot, bytes));
}

// Validators whose messages take no time; a test says which relays are silent and what is lost.
class Group {
 public:
  explicit Group(std::size_t validators) {
    for (std::size_t i = 0; i < validators; ++i) nodes.emplace_back(DissemParams{kChain});
    whole.resize(validators);
    silent.resize(validators);
  }

  Announcement header(const Bytes& bytes, std::size_t node, Slot slot = Slot{1}, ValidatorIndex proposer = 0) const {
    const auto shreds = shredded(slot, bytes);
    return {slot,           crypto::tagged_hash("test/block", shreds->root().view()),
            shreds->root(), proposer,
            nodes.size(),   static_cast<ValidatorIndex>(node),
            proposer};
  }
  void propose(const Bytes& bytes) {
    for (std::size_t i = 1; i < nodes.size(); ++i) carry_out(i, nodes[i].announce(header(bytes, i), now_us));
    carry_out(0, nodes[0].spread(header(bytes, 0), shredded(Slot{1}, bytes)));
  }
  void pass(std::uint64_t us) {
    now_us += us;
    for (std::size_t i = 0; i < nodes.size(); ++i)
      if (!silent[i]) carry_out(i, nodes[i].on_timer(now_us));
  }
  void carry_out(std::size_t i, std::vector<Effect> effects) {
    for (Effect& effect : effects) std::visit([&](auto& e) { on(i, e); }, effect);
  }

  std::vector<Dissemination> nodes;
  std::vector<std::vector<Bytes>> whole;
  std::vector<bool> silent;
  std::size_t sent = 0, asked = 0, blamed = 0, refuted = 0;
  std::uint64_t now_us = 0;
  std::function<bool(std::size_t, std::size_t)> lost = [](std::size_t, std::size_t) { return false; };

 private:
  void give(std::size_t from, std::size_t to, const Shred& shred) {
    ++sent;
    if (!silent[from] && !lost(from, to)) carry_out(to, nodes[to].on_shred(from, shred, now_us));
  }
  void on(std::size_t i, SendShred& e) { give(i, e.to, e.shred); }
  void on(std::size_t i, RelayShred& e) {
    for (std::size_t to = 0; to < nodes.size(); ++to)
      if (to != i) give(i, to, e.shred);
  }
  void on(std::size_t i, AnswerShred& e) { give(i, e.to, e.shred); }
  void on(std::size_t i, AskShreds& e) {
    ++asked;
    if (!silent[e.from]) carry_out(e.from, nodes[e.from].on_request(i, e.request));
  }
  void on(std::size_t i, BlockWhole& e) { whole[i].push_back(e.bytes); }
  void on(std::size_t, BlockRefuted&) { ++refuted; }
  void on(std::size_t, BlamePeer&) { ++blamed; }
};

// All shreds of a block of node 0, by their leaves.
std::vector<Shred> shreds_of(const Group& group, const Bytes& bytes) {
  std::vector<Shred> out;
  for (Effect& effect : Dissemination(DissemParams{kChain}).spread(group.header(bytes, 0), shredded(Slot{1}, bytes))) {
    auto* send = std::get_if<SendShred>(&effect);
    out.push_back(std::move(send != nullptr ? send->shred : std::get<RelayShred>(effect).shred));
  }
  return out;
}

TEST(Relays, shares_are_equal_and_interleaved) {
  for (std::uint8_t salt = 0; salt < 10; ++salt) {
    const Hash block = crypto::tagged_hash("test/block", Bytes{salt});
    std::map<ValidatorIndex, int> shares;
    for (std::uint32_t leaf = 0; leaf < 240; ++leaf) {
      ++shares[relay_of(block, leaf, 7)];
      EXPECT_EQ(relay_of(block, leaf + 7, 7), relay_of(block, leaf, 7));
    }
    EXPECT_EQ(shares.size(), 7u);
    for (const auto& [validator, share] : shares) EXPECT_NEAR(share, 240 / 7, 1);
  }
}

TEST(Dissemination, a_block_reaches_everyone_once_by_one_hop) {
  for (const std::size_t size : {1u, 5'000u, 50'000u, 700'000u}) {
    Group group(7);
    const Bytes bytes = block_of(size);
    group.propose(bytes);
    for (std::size_t i = 1; i < 7; ++i) EXPECT_EQ(group.whole[i], std::vector<Bytes>{bytes}) << size;
    EXPECT_EQ(group.asked + group.blamed + group.refuted, 0u);
    // Each shred to its relay, or to all where the block is small, and from there to the six others.
    const std::uint32_t shreds = shredded(Slot{1}, bytes)->layout().shreds();
    EXPECT_LE(group.sent, shreds * (size <= 5'000 ? 12 : 7));
  }
}

TEST(Dissemination, a_small_block_needs_no_relay_and_a_larger_one_does) {
  for (const std::size_t size : {1u, 5'000u, 50'000u}) {
    Group group(7);
    for (std::size_t i = 2; i < 7; ++i) group.silent[i] = true;
    group.propose(block_of(size));
    EXPECT_EQ(group.whole[1].size(), size <= 5'000 ? 1u : 0u) << size;
  }
}

// An upload that would be too large is none: the bound counts all validators.
TEST(Dissemination, what_the_proposer_sends_directly_is_bounded) {
  for (const std::size_t validators : {4u, 31u, 100u})
    for (const std::size_t size : {1u, 2'000u, 30'000u}) {
      Group group(validators);
      const Bytes bytes = block_of(size);
      std::size_t sent_to_all = 0, sent_bytes = 0;
      for (const Effect& effect : group.nodes[0].spread(group.header(bytes, 0), shredded(Slot{1}, bytes)))
        if (const auto* relayed = std::get_if<RelayShred>(&effect)) {
          ++sent_to_all;
          sent_bytes += codec::encode(relayed->shred).size() * (validators - 1);
        }
      const bool is_direct = sent_to_all == shredded(Slot{1}, bytes)->layout().shreds();
      EXPECT_EQ(is_direct, size == 1 ? validators < 100 : size == 2'000 && validators == 4)
          << validators << " " << size;
      EXPECT_LE(sent_bytes, kDirectBytesMax);
    }
}

TEST(Dissemination, blocks_of_one_small_set_survive_a_third_of_silent_relays_without_repair) {
  Group group(7);
  group.silent[3] = group.silent[5] = true;
  group.propose(block_of(11'900));
  for (const std::size_t i : {1, 2, 4, 6}) EXPECT_EQ(group.whole[i].size(), 1u);
  EXPECT_EQ(group.asked, 0u);
}

TEST(Dissemination, what_is_lost_is_asked_for_and_only_that) {
  Group group(7);
  group.silent[3] = group.silent[5] = true;
  const Bytes bytes = block_of(300'000);
  group.propose(bytes);
  const auto layout = shredded(Slot{1}, bytes)->layout();
  EXPECT_TRUE(group.whole[1].empty());
  const std::size_t before = group.sent;
  group.pass(200'000);
  for (const std::size_t i : {1, 2, 4, 6}) EXPECT_EQ(group.whole[i], std::vector<Bytes>{bytes});
  // Two of seven relays are gone, a sixth is spare: each of four asks for what is missing to data_shards, no more.
  EXPECT_LE(group.sent - before, 4u * layout.sets * (layout.data_shards - layout.set_shards() * 5 / 7 + 2));
}

TEST(Dissemination, a_proposer_that_fell_silent_is_replaced_by_others_in_repair) {
  Group group(7);
  const Bytes bytes = block_of(20'000);
  group.lost = [](std::size_t from, std::size_t to) { return from != 0 && to == 6; };  // nothing relayed comes to 6
  group.propose(bytes);
  group.silent[0] = true;
  group.lost = [](std::size_t, std::size_t) { return false; };
  EXPECT_TRUE(group.whole[6].empty());
  for (int i = 0; i < 4 && group.whole[6].empty(); ++i) group.pass(4'000'000);
  EXPECT_EQ(group.whole[6], std::vector<Bytes>{bytes});
}

TEST(Dissemination, shreds_before_their_header_wait_for_it) {
  Group group(4);
  const Bytes bytes = block_of(9'000);
  const auto shreds = shredded(Slot{1}, bytes);
  group.carry_out(0, group.nodes[0].spread(group.header(bytes, 0), shreds));
  EXPECT_GT(group.nodes[1].early(), 0u);
  for (std::size_t i = 1; i < 4; ++i) group.carry_out(i, group.nodes[i].announce(group.header(bytes, i), 0));
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(group.whole[i], std::vector<Bytes>{bytes});
  EXPECT_EQ(group.nodes[1].early(), 0u);
}

TEST(Dissemination, what_does_not_lead_to_the_root_is_blamed_and_not_relayed) {
  Group group(4);
  const Bytes bytes = block_of(9'000);
  const std::vector<Shred> shreds = shreds_of(group, bytes);
  static_cast<void>(group.nodes[1].announce(group.header(bytes, 1), 0));
  const auto answer = [&](auto change) {
    Shred shred = shreds[0];
    change(shred);
    const auto effects = group.nodes[1].on_shred(9, shred, 0);
    return effects.size() == 1 && std::holds_alternative<BlamePeer>(effects[0]);
  };
  EXPECT_TRUE(answer([](Shred& s) { s.bytes[0] ^= 1; }));
  EXPECT_TRUE(answer([](Shred& s) { s.path[0].bytes[0] ^= 1; }));
  EXPECT_TRUE(answer([](Shred& s) { s.index ^= 1; }));
  EXPECT_TRUE(answer([](Shred& s) { s.set = 1; }));
  EXPECT_TRUE(answer([](Shred& s) { s.block_bytes += 1; }));
  EXPECT_TRUE(answer([](Shred& s) { s.block_bytes = 0; }));
  EXPECT_TRUE(answer([](Shred& s) { s.slot = Slot{2}; }));
  EXPECT_TRUE(answer([](Shred& s) { s.chain_id = ChainId{8}; }));
  EXPECT_FALSE(answer([](Shred&) {}));
}

// Whoever sends shreds of blocks that do not exist displaces its own, not those that come before their header.
TEST(Dissemination, a_flood_of_early_shreds_takes_nobody_elses_room) {
  const Bytes bytes = block_of(5'000);
  const auto shreds = shredded(Slot{1}, bytes);
  const auto& layout = shreds->layout();
  const Hash block{{1}};
  constexpr PeerId kHonest = 1, kFlooding = 2;
  Dissemination node(DissemParams{kChain});
  for (std::uint32_t i = 0; i < layout.data_shards; ++i) {
    Shred shred{kChain, Slot{1}, block, layout.block_bytes, 0, static_cast<std::uint8_t>(i), {}, {}};
    const ByteView shard = shreds->bytes(0, i);
    shred.bytes.assign(shard.begin(), shard.end());
    const auto path = shreds->path(0, i);
    shred.path.assign(path.begin(), path.end());
    EXPECT_TRUE(node.on_shred(kHonest, std::move(shred), 0).empty());
  }
  for (std::size_t i = 0; i < 3 * kEarlyShredsMax; ++i)
    EXPECT_TRUE(node.on_shred(kFlooding, Shred{kChain, Slot{2}, Hash{{2}}, 1, 0, 0, {}, {}}, 0).empty());
  EXPECT_EQ(node.early(), kEarlyShredsMax);
  const auto effects = node.announce({Slot{1}, block, shreds->root(), 0, 4, ValidatorIndex{1}, 0}, 0);
  EXPECT_TRUE(std::ranges::any_of(effects, [](const Effect& e) { return std::holds_alternative<BlockWhole>(e); }));
  node.forget(Slot{2});
  EXPECT_EQ(node.early(), 0u);
}

TEST(Dissemination, a_root_over_what_is_no_encoding_refutes_the_block_for_everyone) {
  // A tree over shards of which one parity shard is wrong.
  const Bytes bytes = block_of(5'000);
  const auto honest = shredded(Slot{1}, bytes);
  const auto& layout = honest->layout();
  std::vector<Bytes> shards;
  for (std::uint32_t i = 0; i < layout.shreds(); ++i) {
    const ByteView shard = honest->bytes(0, i);
    shards.emplace_back(shard.begin(), shard.end());
  }
  shards.back()[0] ^= 1;
  std::vector<Hash> leaves;
  for (std::uint32_t i = 0; i < layout.shreds(); ++i) {
    Bytes message;
    const auto put = [&](std::uint64_t number, int size) {
      for (; size > 0; --size, number >>= 8) message.push_back(static_cast<std::uint8_t>(number));
    };
    put(kChain.raw(), 8);
    put(1, 8);
    put(layout.block_bytes, 4);
    put(0, 2);
    put(i, 1);
    message.insert(message.end(), shards[i].begin(), shards[i].end());
    leaves.push_back(crypto::merkle_leaf(crypto::tagged_hash(erasure::kShredTag, message).bytes));
  }
  const crypto::MerkleList tree(leaves);
  const Hash root = crypto::merkle_list_root(erasure::kShredsTag, leaves);

  Dissemination node(DissemParams{kChain});
  static_cast<void>(node.announce({Slot{1}, {}, root, 0, 4, ValidatorIndex{1}, 0}, 0));
  std::vector<Effect> last;
  for (std::uint32_t i = 6; i < layout.shreds() && last.empty(); ++i) {
    Shred shred{kChain, Slot{1}, {}, layout.block_bytes, 0, static_cast<std::uint8_t>(i), {}, {}};
    shred.bytes.assign(shards[i].begin(), shards[i].end());
    const auto path = tree.path(i);
    shred.path.assign(path.begin(), path.end());
    for (Effect& effect : node.on_shred(0, shred, 0))
      if (std::holds_alternative<BlockRefuted>(effect)) last.push_back(std::move(effect));
  }
  ASSERT_EQ(last.size(), 1u);
}

TEST(Dissemination, room_is_kept_for_certified_blocks_and_for_those_that_stand_first) {
  Group group(4);
  Dissemination& node = group.nodes[1];
  const auto begin = [&](std::uint8_t salt, std::uint32_t place) {
    Announcement header = group.header(block_of(2'000, salt), 1);
    header.place = place;
    static_cast<void>(node.announce(header, 0));
    static_cast<void>(node.on_shred(9, shreds_of(group, block_of(2'000, salt))[0], 0));
    return header.block;
  };
  const Hash certified = begin(0, 1'000);
  node.pin(certified);
  for (std::uint8_t i = 1; i < 40; ++i) begin(i, 500 - i);
  // The rest of the certified block and of the one that stands first still count: each lacks one shred less.
  const auto needs = [&](std::uint8_t salt) {
    std::size_t fed = 0;
    for (const Shred& shred : shreds_of(group, block_of(2'000, salt)) | std::views::drop(1)) {
      ++fed;
      for (const Effect& answer : node.on_shred(9, shred, 0))
        if (std::holds_alternative<BlockWhole>(answer)) return fed;
    }
    return fed;
  };
  EXPECT_EQ(needs(0), 9u);
  EXPECT_EQ(needs(39), 9u);
  EXPECT_EQ(needs(1), 10u);  // was given up
}

TEST(Dissemination, a_share_is_relayed_once_and_also_by_who_was_whole_before_it_came) {
  Group group(4);
  const Bytes bytes = block_of(9'000);
  const std::vector<Shred> all = shreds_of(group, bytes);
  std::vector<Shred> shreds;
  for (ValidatorIndex to = 1; to < 4; ++to)
    for (std::uint32_t leaf = 0; leaf < all.size(); ++leaf)
      if (relay_of(group.header(bytes, 0).block, leaf, 4) == to) shreds.push_back(all[leaf]);
  Dissemination& node = group.nodes[3];  // its own share comes last, and every shred twice
  static_cast<void>(node.announce(group.header(bytes, 3), 0));
  std::map<std::pair<std::uint16_t, std::uint8_t>, int> relayed;
  for (const Shred& shred : shreds)
    for (int i = 0; i < 2; ++i)
      for (const Effect& effect : node.on_shred(0, shred, 0))
        if (const auto* relay = std::get_if<RelayShred>(&effect)) ++relayed[{relay->shred.set, relay->shred.index}];
  EXPECT_EQ(relayed.size(), 4u);  // of 16
  for (const auto& [place, times] : relayed) EXPECT_EQ(times, 1);
}

TEST(Dissemination, forgets_what_is_over) {
  Group group(4);
  group.propose(block_of(3'000));
  Dissemination& node = group.nodes[1];
  static_cast<void>(node.announce(group.header(block_of(4'000), 1, Slot{2}), 0));
  EXPECT_EQ(node.assembling(), 1u);
  node.forget(Slot{2});
  EXPECT_EQ(node.assembling(), 0u);
  EXPECT_TRUE(node.announce(group.header(block_of(4'000), 1, Slot{2}), 0).empty());
  EXPECT_EQ(node.assembling(), 0u);
  EXPECT_EQ(node.next_timer(), ~std::uint64_t{0});
}

RC_GTEST_PROP(Dissemination, random_losses_are_repaired, (std::uint32_t seed)) {
  const std::size_t size = 1 + seed % 60'000;
  Group group(4 + seed % 5);
  std::uint64_t state = seed;
  group.lost = [&](std::size_t, std::size_t) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state >> 33) % 10 < 3;
  };
  const Bytes bytes = block_of(size);
  group.propose(bytes);
  for (int round = 0; round < 60; ++round) group.pass(4'000'000);
  for (std::size_t i = 1; i < group.nodes.size(); ++i) {
    RC_ASSERT(group.whole[i].size() == 1u);
    RC_ASSERT(group.whole[i][0] == bytes);
  }
  RC_ASSERT(group.blamed == 0u);
}

}  // namespace
}  // namespace aether::dissem
