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
  EXPECT_EQ(call_error(chain, "dev_seal", json::object{{"slots", 0}}), "invalid_params");
  EXPECT_EQ(call_error(chain, "aeth_getBlockByNumber", json::object{{"slot", "9"}}), "not_found");
  EXPECT_EQ(call_error(chain, "aeth_sendRawTransaction", json::object{{"transaction", "0x00"}}),
            "malformed_transaction");
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
  EXPECT_EQ(names.size(), 11U);
  EXPECT_TRUE(names.contains("aeth_sendRawTransaction"));
  EXPECT_EQ(document.at("x-errors").as_array().size(), error_table().size());
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
