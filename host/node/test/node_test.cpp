#include <fstream>

#include "aether/replica/wire.hpp"
#include "cluster.hpp"

namespace aether::node {
namespace {

TEST(Node, a_transfer_sent_to_one_of_four_is_final_on_all_with_equal_states) {
  Cluster cluster(4);
  cluster.start_all();
  Load load{cluster};
  load.send(20);
  ASSERT_TRUE(eventually([&] { return load.all_final(); }));
  cluster.expect_one_chain();
}

TEST(Node, some_are_reached_by_quic_and_some_by_tcp) {
  Cluster cluster(4, 1);
  cluster.tcp = {1, 2};
  cluster.start_all();
  Load load{cluster};
  load.send(10);
  ASSERT_TRUE(eventually([&] { return load.all_final(); })) << cluster.text();
  ASSERT_TRUE(eventually([&] { return cluster.node(0).status().peers == 4; })) << cluster.text();
  std::map<transport::Transport, int> seen;
  for (const transport::PeerInfo& peer : cluster.node(4).network().peers()) ++seen[peer.transport];
  EXPECT_EQ(seen[transport::Transport::tcp], 2);
  EXPECT_EQ(seen[transport::Transport::quic], 2);
  cluster.stop(1);
  cluster.start(1);
  load.send(5);
  ASSERT_TRUE(eventually([&] { return load.all_final(); })) << cluster.text();
  cluster.expect_one_chain();
}

TEST(Node, three_of_four_go_on_and_the_fourth_catches_up_after_its_return) {
  Cluster cluster(4);
  cluster.start_all();
  Load load{cluster};
  load.send(4);
  ASSERT_TRUE(eventually([&] { return load.all_final(); }));
  cluster.stop(2);
  load.send(6);
  ASSERT_TRUE(eventually([&] { return load.all_final(); }));
  const Slot missed = cluster.final_slot(0);
  ASSERT_TRUE(eventually([&] { return cluster.final_slot(0).raw() > missed.raw() + 50; }));
  cluster.start(2);
  load.send(8);
  ASSERT_TRUE(eventually([&] { return load.all_final(); }));
  cluster.expect_one_chain();
}

TEST(Node, all_stop_and_start_again_and_nothing_is_lost) {
  Cluster cluster(4);
  cluster.start_all();
  Load load{cluster};
  Slot final_before;
  for (int round = 0; round < 3; ++round) {
    load.send(8);
    ASSERT_TRUE(eventually([&] { return load.all_final(); }));
    for (std::size_t i = 0; i < cluster.size(); ++i) final_before = std::max(final_before, cluster.final_slot(i));
    for (std::size_t i = 0; i < cluster.size(); ++i) cluster.stop(i);
    cluster.start_all();
  }
  load.send(8);
  ASSERT_TRUE(eventually([&] { return load.all_final() && cluster.final_slot(0) > final_before; }));
  cluster.expect_one_chain();
}

TEST(Node, a_node_without_keys_follows_takes_transactions_and_comes_late) {
  Cluster cluster(4, 2);
  for (std::size_t i = 0; i < 5; ++i) cluster.start(i);
  EXPECT_FALSE(cluster.node(4).status().validator);
  Load load{cluster};
  load.send(5);
  ASSERT_TRUE(eventually([&] { return load.all_final() && cluster.final_slot(4).raw() > 60; })) << cluster.text();
  cluster.start(5);
  load.send(12);
  ASSERT_TRUE(eventually([&] { return load.all_final(); }));
  cluster.expect_one_chain();
}

// Hears what nodes send on the lane of consensus, and notes of each block and node what came first: the block's header,
// or the node's prevote.
class Listener final : public transport::Handler {
 public:
  explicit Listener(const Cluster& cluster) {
    transport::Options options;
    options.genesis = genesis_hash(cluster.genesis());
    options.node_seed = user_seed(201);
    options.listen = {"/ip4/127.0.0.1/udp/0/quic-v1"};
    network_ = std::move(*transport::Network::start(std::move(options), *this));
  }
  std::string address() const { return network_->listen_addresses().front(); }
  struct Counts {
    std::size_t votes_first = 0, headers_first = 0;  // nodes of which both came
  };
  // By block.
  std::map<Hash, Counts> counts() const {
    const std::lock_guard lock(mutex_);
    std::map<Hash, Counts> out;
    for (const auto& [key, order] : came_)
      if (order.size() == 2) ++(order[0] == Kind::vote ? out[key.first].votes_first : out[key.first].headers_first);
    return out;
  }

