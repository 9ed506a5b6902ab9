// Reading the chain, sending to it and following it, over HTTP.
#include <gtest/gtest.h>

#include "../../api/test/memory_chain.hpp"
#include "../../client/test/scripted_server.hpp"
#include "aether/mesh/chain_reader.hpp"
#include "aether/mesh/follower.hpp"
#include "aether/mesh/observer.hpp"
#include "aether/mesh/sender.hpp"
#include "aether/vcr/shape.hpp"

namespace aether::mesh::testing {
namespace {

using api::testing::MemoryChain;
using client::testing::ok;
using client::testing::ScriptedServer;

class Chain : public ::testing::Test {
 protected:
  std::string answer(const std::string& body) {
    const std::lock_guard lock(mutex_);
    if (refuse_ > 0 && body.find("sendRaw") != std::string::npos) {
      --refuse_;
      const int code = api::info(api::ErrorCode::rejected_transaction).number;
      return ok(R"({"jsonrpc":"2.0","id":1,"error":{"code":)" + std::to_string(code) +
                R"(,"message":"taken","data":{"reason":"nonce_repeated"}}})");
    }
    std::string out = ok(api::dispatch(*chain_, body));
    if (lose_ && body.find("sendRaw") != std::string::npos) {
      lose_ = false;
      out.resize(10);  // taken, but the answer is cut off
    }
    return out;
  }
  void seal(std::uint32_t slots) {
    const std::lock_guard lock(mutex_);
    (void)static_cast<api::ChainService&>(*chain_).handle(api::DevSeal{slots});
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    chain_ = std::make_unique<MemoryChain>();
  }
  void send(agents::SendId id, std::optional<Slot> last = std::nullopt) {
    sender_.add({id, programs::Settle{Hash{{static_cast<std::uint8_t>(id)}}}, Hash{}, last}, Slot{1});
  }

  std::mutex mutex_;
  std::unique_ptr<MemoryChain> chain_ = std::make_unique<MemoryChain>();
  int refuse_ = 0;
  bool lose_ = false;
  ScriptedServer server_{[this](const std::string& body) { return answer(body); }};
  client::Rpc rpc_{server_.url()};
  Sender sender_{rpc_, crypto::Seed{}, 10};
  ChainReader reader_{rpc_};
};

TEST_F(Chain, SeveralTransactionsAreOnTheirWayAtOnce) {
  send(1);
  send(2);
  ASSERT_TRUE(sender_.pump(Slot{1}));
  ASSERT_TRUE(sender_.pump(Slot{1}));
  EXPECT_TRUE(sender_.take_ended(Slot{100}).empty());
  seal(1);
  ASSERT_TRUE(sender_.pump(Slot{2}));
  EXPECT_TRUE(sender_.take_ended(Slot{1}).empty());  // not before the tip is there
  const auto ended = sender_.take_ended(Slot{2});
  ASSERT_EQ(ended.size(), 2U);
  EXPECT_EQ(ended[0].id, 1U);
  EXPECT_EQ(ended[0].code, kSuccess);
  EXPECT_EQ(ended[0].slot, Slot{2});
  EXPECT_EQ(ended[0].nonce + 1, ended[1].nonce);
  EXPECT_TRUE(sender_.take_ended(Slot{2}).empty());
}

TEST_F(Chain, WhatNoBlockTookHasExpired) {
  send(1);
  ASSERT_TRUE(sender_.pump(Slot{1}));
  seal(11);
  ASSERT_TRUE(sender_.pump(Slot{12}));
  const auto ended = sender_.take_ended(Slot{12});
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_FALSE(ended[0].code.has_value());
}

TEST_F(Chain, WhatIsHeldBackExpiresUnsent) {
  send(1, Slot{3});
  int asked = 0;
  const Sender::Gate closed = [&](programs::EscrowInstruction&) { return ++asked == 0; };
  ASSERT_TRUE(sender_.pump(Slot{1}, closed));
  ASSERT_TRUE(sender_.pump(Slot{2}, closed));
  EXPECT_TRUE(sender_.take_ended(Slot{2}).empty());
  ASSERT_TRUE(sender_.pump(Slot{3}, closed));
  EXPECT_EQ(asked, 2);
  const auto ended = sender_.take_ended(Slot{3});
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_FALSE(ended[0].code.has_value());
}

TEST_F(Chain, NothingMayStandAfterItsLastSlot) {
  send(1, Slot{4});
  ASSERT_TRUE(sender_.pump(Slot{1}));
  seal(4);
  ASSERT_TRUE(sender_.pump(Slot{5}));
  const auto ended = sender_.take_ended(Slot{5});
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_FALSE(ended[0].code.has_value());
}

TEST_F(Chain, WhatTheChainForgotIsSentAgain) {
  send(1);
  ASSERT_TRUE(sender_.pump(Slot{1}));
  forget();
  ASSERT_TRUE(sender_.pump(Slot{1}));
  seal(1);
  ASSERT_TRUE(sender_.pump(Slot{2}));
  const auto ended = sender_.take_ended(Slot{2});
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].code, kSuccess);
}

