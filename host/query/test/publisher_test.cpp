// What subscribers are told, beside the blocks that the test sealed.
#include "aether/query/publisher.hpp"

#include <condition_variable>
#include <thread>

#include "fixtures.hpp"

namespace aether::query {
namespace {

namespace json = boost::json;
using testing::a_post;
using testing::escrow;
using testing::LocalChain;
using testing::register_model;
using testing::user;
using testing::user_seed;

// Keeps all it is sent.
class Recorder final : public api::Sink {
 public:
  void send(std::string before, std::shared_ptr<const std::string> result, std::string_view behind) override {
    const json::value text = json::parse(before + *result + std::string(behind));
    const std::lock_guard lock(mutex_);
    EXPECT_EQ(text.at("jsonrpc").as_string(), "2.0");
    EXPECT_EQ(text.at("method").as_string(), api::kNotificationMethod);
    told_.push_back(text.at("params"));
    results_.push_back(std::move(result));
    changed_.notify_all();
  }
  bool has_room() override {
    const std::lock_guard lock(mutex_);
    refused_ |= !has_room_;
    changed_.notify_all();
    return has_room_;
  }

  // The n-th notification's params; the deadline only ends a hang.
  json::value told(std::size_t n) {
    std::unique_lock lock(mutex_);
    const bool came = changed_.wait_for(lock, std::chrono::seconds(60), [&] { return told_.size() > n; });
    EXPECT_TRUE(came) << "notification " << n << " of " << told_.size();
    return came ? told_[n] : json::value();
  }
  template <class Notice>
  Notice result(std::size_t n) {
    auto out = api::from_json<Notice>(told(n).at("result"));
    EXPECT_TRUE(out) << out.error().text();
    return out ? *out : Notice{};
  }
  std::shared_ptr<const std::string> text(std::size_t n) {
    told(n);
    const std::lock_guard lock(mutex_);
    return results_.at(n);
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return told_.size();
  }
  void set_room(bool has) {
    const std::lock_guard lock(mutex_);
    has_room_ = has;
    refused_ = false;
  }
  void wait_until_refused() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(60), [&] { return refused_; }));
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<json::value> told_;
  std::vector<std::shared_ptr<const std::string>> results_;
  bool has_room_ = true;
  bool refused_ = false;
};

struct Client {
  explicit Client(Publisher& publisher) : subscriptions(publisher.open(sink)) {}

  std::uint64_t subscribe(api::Topic topic, std::optional<Slot> from = {}) {
    const auto answer = subscriptions->handle(api::Subscribe{std::move(topic), from});
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? answer->subscription : 0;
  }
  std::string refused(api::Topic topic, std::optional<Slot> from = {}) {
    const auto answer = subscriptions->handle(api::Subscribe{std::move(topic), from});
    if (answer) return "";
    const std::string name(api::info(answer.error().code).name);
    return answer.error().reason.empty() ? name : name + ":" + answer.error().reason;
  }

  std::shared_ptr<Recorder> sink = std::make_shared<Recorder>();
  std::unique_ptr<api::Subscriptions> subscriptions;
};

struct Published : ::testing::Test {
  LocalChain local;
  Publisher publisher{*local.chain, local.service_};

  // Everything up to the tip was told to who was subscribed before.
  void settle() {
    Client client(publisher);
    client.subscribe(api::FinalizedHeads{}, local.tip());
    client.sink->told(0);
    // One is told in a later round than all that waits for new blocks.
    Client other(publisher);
    other.subscribe(api::FinalizedHeads{}, local.tip());
    other.sink->told(0);
  }
  Hash run(const Transaction& tx) {
    const Hash id = local.send_ok(tx);
    local.seal();
    return id;
  }
};