 private:
  enum class Kind : std::uint8_t { vote, header };

  void connected(transport::PeerId, const crypto::PublicKey&, std::string_view) override {}
  void gone(transport::PeerId) override {}
  void gossip(transport::PeerId, transport::Topic, transport::MessageId, Bytes) override {}
  void received(transport::PeerId from, transport::Lane, Bytes bytes, transport::Credit) override {
    const auto message = codec::decode<replica::NetMessage>(bytes);
    if (!message) return;
    if (const Header* header = replica::header_of(*message)) note(block_hash(header->body), from, Kind::header);
    if (const auto* vote = std::get_if<Vote>(&*message))
      if (vote->body.kind == VoteKind::prevote) note(vote->body.block, from, Kind::vote);
  }
  void note(const Hash& block, transport::PeerId from, Kind kind) {
    const std::lock_guard lock(mutex_);
    auto& order = came_[{block, from}];
    if (std::ranges::find(order, kind) == order.end()) order.push_back(kind);
  }

  mutable std::mutex mutex_;
  std::map<std::pair<Hash, transport::PeerId>, std::vector<Kind>> came_;  // by mutex_
  std::unique_ptr<transport::Network> network_;
};

TEST(Node, a_vote_leaves_before_the_header_that_is_passed_on_with_it) {
  Cluster cluster(4);
  Listener listener(cluster);
  cluster.others = {listener.address()};
  cluster.start_all();
  const auto of_all = [](const auto& entry) { return entry.second.votes_first + entry.second.headers_first == 4; };
  ASSERT_TRUE(eventually([&] { return std::ranges::count_if(listener.counts(), of_all) >= 20; })) << cluster.text();
  for (std::size_t i = 0; i < 4; ++i) cluster.stop(i);
  for (const auto& [block, counts] : listener.counts())
    EXPECT_LE(counts.headers_first, 1u) << to_hex0x(block.view()) << ": only who proposed it votes after";
}

TEST(Node, what_the_mempool_refuses_is_answered_with_its_reason) {
  Cluster cluster(1);
  cluster.start_all();
  const auto answer = [&](const Transaction& tx) {
    return cluster.node(0).handle(api::SendRawTransaction{codec::encode(tx)});
  };
  const Transaction good = transfer(0, 1, 5, 1);
  ASSERT_TRUE(answer(good));
  ASSERT_TRUE(eventually([&] { return cluster.is_final(good); }));
  EXPECT_EQ(answer(good).error().code, api::ErrorCode::known_transaction);
  EXPECT_EQ(answer(transfer(0, 1, 6, 1)).error().code, api::ErrorCode::rejected_transaction);
  EXPECT_EQ(answer(transfer(0, 1, 6, 1)).error().reason, "nonce_used");
  Transaction unsigned_one = transfer(0, 1, 5, 2);
  unsigned_one.signature[3] ^= 1;
  EXPECT_EQ(answer(unsigned_one).error().reason, "bad_signature");
  EXPECT_EQ(cluster.node(0).handle(api::SendRawTransaction{{1, 2}}).error().code,
            api::ErrorCode::malformed_transaction);
}

TEST(Node, of_many_transactions_at_once_each_gets_its_own_answer) {
  Cluster cluster(1);
  cluster.start_all();
  const auto answer = [&](const std::vector<Transaction>& transactions) {
    api::SendRawTransactions request;
    for (const Transaction& tx : transactions) request.transactions.push_back(codec::encode(tx));
    request.transactions.push_back({1, 2});
    return cluster.node(0).handle(request)->outcomes;
  };
  std::vector<Transaction> many;
  for (std::uint64_t nonce = 1; nonce <= 200; ++nonce) many.push_back(transfer(0, 1, 5, nonce));
  many[7].signature[3] ^= 1;
  const auto first = answer(many);
  ASSERT_EQ(first.size(), 201u);
  for (std::size_t i = 0; i < many.size(); ++i) {
    if (i == 7)
      EXPECT_EQ(std::get<api::SendRefusal>(first[i]).reason, "bad_signature");
    else
      EXPECT_EQ(std::get<Hash>(first[i]), transaction_id(many[i].body));
  }
  EXPECT_EQ(std::get<api::SendRefusal>(first.back()).error, "malformed_transaction");
  many.erase(many.begin() + 7);
  ASSERT_TRUE(
      eventually([&] { return std::ranges::all_of(many, [&](const auto& tx) { return cluster.is_final(tx); }); }));
  const auto again = answer(many);
  for (const auto& outcome : again) EXPECT_TRUE(std::holds_alternative<api::SendRefusal>(outcome));
  EXPECT_EQ(std::get<api::SendRefusal>(again[3]).error, "known_transaction");
}

TEST(Node, what_users_send_beyond_the_share_of_one_peer_waits_for_its_turn) {
  Cluster cluster(1);
  cluster.unverified_per_peer_max = 16;
  cluster.start_all();
  api::SendRawTransactions request;
  for (std::uint64_t nonce = 1; nonce <= 250; ++nonce)
    request.transactions.push_back(codec::encode(transfer(0, 1, 1, nonce)));
  const auto answer = cluster.node(0).handle(request);
  ASSERT_TRUE(answer);
  for (const auto& outcome : answer->outcomes)
    EXPECT_TRUE(std::holds_alternative<Hash>(outcome)) << std::get<api::SendRefusal>(outcome).message;
}

TEST(Node, a_node_that_stops_tells_whoever_waits) {
  Cluster cluster(4);
  cluster.start(0);
  cluster.node(0).stop();
  EXPECT_EQ(cluster.node(0).handle(api::SendRawTransaction{codec::encode(transfer(0, 1, 5, 1))}).error().code,
            api::ErrorCode::shutting_down);
  api::SendRawTransactions many;
  many.transactions.push_back(codec::encode(transfer(0, 1, 5, 1)));
  EXPECT_EQ(cluster.node(0).handle(many).error().code, api::ErrorCode::shutting_down);
  const auto found = cluster.node(0).handle(api::GetTransaction{.transaction = Hash{{1}}});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->status, api::TransactionStatus::unknown);
}

TEST(Node, is_ready_while_blocks_become_final_and_says_what_it_waits_for) {
  Cluster cluster(4);
  cluster.start(0);
  const auto health = [&] { return *cluster.node(0).handle(api::GetHealth{}); };
  EXPECT_EQ(health().status, api::HealthStatus::starting);
  ASSERT_EQ(health().missing.size(), 1u);
  EXPECT_NE(health().missing[0].find("0 peers"), std::string::npos) << health().missing[0];
  for (std::size_t i = 1; i < 4; ++i) cluster.start(i);
  ASSERT_TRUE(eventually([&] { return health().status == api::HealthStatus::ready; })) << cluster.text();
  EXPECT_TRUE(health().missing.empty());
  cluster.node(0).stop();
  EXPECT_EQ(health().status, api::HealthStatus::stopping);
}

TEST(Node, names_its_peers_and_who_of_them_validates) {
  Cluster cluster(2, 1);
  cluster.start_all();
  ASSERT_TRUE(eventually([&] { return cluster.node(0).status().peers == 2; }));
  const auto answer = cluster.node(0).handle(api::GetPeers{});
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->peers.size(), 2u);
  std::map<std::string, std::optional<Address>> expected{{cluster.node(1).network().local_peer_id(), user_address(101)},
                                                         {cluster.node(2).network().local_peer_id(), std::nullopt}};
  for (const api::PeerEntry& peer : answer->peers) EXPECT_EQ(peer.validator, expected.at(peer.peer));
  EXPECT_EQ(answer->peer, cluster.node(0).network().local_peer_id());
  EXPECT_EQ(answer->listening, cluster.node(0).network().listen_addresses());
  cluster.node(0).stop();
  EXPECT_EQ(cluster.node(0).handle(api::GetPeers{}).error().code, api::ErrorCode::shutting_down);
}

