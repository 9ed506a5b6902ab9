// Nodes that come back by snapshots, over loopback.
#include <fstream>
#include <future>

#include "cluster.hpp"
#include "kept_snapshots.hpp"

namespace aether::node {
namespace {

// Epochs are short, so that snapshots are made and older blocks pruned within seconds; a node that starves for some
// seconds still finds its blocks.
ClusterOptions short_epochs() {
  return {.slot_ms = 40,
          .epoch_slots = 45,
          .genesis_time_ms = env::SystemClock().wall_ms(),
          .keep_blocks = 150,
          .snapshot_slots = 150};
}

bool blocks_are_gone(const Cluster& cluster, std::size_t nodes, Slot above = Slot{1}) {
  for (std::size_t i = 0; i < nodes; ++i)
    if (cluster.is_up(i) && cluster.kept_from(i) <= above) return false;
  return true;
}

// It stands at a block that it has not from its beginning, and follows.
bool is_restored(Cluster& cluster, std::size_t node, Slot above = Slot{1}) {
  const Status status = cluster.node(node).status();
  return cluster.kept_from(node) > above && status.chunks == 0 && !status.is_behind;
}

TEST(NodeSnapshots, who_comes_late_begins_at_a_snapshot_where_blocks_are_gone) {
  Cluster cluster(4, 1, short_epochs());
  for (std::size_t i = 0; i < 4; ++i) cluster.start(i);
  Load load{cluster};
  load.send(8);
  ASSERT_TRUE(eventually([&] { return load.all_final(); })) << cluster.text();
  ASSERT_TRUE(eventually([&] { return blocks_are_gone(cluster, 4); })) << cluster.text();
  cluster.start(4);
  ASSERT_TRUE(eventually([&] { return is_restored(cluster, 4); })) << cluster.text();
  Load later{cluster, {}, 100};
  later.send(6);
  ASSERT_TRUE(eventually([&] { return later.all_final(); })) << cluster.text();
  cluster.expect_one_chain();
  // What it restored and went on from is there after a restart, and serves others.
  const Slot restored = cluster.kept_from(4);
  const Slot reached = cluster.final_slot(4);
  cluster.stop(4);
  cluster.start(4);
  EXPECT_GE(cluster.kept_from(4), restored);
  EXPECT_GE(cluster.final_slot(4), reached);
  Load last{cluster, {}, 200};
  last.send(4);
  ASSERT_TRUE(eventually([&] { return last.all_final(); })) << cluster.text();
  cluster.expect_one_chain();
}

TEST(NodeSnapshots, a_validator_that_slept_comes_back_by_a_snapshot_and_goes_on_voting) {
  Cluster cluster(4, 0, short_epochs());
  cluster.start_all();
  Load load{cluster};
  load.send(4);
  ASSERT_TRUE(eventually([&] { return load.all_final(); })) << cluster.text();
  const Slot slept = cluster.final_slot(3);
  cluster.stop(3);
  ASSERT_TRUE(eventually([&] { return blocks_are_gone(cluster, 3, next(slept)); })) << cluster.text();
  cluster.start(3);
  ASSERT_TRUE(eventually([&] { return is_restored(cluster, 3, slept); })) << cluster.text();
  EXPECT_FALSE(cluster.node(3).status().is_silent);
  // Of three of four, all must vote.
  cluster.stop(2);
  Load later{cluster, {}, 100};
  later.send(6);
  ASSERT_TRUE(eventually([&] { return later.all_final(); })) << cluster.text();
  cluster.expect_one_chain();
}

TEST(NodeSnapshots, without_a_checkpoint_whose_trust_has_expired_says_so_and_with_one_begins) {
  ClusterOptions options = short_epochs();
  options.genesis_time_ms = 1'700'000'000'000;  // years ago
  Cluster cluster(4, 1, options);
  for (std::size_t i = 0; i < 4; ++i) cluster.start(i);
  ASSERT_TRUE(eventually([&] { return blocks_are_gone(cluster, 4); })) << cluster.text();
  telemetry::set_level(telemetry::Level::off);
  cluster.start(4);
  ASSERT_TRUE(eventually([&] { return cluster.node(4).status().needs_checkpoint; })) << cluster.text();
  telemetry::set_level(telemetry::Level::error);
  const auto missing = cluster.node(4).handle(api::GetHealth{})->missing;
  EXPECT_TRUE(std::ranges::any_of(missing, [](const std::string& one) { return one.contains("--checkpoint"); }));
  EXPECT_EQ(cluster.final_slot(4), Slot{0});
  cluster.stop(4);
  const env::TempDir directory = std::move(*env::TempDir::create());
  const env::Path file = directory.path() / "checkpoint.json";
  ASSERT_TRUE(env::write_file_atomically(file, as_bytes(checkpoint_text(checkpoint_of(cluster.chain(0))))));
  const auto checkpoint = read_checkpoint(file, cluster.genesis());
  ASSERT_TRUE(checkpoint) << checkpoint.error();
  cluster.checkpoints.emplace(4, *checkpoint);
  cluster.start(4);
  ASSERT_TRUE(eventually([&] { return is_restored(cluster, 4); })) << cluster.text();
  EXPECT_FALSE(cluster.node(4).status().needs_checkpoint);
  Load load{cluster};
  load.send(4);
  ASSERT_TRUE(eventually([&] { return load.all_final(); })) << cluster.text();
  cluster.expect_one_chain();
}

TEST(NodeSnapshots, what_is_no_checkpoint_is_refused_with_the_reason) {
  Cluster cluster(1);
  cluster.start(0);
  const env::TempDir directory = std::move(*env::TempDir::create());
  const env::Path file = directory.path() / "checkpoint.json";
  const auto refusal = [&](const std::string& text) {
    EXPECT_TRUE(env::write_file_atomically(file, as_bytes(text)));
    const auto read = read_checkpoint(file, cluster.genesis());
    EXPECT_FALSE(read);
    return read ? "" : read.error();
  };
  const std::string good = checkpoint_text(checkpoint_of(cluster.chain(0)));
  EXPECT_NE(refusal(good.substr(1)).find("checkpoint.json"), std::string::npos);
  std::string other = good;
  other.replace(other.find("\"version\":1"), 11, "\"version\":2");
  EXPECT_NE(refusal(other).find("version 2"), std::string::npos);
  light::Checkpoint empty = checkpoint_of(cluster.chain(0));
  empty.validators.validators = {};
  EXPECT_NE(refusal(checkpoint_text(empty)).find("no checkpoint"), std::string::npos);
  std::filesystem::remove(file);
  EXPECT_FALSE(read_checkpoint(file, cluster.genesis()));
}

// --- What is kept for others

struct Kept : ::testing::Test {
  Cluster cluster{4, 0, short_epochs()};
  env::TempDir home = std::move(*env::TempDir::create());
  Hash genesis;