TEST_F(Published, EveryFinalBlockIsToldOnceAndInOrder) {
  Client client(publisher);
  local.seal(3);
  const auto answer = client.subscriptions->handle(api::Subscribe{api::FinalizedHeads{}, {}});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->at.slot, Slot{3});
  for (std::uint64_t slot = 4; slot <= 200; ++slot) local.seal();
  for (std::uint64_t slot = 4; slot <= 200; ++slot) {
    const auto notice = client.sink->result<api::HeadNotice>(slot - 4);
    const auto block = *local.ask(api::GetBlockByNumber{Slot{slot}});
    ASSERT_EQ(notice.at, block.at);
    EXPECT_EQ(notice.header, block.header);
    EXPECT_EQ(client.sink->told(slot - 4).at("subscription").as_string(), std::to_string(answer->subscription));
  }
  settle();
  EXPECT_EQ(client.sink->count(), 197U);
}

TEST_F(Published, OneTextServesAllWhoGetIt) {
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<Client>(publisher));
    clients.back()->subscribe(api::FinalizedHeads{});
  }
  local.seal();
  for (const auto& client : clients) EXPECT_EQ(client->sink->text(0), clients[0]->sink->text(0));
}

TEST_F(Published, ASubscriptionGoesOnFromTheBlockThatItNames) {
  local.seal(20);
  Client client(publisher);
  client.subscribe(api::FinalizedHeads{}, Slot{0});
  local.seal(5);
  for (std::uint64_t slot = 0; slot <= 25; ++slot)
    ASSERT_EQ(client.sink->result<api::HeadNotice>(slot).at.slot, Slot{slot});
  EXPECT_FALSE(client.sink->result<api::HeadNotice>(0).header);
  EXPECT_EQ(client.refused(api::FinalizedHeads{}, Slot{27}), "invalid_params:out_of_range");
  EXPECT_EQ(client.refused(api::FinalizedHeads{}, Slot{26}), "");
  for (const api::Topic& topic :
       {api::Topic(api::NewHeads{}), api::Topic(api::PendingTransactions{}), api::Topic(api::TransactionTopic{})})
    EXPECT_EQ(client.refused(topic, Slot{1}), "invalid_params:unknown_key");
}

TEST_F(Published, ThePastIsGivenOnlyWhileThereIsRoom) {
  local.seal(10);
  Client client(publisher);
  client.sink->set_room(false);
  client.subscribe(api::FinalizedHeads{}, Slot{1});
  Client live(publisher);
  live.subscribe(api::FinalizedHeads{});
  client.sink->wait_until_refused();
  local.seal();
  EXPECT_EQ(live.sink->result<api::HeadNotice>(0).at.slot, Slot{11});  // whoever is slow keeps nobody up
  EXPECT_EQ(client.sink->count(), 0U);
  client.sink->set_room(true);
  client.subscriptions->drained();
  for (std::uint64_t slot = 1; slot <= 11; ++slot)
    ASSERT_EQ(client.sink->result<api::HeadNotice>(slot - 1).at.slot, Slot{slot});
  // Who has caught up is sent what is new without being asked whether it has room: it is for the sink to drop it.
  settle();
  client.sink->set_room(false);
  local.seal();
  EXPECT_EQ(client.sink->result<api::HeadNotice>(11).at.slot, Slot{12});
}

TEST_F(Published, ASubscriptionThatCannotGoOnEndsAndSaysWhy) {
  local.seal(10);
  Client client(publisher);
  client.sink->set_room(false);
  const std::uint64_t id = client.subscribe(api::FinalizedHeads{}, Slot{2});
  client.sink->wait_until_refused();
  ASSERT_TRUE(local.chain->prune(Slot{5}, {}));
  client.sink->set_room(true);
  client.subscriptions->drained();
  const auto told = client.sink->told(0).as_object();
  EXPECT_FALSE(told.contains("result"));
  EXPECT_EQ(told.at("subscription").as_string(), std::to_string(id));
  EXPECT_EQ(told.at("error").at("data").at("name").as_string(), "not_found");
  settle();
  EXPECT_EQ(publisher.subscriptions(), 0U);
  EXPECT_EQ(client.refused(api::FinalizedHeads{}, Slot{4}), "not_kept");
  EXPECT_EQ(client.refused(api::FinalizedHeads{}, Slot{5}), "");
}

