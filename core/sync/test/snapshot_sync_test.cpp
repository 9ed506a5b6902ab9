// A node that begins at a snapshot, among peers of which one is honest.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "snapshot_world.hpp"

namespace aether::sync {
namespace {

constexpr std::uint64_t kSlowUs = 400'000'000;

class Node {
 public:
  explicit Node(const std::vector<Kind>& kinds, SnapshotParams params = world().params()) : machine(params) {
    for (const Kind kind : kinds) peers.emplace_back(kind);
    for (PeerId peer = 0; peer < peers.size(); ++peer) machine.connected(peer);
  }

  [[nodiscard]] Now now() const { return {now_us, kStartMs + 1'000'000}; }
  void seek() { carry_out(machine.seek(world().checkpoint(), Slot{4}, now())); }
  // Until the end, or until so many chunks are stored.
  void run(std::uint64_t until_us, std::size_t chunks_max = ~std::size_t{0}) {
    while (!restored && now_us < until_us && chunks.size() < chunks_max) {
      const std::uint64_t answer_us = answers.empty() ? ~std::uint64_t{0} : answers.begin()->first;
      const std::uint64_t timer_us = machine.next_timer();
      const std::uint64_t next_us = std::min(answer_us, timer_us);
      if (next_us == ~std::uint64_t{0}) return;
      EXPECT_FALSE(timer_us < now_us && ++overdue > 1'000) << "a timer that does not move";
      now_us = std::max(now_us, next_us);
      if (timer_us <= answer_us) {
        carry_out(machine.on_timer(now()));
        continue;
      }
      auto [from, answer] = std::move(answers.begin()->second);
      answers.erase(answers.begin());
      std::visit([&](auto& kind) { carry_out(machine.on_reply(from, std::move(kind), now())); }, answer);
    }
  }
  void carry_out(std::vector<SnapshotEffect> effects) {
    for (SnapshotEffect& effect : effects) std::visit([&](auto& one) { on(one); }, effect);
    EXPECT_LE(machine.asked(), kChunksAtOnce + 2 * peers.size() + 1);
  }

  void on(const AskSnapshot& ask) {
    if (const auto* chunk = std::get_if<ChunkRequest>(&ask.request)) {
      chunks_from[ask.to].insert(chunk->chunk);
      ++chunk_requests;
    }
    EXPECT_FALSE(blamed.contains(ask.to)) << "a liar is asked again";
    if (auto answer = peers[ask.to].answer(ask.request)) {
      const bool is_slow = peers[ask.to].kind() == Kind::slow && is_piece(ask.request);
      answers.emplace(now_us + (is_slow ? kSlowUs : 10'000 + ask.to), std::pair(ask.to, std::move(*answer)));
    }
  }
  void on(const KeepEpoch& keep) { epochs.push_back(*keep.header); }
  void on(const BeginRestore& begin) {
    EXPECT_EQ(target, nullptr);
    target = begin.target;
  }
  void on(const StoreChunk& store) {
    ASSERT_NE(target, nullptr);
    EXPECT_EQ(store.snapshot, target->name);
    EXPECT_TRUE(chunks.insert(store.index).second) << "a chunk is stored twice";
    store.chunk->visit([&](const snapshot::Chunk::Object& object) {
      objects[object.state_key] = Bytes(object.value.begin(), object.value.end());
    });
    carry_out(machine.stored(store.snapshot, store.index, now()));
  }
  void on(const AbandonRestore& abandon) {
    ASSERT_NE(target, nullptr);
    EXPECT_EQ(abandon.snapshot, target->name);
    target = nullptr;
    chunks.clear();
    objects.clear();
    ++abandoned;
  }
  void on(const Restored& done) {
    EXPECT_EQ(done.target, target);
    EXPECT_EQ(chunks.size(), target->manifest.chunks.size());
    restored = true;
  }
  void on(const CheckpointNeeded&) { checkpoint_needed = true; }
  void on(const BlamePeer& blame) {
    EXPECT_TRUE(is_liar(peers[blame.peer].kind())) << "an honest peer is blamed";
    blamed.insert(blame.peer);
  }

  [[nodiscard]] bool holds_the_state(std::uint64_t epoch) const {
    const snapshot::State state = snapshot::some_state(40 + epoch);
    if (state.size() != objects.size()) return false;
    return std::ranges::all_of(state, [&](const auto& entry) { return objects.at(entry.first) == entry.second.value; });
  }

  SnapshotSync machine;
  std::vector<ServingPeer> peers;
  std::multimap<std::uint64_t, std::pair<PeerId, Answer>> answers;
  std::uint64_t now_us = 0;
  std::size_t overdue = 0;
  std::vector<light::FinalHeader> epochs;
  TargetPointer target;
  std::set<std::uint32_t> chunks;
  std::map<Hash, Bytes> objects;
  std::map<PeerId, std::set<std::uint32_t>> chunks_from;
  std::size_t chunk_requests = 0;
  std::size_t abandoned = 0;
  std::set<PeerId> blamed;
  bool restored = false;
  bool checkpoint_needed = false;
};

constexpr std::uint64_t kLong = 3'600'000'000;

TEST(SnapshotSync, BeginsAtTheNewestSnapshotFromSeveralPeersAtOnce) {
  Node node({Kind::honest, Kind::honest, Kind::honest});
  node.seek();
  node.run(kLong);
  ASSERT_TRUE(node.restored);
  EXPECT_TRUE(node.holds_the_state(kEpochs - 1));
  EXPECT_EQ(node.target->manifest.slot, Slot{(kEpochs - 1) * kEpochSlots + 7});
  EXPECT_EQ(node.chunks_from.size(), 3u);
  EXPECT_EQ(node.chunk_requests, node.chunks.size()) << "no chunk is asked for twice";
  // Every epoch between was shown, and can be shown to others.
  ASSERT_EQ(node.epochs.size(), kEpochs - 2);
  EXPECT_EQ(node.epochs.front(), world().epoch(1));
  EXPECT_TRUE(node.machine.is_restoring());
}

// Blocks go on coming while it looks: what they have nearly reached is not worth it any more.
TEST(SnapshotSync, LooksAboveWhereBlocksHaveLedMeanwhile) {
  const Slot offered{(kEpochs - 1) * kEpochSlots + 7};
  Node node({Kind::honest, Kind::honest});
  node.seek();
  node.machine.look_above(offered);
  node.run(10'000'000);
  EXPECT_FALSE(node.machine.is_restoring());
  node.machine.look_above(Slot{offered.raw() - 1});
  node.run(kLong);
  EXPECT_TRUE(node.restored);
}

// Each kind of liar, alone beside an honest peer: it is found, and blamed if what it sent can be told from the truth.
TEST(SnapshotSync, OneHonestPeerIsEnoughBesideAnyOther) {
  for (std::uint8_t kind = 0; kind <= static_cast<std::uint8_t>(Kind::chunks_of_lies); ++kind) {
    for (const bool is_first : {true, false}) {
      const Kind other{kind};
      Node node(is_first ? std::vector{other, Kind::honest} : std::vector{Kind::honest, other});
      node.seek();
      node.run(kLong);
      EXPECT_TRUE(node.restored) << int{kind};
      EXPECT_TRUE(node.holds_the_state(kEpochs - 1)) << int{kind};
    }
  }
}

TEST(SnapshotSync, BlamesEachLieWhenItIsAlone) {
  for (std::uint8_t kind = 0; kind <= static_cast<std::uint8_t>(Kind::chunks_of_lies); ++kind) {
    Node node({Kind{kind}});
    node.seek();
    node.run(10'000'000);
    EXPECT_EQ(node.blamed.size(), is_liar(Kind{kind}) ? 1u : 0u) << int{kind};
    EXPECT_EQ(node.restored, kind == 0 || Kind{kind} == Kind::stale) << int{kind};
  }
}

RC_GTEST_PROP(SnapshotSync, OneHonestPeerIsEnoughAmongMany, ()) {
  auto kinds = *rc::gen::container<std::vector<Kind>>(
      5, rc::gen::map(rc::gen::inRange(0, static_cast<int>(Kind::chunks_of_lies) + 1),
                      [](int kind) { return Kind{static_cast<std::uint8_t>(kind)}; }));
  kinds.insert(kinds.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, 6), Kind::honest);
  Node node(kinds);
  node.seek();
  node.run(kLong);
  RC_ASSERT(node.restored);
  RC_ASSERT(node.holds_the_state(kEpochs - 1));
}

TEST(SnapshotSync, GoesOnAfterARestartWithWhatIsMissing) {
  for (const std::size_t before : {std::size_t{1}, std::size_t{4}, std::size_t{8}}) {
    Node first({Kind::honest, Kind::honest});
    first.seek();
    first.run(kLong, before);
    ASSERT_FALSE(first.restored);
    Node second({Kind::honest, Kind::bad_chunks});
    second.target = first.target;
    second.chunks = first.chunks;
    second.objects = first.objects;
    std::vector<bool> stored(first.target->manifest.chunks.size());
    for (const std::uint32_t chunk : first.chunks) stored[chunk] = true;
    const std::set<std::uint32_t> had = first.chunks;
    second.carry_out(second.machine.resume(first.target, stored, second.now()));
    second.run(kLong);
    ASSERT_TRUE(second.restored);
    EXPECT_TRUE(second.holds_the_state(kEpochs - 1));
    for (const auto& [peer, chunks] : second.chunks_from)
      for (const std::uint32_t chunk : chunks) EXPECT_FALSE(had.contains(chunk)) << "what is stored is asked for";
  }
}

TEST(SnapshotSync, ARestartWithAllChunksOnlyEnds) {
  Node first({Kind::honest});
  first.seek();
  first.run(kLong);
  Node second({});
  second.target = first.target;
  second.chunks = first.chunks;
  second.carry_out(second.machine.resume(first.target, std::vector<bool>(first.chunks.size(), true), second.now()));
  EXPECT_TRUE(second.restored);
  EXPECT_EQ(second.machine.next_timer(), ~std::uint64_t{0});
}

// Nobody serves it any more: given up, and another one is chosen.
TEST(SnapshotSync, GivesUpASnapshotThatNobodyServes) {
  Node first({Kind::stale});
  first.seek();
  first.run(kLong, 3);
  ASSERT_NE(first.target, nullptr);
  Node second({Kind::honest});
  second.target = first.target;
  second.chunks = first.chunks;
  std::vector<bool> stored(first.target->manifest.chunks.size());
  second.carry_out(second.machine.resume(first.target, stored, second.now()));
  second.seek();
  second.run(kLong);
  EXPECT_EQ(second.abandoned, 1u);
  EXPECT_TRUE(second.restored);
  EXPECT_TRUE(second.holds_the_state(kEpochs - 1));
}

TEST(SnapshotSync, LeavesWhatBlocksHaveOvertaken) {
  Node node({Kind::honest});
  node.seek();
  node.run(kLong, 2);
  ASSERT_TRUE(node.machine.is_restoring());
  const Slot slot = node.target->manifest.slot;
  node.carry_out(node.machine.reached(Slot{slot.raw() - 1}, node.now()));
  EXPECT_EQ(node.abandoned, 0u);
  node.machine.stop();
  EXPECT_TRUE(node.machine.is_restoring());
  node.carry_out(node.machine.reached(slot, node.now()));
  EXPECT_EQ(node.abandoned, 1u);
  EXPECT_FALSE(node.machine.is_restoring());
  EXPECT_EQ(node.machine.asked(), 0u);
  EXPECT_EQ(node.machine.next_timer(), ~std::uint64_t{0});
}

TEST(SnapshotSync, AsksNothingUnlessItSeeks) {
  Node node({Kind::honest});
  node.carry_out(node.machine.reached(Slot{4}, node.now()));
  EXPECT_EQ(node.machine.asked(), 0u);
  EXPECT_EQ(node.machine.next_timer(), ~std::uint64_t{0});
  node.seek();
  EXPECT_EQ(node.machine.asked(), 1u);
  node.machine.stop();
  EXPECT_EQ(node.machine.asked(), 0u);
  EXPECT_EQ(node.machine.next_timer(), ~std::uint64_t{0});
}

TEST(SnapshotSync, TakesNoSnapshotThatDoesNotHelp) {
  Node node({Kind::honest});
  node.carry_out(node.machine.seek(world().checkpoint(), Slot{kEpochs * kEpochSlots}, node.now()));
  node.run(30'000'000);
  EXPECT_FALSE(node.restored);
  EXPECT_FALSE(node.machine.is_restoring());
}

TEST(SnapshotSync, TrustEnds) {
  SnapshotParams params = world().params();
  params.light.trusting_ms = 1'000;
  Node node({Kind::honest}, params);
  node.seek();
  node.run(30'000'000);
  EXPECT_TRUE(node.checkpoint_needed);
  EXPECT_TRUE(node.blamed.empty());
  EXPECT_EQ(node.machine.asked(), 0u);
}

TEST(SnapshotSync, RefusesAManifestAboveItsBound) {
  SnapshotParams params = world().params();
  params.manifest_bytes_max = world().snapshot(kEpochs - 1).manifest_bytes.size() - 1;
  Node node({Kind::honest}, params);
  node.seek();
  node.run(30'000'000);
  EXPECT_FALSE(node.machine.is_restoring());
  EXPECT_TRUE(node.blamed.empty());
}

// Whatever becomes of its sources on the way.
TEST(SnapshotSync, AsksOthersWhereOneGoes) {
  Node node({Kind::honest, Kind::slow, Kind::honest});
  node.seek();
  node.run(kLong, 3);
  node.machine.gone(0);
  std::erase_if(node.answers, [](const auto& one) { return one.second.first == 0; });
  node.run(kLong);
  EXPECT_TRUE(node.restored);
  EXPECT_TRUE(node.holds_the_state(kEpochs - 1));
}

TEST(SnapshotSync, IgnoresAnswersThatNobodyWaitsFor) {
  Node node({Kind::honest, Kind::honest});
  node.seek();
  EXPECT_TRUE(node.machine.on_reply(1, Offers{77, {}}, node.now()).empty());
  EXPECT_TRUE(node.machine.on_reply(0, Epochs{77, {}}, node.now()).empty());
  EXPECT_TRUE(node.machine.on_reply(0, Piece{77, {}}, node.now()).empty());
  EXPECT_EQ(node.machine.asked(), 2u);
}

TEST(SnapshotProof, IsAChainOfHeadersUnderItsCertificate) {
  const SnapshotProof proof = world().snapshot(1).offer.proof;
  EXPECT_TRUE(is_chained(proof));
  const auto refused = [&](auto change) {
    SnapshotProof other = proof;
    change(other);
    return !is_chained(other);
  };
  EXPECT_TRUE(refused([](SnapshotProof& other) { other.headers.clear(); }));
  EXPECT_TRUE(refused([](SnapshotProof& other) { other.headers.resize(1); }));
  EXPECT_TRUE(refused([](SnapshotProof& other) { other.headers.pop_back(); }));
  EXPECT_TRUE(refused([](SnapshotProof& other) { other.headers[1].body.time_ms += 1; }));
  EXPECT_TRUE(refused([](SnapshotProof& other) { other.headers[0].body.slot = Slot{1}; }));
  EXPECT_TRUE(refused([](SnapshotProof& other) { other.headers[0].body.sealer = DevSealer{}; }));
  EXPECT_TRUE(refused([](SnapshotProof& other) { other.certificate.slot = Slot{1}; }));
  EXPECT_TRUE(refused([](SnapshotProof& other) { other.certificate.block = Hash{}; }));
  const snapshot::Manifest& manifest = world().snapshot(1).manifest;
  EXPECT_TRUE(is_of(manifest, proof));
  EXPECT_FALSE(is_of(manifest, world().snapshot(2).offer.proof));
  for (int field = 0; field < 5; ++field) {
    snapshot::Manifest other = manifest;
    if (field == 0) other.hash = {};
    if (field == 1) other.slot = Slot{1};
    if (field == 2) other.state_root = {};
    if (field == 3) other.receipts_root = snapshot::number(1);
    if (field == 4) other.gas_used = Gas{77};
    EXPECT_FALSE(is_of(other, proof)) << field;
  }
}

}  // namespace
}  // namespace aether::sync
