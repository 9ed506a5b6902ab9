// Gossip between three nodes in a line: what the middle one says decides what the last one hears.
#include "test_node.hpp"

namespace aether::transport::testing {
namespace {

class Line : public ::testing::TestWithParam<std::string_view> {
 protected:
  Line()
      : middle_(2, {std::string(GetParam())}),
        first_(1, {}, middle_.network->listen_addresses()),
        last_(3, {}, middle_.network->listen_addresses()) {}

  void SetUp() override {
    ASSERT_TRUE(middle_.wait_connected(2) && first_.wait_connected(1) && last_.wait_connected(1));
    // Subscriptions come on streams of their own: messages go to and fro until all know of all.
    const auto all_hear = [](TestNode& node) {
      return std::ranges::all_of(node.network->peers(),
                                 [](const PeerInfo& peer) { return std::ranges::all_of(peer.hears, std::identity()); });
    };
    for (std::size_t sent = 1; !all_hear(first_) || !all_hear(middle_) || !all_hear(last_); ++sent) {
      ASSERT_TRUE(first_.network->send(first_.peer(), Lane::consensus, message_of(1)));
      ASSERT_TRUE(middle_.wait([&] { return middle_.messages.size() == sent; }));
      ASSERT_LT(sent, 1'000'000U);
    }
  }

  // What `by` hears of it.
  TestNode::Gossip publish(TestNode& from, TestNode& by, Topic topic, std::uint8_t kind) {
    const Bytes bytes = {kind, 1};
    EXPECT_TRUE(from.network->publish(topic, bytes));
    const auto is_it = [&](const TestNode::Gossip& each) { return each.topic == topic && each.bytes == bytes; };
    EXPECT_TRUE(by.wait([&] { return std::ranges::any_of(by.heard, is_it); }));
    TestNode::Gossip found;
    by.act([&] {
      const auto it = std::ranges::find_if(by.heard, is_it);
      if (it != by.heard.end()) found = *it;
    });
    return found;
  }

  TestNode middle_;
  TestNode first_;
  TestNode last_;
};
INSTANTIATE_TEST_SUITE_P(Network, Line, ::testing::Values(kQuic, kTcp),
                         [](const auto& each) { return each.param == kQuic ? "quic" : "tcp"; });

TEST_P(Line, OnlyWhatIsAcceptedIsForwarded) {
  const TestNode::Gossip ignored = publish(first_, middle_, Topic::votes, 1);
  middle_.network->verdict(ignored.id, Verdict::ignore);
  const TestNode::Gossip rejected = publish(first_, middle_, Topic::votes, 2);
  middle_.network->verdict(rejected.id, Verdict::reject);
  const TestNode::Gossip accepted = publish(first_, middle_, Topic::votes, 3);
  middle_.network->verdict(accepted.id, Verdict::accept);
  ASSERT_TRUE(last_.wait([&] { return !last_.heard.empty(); }));
  EXPECT_EQ(last_.heard[0].bytes, accepted.bytes);
  EXPECT_EQ(last_.heard.size(), 1U);
  // The one who sent what was rejected paid; a penalty is booked on the thread that forwarded before.
  for (const PeerInfo& peer : middle_.network->peers()) {
    EXPECT_EQ(peer.points > 0, peer.libp2p_id == first_.network->local_peer_id());
  }
}

TEST_P(Line, RejectedMessagesAddUpToABan) {
  // Points fade a little between one and the next, so that four are not quite enough.
  for (std::uint8_t i = 0; i < 4; ++i) {
    middle_.network->verdict(publish(first_, middle_, Topic::headers, i).id, Verdict::reject);
  }
  const TestNode::Gossip last_one = publish(first_, middle_, Topic::headers, 4);
  EXPECT_TRUE(middle_.refusals.empty());
  middle_.network->verdict(last_one.id, Verdict::reject);
  ASSERT_TRUE(middle_.wait([&] { return middle_.keys.size() == 1 && !middle_.refusals.empty(); }));
  EXPECT_EQ(middle_.refusals, std::vector{Refusal::banned});
}

TEST_P(Line, EachTopicIsHeardOnce) {
  for (const Topic topic : {Topic::transactions, Topic::headers, Topic::votes}) {
    const TestNode::Gossip one = publish(first_, middle_, topic, 7);
    middle_.network->verdict(one.id, Verdict::accept);
    ASSERT_TRUE(last_.wait([&] { return last_.heard.size() == 1 && last_.heard[0].bytes == one.bytes; }));
    // The same bytes again are no news anywhere, also from another peer.
    EXPECT_TRUE(last_.network->publish(topic, one.bytes));
    const TestNode::Gossip next = publish(last_, middle_, topic, 8);
    EXPECT_EQ(std::ranges::count(middle_.heard, one.bytes, &TestNode::Gossip::bytes), 1);
    middle_.network->verdict(next.id, Verdict::ignore);
    middle_.act([&] { middle_.heard.clear(); });
    last_.act([&] { last_.heard.clear(); });
    first_.act([&] { EXPECT_TRUE(first_.heard.empty()); });
  }
}

TEST_P(Line, LargestMessageOfATopic) {
  (void)publish(first_, middle_, Topic::transactions, 1);
  const Bytes largest(kTransactionsMessageBytesMax, 2);
  EXPECT_FALSE(first_.network->publish(Topic::transactions, Bytes(largest.size() + 1, 2)));
  EXPECT_FALSE(first_.network->publish(Topic::transactions, {}));
  EXPECT_TRUE(first_.network->publish(Topic::transactions, largest));
  ASSERT_TRUE(middle_.wait([&] { return middle_.heard.size() == 2; }));
  EXPECT_EQ(middle_.heard[1].bytes, largest);
}

TEST(Gossip, UnjudgedMessagesAreBounded) {
  Options options = options_of(1, {std::string(kQuic)});
  options.limits.unjudged_messages_max = 2;
  TestNode a(std::move(options));
  TestNode b(2, {}, a.network->listen_addresses());
  ASSERT_TRUE(b.wait_connected(1) && a.wait_connected(1));
  std::uint8_t n = 0;
  const auto publish_one = [&] { return b.network->publish(Topic::votes, Bytes{n++, 1}); };
  while (true) {
    bool two = false;
    ASSERT_TRUE(publish_one());
    ASSERT_TRUE(b.network->send(b.peer(), Lane::consensus, message_of(1)));
    ASSERT_TRUE(a.wait([&] { return a.messages.size() == n; }));
    a.act([&] { two = a.heard.size() == 2; });
    if (two) break;
    ASSERT_LT(n, 200);
  }
  // Neither of the next is told, until there is room.
  const std::uint8_t full = n;
  ASSERT_TRUE(publish_one() && publish_one());
  ASSERT_TRUE(b.network->send(b.peer(), Lane::consensus, message_of(1)));
  ASSERT_TRUE(a.wait([&] { return a.messages.size() == full + 1U; }));
  a.act([&] { EXPECT_EQ(a.heard.size(), 2U); });
  a.network->verdict(a.heard[0].id, Verdict::ignore);
  while (true) {
    bool three = false;
    ASSERT_TRUE(publish_one());
    ASSERT_TRUE(b.network->send(b.peer(), Lane::consensus, message_of(1)));
    ASSERT_TRUE(a.wait([&] { return a.messages.size() >= n - 1U; }));
    a.act([&] { three = a.heard.size() == 3; });
    if (three) break;
    ASSERT_LT(n, 250);
  }
}

}  // namespace
}  // namespace aether::transport::testing