// --- Clocks

constexpr std::int64_t kHourMs = 3'600'000;

// Times grow from block to block, and none is ahead of what a right clock says by more than a block may be.
void expect_sound_times(const Cluster& cluster, std::size_t node) {
  const auto snapshot = cluster.chain(node).snapshot();
  std::uint64_t before = cluster.genesis().time_ms;
  for (std::uint64_t slot = 1; slot <= snapshot->tip()->slot.raw(); ++slot) {
    const auto record = snapshot->record(Slot{slot});
    ASSERT_TRUE(record);
    ASSERT_GT(record->time_ms, before) << slot;
    before = record->time_ms;
  }
  EXPECT_LE(before, env::SystemClock().wall_ms() + cluster.genesis().params.block.future_ms_max);
}

bool goes_on(Load& load) {
  load.send(8);
  const Slot before = load.cluster.final_slot(0);
  return eventually([&] { return load.all_final() && load.cluster.final_slot(0).raw() > before.raw() + 20; });
}

bool says_its_clock_is_wrong(Cluster& cluster, std::size_t node) {
  const auto health = *cluster.node(node).handle(api::GetHealth{});
  return std::ranges::any_of(health.missing, [](const auto& what) { return what.contains("a right clock"); });
}

TEST(Clock, one_that_is_set_wrong_and_right_again_while_its_node_runs_changes_nothing_but_what_the_node_says) {
  constexpr std::size_t kWrong = 3;
  for (const std::int64_t shift_ms : {kHourMs, -kHourMs}) {
    Cluster cluster(4);
    cluster.start_all();
    Load load{cluster};
    ASSERT_TRUE(goes_on(load));
    const auto offset = [&] { return cluster.node(kWrong).status().clock_offset_ms; };
    EXPECT_FALSE(says_its_clock_is_wrong(cluster, kWrong));
    telemetry::set_level(telemetry::Level::off);
    cluster.set_clock(kWrong, shift_ms);
    ASSERT_TRUE(goes_on(load)) << cluster.text();
    ASSERT_TRUE(eventually([&] { return offset() && std::abs(*offset() + shift_ms) <= kClockOffsetMaxMs; }))
        << shift_ms;
    EXPECT_TRUE(says_its_clock_is_wrong(cluster, kWrong));
    telemetry::set_level(telemetry::Level::error);
    for (std::size_t i = 0; i < kWrong; ++i)
      EXPECT_LE(std::abs(cluster.node(i).status().clock_offset_ms.value_or(0)), kClockOffsetMaxMs) << i;
    cluster.set_clock(kWrong, 0);
    ASSERT_TRUE(goes_on(load)) << cluster.text();
    ASSERT_TRUE(eventually([&] { return !says_its_clock_is_wrong(cluster, kWrong); })) << shift_ms;
    expect_sound_times(cluster, kWrong);
    cluster.expect_one_chain();
  }
}

