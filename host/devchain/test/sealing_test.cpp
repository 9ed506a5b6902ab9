// When blocks are made.
#include <gtest/gtest.h>

#include "local_chain.hpp"

namespace aether::devchain {
namespace {

using testing::eventually;
using testing::LocalChain;
using testing::user_seed;

TEST(Sealing, AtAnIntervalComeEmptyBlocksToo) {
  LocalChain local({.seal_interval_ms = 1});
  ASSERT_TRUE(eventually([&] { return local.tip() >= Slot{3}; }));
  const Hash id = local.send_ok(sign(local.transfer(0, 1), user_seed(0)));
  ASSERT_TRUE(eventually([&] { return local.status(id) == api::TransactionStatus::executed; }));
  const Slot slot = local.receipt(id).place->slot;
  ASSERT_TRUE(eventually([&] { return local.tip() > slot; }));
  EXPECT_TRUE(local.dev.handle(api::GetBlockByNumber{Slot{1}})->transactions.empty());
  EXPECT_EQ(local.dev.handle(api::GetBlockByNumber{slot})->transactions, std::vector<Hash>{id});
}

TEST(Sealing, OnDemandABlockComesForEachWaitingTransactionAndNoOther) {
  LocalChain local({.seal_interval_ms = std::nullopt});
  for (std::uint64_t n = 1; n <= 5; ++n) {
    const Hash id = local.send_ok(sign(local.transfer(0, n), user_seed(0)));
    ASSERT_TRUE(eventually([&] { return local.status(id) == api::TransactionStatus::executed; }));
    EXPECT_EQ(local.tip(), Slot{n});
  }
}

TEST(Sealing, OnDemandWhatDoesNotFitFollowsInTheNextBlocks) {
  LocalChain local({.seal_interval_ms = std::nullopt});
  std::vector<Hash> sent;
  for (std::uint64_t n = 1; n <= 8; ++n) {
    TransactionBody body = local.transfer(n % 4, n);
    body.gas_limit = Gas{150'000'000};  // six fill a block
    body.max_fee = 301 * kAmountUnit;
    sent.push_back(local.send_ok(sign(std::move(body), user_seed(n % 4))));
  }
  for (const Hash& id : sent)
    ASSERT_TRUE(eventually([&] { return local.status(id) == api::TransactionStatus::executed; }));
  EXPECT_GE(local.tip(), Slot{2});
  EXPECT_EQ(local.pending(), 0U);
}

TEST(Sealing, DevSealMakesThatManyBlocksInEveryMode) {
  for (const auto interval : {std::optional<std::uint64_t>(testing::kHour), std::optional<std::uint64_t>()}) {
    LocalChain local({.seal_interval_ms = interval});
    const Hash id = interval ? local.send_ok(sign(local.transfer(0, 1), user_seed(0))) : Hash{};
    EXPECT_EQ(local.seal(3), Slot{3});
    EXPECT_EQ(local.tip(), Slot{3});
    if (interval) {
      EXPECT_EQ(local.receipt(id).place->slot, Slot{1});
    }
    EXPECT_EQ(local.rpc_error("dev_seal", {{"slots", 0}}), "invalid_params:out_of_range");
    EXPECT_EQ(local.rpc_error("dev_seal", {{"slots", 10'001}}), "invalid_params:out_of_range");
  }
}

TEST(Sealing, TimeIsTheClocksOrTheParentsPlusOne) {
  LocalChain local;
  const auto time = [&] { return local.dev.handle(api::GetHealth{})->time_ms; };
  local.seal();
  EXPECT_EQ(time(), 1'000U);
  local.seal(2);
  EXPECT_EQ(time(), 1'002U);
  local.clock.set_ms(5);
  local.seal();
  EXPECT_EQ(time(), 1'003U);
  local.clock.set_ms(9'000);
  local.seal();
  EXPECT_EQ(time(), 9'000U);
}

TEST(Sealing, AfterStopNothingIsTakenOrSealedAndEverythingCanBeRead) {
  LocalChain local({.seal_interval_ms = 1});
  ASSERT_TRUE(eventually([&] { return local.tip() >= Slot{1}; }));
  local.dev.stop();
  const Slot tip = local.tip();
  EXPECT_EQ(local.send_error(sign(local.transfer(0, 1), user_seed(0))), "shutting_down");
  EXPECT_EQ(local.rpc_error("dev_seal", {{"slots", 1}}), "shutting_down");
  EXPECT_EQ(local.dev.handle(api::GetHealth{})->status, api::HealthStatus::stopping);
  EXPECT_EQ(local.dev.handle(api::GetBlockByNumber{})->at.slot, tip);
}

TEST(Sealing, StopEndsALongDevSeal) {
  LocalChain local;
  std::optional<api::Answer<api::SlotAnswer>> answer;
  std::thread caller([&] { answer = local.dev.handle(api::DevSeal{api::kSealSlotsMax}); });
  EXPECT_TRUE(eventually([&] { return local.tip() >= Slot{2}; }));
  local.dev.stop();
  caller.join();
  ASSERT_TRUE(answer);
  if (*answer) {
    EXPECT_EQ(local.tip(), Slot{api::kSealSlotsMax});
  } else {
    EXPECT_EQ((*answer).error().code, api::ErrorCode::shutting_down);
    EXPECT_LT(local.tip(), Slot{api::kSealSlotsMax});
  }
}

}  // namespace
}  // namespace aether::devchain
