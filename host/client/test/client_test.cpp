#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "../../api/test/memory_chain.hpp"
#include "aether/client/submit.hpp"
#include "aether/ledger/admission.hpp"
#include "scripted_server.hpp"

namespace aether::client {
namespace {

using api::testing::MemoryChain;
using testing::ok;
using testing::ScriptedServer;

TEST(Url, ReadsWhatItIsMadeFor) {
  EXPECT_EQ(*parse_url("http://127.0.0.1:8545"), (Url{"127.0.0.1", 8545, "/"}));
  EXPECT_EQ(*parse_url("http://[::1]:1/trace/a?b=c"), (Url{"::1", 1, "/trace/a?b=c"}));
  EXPECT_EQ(*parse_url("http://a.b-c:65535?x"), (Url{"a.b-c", 65535, "/?x"}));
}

TEST(Url, RefusesEverythingElseWithItsOwnError) {
  const auto error = [](std::string_view text) {
    const auto url = parse_url(text);
    return url ? "none" : to_string(url.error());
  };
  EXPECT_EQ(error("https://a:1"), to_string(UrlError::scheme));
  EXPECT_EQ(error(""), to_string(UrlError::scheme));
  EXPECT_EQ(error("http://"), to_string(UrlError::host));
  EXPECT_EQ(error("http://:1"), to_string(UrlError::host));
  EXPECT_EQ(error("http://[::1:1"), to_string(UrlError::host));
  EXPECT_EQ(error("http://a_b:1"), to_string(UrlError::host));
  for (const std::string_view text : {"http://a", "http://a:", "http://a:0", "http://a:65536", "http://a:-1",
                                      "http://a:1x", "http://a:1:2", "http://[::1]1"})
    EXPECT_EQ(error(text), to_string(UrlError::port)) << text;
  EXPECT_EQ(error("http://u:p@a:1"), to_string(UrlError::user_info));
  EXPECT_EQ(error("http://a:1/#b"), to_string(UrlError::fragment));
  EXPECT_EQ(error("http://a:1/ b"), to_string(UrlError::bad_character));
  EXPECT_EQ(error("http://a:1/" + std::string(kUrlBytesMax, 'a')), to_string(UrlError::too_long));
}

RC_GTEST_PROP(Url, IsTheSameAfterWritingAndReading, ()) {
  const auto host = *rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange('a', 'z')));
  const Url url{host.substr(0, 64), *rc::gen::inRange<std::uint16_t>(1, 65535),
                "/" + (*rc::gen::container<std::string>(rc::gen::inRange('0', '9'))).substr(0, 64)};
  const auto again = parse_url(to_text(url));
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == url);
}

HttpErrorKind get_error(const Url& url, HttpOptions options) {
  const auto answer = http_get(url, options);
  EXPECT_FALSE(answer.has_value());
  return answer ? HttpErrorKind{} : answer.error().kind;
}

TEST(Http, TellsEachFailureFromTheOthers) {
  HttpOptions options;
  options.body_bytes_max = 10;
  const auto kind = [&](const std::string& bytes) {
    ScriptedServer server([&](const std::string&) { return bytes; });
    return get_error(server.url(), options);
  };
  EXPECT_EQ(kind("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n01234567890"), HttpErrorKind::too_large);
  EXPECT_EQ(kind("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n01234"), HttpErrorKind::broken);
  EXPECT_EQ(kind("HTTP/1.1 200 OK\r\n\r\n01234567890"), HttpErrorKind::too_large);
  EXPECT_EQ(kind("SSH-2.0-x\r\n"), HttpErrorKind::broken);
  EXPECT_EQ(kind("HTTP/1.1 2"), HttpErrorKind::broken);
}

TEST(Http, GivesUpAtItsDeadline) {
  ScriptedServer server([](const std::string&) { return std::string(); });
  HttpOptions options;
  options.deadline_ms = 20;
  EXPECT_EQ(get_error(server.url(), options), HttpErrorKind::deadline);
}

TEST(Http, SaysThatNobodyListens) {
  Url url;
  {
    ScriptedServer server([](const std::string&) { return std::string(); });
    url = server.url();
  }
  EXPECT_EQ(get_error(url, {}), HttpErrorKind::unreachable);
}

TEST(Http, ReturnsRawBytesAndStatus) {
  const std::string bytes("\0\xff\n", 3);
  ScriptedServer server([&](const std::string&) { return ok(bytes); });
  const auto answer = http_get(server.url());
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 200U);
  EXPECT_EQ(answer->body, bytes);
}

