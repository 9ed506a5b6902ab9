// What a replica does about snapshots at its start and for others. How it begins at one, sim/replicas tests.
#include "aether/replica/replica.hpp"
#include "at_genesis.hpp"

namespace aether::replica {
namespace {

constexpr Now kNow{1'000, 1'700'000'000'000};

class Snapshots : public AtGenesis {
 protected:
  [[nodiscard]] Replica replica(bool with_snapshots) {
    Config config{.rules = rules, .consensus = consensus::params_of(kChain, genesis.params)};
    if (with_snapshots) config.snapshots = sync::SnapshotParams{.genesis = genesis_hash(genesis), .light = {}};
    consensus::Anchor anchor;
    anchor.block = genesis_hash(genesis);
    anchor.outcome.state_root = post.tree.root();
    anchor.epochs = epochs_after(rules, *post.state, Slot{0});
    return Replica(config, {anchor, post}, std::nullopt, *authenticator, nullptr);
  }
  // Of that slot, with two chunks of which one is stored.
  [[nodiscard]] static Restoring restoring(Slot slot) {
    sync::Target target;
    target.name = crypto::tagged_hash("test", {});
    target.manifest.slot = slot;
    target.manifest.chunks.resize(2);
    return {std::make_shared<const sync::Target>(target), {true, false}};
  }
  template <class T>
  [[nodiscard]] static std::vector<T> only(const std::vector<Effect>& effects) {
    std::vector<T> out;
    for (const Effect& effect : effects)
      if (const auto* one = std::get_if<T>(&effect)) out.push_back(*one);
    return out;
  }

  std::unique_ptr<consensus::Authenticator> authenticator = consensus::key_authenticator(kChain, pool, messages);
};

TEST_F(Snapshots, ARestoreGoesOnAtTheStart) {
  Replica node = replica(true);
  const auto effects = node.start({}, kNow, restoring(Slot{5}));
  EXPECT_TRUE(only<AbandonRestore>(effects).empty());
  EXPECT_TRUE(only<Restored>(effects).empty());
  EXPECT_TRUE(node.is_restoring());
  EXPECT_TRUE(node.is_behind());
}

TEST_F(Snapshots, AWholeOneEnds) {
  Replica node = replica(true);
  Restoring whole = restoring(Slot{5});
  whole.stored = {true, true};
  const auto effects = node.start({}, kNow, whole);
  ASSERT_EQ(only<Restored>(effects).size(), 1u);
  EXPECT_EQ(only<Restored>(effects)[0].target, whole.target);
}

// The node went on from it before it stopped.
TEST_F(Snapshots, WhatTheTipHasReachedIsAbandoned) {
  Replica node = replica(true);
  Restoring whole = restoring(Slot{0});
  whole.stored = {true, true};
  const auto effects = node.start({}, kNow, whole);
  EXPECT_TRUE(only<Restored>(effects).empty());
  ASSERT_EQ(only<AbandonRestore>(effects).size(), 1u);
  EXPECT_EQ(only<AbandonRestore>(effects)[0].snapshot, whole.target->name);
  EXPECT_FALSE(node.is_restoring());
}

TEST_F(Snapshots, WithoutThemNothingIsRestored) {
  Replica node = replica(false);
  EXPECT_EQ(only<AbandonRestore>(node.start({}, kNow, restoring(Slot{5}))).size(), 1u);
  EXPECT_FALSE(node.is_restoring());
  static_cast<void>(node.step(PeerConnected{1, std::nullopt}, kNow));
  EXPECT_TRUE(only<Send>(node.step(ChunkStored{{}, 0}, kNow)).empty());
  for (const NetMessage& message : {NetMessage{sync::Offers{}}, NetMessage{sync::Epochs{}}, NetMessage{sync::Piece{}}})
    EXPECT_TRUE(only<Blame>(node.step(Received{1, message}, kNow)).empty());
}

TEST_F(Snapshots, RequestsAreTheHostsToAnswer) {
  Replica node = replica(false);
  static_cast<void>(node.start({}, kNow));
  static_cast<void>(node.step(PeerConnected{1, std::nullopt}, kNow));
  const std::vector<sync::SnapshotRequest> requests{sync::OffersRequest{1, Slot{2}}, sync::EpochsRequest{2, 3},
                                                    sync::ManifestRequest{3, {}, 4}, sync::ChunkRequest{4, {}, 5}};
  for (const sync::SnapshotRequest& request : requests) {
    const NetMessage message = std::visit([](const auto& kind) { return NetMessage{kind}; }, request);
    const auto served = only<ServeSnapshot>(node.step(Received{1, message}, kNow));
    ASSERT_EQ(served.size(), 1u);
    EXPECT_EQ(served[0].to, 1u);
    EXPECT_EQ(served[0].request, request);
    EXPECT_TRUE(only<ServeSnapshot>(node.step(Received{2, message}, kNow)).empty()) << "of nobody connected";
  }
}

}  // namespace
}  // namespace aether::replica