TEST_F(Published, ATransactionIsToldOfWhenItIsFinalWheneverThatWas) {
  Client client(publisher);
  const Transaction first = sign(local.transfer(0, 1, 7), user_seed(0));
  const std::uint64_t before = client.subscribe(api::TransactionTopic{transaction_id(first.body)});
  const Hash id = run(first);
  const auto notice = client.sink->result<api::TransactionNotice>(0);
  const auto receipt = local.receipt(id);
  EXPECT_EQ(client.sink->told(0).at("subscription").as_string(), std::to_string(before));
  EXPECT_EQ(notice.receipt, receipt.receipt);
  EXPECT_EQ(notice.code_name, receipt.code_name);
  EXPECT_EQ(notice.place, receipt.place);
  EXPECT_EQ(notice.at, local.ask(api::GetBlockByNumber{notice.place.slot})->at);
  // The subscription has ended by itself.
  const auto again = client.subscriptions->handle(api::Unsubscribe{before});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, api::ErrorCode::not_found);
  local.seal(3);
  const std::uint64_t after = client.subscribe(api::TransactionTopic{id});
  EXPECT_EQ(client.sink->told(1).at("subscription").as_string(), std::to_string(after));
  EXPECT_EQ(*client.sink->text(1), *client.sink->text(0));
  settle();
  EXPECT_EQ(publisher.subscriptions(), 0U);
}

TEST_F(Published, NewHeadsAreTheNewestBlockFinalOrNot) {
  Client client(publisher);
  settle();
  client.subscribe(api::NewHeads{});
  settle();
  const auto tip = *local.ask(api::GetBlockByNumber{});
  Header header;
  header.body.slot = next(tip.at.slot);
  const api::BlockRef at{header.body.slot, Hash{{5}}, false};
  local.service_.set_unfinal({at, std::make_shared<const Header>(header)});
  local.chain->changes().add();
  const auto unfinal = client.sink->result<api::HeadNotice>(0);
  EXPECT_EQ(unfinal.at, at);
  EXPECT_EQ(unfinal.header, header);
  local.seal();
  const auto final_block = client.sink->result<api::HeadNotice>(1);
  EXPECT_EQ(final_block.at, local.ask(api::GetBlockByNumber{})->at);
  EXPECT_TRUE(final_block.at.final);
}

TEST_F(Published, PendingTransactionsComeInTheOrderInWhichTheyWereTaken) {
  local.send_ok(sign(local.transfer(1, 1), user_seed(1)));  // before anybody asked
  Client client(publisher);
  client.subscribe(api::PendingTransactions{});
  settle();
  std::vector<Hash> sent;
  for (std::uint64_t nonce = 1; nonce <= 5; ++nonce)
    sent.push_back(local.send_ok(sign(local.transfer(0, nonce), user_seed(0))));
  std::vector<Hash> told;
  for (std::size_t n = 0; told.size() < sent.size(); ++n) {
    const auto notice = client.sink->result<api::PendingNotice>(n);
    ASSERT_FALSE(notice.transactions.empty());
    EXPECT_EQ(notice.left_out, 0U);
    told.insert(told.end(), notice.transactions.begin(), notice.transactions.end());
  }
  EXPECT_EQ(told, sent);
}