// No block may follow before its time has come: the chain waits, and says why.
TEST(Clock, all_that_are_set_back_wait_and_say_so_until_they_are_set_right) {
  Cluster cluster(4);
  cluster.start_all();
  Load load{cluster};
  ASSERT_TRUE(goes_on(load));
  telemetry::set_level(telemetry::Level::off);
  for (std::size_t i = 0; i < 4; ++i) cluster.set_clock(i, -kHourMs);
  for (std::size_t i = 0; i < 4; ++i) ASSERT_TRUE(eventually([&] { return says_its_clock_is_wrong(cluster, i); })) << i;
  telemetry::set_level(telemetry::Level::error);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_GT(cluster.node(i).status().clock_offset_ms.value_or(0), kHourMs / 2) << i;
    cluster.set_clock(i, 0);
  }
  ASSERT_TRUE(goes_on(load)) << cluster.text();
  for (std::size_t i = 0; i < 4; ++i)
    ASSERT_TRUE(eventually([&] { return !says_its_clock_is_wrong(cluster, i); })) << i;
  expect_sound_times(cluster, 0);
  cluster.expect_one_chain();
}

// --- Homes

std::string refusal(const env::Path& home, const std::vector<config::Setting>& settings = {}) {
  env::ThreadPool pool(1);
  const auto opened = open_home(home, settings, pool);
  EXPECT_FALSE(opened);
  return opened ? "" : opened.error();
}