TEST(RpcCall, DoesNotTrustWhatAnswers) {
  for (const std::string body :
       {"", "1", "{}", "{\"result\":1}", "{\"result\":{}}", "{\"error\":1}", "{\"error\":{\"code\":1}}",
        "{\"error\":{\"code\":\"x\"}}", "{\"result\":{\"at\":null}}"}) {
    ScriptedServer server([&](const std::string&) { return ok(body); });
    const auto answer = Rpc(server.url()).call(api::GetHealth{});
    ASSERT_FALSE(answer.has_value()) << body;
    EXPECT_EQ(answer.error().kind, ErrorKind::bad_answer) << body;
  }
}

TEST(RpcCall, PassesOnErrorsOfTheChain) {
  MemoryChain chain;
  ScriptedServer server([&](const std::string& body) { return ok(api::dispatch(chain, body)); });
  const auto answer = Rpc(server.url()).call(api::GetBlockByNumber{Slot{99}});
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, ErrorKind::refused);
  EXPECT_EQ(answer.error().code, api::ErrorCode::not_found);
}

// A chain that seals `slots_per_poll` blocks before each question for a receipt.
class Submit : public ::testing::Test {
 protected:
  std::string answer(const std::string& body) {
    ++requests_;
    if (lose_answer_to_ == requests_) {
      (void)api::dispatch(chain_, body);
      return "HTTP/1.1 2";  // taken, but the answer is cut off
    }
    if (body.find("getTransactionReceipt") != std::string::npos && slots_per_poll_ > 0)
      (void)static_cast<api::ChainService&>(chain_).handle(api::DevSeal{slots_per_poll_});
    return ok(api::dispatch(chain_, body));
  }
  Intent intent() const {
    Intent out;
    out.outputs.push_back({Address{}, Asset::swr, 5, OutputKind::account, {}});
    return out;
  }

  MemoryChain chain_;
  std::uint32_t slots_per_poll_ = 1;
  int requests_ = 0;
  int lose_answer_to_ = 0;
  ScriptedServer server_{[this](const std::string& body) { return answer(body); }};
  Rpc rpc_{server_.url()};
  env::SystemClock clock_;
  crypto::Seed seed_;
  WaitOptions fast_{.poll_ms = 1, .patience_ms = 100};
};