  // What node 0 had when it had two snapshots that it offers.
  void SetUp() override {
    genesis = genesis_hash(cluster.genesis());
    cluster.start_all();
    ASSERT_TRUE(eventually([&] { return blocks_are_gone(cluster, 1); })) << cluster.text();
    cluster.stop(0);
    for (const std::string_view part : {kSnapshotsDirectory, kEpochsDirectory})
      std::filesystem::copy(cluster.home(0) / part, home.path() / part);
  }
  std::unique_ptr<KeptSnapshots> open() const { return std::move(*KeptSnapshots::open(home.path(), genesis)); }
  static sync::Offers offers(const KeptSnapshots& kept, Slot above = {}) {
    return std::get<sync::Offers>(kept.answer(sync::OffersRequest{7, above}));
  }
  env::Path file(Slot slot, const char* suffix) const {
    return home.path() / kSnapshotsDirectory / (std::to_string(slot.raw()) + suffix);
  }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(home.path() / kSnapshotsDirectory), {}));
  }
};

TEST_F(Kept, offers_what_has_a_proof_the_newest_first_and_gives_its_parts) {
  const auto kept = open();
  const auto list = kept->list();
  ASSERT_EQ(list.size(), 2u);
  ASSERT_TRUE(list[0].is_offered);
  EXPECT_EQ(kept->oldest_block(), list[0].slot);
  const sync::Offers all = offers(*kept);
  EXPECT_EQ(all.id, 7u);
  EXPECT_EQ(all.offers.size(), list[1].is_offered ? 2u : 1u);
  EXPECT_EQ(all.offers[all.offers.size() - 1].name, list[0].name);
  for (const sync::Offer& offer : offers(*kept, list[0].slot).offers) EXPECT_EQ(offer.name, list[1].name);
  EXPECT_TRUE(offers(*kept, list[1].slot).offers.empty());
  const auto piece = [&](const sync::SnapshotRequest& request) {
    return std::get<sync::Piece>(kept->answer(request)).bytes;
  };
  const auto manifest_bytes = piece(sync::ManifestRequest{1, list[0].name, 0});
  const auto manifest = codec::decode<snapshot::Manifest>(manifest_bytes);
  ASSERT_TRUE(manifest);
  EXPECT_EQ(snapshot::trailer_of(manifest_bytes).digest, list[0].name);
  EXPECT_TRUE(sync::is_of(*manifest, all.offers[all.offers.size() - 1].proof));
  EXPECT_EQ(snapshot::stored_digest(piece(sync::ChunkRequest{1, list[0].name, 0})), manifest->chunks[0].digest);
  EXPECT_TRUE(piece(sync::ManifestRequest{1, list[0].name, 1}).empty());
  EXPECT_TRUE(piece(sync::ChunkRequest{1, list[0].name, 99}).empty());
  EXPECT_TRUE(piece(sync::ChunkRequest{1, Hash{{1}}, 0}).empty());
}

