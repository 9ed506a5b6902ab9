// A node that follows a chain through peers, some of which are silent, boast, or send what they were not asked for.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "aether/sync/sync.hpp"

namespace aether::sync {
namespace {

std::vector<Block> make_chain(std::size_t length, std::uint64_t time_ms = 0) {
  std::vector<Block> chain(length + 1);  // by slot; the first stands for genesis
  for (std::size_t slot = 1; slot <= length; ++slot) {
    chain[slot].header.body.slot = Slot{slot};
    chain[slot].header.body.time_ms = time_ms;
    chain[slot].header.body.parent_hash = slot == 1 ? Hash{} : block_hash(chain[slot - 1].header.body);
  }
  return chain;
}

enum class Kind : std::uint8_t { honest, short_of_blocks, silent, boasting, shuffled, foreign };

Reply answer(Kind kind, const Request& request, const std::vector<Block>& chain) {
  const auto from_slot = [&](RequestId id, Slot after, std::size_t count) {
    Reply reply{id, {}};
    const std::size_t end = kind == Kind::short_of_blocks ? chain.size() / 2 : chain.size();
    for (std::size_t slot = after.raw() + 1; slot < end && reply.blocks.size() < count; ++slot)
      reply.blocks.push_back(chain[slot]);
    if (kind == Kind::boasting) reply.blocks.clear();
    if (kind == Kind::shuffled && reply.blocks.size() > 1) std::swap(reply.blocks.front(), reply.blocks.back());
    return reply;
  };
  if (const auto* range = std::get_if<ChainRequest>(&request)) return from_slot(range->id, range->after, range->count);
  const auto& branch = std::get<BranchRequest>(request);
  return from_slot(branch.id, branch.above, kReplyBlocksMax);
}

// The node: it takes blocks of the chain in order, and no other.
class Follower {
 public:
  Follower(const std::vector<Block>& chain, std::vector<Kind> peers) : chain_(chain), peers_(std::move(peers)) {
    for (PeerId peer = 0; peer < peers_.size(); ++peer) sync.connected(peer);
  }

  // As with epochs of 20 slots, where the next one's validators are known once this one is two thirds over; the first
  // slots of the next are not taken before.
  [[nodiscard]] Slot known() const {
    const std::uint64_t epoch = at.raw() / 20;
    return Slot{(at.raw() % 20 >= 13 ? epoch + 2 : epoch + 1) * 20 - 1};
  }
  void hear() {
    for (PeerId peer = 0; peer < peers_.size(); ++peer) {
      std::size_t claimed = chain_.size() - 1;
      if (peers_[peer] == Kind::boasting) claimed *= 100;
      if (peers_[peer] == Kind::short_of_blocks) claimed = chain_.size() / 2 - 1;
      sync.heard(peer, Slot{claimed});
    }
  }
  void run(std::size_t steps_max) {
    carry_out(sync.reached(at, known(), now_us));
    for (std::size_t step = 0; step < steps_max && at.raw() + 1 < chain_.size(); ++step) {
      if (answers.empty()) {
        const std::uint64_t due = sync.next_timer();
        if (due == ~std::uint64_t{0}) return;
        now_us = std::max(now_us, due);
        carry_out(sync.on_timer(now_us));
        continue;
      }
      auto [peer, reply] = std::move(answers.front());
      answers.pop_front();
      now_us += 1'000;
      carry_out(sync.on_reply(peer, std::move(reply), now_us));
    }
  }
  void carry_out(std::vector<Effect> effects) {
    for (Effect& effect : effects) {
      if (const auto* ask = std::get_if<Ask>(&effect)) {
        ++asked[ask->to];
        if (peers_[ask->to] == Kind::silent) continue;
        answers.emplace_back(ask->to, answer(peers_[ask->to], ask->request, foreign(ask->to) ? foreign_ : chain_));
      } else if (const auto* blame = std::get_if<BlamePeer>(&effect)) {
        EXPECT_EQ(peers_[blame->peer], Kind::shuffled);
        sync.gone(blame->peer);
      } else {
        for (const Block& block : std::get<HandIn>(effect).blocks)
          if (block.header.body.slot == next(at) && next(at) <= known() && block == chain_[at.raw() + 1]) at = next(at);
        EXPECT_LE(std::get<HandIn>(effect).blocks.size(), kReplyBlocksMax);
      }
    }
    if (!effects.empty()) carry_out(sync.reached(at, known(), now_us));
  }

  Sync sync{{}};
  Slot at;
  std::uint64_t now_us = 0;
  std::deque<std::pair<PeerId, Reply>> answers;
  std::map<PeerId, std::size_t> asked;

 private:
  [[nodiscard]] bool foreign(PeerId peer) const { return peers_[peer] == Kind::foreign; }