TEST_F(Submit, FillsInWhatTheChainDemands) {
  const auto built = build(rpc_, seed_, intent());
  ASSERT_TRUE(built.has_value()) << built.error().message;
  EXPECT_TRUE(verify(*built).has_value());
  EXPECT_EQ(built->body.chain_id, MemoryChain::kChain);
  EXPECT_EQ(built->body.nonce, 1U);
  EXPECT_EQ(built->body.valid_until, Slot{201});
  EXPECT_TRUE(built->body.writes.contains(account_object(address_of(built->body.sender))));
  EXPECT_EQ(built->body.gas_limit, Gas{1'250});
  EXPECT_EQ(built->body.max_fee, 20'000U);
}

TEST_F(Submit, NamesTheUtxosToSpendInTheirOrder) {
  Intent spend;
  spend.inputs = {{Hash{{9}}, {}}, {Hash{{3}}, {}}};
  const auto built = build(rpc_, seed_, spend);
  ASSERT_TRUE(built.has_value()) << built.error().message;
  EXPECT_EQ(built->body.inputs, (codec::List<TransactionInput, limits::kInputsMax>{{Hash{{9}}, {}}, {Hash{{3}}, {}}}));
}

TEST_F(Submit, EndsAsExecuted) {
  const auto built = build(rpc_, seed_, intent());
  ASSERT_TRUE(built.has_value());
  const auto settled = submit_and_wait(rpc_, clock_, *built, fast_);
  ASSERT_TRUE(settled.has_value()) << settled.error().message;
  ASSERT_TRUE(settled->receipt.has_value());
  EXPECT_EQ(settled->receipt->transaction, transaction_id(built->body));
}

TEST_F(Submit, SurvivesAnAnswerThatIsLost) {
  const auto built = build(rpc_, seed_, intent());
  ASSERT_TRUE(built.has_value());
  lose_answer_to_ = requests_ + 1;
  const auto settled = submit_and_wait(rpc_, clock_, *built, fast_);
  ASSERT_TRUE(settled.has_value()) << settled.error().message;
  EXPECT_TRUE(settled->receipt.has_value());
}

TEST_F(Submit, EndsAsExpiredWhenNoBlockTookIt) {
  auto built = build(rpc_, seed_, intent());
  ASSERT_TRUE(built.has_value());
  slots_per_poll_ = 1'000;  // jumps over valid_until
  const auto settled = submit_and_wait(rpc_, clock_, *built, fast_);
  ASSERT_TRUE(settled.has_value()) << settled.error().message;
  EXPECT_FALSE(settled->receipt.has_value());
  EXPECT_EQ(settled->code_name, "expired");
}

TEST_F(Submit, EndsBeforeItExpiresWhenAnotherUsedTheNonce) {
  const auto built = build(rpc_, seed_, intent());
  ASSERT_TRUE(built.has_value());
  ledger::mark_nonce(chain_.account(), built->body.nonce);
  const auto settled = wait_for(rpc_, clock_, *built, fast_);  // never sent: as one that a stale node took and lost
  ASSERT_TRUE(settled.has_value()) << settled.error().message;
  EXPECT_FALSE(settled->receipt.has_value());
  EXPECT_EQ(settled->code_name, "nonce_used");
  ASSERT_TRUE(settled->obstacle.has_value());
  EXPECT_EQ(settled->obstacle->reject, ledger::Reject::nonce_used);
  EXPECT_LT(chain_.handle(api::GetSlotNumber{})->at.slot, built->body.valid_until);
}

TEST_F(Submit, ANonceThatItUsedItselfIsNoObstacle) {
  const auto built = build(rpc_, seed_, intent());
  ASSERT_TRUE(built.has_value());
  ASSERT_TRUE(send(rpc_, *built).has_value());
  ledger::mark_nonce(chain_.account(), built->body.nonce);
  const auto settled = wait_for(rpc_, clock_, *built, fast_);
  ASSERT_TRUE(settled.has_value()) << settled.error().message;
  EXPECT_TRUE(settled->receipt.has_value());
}

TEST_F(Submit, FindsWhatStandsInTheWay) {
  const auto built = build(rpc_, seed_, intent());
  ASSERT_TRUE(built.has_value());
  const auto obstacle_of = [&](TransactionBody body) {
    const auto found = find_obstacle(rpc_, sign(std::move(body), seed_));
    EXPECT_TRUE(found.has_value());
    return found && *found ? std::optional((*found)->reject) : std::nullopt;
  };
  using enum ledger::Reject;
  EXPECT_EQ(obstacle_of(built->body), std::nullopt);
  auto body = built->body;
  body.chain_id = ChainId{8};
  EXPECT_EQ(obstacle_of(body), wrong_chain);
  body = built->body;
  body.max_fee = 0;
  EXPECT_EQ(obstacle_of(body), fee_too_low);
  body = built->body;
  body.max_fee = chain_.account().balance.swr + 1;
  EXPECT_EQ(obstacle_of(body), cannot_pay);
  body = built->body;
  body.valid_until = Slot{0};  // expired, and nothing else
  EXPECT_EQ(obstacle_of(body), std::nullopt);
  ledger::mark_nonce(chain_.account(), body.nonce);
  EXPECT_EQ(obstacle_of(body), nonce_used);
  Transaction forged = *built;
  forged.signature[0] ^= 1;
  const auto found = find_obstacle(rpc_, forged);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->reject, bad_signature);
}

TEST_F(Submit, IsUndecidedWhenTheChainStandsStill) {
  const auto built = build(rpc_, seed_, intent());
  ASSERT_TRUE(built.has_value());
  slots_per_poll_ = 0;
  const auto settled = submit_and_wait(rpc_, clock_, *built, fast_);
  ASSERT_FALSE(settled.has_value());
  EXPECT_EQ(settled.error().kind, ErrorKind::undecided);
}

TEST_F(Submit, SaysWhatIsWrongBeforeItSends) {
  auto many = intent();
  many.outputs.resize(limits::kOutputsMax + 1);
  EXPECT_EQ(build(rpc_, seed_, many).error().kind, ErrorKind::overflow);
  many = intent();
  many.inputs.resize(limits::kInputsMax + 1);
  EXPECT_EQ(build(rpc_, seed_, many).error().kind, ErrorKind::overflow);
  auto late = intent();
  late.valid_slots = static_cast<std::uint64_t>(-1);
  EXPECT_EQ(build(rpc_, seed_, late).error().kind, ErrorKind::overflow);
}

}  // namespace
}  // namespace aether::client