TEST_F(Chain, AnAnswerThatIsLostMakesNoSecondTransaction) {
  send(1);
  lose_ = true;
  ASSERT_TRUE(sender_.pump(Slot{1}));
  EXPECT_FALSE(lose_);
  seal(1);
  ASSERT_TRUE(sender_.pump(Slot{2}));
  const auto ended = sender_.take_ended(Slot{2});
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].nonce, 1U);
}

TEST_F(Chain, ANonceThatAnEarlierLifeLeftWaitingIsSkipped) {
  refuse_ = 2;
  send(1);
  ASSERT_TRUE(sender_.pump(Slot{1}));
  seal(1);
  ASSERT_TRUE(sender_.pump(Slot{2}));
  const auto ended = sender_.take_ended(Slot{2});
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].nonce, 3U);
}

TEST_F(Chain, WhatTheChainRefusesIsTriedAgainUntilItExpires) {
  refuse_ = 1'000;
  send(1, Slot{3});
  ASSERT_TRUE(sender_.pump(Slot{1}));
  EXPECT_FALSE(sender_.complaint().empty());
  EXPECT_TRUE(sender_.take_ended(Slot{1}).empty());
  ASSERT_TRUE(sender_.pump(Slot{3}));
  EXPECT_EQ(sender_.take_ended(Slot{3}).size(), 1U);
}

TEST_F(Chain, EveryLivingJobIsRead) {
  for (std::uint8_t i = 1; i <= 250; ++i) {
    programs::JobObject object;
    if (i % 5 == 0) object.state = programs::ClosedJob{};
    chain_->put_job(Hash{{i}}, object);
  }
  const auto jobs = reader_.living_jobs();
  ASSERT_TRUE(jobs.has_value()) << jobs.error().message;
  EXPECT_EQ(jobs->size(), 200U);
  EXPECT_FALSE(jobs->contains(Hash{{5}}));
  const auto closed = reader_.job(Hash{{5}}), none = reader_.job(Hash{{251}});
  ASSERT_TRUE(closed && none);
  EXPECT_TRUE(closed->has_value());
  EXPECT_FALSE(none->has_value());
}

TEST_F(Chain, AnObservationShowsAClosedJobOnceToWhoTracksIt) {
  const Hash tracked{{1}}, other{{2}};
  Observer observer(reader_, Address{});
  const auto observe = [&] {
    const auto chain = rpc_.call(api::GetChainId{});
    auto seen = observer.observe(*chain, [&](const Hash& job) { return job == tracked; });
    EXPECT_TRUE(seen.has_value());
    return std::move(*seen);
  };
  for (const Hash& job : {tracked, other}) chain_->put_job(job, {});
  const auto first = observe();
  EXPECT_EQ(first->observation.jobs.size(), 2U);
  EXPECT_TRUE(first->observation.balance.swr == 7 * kAmountUnit);
  EXPECT_NE(first->living(other), nullptr);
  for (const Hash& job : {tracked, other}) chain_->put_job(job, {1, programs::ClosedJob{}});
  const auto second = observe();
  EXPECT_EQ(second->observation.jobs.size(), 1U);
  EXPECT_NE(second->find(tracked), nullptr);
  EXPECT_EQ(second->living(tracked), nullptr);
  EXPECT_TRUE(observe()->jobs.empty());
}

