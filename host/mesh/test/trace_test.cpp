// The trace service and its client over loopback.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "../../client/test/scripted_server.hpp"
#include "support.hpp"

namespace aether::mesh::testing {
namespace {

using client::testing::ok;
using client::testing::ScriptedServer;

RC_GTEST_PROP(TraceAddressText, IsTheSameAfterWritingAndReading, ()) {
  TraceAddress address;
  for (auto& byte : address.key.job.bytes) byte = *rc::gen::arbitrary<std::uint8_t>();
  address.key.attempt = *rc::gen::arbitrary<std::uint32_t>();
  address.node = {*rc::gen::element(0U, 7U, vcr::kOperatorTree), *rc::gen::inRange<std::uint8_t>(0, 49),
                  *rc::gen::arbitrary<std::uint64_t>()};
  const auto again = trace_address_from_path(to_path(address));
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == address);
}

TEST(TraceAddressText, IsTheOneOfTheInterface) {
  const std::string job(64, 'a');
  const auto address = trace_address_from_path("/trace/" + job + ".2/0/top/6/0");
  ASSERT_TRUE(address.has_value());
  EXPECT_EQ(address->key, (TraceKey{*hash_from_hex(job), 2}));
  EXPECT_EQ(address->node, (vcr::Node{vcr::kOperatorTree, 6, 0}));
}

TEST(TraceAddressText, RefusesEverythingElseWithItsOwnError) {
  using Error = TraceAddressError;
  const std::string job(64, 'a'), key = job + ".2";
  const std::vector<std::pair<std::string, TraceAddressError>> cases{
      {"", Error::path},
      {"/", Error::path},
      {"/trace", Error::path},
      {"/trace/", Error::path},
      {"/trace/" + key + "/0/1/2", Error::path},
      {"/trace/" + key + "/0/1/2/3/", Error::path},
      {"/trace/" + job + "/0/1/2/3", Error::job},
      {"/trace/" + key + "x/0/1/2/3", Error::job},
      {"/trace/0x" + key + "/0/1/2/3", Error::job},
      {"/trace/A" + key.substr(1) + "/0/1/2/3", Error::job},
      {"/trace/" + job + ".02/0/1/2/3", Error::job},
      {"/trace/" + job + ".4294967296/0/1/2/3", Error::job},
      {"/trace/" + key + "/1/1/2/3", Error::sequence},
      {"/trace/" + key + "/0/4294967295/2/3", Error::op},
      {"/trace/" + key + "/0/-1/2/3", Error::op},
      {"/trace/" + key + "/0/Top/2/3", Error::op},
      {"/trace/" + key + "/0/1/49/3", Error::level},
      {"/trace/" + key + "/0/1//3", Error::level},
      {"/trace/" + key + "/0/1/2/18446744073709551616", Error::index},
      {"/trace/" + key + "/0/1/2/3?x", Error::index},
      {"/trace/" + key + "/0/1/2/", Error::index}};
  for (const auto& [text, error] : cases) {
    const auto address = trace_address_from_path(text);
    ASSERT_FALSE(address.has_value()) << text;
    EXPECT_EQ(to_string(address.error()), to_string(error)) << text;
  }
}

// All nodes of a tree from `node` down.
void each_node(const vcr::TraceShape& shape, const vcr::Node& node,
               const std::function<void(const vcr::Node&)>& visit) {
  visit(node);
  if (shape.is_tile(node) || shape.padding(node)) return;
  for (std::uint64_t i = 0; i < 2; ++i) each_node(shape, shape.child(node, 1, i), visit);
}

TEST(TraceService, ServesEveryNodeAndTile) {
  ServingWorker worker({}, 3, 2);
  const auto own = trace_of(*worker.model, worker.prompt, worker.result.output);
  ASSERT_EQ(own->root(), worker.result.trace_root);
  TraceClient client = worker.client({.request_ms_max = 10'000, .requests_max = 100'000});
  std::size_t seen = 0;
  each_node(worker.shape(), worker.shape().root(), [&](const vcr::Node& node) {
    ASSERT_EQ(client.node(node), own->node(node)) << to_path({kKey, node});
    if (worker.shape().is_tile(node)) {
      ASSERT_EQ(client.tile(node.op, node.index), own->tile(node.op, node.index)) << to_path({kKey, node});
    }
    ++seen;
  });
  EXPECT_GT(seen, 100U);
  EXPECT_EQ(worker.replays, 1);
  // An operator's root has two names.
  EXPECT_EQ(client.node({vcr::kOperatorTree, 0, 3}), own->node({vcr::kOperatorTree, 0, 3}));
}

TEST(TraceService, SaysWhyItServesSomethingNot) {
  ServingWorker worker;
  const auto get = [&](const std::string& path) {
    const auto answer = client::http_get({"127.0.0.1", worker.server->port(), path});
    EXPECT_TRUE(answer.has_value());
    EXPECT_FALSE(answer->body.empty());
    return answer->status;
  };
  EXPECT_EQ(get("/"), 404U);
  EXPECT_EQ(get("/trace/" + std::string(64, 'a') + ".0/1/0/0/0"), 400U);
  const TraceAddress root{kKey, worker.shape().root()};
  EXPECT_EQ(get(to_path(root)), 200U);
  TraceAddress other = root;
  other.key.attempt += 1;
  EXPECT_EQ(get(to_path(other)), 404U);
  other = root;
  other.key.job.bytes[31] ^= 1;
  EXPECT_EQ(get(to_path(other)), 404U);
  for (const vcr::Node& node : {vcr::Node{vcr::kOperatorTree, 48, 0}, vcr::Node{vcr::kOperatorTree - 1, 0, 0},
                                vcr::Node{0, 0, ~std::uint64_t{0}}, vcr::Node{vcr::kOperatorTree, 0, 1U << 20U}})
    EXPECT_EQ(get(to_path({kKey, node})), 404U);
  const auto posted = client::http_post_json({"127.0.0.1", worker.server->port(), to_path(root)}, "{}");
  ASSERT_TRUE(posted.has_value());
  EXPECT_EQ(posted->status, 405U);
}

TEST(TraceService, ForgetsWhatIsNotOfferedAnyMore) {
  ServingWorker worker;
  ASSERT_NE(worker.shelf.find(kKey), nullptr);
  worker.shelf.drop(Hash{{1}});
  EXPECT_NE(worker.shelf.find(kKey), nullptr);
  worker.shelf.drop(kKey.job);
  EXPECT_EQ(worker.shelf.find(kKey), nullptr);
  EXPECT_EQ(worker.client().node(worker.shape().root()), std::nullopt);
}

TEST(TraceShelf, HoldsABoundedNumberAndMakesTheOthersAgain) {
  const ServingWorker worker({}, 2, 1);
  TraceShelf shelf(2);
  std::array<std::atomic<int>, 3> made{};
  const auto key = [](std::uint32_t i) { return TraceKey{kKey.job, i}; };
  for (std::uint32_t i = 0; i < made.size(); ++i) {
    shelf.offer(key(i), [&, i] {
      ++made[i];
      return trace_of(*worker.model, worker.prompt, worker.result.output);
    });
  }
  for (const std::uint32_t i : {0U, 1U, 0U, 2U, 0U, 1U}) ASSERT_NE(shelf.find(key(i)), nullptr);
  // 2 took the place of 1, which was used before 0.
  EXPECT_EQ(made[0], 1);
  EXPECT_EQ(made[1], 2);
  EXPECT_EQ(made[2], 1);
}

TEST(TraceShelf, MakesATraceOnceForAllWhoAsk) {
  ServingWorker worker({}, 4, 2);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { EXPECT_NE(worker.shelf.find(kKey), nullptr); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(worker.replays, 1);
}

TEST(TraceClient, FindsAFraudThatConvicts) {
  const std::uint32_t ops = infer::op_count(ready_model()->config());
  for (const std::uint32_t op : {0U, 1U, 3U, 6U, ops - 2}) {
    ServingWorker worker(flip(op, 4));
    TraceClient client = worker.client();
    auto claim = worker.accuse(client);
    ASSERT_TRUE(claim.has_value()) << op << ": " << client.complaint();
    const auto verdict = vcr::judge(worker.claim(), {kKey.job, kKey.attempt, std::move(*claim)});
    ASSERT_TRUE(verdict.has_value()) << to_string(verdict.error());
    EXPECT_EQ(*verdict, vcr::Verdict::convicted) << op;
  }
}

TEST(TraceClient, FindsAWrongTokenWithoutAskingAnything) {
  Tampering wrong;
  wrong.output = [](std::vector<std::uint32_t>& output) { output.back() ^= 1; };
  ServingWorker worker(wrong);
  TraceClient client = worker.client({.request_ms_max = 1, .requests_max = 0});
  auto claim = worker.accuse(client);
  ASSERT_TRUE(claim.has_value());
  EXPECT_TRUE(std::holds_alternative<vcr::SampleProof>(*claim));
  const auto verdict = vcr::judge(worker.claim(), {kKey.job, kKey.attempt, std::move(*claim)});
  ASSERT_TRUE(verdict.has_value());
  EXPECT_EQ(*verdict, vcr::Verdict::convicted);
}

// What a worker serves must not make a challenger believe more than "not served".
TEST(TraceClient, TrustsNothingThatIsServed) {
  const std::vector<std::function<void(const TraceAddress&, rpc::Response&)>> hooks{
      [](const TraceAddress&, rpc::Response& out) { out = rpc::text_response(404, "no"); },
      [](const TraceAddress&, rpc::Response& out) { out.body.clear(); },
      [](const TraceAddress&, rpc::Response& out) { out.body += '\0'; },
      [](const TraceAddress&, rpc::Response& out) { out.body.assign(1U << 20U, 'x'); },
      [](const TraceAddress&, rpc::Response& out) { out.body[0] ^= 1; },
      [](const TraceAddress& at, rpc::Response& out) {
        if (at.node.op != vcr::kOperatorTree && at.node.level == 0) out.body[0] ^= 1;
      }};
  for (std::size_t i = 0; i < hooks.size(); ++i) {
    Tampering faults = flip(3, 4);
    faults.serve = hooks[i];
    ServingWorker worker(faults);
    TraceClient client = worker.client();
    const auto claim = worker.accuse(client);
    ASSERT_FALSE(claim.has_value()) << i;
    EXPECT_EQ(claim.error(), vcr::ProveError::not_served) << i;
  }
}

TEST(TraceClient, DoesNotAskAgainWhoIsSilent) {
  const ServingWorker worker;
  int asked = 0;
  {
    ScriptedServer silent([&](const std::string&) {
      ++asked;
      return std::string();
    });
    auto client = TraceClient::make(client::to_text(silent.url()), kKey, worker.shape(), {.request_ms_max = 20});
    ASSERT_TRUE(client.has_value());
    for (int i = 0; i < 3; ++i) EXPECT_EQ(client->node(worker.shape().root()), std::nullopt);
    EXPECT_FALSE(client->complaint().empty());
  }
  EXPECT_EQ(asked, 1);
}

TEST(TraceClient, AsksABoundedNumberOfTimes) {
  ServingWorker worker;
  TraceClient client = worker.client({.request_ms_max = 10'000, .requests_max = 2});
  const vcr::Node root = worker.shape().root();
  EXPECT_TRUE(client.node(root));
  EXPECT_TRUE(client.node(root));
  EXPECT_FALSE(client.node(root));
  EXPECT_FALSE(client.complaint().empty());
}

TEST(TraceClient, KeepsThePathOfAnEndpoint) {
  std::string asked;
  const ServingWorker worker;
  ScriptedServer server([&](const std::string&) { return ok("short"); });
  auto client = TraceClient::make(client::to_text(server.url()) + "prefix/", kKey, worker.shape());
  ASSERT_TRUE(client.has_value());
  EXPECT_EQ(client->node(worker.shape().root()), std::nullopt);
  EXPECT_EQ(client->complaint(), "a node of 5 bytes came");
  EXPECT_FALSE(TraceClient::make("ftp://a:1", kKey, worker.shape()).has_value());
}

}  // namespace
}  // namespace aether::mesh::testing