TEST_F(Kept, epochs_are_consecutive_from_the_one_asked_for) {
  const auto kept = open();
  const auto from = [&](std::uint64_t epoch) {
    return std::get<sync::Epochs>(kept->answer(sync::EpochsRequest{1, epoch})).headers;
  };
  const auto first = from(0);
  ASSERT_GE(first.size(), 2u);
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_EQ(first[i].header.body.epoch, i);
  EXPECT_EQ(from(1)[0], first[1]);
  EXPECT_TRUE(from(1'000).empty());
  light::FinalHeader other = first[1];
  other.header.body.time_ms += 1;
  ASSERT_TRUE(kept->keep(other));  // one that is there stays
  EXPECT_EQ(from(1)[0], first[1]);
  std::filesystem::remove(home.path() / kEpochsDirectory / "1");
  EXPECT_EQ(from(0).size(), 1u);
}

TEST_F(Kept, without_its_proof_a_snapshot_is_not_offered_and_what_does_not_hold_is_removed) {
  const Slot older = open()->list()[0].slot;
  const Slot newer = open()->list()[1].slot;
  const Bytes proof = *env::read_file(file(older, ".proof"), 1 << 20);
  std::filesystem::remove(file(older, ".proof"));
  std::filesystem::remove(file(newer, ".proof"));
  EXPECT_TRUE(offers(*open()).offers.empty());
  {
    const auto kept = open();
    ASSERT_TRUE(kept->show(*codec::decode<sync::SnapshotProof>(proof)));
    EXPECT_EQ(offers(*kept).offers.size(), 1u);
  }
  EXPECT_EQ(offers(*open()).offers.size(), 1u);
  // Of another snapshot.
  std::filesystem::copy_file(file(older, ".proof"), file(newer, ".proof"));
  EXPECT_EQ(offers(*open()).offers.size(), 1u);
  // A torn file, what a write left that was killed, and a proof whose snapshot never came.
  std::filesystem::resize_file(file(newer, ".snapshot"), 100);
  std::ofstream(file(newer, ".snapshot.tmp-1")) << "torn";
  std::ofstream(file(Slot{1'000'000}, ".proof")) << "early";
  telemetry::set_level(telemetry::Level::off);
  EXPECT_EQ(open()->list().size(), 1u);
  telemetry::set_level(telemetry::Level::error);
  EXPECT_EQ(files(), 2u);
  EXPECT_FALSE(open()->oldest_block());
  open()->clear();
  EXPECT_EQ(files(), 0u);
  EXPECT_FALSE(open()->list().size());
}

// A peer that speaks as a node of this chain and offers what honest ones do, but for one bit of each chunk.
class Liar final : public transport::Handler {
 public:
  Liar(const Cluster& cluster, const KeptSnapshots& kept) : kept_(kept) {
    transport::Options options;
    options.genesis = genesis_hash(cluster.genesis());
    options.node_seed = user_seed(200);
    options.listen = {"/ip4/127.0.0.1/udp/0/quic-v1"};
    certificate_ = *cluster.chain(0).snapshot()->certificate();
    network_ = std::move(*transport::Network::start(std::move(options), *this));
    network_is_there_.set_value();
  }
  std::string address() const { return network_->listen_addresses().front(); }
  bool has_lied() const { return has_lied_; }
  bool is_left() const { return is_left_; }

 private:
  void connected(transport::PeerId peer, const crypto::PublicKey&, std::string_view) override {
    there_.wait();
    send(peer, transport::Lane::consensus, replica::NetMessage(certificate_));
  }
  void gone(transport::PeerId) override { is_left_ = is_left_ || has_lied_; }
  void gossip(transport::PeerId, transport::Topic, transport::MessageId, Bytes) override {}
  void received(transport::PeerId from, transport::Lane, Bytes message, transport::Credit) override {
    const auto decoded = codec::decode<replica::NetMessage>(message);
    if (!decoded) return;
    std::optional<sync::SnapshotRequest> asked;
    std::visit(
        [&]<class T>(const T& one) {
          if constexpr (std::constructible_from<sync::SnapshotRequest, T>) asked = one;
        },
        *decoded);
    if (!asked) return;
    replica::NetMessage answer = kept_.answer(*asked);
    if (std::holds_alternative<sync::ChunkRequest>(*asked)) {
      Bytes& bytes = std::get<sync::Piece>(answer).bytes;
      if (!bytes.empty()) {
        bytes[bytes.size() / 2] ^= 1;
        has_lied_ = true;
      }
    }
    send(from, transport::Lane::sync, answer);
  }
  void send(transport::PeerId to, transport::Lane lane, const replica::NetMessage& message) {
    network_->send(to, lane, std::make_shared<const Bytes>(codec::encode(message)));
  }

  const KeptSnapshots& kept_;
  PrecommitCertificate certificate_;
  std::atomic<bool> has_lied_ = false, is_left_ = false;
  std::promise<void> network_is_there_;
  std::shared_future<void> there_ = network_is_there_.get_future().share();
  std::unique_ptr<transport::Network> network_;
};

TEST(NodeSnapshots, who_sends_a_wrong_chunk_is_left_and_others_are_asked) {
  Cluster cluster(4, 1, short_epochs());
  for (std::size_t i = 0; i < 4; ++i) cluster.start(i);
  ASSERT_TRUE(eventually([&] { return blocks_are_gone(cluster, 4); })) << cluster.text();
  const env::TempDir copy = std::move(*env::TempDir::create());
  for (const std::string_view part : {kSnapshotsDirectory, kEpochsDirectory})
    std::filesystem::copy(cluster.home(0) / part, copy.path() / part);
  const auto kept = std::move(*KeptSnapshots::open(copy.path(), genesis_hash(cluster.genesis())));
  ASSERT_FALSE(kept->list().empty());
  const Liar liar(cluster, *kept);
  for (std::size_t i = 0; i < 4; ++i) cluster.stop(i);
  cluster.others = {liar.address()};
  telemetry::set_level(telemetry::Level::off);
  cluster.start(4);  // knows the liar alone, since nobody else runs
  ASSERT_TRUE(eventually([&] { return liar.is_left(); })) << cluster.text();
  EXPECT_TRUE(liar.has_lied());
  EXPECT_EQ(cluster.node(4).status().peers, 0u);
  cluster.others.clear();
  for (std::size_t i = 0; i < 4; ++i) cluster.start(i);
  ASSERT_TRUE(eventually([&] { return is_restored(cluster, 4); })) << cluster.text();
  telemetry::set_level(telemetry::Level::error);
  cluster.expect_one_chain();
}

}  // namespace
}  // namespace aether::node