TEST(RecentTransactionsOf, AreTheLastAndTellHowManyAreLeftOut) {
  RecentTransactions recent;
  const auto id = [](std::uint64_t n) { return value_hash(codec::encode(n)); };
  EXPECT_EQ(recent.behind({}).count, 0U);
  constexpr std::uint64_t kAll = RecentTransactions::kKept + 10;
  for (std::uint64_t n = 0; n < kAll; ++n) recent.add(id(n));
  const auto all = recent.behind(3);
  EXPECT_EQ(all.count, kAll);
  EXPECT_EQ(all.left_out, 7U);
  ASSERT_EQ(all.transactions.size(), RecentTransactions::kKept);
  EXPECT_EQ(all.transactions.front(), id(10));
  EXPECT_EQ(all.transactions.back(), id(kAll - 1));
  EXPECT_EQ(recent.behind(kAll - 1).transactions, std::vector{id(kAll - 1)});
  EXPECT_TRUE(recent.behind(kAll).transactions.empty());
  EXPECT_TRUE(recent.behind(kAll + 5).transactions.empty());
}

TEST_F(Published, JobsAreToldOfAsTransactionsChangeThem) {
  using enum api::JobFilter;
  const Hash model = register_model(local, 1, 1);
  Client all_jobs(publisher);
  Client running_jobs(publisher);
  Client one_job(publisher);
  const auto id_of = [](std::uint64_t nonce) { return programs::job_id(ChainId{5}, user(0), nonce); };
  all_jobs.subscribe(api::JobsTopic{});
  running_jobs.subscribe(api::JobsTopic{.job = {}, .filter = running});
  one_job.subscribe(api::JobsTopic{.job = id_of(3), .filter = {}});
  EXPECT_EQ(escrow(local, 0, 2, a_post(model), model), "success");
  EXPECT_EQ(escrow(local, 0, 3, a_post(model), model), "success");
  EXPECT_EQ(escrow(local, 1, 1, programs::Accept{id_of(2), "http://127.0.0.1:9"}, model), "success");
  EXPECT_NE(escrow(local, 2, 1, programs::Accept{id_of(2), "http://127.0.0.1:9"}, model), "success");
  EXPECT_EQ(escrow(local, 0, 4, programs::Cancel{id_of(3)}, model), "success");
  std::vector<Hash> told;
  for (std::size_t n = 0; n < 4; ++n) {
    const auto notice = all_jobs.sink->result<api::JobNotice>(n);
    told.push_back(notice.entry.id);
    const auto place = local.receipt(notice.transaction).place;
    ASSERT_TRUE(place);
    EXPECT_EQ(notice.at, local.ask(api::GetBlockByNumber{place->slot})->at);
    EXPECT_LE(notice.at.slot, notice.state_at.slot);
  }
  EXPECT_EQ(told, (std::vector{id_of(2), id_of(3), id_of(2), id_of(3)}));
  EXPECT_EQ(all_jobs.sink->result<api::JobNotice>(3).entry.job, local.ask(api::GetJob{id_of(3)})->job);
  EXPECT_EQ(one_job.sink->result<api::JobNotice>(1).entry.id, id_of(3));
  // Of the past, with the state as it is now.
  Client later(publisher);
  later.subscribe(api::JobsTopic{.job = {}, .filter = running}, Slot{1});
  const auto post = later.sink->result<api::JobNotice>(0);
  EXPECT_EQ(post.entry.id, id_of(2));
  EXPECT_EQ(post.entry.job, local.ask(api::GetJob{id_of(2)})->job);
  EXPECT_EQ(post.state_at.slot, local.tip());
  settle();
  EXPECT_EQ(all_jobs.sink->count(), 4U);
  EXPECT_EQ(one_job.sink->count(), 2U);
}

