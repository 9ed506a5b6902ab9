// What the methods of contracts answer.
#include <gtest/gtest.h>

#include "local_chain.hpp"

namespace aether::query {
namespace {

using testing::LocalChain;

constexpr Hash kNobody{{7}};

TEST(Contracts, WhatIsNotThereIsSaidToBe) {
  LocalChain local;
  const boost::json::string id(to_hex0x(kNobody.bytes));
  EXPECT_EQ(local.rpc_error("aeth_call", {{"contract", id}, {"input", "0x"}}), "not_found");
  EXPECT_EQ(local.rpc_error("aeth_getContract", {{"contract", id}}), "not_found");
  EXPECT_EQ(local.rpc_error("aeth_getCode", {{"code", id}}), "not_found");
  const auto entry = local.ask(api::GetStorage{kNobody, {}});
  ASSERT_TRUE(entry);
  EXPECT_FALSE(entry->value);
}

TEST(Logs, AChainWithoutAnyIsLookedThroughInBoundedSteps) {
  LocalChain local;
  for (int i = 0; i < 3; ++i) local.seal(400);
  api::GetLogs request;
  const auto first = local.ask(request);
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->logs.empty());
  EXPECT_EQ(first->next, (api::LogPlace{Slot{api::kLogBlocksMax}, 0, 0}));
  request.first = *first->next;
  EXPECT_FALSE(local.ask(request)->next);
  request = {};
  request.last = Slot{api::kLogBlocksMax - 1};
  EXPECT_FALSE(local.ask(request)->next);
  request.first.slot = Slot{5'000};
  request.last = Slot{9'000};
  EXPECT_FALSE(local.ask(request)->next);
}

}  // namespace
}  // namespace aether::query