  const std::vector<Block>& chain_;
  std::vector<Block> foreign_ = make_chain(400, 1);
  std::vector<Kind> peers_;
};

TEST(Sync, FollowsTheFinalChainFromSeveralPeersAtOnce) {
  const auto chain = make_chain(300);
  Follower node(chain, {Kind::honest, Kind::honest, Kind::honest});
  node.hear();
  node.run(1'000);
  EXPECT_GE(node.at.raw() + kSlotsBehind, 300u);
  EXPECT_EQ(node.asked.size(), 3u);
  EXPECT_FALSE(node.sync.is_behind());
}

TEST(Sync, AsksNothingWhileItKeepsUp) {
  const auto chain = make_chain(kSlotsBehind);
  Follower node(chain, {Kind::honest});
  node.hear();
  node.run(10);
  EXPECT_TRUE(node.asked.empty());
  EXPECT_EQ(node.sync.next_timer(), ~std::uint64_t{0});
}

// One honest peer is enough, whoever the others are. The last slots come by themselves.
RC_GTEST_PROP(Sync, ReachesTheEndWithOneHonestPeer, ()) {
  const auto length = *rc::gen::inRange<std::size_t>(3, 300);
  auto kinds =
      *rc::gen::container<std::vector<Kind>>(3, rc::gen::element(Kind::honest, Kind::short_of_blocks, Kind::silent,
                                                                 Kind::boasting, Kind::shuffled, Kind::foreign));
  kinds.insert(kinds.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, 4), Kind::honest);
  const auto chain = make_chain(length);
  Follower node(chain, kinds);
  // What was heard is heard again, as certificates come with every slot.
  for (int round = 0; round < 40 && node.at.raw() + kSlotsBehind < length; ++round) {
    node.hear();
    node.run(200);
  }
  RC_ASSERT(node.at.raw() + kSlotsBehind >= length);
}

TEST(Sync, WantsASnapshotWhereBlocksWouldBeTooMany) {
  Sync sync{{.snapshot_slots = 100}};
  sync.connected(1);
  sync.heard(1, Slot{149});
  static_cast<void>(sync.reached(Slot{50}, Slot{1'000}, 0));
  EXPECT_EQ(sync.wants_snapshot(), std::nullopt);
  sync.heard(1, Slot{150});
  EXPECT_EQ(sync.wants_snapshot(), Slot{100}) << "one that is hardly newer helps little";
  EXPECT_TRUE(sync.is_behind());
  sync.pause(true);
  EXPECT_FALSE(sync.is_behind());
  EXPECT_TRUE(sync.reached(Slot{50}, Slot{1'000}, 1'000'000).empty()) << "no ranges meanwhile";
  sync.pause(false);
  EXPECT_FALSE(sync.reached(Slot{50}, Slot{1'000}, 1'000'000).empty());
}

// Others are ahead, and have removed the blocks that this node needs next.
TEST(Sync, WantsASnapshotWhereBlocksDoNotCome) {
  const SyncParams params;
  Sync sync{params};
  sync.connected(1);
  std::uint64_t now_us = 0;
  const auto hear = [&](Slot final) {
    sync.heard(1, Slot{40});
    for (const Effect& effect : sync.reached(final, Slot{1'000}, now_us))
      if (const auto* ask = std::get_if<Ask>(&effect))
        static_cast<void>(sync.on_reply(1, {std::get<ChainRequest>(ask->request).id, {}}, now_us));
  };
  for (; now_us < params.stalled_us; now_us += 100'000) {
    EXPECT_EQ(sync.wants_snapshot(), std::nullopt);
    hear(Slot{10});
  }
  EXPECT_LE(sync.next_timer(), params.stalled_us);
  hear(Slot{10});
  EXPECT_EQ(sync.wants_snapshot(), Slot{10});
  hear(Slot{11});
  EXPECT_EQ(sync.wants_snapshot(), std::nullopt) << "something became final";
}

// A node that takes long over the blocks that it gets, as one may that has just begun at a snapshot.
TEST(Sync, WantsNoSnapshotWhereItIsOnlySlow) {
  const auto chain = make_chain(60);
  const SyncParams params;
  Sync sync{params};
  sync.connected(1);
  sync.connected(2);
  std::uint64_t now_us = 0;
  std::size_t handed_in = 0;
  std::map<PeerId, bool> serves{{1, true}, {2, false}};
  const auto pass = [&](std::uint64_t until_us) {
    for (; now_us < until_us; now_us += 100'000) {
      for (const auto& [peer, does] : serves) sync.heard(peer, Slot{60});
      auto effects = sync.reached(Slot{15}, Slot{1'000}, now_us);
      std::ranges::move(sync.on_timer(now_us), std::back_inserter(effects));
      for (std::size_t i = 0; i < effects.size(); ++i) {
        if (const auto* in = std::get_if<HandIn>(&effects[i])) handed_in += in->blocks.size();
        const auto* ask = std::get_if<Ask>(&effects[i]);
        if (ask == nullptr) continue;
        Reply reply = answer(Kind::honest, ask->request, chain);
        if (!serves[ask->to]) reply.blocks.clear();
        std::ranges::move(sync.on_reply(ask->to, std::move(reply), now_us), std::back_inserter(effects));
      }
      if (serves[1]) {
        EXPECT_EQ(sync.wants_snapshot(), std::nullopt) << now_us;
      }
    }
  };
  pass(2 * params.stalled_us);
  EXPECT_GT(handed_in, 0u);
  // Nobody has them any more.
  serves[1] = false;
  pass(4 * params.stalled_us);
  EXPECT_EQ(sync.wants_snapshot(), Slot{15});
}

// Silence says nothing: who keeps blocks may come.
TEST(Sync, WantsNoSnapshotWhereNobodyAnswers) {
  const SyncParams params;
  Sync sync{params};
  sync.connected(1);
  for (std::uint64_t now_us = 0; now_us < 3 * params.stalled_us; now_us += 100'000) {
    sync.heard(1, Slot{60});
    static_cast<void>(sync.reached(Slot{15}, Slot{1'000}, now_us));
    static_cast<void>(sync.on_timer(now_us));
    EXPECT_EQ(sync.wants_snapshot(), std::nullopt);
  }
}

TEST(Sync, AsksForAWantedBlockUntilItIsFound) {
  const auto chain = make_chain(10);
  Sync sync{{}};
  sync.connected(1);
  sync.connected(2);
  const Hash wanted = block_hash(chain[10].header.body);
  auto effects = sync.want(wanted, Slot{10}, Slot{7}, 0);
  ASSERT_EQ(effects.size(), 1u);
  const auto first = std::get<Ask>(effects[0]);
  EXPECT_EQ(std::get<BranchRequest>(first.request).above, Slot{7});
  EXPECT_TRUE(sync.want(wanted, Slot{10}, Slot{7}, 0).empty());
  // No answer: the other peer's turn, later each time.
  std::uint64_t before_us = 0;
  for (int i = 0; i < 4; ++i) {
    const std::uint64_t due = sync.next_timer();
    EXPECT_GT(due, before_us);
    before_us = due;
    effects = sync.on_timer(due);
    ASSERT_EQ(effects.size(), 1u);
  }
  EXPECT_EQ(sync.wanted(), 1u);
  // The branch begins where the node is by now.
  static_cast<void>(sync.reached(Slot{9}, Slot{100}, before_us));
  effects = sync.on_timer(sync.next_timer());
  ASSERT_EQ(effects.size(), 1u);
  const auto last = std::get<Ask>(effects[0]);
  EXPECT_EQ(std::get<BranchRequest>(last.request).above, Slot{9});
  const RequestId id = std::get<BranchRequest>(last.request).id;
  EXPECT_TRUE(sync.on_reply(last.to, {id - 1, {chain[10]}}, before_us).empty()) << "an answer that nobody waits for";
  effects = sync.on_reply(last.to, {id, {chain[10]}}, before_us);
  ASSERT_EQ(effects.size(), 1u);
  EXPECT_EQ(std::get<HandIn>(effects[0]).blocks.size(), 1u);
  sync.found(wanted);
  EXPECT_EQ(sync.wanted(), 0u);
  EXPECT_EQ(sync.next_timer(), ~std::uint64_t{0});
}

TEST(Sync, AsksAnotherPeerWhereOneGoes) {
  const auto chain = make_chain(10);
  Sync sync{{}};
  sync.connected(1);
  sync.connected(2);
  const auto effects = sync.want(block_hash(chain[5].header.body), Slot{5}, Slot{0}, 0);
  const PeerId first = std::get<Ask>(effects[0]).to;
  sync.gone(first);
  EXPECT_EQ(sync.next_timer(), 0u);
  const auto again = sync.on_timer(0);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_NE(std::get<Ask>(again[0]).to, first);
}

TEST(Sync, BlamesBlocksThatAreNoChain) {
  const auto chain = make_chain(10);
  Sync sync{{}};
  sync.connected(1);
  const auto effects = sync.want(block_hash(chain[10].header.body), Slot{10}, Slot{7}, 0);
  const RequestId id = std::get<BranchRequest>(std::get<Ask>(effects[0]).request).id;
  const auto out = sync.on_reply(1, {id, {chain[8], chain[10]}}, 0);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(std::get<BlamePeer>(out[0]).peer, 1u);
}

TEST(Sync, WantsAtMostSoManyBlocks) {
  Sync sync{{}};
  sync.connected(1);
  for (std::size_t i = 0; i < 2 * kWantedMax; ++i) {
    Hash block;
    block.bytes[0] = static_cast<std::uint8_t>(i);
    static_cast<void>(sync.want(block, Slot{5}, Slot{1}, 0));
  }
  EXPECT_EQ(sync.wanted(), kWantedMax);
  static_cast<void>(sync.reached(Slot{5}, Slot{100}, 0));
  EXPECT_EQ(sync.wanted(), 0u);
}

}  // namespace
}  // namespace aether::sync