TEST_F(Published, LogsAreThoseThatTheFilterOfGetLogsLetsPass) {
  testing::Counter counter(local);
  struct Filter {
    std::optional<Hash> contract;
    std::optional<Hash> topic;
  };
  const std::vector<Filter> filters{{{}, {}}, {counter.id, {}}, {{}, testing::topic(2)}, {Hash{{1}}, {}}};
  std::vector<std::unique_ptr<Client>> live;
  for (const Filter& filter : filters) {
    live.push_back(std::make_unique<Client>(publisher));
    live.back()->subscribe(api::LogsTopic{filter.contract, filter.topic});
  }
  for (const std::uint8_t first : std::initializer_list<std::uint8_t>{1, 2, 1, 2, 2}) counter.count(first);
  settle();
  for (std::size_t i = 0; i < filters.size(); ++i) {
    const auto wanted = local.ask(api::GetLogs{{}, {}, filters[i].contract, filters[i].topic, {}})->logs;
    EXPECT_EQ(wanted.size(), (std::array<std::size_t, 4>{5, 5, 3, 0}[i]));
    Client past(publisher);
    past.subscribe(api::LogsTopic{filters[i].contract, filters[i].topic}, Slot{0});
    for (std::size_t n = 0; n < wanted.size(); ++n) {
      for (Client* client : {live[i].get(), &past}) {
        const auto notice = client->sink->result<api::LogNotice>(n);
        EXPECT_EQ(api::to_json(notice.entry), api::to_json(wanted[n]));
        EXPECT_EQ(notice.at, local.ask(api::GetBlockByNumber{wanted[n].place.slot})->at);
      }
    }
    EXPECT_EQ(live[i]->sink->count(), wanted.size());
  }
}

TEST_F(Published, AConnectionAndTheNodeHaveOnlySoManySubscriptions) {
  Publisher small(*local.chain, local.service_, {.of_connection = 2, .of_all = 3, .resume_blocks = 4});
  Client one(small);
  one.subscribe(api::FinalizedHeads{});
  const std::uint64_t second = one.subscribe(api::NewHeads{});
  EXPECT_EQ(one.refused(api::FinalizedHeads{}), "too_many_subscriptions");
  {
    Client two(small);
    two.subscribe(api::FinalizedHeads{});
    EXPECT_EQ(two.refused(api::FinalizedHeads{}), "too_many_subscriptions");
    EXPECT_EQ(small.subscriptions(), 3U);
  }
  EXPECT_EQ(small.subscriptions(), 2U);  // they end with their connection
  EXPECT_TRUE(one.subscriptions->handle(api::Unsubscribe{second}));
  EXPECT_FALSE(one.subscriptions->handle(api::Unsubscribe{second}));
  local.seal(9);
  EXPECT_EQ(one.refused(api::FinalizedHeads{}, Slot{5}), "not_kept");
  EXPECT_EQ(one.refused(api::FinalizedHeads{}, Slot{6}), "");
  small.stop();
  EXPECT_EQ(Client(small).refused(api::FinalizedHeads{}), "shutting_down");
}

TEST_F(Published, UnsubscribedIsNotToldOf) {
  Client client(publisher);
  const std::uint64_t id = client.subscribe(api::FinalizedHeads{});
  local.seal();
  client.sink->told(0);
  EXPECT_TRUE(client.subscriptions->handle(api::Unsubscribe{id}));
  local.seal(5);
  settle();
  EXPECT_EQ(client.sink->count(), 1U);
}

TEST_F(Published, SubscribersComeAndGoWhileBlocksAreSealed) {
  std::vector<std::thread> threads;
  std::atomic<std::uint64_t> gaps = 0;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        Client client(publisher);
        const auto answer = client.subscriptions->handle(api::Subscribe{api::FinalizedHeads{}, {}});
        if (!answer) return;
        for (std::uint64_t n = 0; n < 3; ++n)
          gaps += client.sink->result<api::HeadNotice>(n).at.slot != Slot{answer->at.slot.raw() + 1 + n};
      }
    });
  }
  std::atomic<bool> done = false;
  std::thread sealer([&] {
    while (!done) local.seal();
  });
  for (auto& thread : threads) thread.join();
  done = true;
  sealer.join();
  EXPECT_EQ(gaps, 0U);
}

}  // namespace
}  // namespace aether::query
