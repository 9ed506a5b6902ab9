#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "aether/api/json_reader.hpp"
#include "memory_chain.hpp"

namespace aether::api {
namespace {

namespace json = boost::json;

json::value ask(ChainService& chain, std::string_view body) { return json::parse(dispatch(chain, body)); }

std::string error_name(const json::value& answer) {
  const auto* error = answer.as_object().if_contains("error");
  return error == nullptr ? "none" : std::string(error->at("data").at("name").as_string());
}

std::string call_error(ChainService& chain, std::string_view method, json::value params) {
  return error_name(ask(chain, request_text(method, std::move(params))));
}

json::value raw(const Transaction& transaction) { return {{"transaction", to_hex0x(codec::encode(transaction))}}; }

Transaction transaction(std::uint64_t nonce) {
  TransactionBody body;
  body.chain_id = testing::MemoryChain::kChain;
  body.valid_until = Slot{100};
  body.nonce = nonce;
  return sign(std::move(body), crypto::Seed{});
}

TEST(Dispatch, AnswersWithTheIdOfTheRequest) {
  testing::MemoryChain chain;
  for (const std::string_view id : {"1", "\"a\"", "null", "18446744073709551615"}) {
    const auto answer = ask(chain, "{\"jsonrpc\":\"2.0\",\"id\":" + std::string(id) + ",\"method\":\"aeth_chainId\"}");
    EXPECT_EQ(json::serialize(answer.at("id")), id);
    EXPECT_EQ(answer.at("result").at("chain_id").as_string(), "7");
    EXPECT_EQ(answer.at("result").at("at").at("slot").as_string(), "1");
  }
}

TEST(Dispatch, GivesEachErrorItsName) {
  testing::MemoryChain chain;
  EXPECT_EQ(error_name(ask(chain, "{")), "parse_error");
  EXPECT_EQ(error_name(ask(chain, std::string(kRequestBytesMax + 1, ' '))), "parse_error");
  EXPECT_EQ(error_name(ask(chain, "{\"id\":1,\"id\":1}")), "parse_error");
  for (const std::string_view body :
       {"1", "[]", "{}", "{\"jsonrpc\":\"2.0\",\"id\":1}", "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"aeth_health\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"aeth_health\"}", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":5}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"aeth_health\",\"more\":1}"})
    EXPECT_EQ(error_name(ask(chain, body)), "invalid_request") << body;
  EXPECT_EQ(call_error(chain, "aeth_nothing", json::object{}), "method_not_found");
  EXPECT_EQ(call_error(chain, "aeth_health", json::array{}), "invalid_params");
  EXPECT_EQ(call_error(chain, "aeth_health", json::object{{"x", 1}}), "invalid_params");
  EXPECT_EQ(call_error(chain, "aeth_getAccount", json::object{}), "invalid_params");
  EXPECT_EQ(call_error(chain, "rpc.discover", json::object{{"x", 1}}), "invalid_params");
  EXPECT_EQ(call_error(chain, "aeth_getBlockByNumber", json::object{{"slot", "9"}}), "not_found");
  EXPECT_EQ(call_error(chain, "aeth_sendRawTransaction", json::object{{"transaction", "0x00"}}),
            "malformed_transaction");
  EXPECT_EQ(call_error(chain, "aeth_getJob", json::object{{"job", to_hex0x(Hash{}.bytes)}}), "not_found");
  EXPECT_EQ(call_error(chain, "aeth_getModel", json::object{{"model", to_hex0x(Hash{}.bytes)}}), "not_found");
  const json::object object{{"domain", "account"}, {"key", to_hex0x(Hash{}.bytes)}};
  EXPECT_EQ(call_error(chain, "aeth_getProof", json::object{{"object", object}}), "not_kept");
}

TEST(Dispatch, PassesOnWhyATransactionWasRefused) {
  testing::MemoryChain chain;
  EXPECT_EQ(call_error(chain, "aeth_sendRawTransaction", raw(transaction(1))), "none");
  EXPECT_EQ(call_error(chain, "aeth_sendRawTransaction", raw(transaction(1))), "known_transaction");
  Transaction foreign = transaction(2);
  foreign.body.chain_id = ChainId{8};
  const auto answer = ask(chain, request_text("aeth_sendRawTransaction", raw(foreign)));
  EXPECT_EQ(answer.at("error").at("code").as_int64(), -32003);
  EXPECT_EQ(answer.at("error").at("data").at("reason").as_string(), "wrong_chain");
  EXPECT_FALSE(answer.at("error").at("data").at("remedy").as_string().empty());
  for (std::uint64_t nonce = 3; nonce < 5; ++nonce)
    EXPECT_EQ(call_error(chain, "aeth_sendRawTransaction", raw(transaction(nonce))), "none");
  EXPECT_EQ(call_error(chain, "aeth_sendRawTransaction", raw(transaction(5))), "queue_full");
}

TEST(Dispatch, JudgesEachOfManyTransactionsForItself) {
  testing::MemoryChain chain;
  Transaction foreign = transaction(2);
  foreign.body.chain_id = ChainId{8};
  const json::array sent{to_hex0x(codec::encode(transaction(1))), "0x00", to_hex0x(codec::encode(transaction(1))),
                         to_hex0x(codec::encode(foreign)), to_hex0x(codec::encode(transaction(3)))};
  const auto answer = ask(chain, request_text("aeth_sendRawTransactions", {{"transactions", sent}}));
  const auto outcomes = from_json<SendRawTransactionsAnswer>(answer.at("result"))->outcomes;
  ASSERT_EQ(outcomes.size(), 5u);
  EXPECT_EQ(std::get<Hash>(outcomes[0]), transaction_id(transaction(1).body));
  EXPECT_EQ(std::get<SendRefusal>(outcomes[1]).error, "malformed_transaction");
  EXPECT_EQ(std::get<SendRefusal>(outcomes[2]).error, "known_transaction");
  EXPECT_EQ(std::get<SendRefusal>(outcomes[3]).error, "rejected_transaction");
  EXPECT_EQ(std::get<SendRefusal>(outcomes[3]).reason, "wrong_chain");
  EXPECT_FALSE(std::get<SendRefusal>(outcomes[3]).message.empty());
  EXPECT_EQ(std::get<Hash>(outcomes[4]), transaction_id(transaction(3).body));
}

TEST(Dispatch, BoundsHowManyTransactionsAreSentAtOnce) {
  testing::MemoryChain chain;
  json::array sent(kSendTransactionsMax, "0x00");
  const auto params = [&] { return json::object{{"transactions", sent}}; };
  EXPECT_EQ(call_error(chain, "aeth_sendRawTransactions", params()), "none");
  sent.push_back("0x00");
  EXPECT_EQ(call_error(chain, "aeth_sendRawTransactions", params()), "invalid_params");
}

TEST(Dispatch, AnswersABatchInOrderAndLeavesOutNotifications) {
  testing::MemoryChain chain;
  const std::string seal = "{\"jsonrpc\":\"2.0\",\"method\":\"dev_seal\",\"params\":{\"slots\":4}}";
  const std::string health = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"aeth_health\"}";
  const auto answer = ask(chain, "[" + seal + "," + health + ",1]");
  ASSERT_EQ(answer.as_array().size(), 2U);
  EXPECT_EQ(answer.at(0).at("result").at("at").at("slot").as_string(), "5");
  EXPECT_EQ(error_name(answer.at(1)), "invalid_request");
  EXPECT_EQ(dispatch(chain, seal), "");
  EXPECT_EQ(dispatch(chain, "[" + seal + "]"), "");
}

TEST(Dispatch, SubscriptionsAreOfAConnection) {
  struct Counted final : Subscriptions {
    Answer<SubscribeAnswer> handle(const Subscribe& request) override {
      if (request.from) return fail(Error{ErrorCode::too_many_subscriptions, "enough", {}});
      return SubscribeAnswer{{}, ++count};
    }
    Answer<UnsubscribeAnswer> handle(const Unsubscribe& request) override {
      count -= request.subscription;
      return UnsubscribeAnswer{};
    }
    void drained() override {}
    std::uint64_t count = 0;
  } subscriptions;
  testing::MemoryChain chain;
  const json::object topic{{"topic", {{"newHeads", json::object{}}}}};
  const json::object too_many{{"topic", {{"newHeads", json::object{}}}}, {"from", "1"}};
  EXPECT_EQ(call_error(chain, "aeth_subscribe", topic), "not_available");
  EXPECT_EQ(call_error(chain, "aeth_unsubscribe", {{"subscription", "1"}}), "not_available");
  const auto over = [&](std::string_view method, const json::object& params) {
    return json::parse(dispatch(chain, request_text(method, params), {&subscriptions}));
  };
  EXPECT_EQ(over("aeth_subscribe", topic).at("result").at("subscription").as_string(), "1");
  EXPECT_EQ(error_name(over("aeth_subscribe", too_many)), "too_many_subscriptions");
  EXPECT_EQ(error_name(over("aeth_unsubscribe", {{"subscription", "1"}})), "none");
  EXPECT_EQ(subscriptions.count, 0U);
  EXPECT_EQ(error_name(over("aeth_health", {})), "none");
}

TEST(Dispatch, LetsCallsThroughAGateAndTellsItHowTheyEnded) {
  struct Counting final : Gate {
    std::optional<std::uint32_t> refuses(std::uint32_t cost) override {
      if (cost > left) return 70;
      left -= cost;
      return std::nullopt;
    }
    void answered(const CallFacts& call) override {
      const auto names = method_names();
      ended.emplace_back(call.method < names.size() ? names[call.method] : "none",
                         call.error ? info(*call.error).name : "ok");
    }
    std::uint32_t left = 0;
    std::vector<std::pair<std::string_view, std::string_view>> ended;
  } gate;
  testing::MemoryChain chain;
  const auto ask_gate = [&](const std::string& body) { return json::parse(dispatch(chain, body, {nullptr, &gate})); };
  const auto refused = ask_gate(request_text("aeth_health", json::object{}));
  EXPECT_EQ(error_name(refused), "rate_limited");
  EXPECT_EQ(refused.at("error").at("data").at("retry_after_ms").as_int64(), 70);
  EXPECT_TRUE(refused.at("id").is_null());  // it was not read
  gate.left = 4;                            // for the message, and two of three calls
  const std::string health = request_text("aeth_health", json::object{});
  const auto batch = ask_gate("[" + health + "," + health + "," + health + "," + health + "]").as_array();
  ASSERT_EQ(batch.size(), 4U);
  EXPECT_EQ(error_name(batch[2]), "none");
  EXPECT_EQ(error_name(batch[3]), "rate_limited");
  EXPECT_EQ(batch[3].at("id").as_int64(), 1);
  gate.left = 1'000;
  ask_gate("{");
  ask_gate("1");
  ask_gate(request_text("aeth_nothing", json::object{}));
  ask_gate(request_text("aeth_getBlockByNumber", {{"slot", "9"}}));
  ask_gate(request_text("rpc.discover", json::object{}));
  using Ended = std::vector<std::pair<std::string_view, std::string_view>>;
  EXPECT_EQ(gate.ended, (Ended{{"none", "rate_limited"},
                               {"aeth_health", "ok"},
                               {"aeth_health", "ok"},
                               {"aeth_health", "ok"},
                               {"aeth_health", "rate_limited"},
                               {"none", "parse_error"},
                               {"none", "invalid_request"},
                               {"none", "method_not_found"},
                               {"aeth_getBlockByNumber", "not_found"},
                               {"rpc.discover", "ok"}}));
  EXPECT_EQ(gate.left, 1'000U - 5 - 5 - 20);  // five messages, a block, the document
}

TEST(Dispatch, BoundsABatch) {
  testing::MemoryChain chain;
  std::string batch = "[1";
  for (std::size_t i = 1; i < kBatchMax; ++i) batch += ",1";
  EXPECT_EQ(ask(chain, batch + "]").as_array().size(), kBatchMax);
  EXPECT_EQ(error_name(ask(chain, batch + ",1]")), "batch_too_large");
}

TEST(Dispatch, DescribesEveryMethod) {
  testing::MemoryChain chain;
  const auto document = ask(chain, request_text("rpc.discover", json::object{})).at("result");
  std::set<std::string> names;
  for (const auto& method : document.at("methods").as_array()) names.insert(std::string(method.at("name").as_string()));
  EXPECT_EQ(names.size(), 33U);
  for (const auto& method : document.at("methods").as_array()) EXPECT_GE(method.at("x-cost").as_int64(), 1) << method;
  EXPECT_TRUE(names.contains("aeth_sendRawTransaction"));
  std::set<std::string_view> topics;
  const auto& notifications = document.at("x-notifications").as_object();
  EXPECT_EQ(notifications.at("method").as_string(), kNotificationMethod);
  for (const auto& topic : notifications.at("topics").as_array()) {
    topics.insert(topic.at("topic").as_string());
    EXPECT_TRUE(topic.at("result").at("properties").as_object().contains("at")) << topic;
  }
  EXPECT_EQ(topics, std::set<std::string_view>(codec::variant_names<Topic>.begin(), codec::variant_names<Topic>.end()));
  EXPECT_EQ(document.at("x-errors").as_array().size(), error_table().size());
}

// --- Jobs and models -----------------------------------------------------------------------------------------------

programs::JobObject job_in(JobFilter state) {
  programs::JobObject out;
  if (state == JobFilter::closed) {
    out.state = programs::ClosedJob{};
    return out;
  }
  programs::Job job;
  if (state != JobFilter::open) job.acceptance.emplace();
  if (state == JobFilter::submitted) job.submission.emplace();
  out.state = job;
  return out;
}
Hash job_id(std::uint8_t n) { return Hash{{n}}; }

// Ids of the jobs with that filter, taken page by page.
std::vector<Hash> ids_of(ChainService& chain, std::optional<JobFilter> filter, std::optional<std::uint32_t> limit) {
  std::vector<Hash> out;
  GetJobs request{filter, {}, limit};
  do {
    const auto result = ask(chain, request_text(GetJobs::kMethod, to_json(request))).at("result");
    const auto page = from_json<GetJobsAnswer>(result);
    if (!page) {
      ADD_FAILURE() << page.error().text();
      break;
    }
    EXPECT_LE(page->jobs.size(), limit ? *limit : kPageMax);
    for (const JobEntry& entry : page->jobs) out.push_back(entry.id);
    request.after = page->next;
  } while (request.after);
  return out;
}

TEST(Jobs, ComeInPagesByTheirState) {
  using enum JobFilter;
  testing::MemoryChain chain;
  chain.put_job(job_id(1), job_in(open));
  chain.put_job(job_id(2), job_in(closed));
  chain.put_job(job_id(3), job_in(running));
  chain.put_job(job_id(4), job_in(submitted));
  chain.put_job(job_id(5), job_in(open));
  using Ids = std::vector<Hash>;
  for (const std::uint32_t limit : {1U, 2U, 5U, kPageMax}) {
    EXPECT_EQ(ids_of(chain, all, limit), (Ids{job_id(1), job_id(2), job_id(3), job_id(4), job_id(5)}));
    EXPECT_EQ(ids_of(chain, living, limit), (Ids{job_id(1), job_id(3), job_id(4), job_id(5)}));
    EXPECT_EQ(ids_of(chain, open, limit), (Ids{job_id(1), job_id(5)}));
    EXPECT_EQ(ids_of(chain, running, limit), Ids{job_id(3)});
    EXPECT_EQ(ids_of(chain, submitted, limit), Ids{job_id(4)});
    EXPECT_EQ(ids_of(chain, closed, limit), Ids{job_id(2)});
  }
  EXPECT_EQ(ids_of(chain, {}, {}).size(), 5U);
  const auto answer = ask(chain, request_text("aeth_getJob", json::object{{"job", to_hex0x(job_id(3).bytes)}}));
  EXPECT_TRUE(answer.at("result").at("job").at("state").as_object().contains("living"));
}

// --- Bad parameters of every method --------------------------------------------------------------------------------

struct BadCall {
  std::string_view method;
  std::string_view params;
  std::string_view reason;

  friend std::ostream& operator<<(std::ostream& out, const BadCall& call) {
    return out << call.method << ' ' << call.params;
  }
};
class EachBadCall : public ::testing::TestWithParam<BadCall> {};

TEST_P(EachBadCall, IsInvalidParamsAndSaysWhy) {
  testing::MemoryChain chain;
  const BadCall& call = GetParam();
  const auto answer = ask(chain, request_text(call.method, json::parse(call.params)));
  ASSERT_EQ(error_name(answer), "invalid_params");
  EXPECT_EQ(answer.at("error").at("data").at("reason").as_string(), call.reason);
  EXPECT_TRUE(answer.at("error").at("message").as_string().starts_with("params: ")) << answer;
}

constexpr BadCall kBadCalls[] = {
    {"aeth_sendRawTransaction", R"({})", "missing_key"},
    {"aeth_sendRawTransaction", R"({"transaction":1})", "wrong_type"},
    {"aeth_sendRawTransaction", R"({"transaction":"0x0"})", "bad_hex"},
    {"aeth_sendRawTransaction", R"({"transaction":"0x00","x":1})", "unknown_key"},
    {"aeth_sendRawTransactions", R"({})", "missing_key"},
    {"aeth_sendRawTransactions", R"({"transactions":"0x00"})", "wrong_type"},
    {"aeth_sendRawTransactions", R"({"transactions":["0x00","0x0"]})", "bad_hex"},
    {"aeth_sendRawTransactions", R"({"transactions":[],"x":1})", "unknown_key"},
    {"aeth_simulate", R"({})", "missing_key"},
    {"aeth_simulate", R"({"transaction":null})", "wrong_type"},
    {"aeth_simulate", R"({"transaction":"00"})", "bad_hex"},
    {"aeth_simulate", R"({"transaction":"0x00","x":1})", "unknown_key"},
    {"aeth_estimateFee", R"({})", "missing_key"},
    {"aeth_estimateFee", R"({"transaction":7})", "wrong_type"},
    {"aeth_estimateFee", R"({"transaction":"0x0g"})", "bad_hex"},
    {"aeth_getTransaction", R"({})", "missing_key"},
    {"aeth_getTransaction", R"({"transaction":[]})", "wrong_type"},
    {"aeth_getTransaction", R"({"transaction":"0x00"})", "bad_hex"},
    {"aeth_getTransactionReceipt", R"({})", "missing_key"},
    {"aeth_getTransactionReceipt", R"({"transaction":{}})", "wrong_type"},
    {"aeth_getTransactionReceipt", R"({"transaction":"0x00"})", "bad_hex"},
    {"aeth_getAccount", R"({})", "missing_key"},
    {"aeth_getAccount", R"({"address":7})", "wrong_type"},
    {"aeth_getAccount", R"({"address":"aeth1qqqq"})", "bad_address"},
    {"aeth_getAccount", R"({"Address":"aeth1qqqq"})", "missing_key"},
    {"aeth_getUtxos", R"({})", "missing_key"},
    {"aeth_getUtxos", R"({"owner":"aeth1qqqq"})", "bad_address"},
    {"aeth_getBlockByNumber", R"({"slot":1})", "wrong_type"},
    {"aeth_getBlockByNumber", R"({"slot":"-1"})", "bad_decimal"},
    {"aeth_getBlockByNumber", R"({"slot":"18446744073709551616"})", "out_of_range"},
    {"aeth_getBlockByNumber", R"({"number":"1"})", "unknown_key"},
    {"aeth_getBlockByHash", R"({})", "missing_key"},
    {"aeth_getBlockByHash", R"({"hash":"0x05"})", "bad_hex"},
    {"aeth_getStateRoot", R"({"slot":true})", "wrong_type"},
    {"aeth_getStateRoot", R"({"slot":"18446744073709551616"})", "out_of_range"},
    {"aeth_getStateRoot", R"({"x":1})", "unknown_key"},
    {"aeth_getProof", R"({})", "missing_key"},
    {"aeth_getProof", R"({"object":"0x"})", "wrong_type"},
    {"aeth_getProof", R"({"object":{"domain":"accounts","key":"0x"}})", "unknown_name"},
    {"aeth_getProof", R"({"object":{"domain":"account","key":"0x"}})", "bad_hex"},
    {"aeth_getProof", R"({"object":{"domain":"account"}})", "missing_key"},
    {"aeth_getRent", R"({})", "missing_key"},
    {"aeth_getRent", R"({"object":{"domain":"utxo","key":"0x05"}})", "bad_hex"},
    {"aeth_getJob", R"({})", "missing_key"},
    {"aeth_getJob", R"({"job":5})", "wrong_type"},
    {"aeth_getJob", R"({"job":"0x05"})", "bad_hex"},
    {"aeth_getJob", R"({"id":"0x05"})", "missing_key"},
    {"aeth_getJobs", R"({"filter":"mine"})", "unknown_name"},
    {"aeth_getJobs", R"({"filter":1})", "wrong_type"},
    {"aeth_getJobs", R"({"after":"0x05"})", "bad_hex"},
    {"aeth_getJobs", R"({"limit":"5"})", "wrong_type"},
    {"aeth_getJobs", R"({"limit":0})", "out_of_range"},
    {"aeth_getJobs", R"({"limit":101})", "out_of_range"},
    {"aeth_getJobs", R"({"limit":-1})", "out_of_range"},
    {"aeth_getJobs", R"({"page":1})", "unknown_key"},
    {"aeth_getModel", R"({})", "missing_key"},
    {"aeth_getModel", R"({"model":false})", "wrong_type"},
    {"aeth_getModel", R"({"model":"0x05"})", "bad_hex"},
    {"aeth_getModels", R"({"after":1})", "wrong_type"},
    {"aeth_getModels", R"({"limit":0})", "out_of_range"},
    {"aeth_getModels", R"({"limit":101})", "out_of_range"},
    {"aeth_getModels", R"({"limit":4294967296})", "out_of_range"},
    {"aeth_getModels", R"({"filter":"living"})", "unknown_key"},
    {"aeth_call", R"({"input":"0x"})", "missing_key"},
    {"aeth_call", R"({"contract":"0x05","input":"0x"})", "bad_hex"},
    {"aeth_call", R"({"contract":5,"input":"0x"})", "wrong_type"},
    {"aeth_getContract", R"({})", "missing_key"},
    {"aeth_getContract", R"({"contract":"0x05"})", "bad_hex"},
    {"aeth_getCode", R"({})", "missing_key"},
    {"aeth_getCode", R"({"code":"0x05"})", "bad_hex"},
    {"aeth_getStorage", R"({"key":"0x"})", "missing_key"},
    {"aeth_getStorage", R"({"contract":"0x05","key":"0x"})", "bad_hex"},
    {"aeth_getLogs", R"({})", "missing_key"},
    {"aeth_getLogs", R"({"first":{"slot":"0","transaction":0}})", "missing_key"},
    {"aeth_getLogs", R"({"first":{"slot":"0","transaction":0,"log":0},"limit":0})", "out_of_range"},
    {"aeth_getLogs", R"({"first":{"slot":"0","transaction":0,"log":0},"topic":"0x05"})", "bad_hex"},
    {"aeth_chainId", R"({"x":1})", "unknown_key"},
    {"aeth_getGenesis", R"({"offset":"1"})", "wrong_type"},
    {"aeth_getGenesis", R"({"offset":4294967296})", "out_of_range"},
    {"aeth_getSlotNumber", R"({"x":1})", "unknown_key"},
    {"aeth_getFinalizedSlot", R"({"x":1})", "unknown_key"},
    {"aeth_health", R"({"x":1})", "unknown_key"},
    {"aeth_getEpoch", R"({"epoch":1})", "wrong_type"},
    {"aeth_getEpoch", R"({"epoch":"01"})", "bad_decimal"},
    {"aeth_getValidators", R"({"after":"0x05"})", "bad_address"},
    {"aeth_getValidators", R"({"limit":0})", "out_of_range"},
    {"aeth_getPeers", R"({"x":1})", "unknown_key"},
    {"aeth_subscribe", R"({})", "missing_key"},
    {"aeth_subscribe", R"({"topic":"newHeads"})", "wrong_type"},
    {"aeth_subscribe", R"({"topic":{}})", "wrong_type"},
    {"aeth_subscribe", R"({"topic":{"heads":{}}})", "unknown_name"},
    {"aeth_subscribe", R"({"topic":{"newHeads":{"x":1}}})", "unknown_key"},
    {"aeth_subscribe", R"({"topic":{"logs":{"contract":"0x05"}}})", "bad_hex"},
    {"aeth_subscribe", R"({"topic":{"jobs":{"filter":"mine"}}})", "unknown_name"},
    {"aeth_subscribe", R"({"topic":{"transaction":{}}})", "missing_key"},
    {"aeth_subscribe", R"({"topic":{"finalizedHeads":{}},"from":5})", "wrong_type"},
    {"aeth_unsubscribe", R"({"subscription":7})", "wrong_type"},
    {"aeth_unsubscribe", R"({})", "missing_key"},
    {"dev_seal", R"({})", "missing_key"},
    {"dev_seal", R"({"slots":"1"})", "wrong_type"},
    {"dev_seal", R"({"slots":0})", "out_of_range"},
    {"dev_seal", R"({"slots":10001})", "out_of_range"},
};
INSTANTIATE_TEST_SUITE_P(Dispatch, EachBadCall, ::testing::ValuesIn(kBadCalls));

template <class... Requests>
std::set<std::string_view> methods_of(RequestList<Requests...>) {
  return {Requests::kMethod...};
}
TEST(Dispatch, BadCallsCoverEveryMethod) {
  std::set<std::string_view> tried;
  for (const BadCall& call : kBadCalls) tried.insert(call.method);
  EXPECT_EQ(tried, methods_of(AllRequests{}));
}

TEST(Errors, AreATableWithoutGapsOrTwins) {
  std::set<int> numbers;
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < error_table().size(); ++i) {
    const ErrorInfo& error = error_table()[i];
    EXPECT_EQ(static_cast<std::size_t>(error.code), i);
    EXPECT_EQ(info_by_number(error.number), &error);
    EXPECT_FALSE(error.remedy.empty());
    numbers.insert(error.number);
    names.insert(error.name);
  }
  EXPECT_EQ(numbers.size(), error_table().size());
  EXPECT_EQ(names.size(), error_table().size());
  EXPECT_EQ(info_by_number(-1), nullptr);
}

RC_GTEST_PROP(Dispatch, AnswersAnyText, (const std::string& body)) {
  testing::MemoryChain chain;
  const std::string answer = dispatch(chain, body);
  RC_ASSERT(answer.empty() || !json::parse(answer).is_null());
}

}  // namespace
}  // namespace aether::api