TEST(Home, each_thing_that_is_wrong_is_named) {
  Cluster cluster(1, 1);
  const env::Path validator = cluster.home(0);
  const env::Path follower = cluster.home(1);
  EXPECT_NE(refusal(follower / "nothing").find("aetherd init"), std::string::npos);
  EXPECT_NE(refusal(validator, {{"rpc.prot", "1"}}).find("rpc.prot"), std::string::npos);
  EXPECT_NE(refusal(validator, {{"validator.keys", "elsewhere"}}).find("elsewhere"), std::string::npos);
  const env::Path wrong = follower / "wrong-password";
  std::ofstream(wrong) << "wrong\n";
  std::filesystem::permissions(wrong, std::filesystem::perms::owner_read);
  EXPECT_NE(refusal(validator, {{"validator.password_file", wrong.string()}}), "");
  std::filesystem::permissions(follower / kNodeKeyFile, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  EXPECT_NE(refusal(follower).find("chmod 600"), std::string::npos);
  cluster.start(0);
  EXPECT_NE(refusal(validator).find("in use"), std::string::npos);
}

TEST(Home, a_validator_without_its_safety_log_does_not_start_and_with_a_new_one_stays_silent) {
  Cluster cluster(4);
  const env::Path log = cluster.home(0) / kSafetyLogFile;
  EXPECT_NE(replace_lost_log(cluster.home(0)).error().find("whole"), std::string::npos);
  std::filesystem::remove(log);
  EXPECT_NE(refusal(cluster.home(0)).find("--lost-safety-log"), std::string::npos);
  ASSERT_TRUE(replace_lost_log(cluster.home(0)));
  for (std::size_t i = 0; i < 4; ++i) cluster.start(i);
  Load load{cluster};
  load.send(4);
  ASSERT_TRUE(eventually([&] { return load.all_final(); }));
  EXPECT_TRUE(cluster.node(0).status().is_silent);
  EXPECT_FALSE(cluster.node(1).status().is_silent);
}

TEST(Home, a_damaged_safety_log_is_set_aside_when_it_is_replaced) {
  Cluster cluster(1);
  const env::Path log = cluster.home(0) / kSafetyLogFile;
  std::ofstream(log, std::ios::trunc) << "noise";
  EXPECT_NE(refusal(cluster.home(0)).find("--lost-safety-log"), std::string::npos);
  ASSERT_TRUE(replace_lost_log(cluster.home(0)));
  EXPECT_TRUE(std::filesystem::exists(log.string() + ".damaged"));
  env::ThreadPool pool(1);
  EXPECT_TRUE(open_home(cluster.home(0), {}, pool));
}

TEST(Home, is_made_once_and_of_a_genesis_of_validators) {
  Cluster cluster(1);
  const Genesis genesis = read_home(cluster.home(0), {})->genesis;
  EXPECT_NE(make_home(cluster.home(0), genesis, {}).error().find("not empty"), std::string::npos);
  const env::Path fresh = cluster.home(0) / "fresh";
  EXPECT_NE(make_home(fresh, config::dev_genesis({}), {}).error().find("aetherd dev"), std::string::npos);
  Genesis other = genesis;
  other.chain_id = ChainId{78};
  EXPECT_FALSE(make_home(fresh, other, {}));
  EXPECT_FALSE(std::filesystem::exists(fresh));
  ASSERT_TRUE(make_home(fresh, genesis, {}));
  EXPECT_FALSE(read_home(fresh, {})->validator);
}

}  // namespace
}  // namespace aether::node
