// Networks of two and three nodes over loopback: connections, lanes, bounds.
#include "test_node.hpp"

namespace aether::transport::testing {
namespace {

std::vector<std::string> list(std::string_view one) { return {std::string(one)}; }

class Transports : public ::testing::TestWithParam<std::string_view> {};
INSTANTIATE_TEST_SUITE_P(Network, Transports, ::testing::Values(kQuic, kTcp),
                         [](const auto& each) { return each.param == kQuic ? "quic" : "tcp"; });

TEST_P(Transports, ConnectsIdentifiesAndSendsOnEachLane) {
  TestNode a(1, list(GetParam()));
  TestNode b(2, list(GetParam()), a.network->listen_addresses());
  ASSERT_TRUE(a.wait_connected(1) && b.wait_connected(1));
  EXPECT_EQ(b.keys.begin()->second, crypto::ed25519_public_key(seed_of(1)));
  EXPECT_EQ(a.keys.begin()->second, crypto::ed25519_public_key(seed_of(2)));
  EXPECT_EQ(b.info().transport, GetParam() == kQuic ? Transport::quic : Transport::tcp);
  EXPECT_EQ(b.info().libp2p_id, a.network->local_peer_id());
  EXPECT_EQ(a.info().agent, "aether");
  EXPECT_TRUE(b.info().dialled);
  EXPECT_FALSE(a.info().dialled);

  for (const Lane lane : {Lane::consensus, Lane::shreds, Lane::sync}) {
    const std::size_t max = Limits{}.lanes[static_cast<std::size_t>(lane)].message_bytes_max;
    for (const std::size_t size : {std::size_t{1}, std::size_t{1000}, max}) {
      ASSERT_TRUE(a.network->send(a.peer(), lane, message_of(size, 5)));
      ASSERT_TRUE(b.wait([&] { return !b.messages.empty(); }));
      b.act([&] {
        EXPECT_EQ(b.messages[0].lane, lane);
        EXPECT_EQ(b.messages[0].bytes, Bytes(size, 5));
        b.messages.clear();
      });
    }
    EXPECT_FALSE(a.network->send(a.peer(), lane, message_of(max + 1)));
    EXPECT_FALSE(a.network->send(a.peer(), lane, message_of(0)));
    EXPECT_FALSE(a.network->send(a.peer() + 1, lane, message_of(1)));
    EXPECT_EQ(a.info().lanes[static_cast<std::size_t>(lane)].messages_out, 3);
    EXPECT_EQ(b.info().lanes[static_cast<std::size_t>(lane)].bytes_in, 1 + 1000 + max);
  }
}

TEST_P(Transports, KeepsTheOrderOfManyMessages) {
  TestNode a(1, list(GetParam()));
  TestNode b(2, list(GetParam()), a.network->listen_addresses());
  ASSERT_TRUE(b.wait_connected(1));
  constexpr std::size_t kCount = 5000;
  for (std::size_t i = 0; i < kCount; ++i) {
    const Bytes bytes = {static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)};
    ASSERT_TRUE(b.network->send(b.peer(), Lane::shreds, std::make_shared<const Bytes>(bytes)));
  }
  ASSERT_TRUE(a.wait([&] { return a.messages.size() == kCount; }));
  for (std::size_t i = 0; i < kCount; ++i) ASSERT_EQ(a.messages[i].bytes[0] + 256U * a.messages[i].bytes[1], i);
}

TEST_P(Transports, FullQueueDropsAndOtherLanesGoOn) {
  TestNode a(1, list(GetParam()));
  TestNode b(2, list(GetParam()), a.network->listen_addresses());
  ASSERT_TRUE(a.wait_connected(1) && b.wait_connected(1));
  a.act([&] { a.keep_credit = true; });
  // Nothing that a gets on the lane is handled: it stops reading, then the stream's window and b's queue fill.
  const std::size_t size = Limits{}.lanes[2].message_bytes_max;
  std::size_t sent = 0;
  while (b.network->send(b.peer(), Lane::sync, message_of(size))) {
    ASSERT_LT(++sent, 1000U);
  }
  EXPECT_EQ(b.info().lanes[2].dropped, 1);
  ASSERT_TRUE(b.network->send(b.peer(), Lane::consensus, message_of(100)));
  ASSERT_TRUE(a.wait(
      [&] { return std::ranges::any_of(a.messages, [](const auto& each) { return each.lane == Lane::consensus; }); }));
  // What waited comes as what is there is handled.
  std::size_t came = 0;
  while (came < sent) {
    ASSERT_TRUE(a.wait(
        [&] { return std::ranges::any_of(a.messages, [](const auto& each) { return each.lane == Lane::sync; }); }));
    std::vector<TestNode::Message> handled;
    a.act([&] { handled.swap(a.messages); });
    came += static_cast<std::size_t>(std::ranges::count(handled, Lane::sync, &TestNode::Message::lane));
  }
  EXPECT_EQ(came, sent);
}

TEST_P(Transports, UnhandledBytesAreBounded) {
  Options options = options_of(1, list(GetParam()));
  options.limits.lanes[0].unhandled_bytes_max = 10'000;
  TestNode a(std::move(options));
  TestNode b(2, list(GetParam()), a.network->listen_addresses());
  ASSERT_TRUE(a.wait_connected(1) && b.wait_connected(1));
  a.act([&] { a.keep_credit = true; });
  for (int i = 0; i < 4000; ++i) ASSERT_TRUE(b.network->send(b.peer(), Lane::consensus, message_of(1000)));
  // One read of 32 KiB that goes beyond the bound is the most that comes before something is handled.
  std::size_t came = 0;
  while (came < 4000) {
    ASSERT_TRUE(a.wait([&] { return !a.messages.empty(); }));
    std::vector<TestNode::Message> handled;
    a.act([&] { handled.swap(a.messages); });
    std::size_t bytes = 0;
    for (const TestNode::Message& each : handled) bytes += each.bytes.size();
    EXPECT_LE(bytes, 10'000U + 32 * 1024);
    came += handled.size();
  }
}

TEST_P(Transports, PeerRestartsWithItsKeyAndIsReconnected) {
  auto a = std::make_unique<TestNode>(1, list(GetParam()));
  const std::vector<std::string> address = a->network->listen_addresses();
  TestNode b(2, list(GetParam()), address);
  ASSERT_TRUE(b.wait_connected(1));
  const PeerId before = b.peer();
  a.reset();
  ASSERT_TRUE(b.wait([&] { return b.keys.empty(); }));
  EXPECT_FALSE(b.network->send(before, Lane::consensus, message_of(1)));
  // With the port it had.
  std::string same = address[0];
  same.resize(same.find("/p2p/"));
  a = std::make_unique<TestNode>(1, std::vector{same});
  ASSERT_TRUE(b.wait_connected(1) && a->wait_connected(1));
  EXPECT_NE(b.peer(), before);
  ASSERT_TRUE(a->network->send(a->peer(), Lane::consensus, message_of(3)));
  ASSERT_TRUE(b.wait([&] { return b.messages.size() == 1; }));
}

TEST_P(Transports, BothDialAtOnceAndOneConnectionStays) {
  // Each has the other's port from a life before.
  auto a = std::make_unique<TestNode>(1, list(GetParam()));
  auto b = std::make_unique<TestNode>(2, list(GetParam()));
  const std::string of_a = a->network->listen_addresses()[0];
  const std::string of_b = b->network->listen_addresses()[0];
  a.reset();
  b.reset();
  a = std::make_unique<TestNode>(1, std::vector{of_a.substr(0, of_a.find("/p2p/"))}, std::vector{of_b});
  b = std::make_unique<TestNode>(2, std::vector{of_b.substr(0, of_b.find("/p2p/"))}, std::vector{of_a});
  ASSERT_TRUE(a->wait_connected(1) && b->wait_connected(1));
  // Whichever stays carries messages both ways.
  const auto reaches = [](TestNode& from, TestNode& to) {
    for (int i = 0; i < 1000; ++i) {
      if (from.network->send(from.peer(), Lane::consensus, message_of(1, 9)) &&
          to.wait([&] { return !to.messages.empty() || to.keys.empty(); }) && !to.messages.empty()) {
        return true;
      }
      if (!from.wait_connected(1) || !to.wait_connected(1)) return false;
    }
    return false;
  };
  EXPECT_TRUE(reaches(*a, *b));
  EXPECT_TRUE(reaches(*b, *a));
  EXPECT_EQ(a->network->peers().size(), 1U);
  EXPECT_EQ(b->network->peers().size(), 1U);
}

TEST_P(Transports, ForeignChainIsRefusedAndToldOnce) {
  TestNode a(1, list(GetParam()));
  Options foreign = options_of(2, list(GetParam()), a.network->listen_addresses());
  foreign.genesis.bytes.fill(8);
  foreign.limits.foreign_time = std::chrono::milliseconds(1);
  TestNode b(std::move(foreign));
  ASSERT_TRUE(a.wait([&] { return !a.refusals.empty(); }) && b.wait([&] { return !b.refusals.empty(); }));
  // b dials again and again; a node of a's own chain that comes later shows that time has gone on.
  TestNode c(3, list(GetParam()), a.network->listen_addresses());
  ASSERT_TRUE(c.wait_connected(1) && a.wait_connected(1));
  EXPECT_EQ(a.connections, 1U);
  EXPECT_EQ(b.connections, 0U);
  a.act([&] { EXPECT_EQ(a.refusals, std::vector{Refusal::foreign_chain}); });
  b.act([&] { EXPECT_EQ(b.refusals, std::vector{Refusal::foreign_chain}); });
}

TEST_P(Transports, OversizedFrameCostsTheSender) {
  TestNode a(1, list(GetParam()));
  TestNode c(3, list(GetParam()), a.network->listen_addresses());
  ASSERT_TRUE(a.wait_connected(1));
  Options large = options_of(2, list(GetParam()), a.network->listen_addresses());
  large.limits.lanes[0].message_bytes_max = 1 << 20;
  TestNode b(std::move(large));
  ASSERT_TRUE(a.wait_connected(2) && b.wait_connected(1));
  ASSERT_TRUE(b.network->send(b.peer(), Lane::consensus, message_of(Limits{}.lanes[0].message_bytes_max + 1)));
  ASSERT_TRUE(a.wait([&] { return !a.refusals.empty() && a.keys.size() == 1; }));
  EXPECT_EQ(a.refusals, std::vector{Refusal::banned});
  ASSERT_TRUE(b.wait([&] { return b.keys.empty(); }));
  EXPECT_TRUE(a.messages.empty());
  // The other peer goes on.
  ASSERT_TRUE(c.network->send(c.peer(), Lane::consensus, message_of(1)));
  ASSERT_TRUE(a.wait([&] { return a.messages.size() == 1; }));
}

TEST_P(Transports, PenaltiesAddUpToABanThatEnds) {
  Options options = options_of(1, list(GetParam()));
  options.limits.ban_time = std::chrono::milliseconds(200);
  TestNode a(std::move(options));
  TestNode b(2, list(GetParam()), a.network->listen_addresses());
  ASSERT_TRUE(a.wait_connected(1) && b.wait_connected(1));
  const PeerId peer = a.peer();
  for (int i = 0; i < 3; ++i) a.network->penalize(peer, Offence::invalid);
  ASSERT_TRUE(b.network->send(b.peer(), Lane::consensus, message_of(1)));
  ASSERT_TRUE(a.wait([&] { return a.messages.size() == 1; }));
  EXPECT_TRUE(a.refusals.empty());
  // Points fade, so that three offences are a little less than three times as many points.
  a.network->penalize(peer, Offence::invalid);
  a.network->penalize(peer, Offence::useless);
  ASSERT_TRUE(a.wait([&] { return a.refusals.size() == 1 && a.keys.empty(); }));
  EXPECT_EQ(a.refusals[0], Refusal::banned);
  ASSERT_TRUE(b.wait([&] { return b.keys.empty(); }));
  ASSERT_TRUE(b.wait_connected(1) && a.wait_connected(1));
  EXPECT_NE(a.peer(), peer);
}

TEST_P(Transports, PointsOutliveAConnection) {
  TestNode a(1, list(GetParam()));
  const std::vector<std::string> address = a.network->listen_addresses();
  PeerId gone = 0;
  for (int life = 0; life < 4; ++life) {
    TestNode b(2, list(GetParam()), address);
    ASSERT_TRUE(a.wait_connected(1));
    gone = a.peer();
    b.network.reset();
    ASSERT_TRUE(a.wait([&] { return a.keys.empty(); }));
    EXPECT_TRUE(a.refusals.empty());
    // What it did is often known only when it has gone.
    a.network->penalize(gone, Offence::invalid);
    if (life == 3) a.network->penalize(gone, Offence::useless);
  }
  ASSERT_TRUE(a.wait([&] { return !a.refusals.empty(); }));
  EXPECT_EQ(a.refusals, std::vector{Refusal::banned});
}

TEST(Network, QuicIsDialledFirstAndTcpWhereThereIsNone) {
  TestNode a(1, {std::string(kTcp), std::string(kQuic)});
  TestNode b(2, {}, a.network->listen_addresses());
  ASSERT_TRUE(b.wait_connected(1));
  EXPECT_EQ(b.info().transport, Transport::quic);
  // A QUIC address where nobody listens, then one of TCP.
  TestNode c(3, list(kTcp));
  TestNode silent(4, list(kQuic));
  std::string dead = silent.network->listen_addresses()[0];
  dead.resize(dead.find("/p2p/"));
  silent.network.reset();
  TestNode d(5, {}, {c.network->listen_addresses()[0], dead + "/p2p/" + c.network->local_peer_id()});
  ASSERT_TRUE(d.wait_connected(1));
  EXPECT_EQ(d.info().transport, Transport::tcp);
}

TEST(Network, MixedTransports) {
  TestNode a(1, list(kQuic));
  TestNode b(2, list(kTcp));
  TestNode c(3, {}, {a.network->listen_addresses()[0], b.network->listen_addresses()[0]});
  ASSERT_TRUE(c.wait_connected(2) && a.wait_connected(1) && b.wait_connected(1));
  for (const PeerInfo& peer : c.network->peers()) ASSERT_TRUE(c.network->send(peer.id, Lane::sync, message_of(9)));
  ASSERT_TRUE(a.wait([&] { return a.messages.size() == 1; }) && b.wait([&] { return b.messages.size() == 1; }));
}

TEST(Network, WrongIdentityIsTold) {
  TestNode a(1, list(kQuic));
  std::string address = a.network->listen_addresses()[0];
  address.resize(address.find("/p2p/"));
  TestNode b(2, {}, {address + "/p2p/" + libp2p_id(crypto::ed25519_public_key(seed_of(9)))});
  ASSERT_TRUE(b.wait([&] { return !b.refusals.empty(); }));
  EXPECT_EQ(b.refusals[0], Refusal::wrong_identity);
}

TEST(Network, ConnectionsAreBounded) {
  Options options = options_of(1, list(kQuic));
  options.limits.connections_max = 2;
  TestNode a(std::move(options));
  TestNode b(2, {}, a.network->listen_addresses());
  TestNode c(3, {}, a.network->listen_addresses());
  ASSERT_TRUE(a.wait_connected(2));
  TestNode d(4, {}, a.network->listen_addresses());
  // The place that b leaves is d's.
  b.network.reset();
  ASSERT_TRUE(d.wait_connected(1) && a.wait([&] { return a.connections == 3; }));
  EXPECT_EQ(a.keys.size(), 2U);
}

TEST(Network, StartSaysWhatIsWrong) {
  struct Nobody final : Handler {
    void connected(PeerId, const crypto::PublicKey&, std::string_view) override {}
    void gone(PeerId) override {}
    void received(PeerId, Lane, Bytes, Credit) override {}
    void gossip(PeerId, Topic, MessageId, Bytes) override {}
  } nobody;
  const auto error_of = [&](std::vector<std::string> listen, std::vector<std::string> peers = {}) {
    const auto started = Network::start(options_of(1, std::move(listen), std::move(peers)), nobody);
    return started ? Error{StartError::system, "started"} : started.error();
  };
  EXPECT_EQ(error_of(list("127.0.0.1:80")).code, StartError::bad_listen_address);
  EXPECT_EQ(error_of(list("/ip4/127.0.0.1/udp/80")).code, StartError::bad_listen_address);
  EXPECT_NE(error_of(list("/dns4/x/tcp/80")).text.find("/dns4/x/tcp/80"), std::string::npos);
  EXPECT_EQ(error_of(list(kQuic), list("/ip4/127.0.0.1/tcp/80/ws")).code, StartError::bad_peer_address);
  EXPECT_EQ(error_of(list("/ip4/192.0.2.1/tcp/0")).code, StartError::cannot_listen);
  for (const std::string_view transport : {kQuic, kTcp}) {
    TestNode a(1, list(transport));
    std::string used = a.network->listen_addresses()[0];
    used.resize(used.find("/p2p/"));
    const Error error = error_of({used});
    EXPECT_EQ(error.code, StartError::address_in_use) << error.text;
    EXPECT_NE(error.text.find(used), std::string::npos);
  }
}

TEST(Network, PeerIdIsTheNodeKeys) {
  // The identity multihash of the protobuf of an ed25519 key, in base58.
  EXPECT_EQ(libp2p_id(crypto::ed25519_public_key(seed_of(1))).substr(0, 8), "12D3KooW");
  const TestNode a(1, list(kQuic));
  EXPECT_EQ(a.network->local_peer_id(), libp2p_id(crypto::ed25519_public_key(seed_of(1))));
  EXPECT_TRUE(a.network->listen_addresses().at(0).ends_with("/p2p/" + a.network->local_peer_id()));
}

}  // namespace
}  // namespace aether::transport::testing