TEST(ChainThatLies, CannotKeepAReaderAskingForEver) {
  const std::string next = to_hex0x(Hash{{1}}.bytes), hash = to_hex0x(Hash{}.bytes);
  ScriptedServer server([&](const std::string&) {
    return ok(R"({"jsonrpc":"2.0","id":1,"result":{"at":{"slot":"1","hash":")" + hash +
              R"(","final":true},"jobs":[],"next":")" + next + "\"}}");
  });
  const auto jobs = ChainReader(client::Rpc(server.url())).living_jobs();
  ASSERT_FALSE(jobs.has_value());
  EXPECT_EQ(jobs.error().kind, client::ErrorKind::bad_answer);
}

TEST_F(Chain, TokensComeFromTheTransactionsAndMatchTheJob) {
  const std::vector<std::uint32_t> prompt{3, 1, 4}, output{1, 5};
  const crypto::Seed seed;
  const auto put = [&](const programs::EscrowInstruction& instruction) {
    client::Intent intent;
    intent.call = programs::make_call(instruction);
    const auto built = client::build(rpc_, seed, intent);
    return *client::send(rpc_, *built);
  };
  const Hash post = put(programs::Post{{}, prompt});
  const programs::SubmitVcr submitted{Hash{{1}}, {}, output};
  const Hash submit = put(submitted);
  const Hash request_root = vcr::token_root(prompt), output_root = vcr::token_root(output);
  EXPECT_EQ(*reader_.prompt(post, request_root), prompt);
  EXPECT_EQ(*reader_.handed_in(submit, output_root), submitted);

  EXPECT_FALSE(reader_.prompt(post, output_root));
  EXPECT_FALSE(reader_.prompt(submit, output_root));
  EXPECT_FALSE(reader_.prompt(Hash{{9}}, request_root));
  EXPECT_FALSE(reader_.handed_in(submit, request_root));
  EXPECT_FALSE(reader_.handed_in(post, request_root));
}

class Follow : public Chain {
 protected:
  Result<void, std::string> follow_until(std::function<bool(const api::GetChainIdAnswer&)> done) {
    return follow(rpc_, bell_, events_,
                  [&](const api::GetChainIdAnswer& chain) -> client::Outcome<void> {
                    if (done(chain)) bell_.stop();
                    return {};
                  },
                  {.poll_ms = 1, .backoff_ms_max = 4});
  }
  Bell bell_;
  Events events_{false};
};

TEST_F(Follow, CallsOnceForEachBlockAndWhenItIsRung) {
  std::vector<std::uint64_t> slots;
  // Each call makes the chain go on, but for the second, after which only the bell brings another.
  const auto followed = follow_until([&](const api::GetChainIdAnswer& chain) {
    slots.push_back(chain.at.slot.raw());
    if (slots.size() == 2) {
      bell_.ring();
    } else {
      seal(1);
    }
    return slots.size() == 4;
  });
  EXPECT_TRUE(followed.has_value());
  EXPECT_EQ(slots, (std::vector<std::uint64_t>{1, 2, 2, 3}));
}

TEST_F(Follow, TriesAgainWhatFailed) {
  int calls = 0;
  const auto followed =
      follow(rpc_, bell_, events_,
             [&](const api::GetChainIdAnswer&) -> client::Outcome<void> {
               if (++calls == 3) bell_.stop();
               return fail(client::Error{
                   calls == 1 ? client::ErrorKind::unreachable : client::ErrorKind::bad_answer, "planted", {}, {}});
             },
             {.poll_ms = 1, .backoff_ms_max = 4});
  EXPECT_TRUE(followed.has_value());
  EXPECT_EQ(calls, 3);
}

}  // namespace
}  // namespace aether::mesh::testing
