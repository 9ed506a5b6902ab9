#include "aether/mempool/rank.hpp"

#include "support.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace aether::mempool {
namespace {

using namespace testing;

TEST(Rank, TheWeightIsTheLargerPartOfABlockRoundedUp) {
  BlockParams block;
  TransactionBody body = transfer(0, 1);
  const VerifiedTransaction small = made(body);
  block.bytes_max = static_cast<std::uint32_t>(2 * small.byte_size());
  block.gas_max = 3 * body.gas_limit.raw();
  EXPECT_EQ(weight(block, small), kWholeBlock / 2);
  block.gas_max = body.gas_limit.raw();
  EXPECT_EQ(weight(block, small), kWholeBlock);
  block.gas_max = 3 * body.gas_limit.raw() / 2;
  EXPECT_EQ(weight(block, small), 2 * kWholeBlock / 3 + 1);
  block = {};
  block.bytes_max = ~std::uint32_t{0};
  body.gas_limit = Gas{0};
  EXPECT_EQ(weight(block, made(body)), small.byte_size() + 1);
}

TEST(Rank, ThePriceIsThePriorityFeeOfAThirtySecondOfABlock) {
  BlockParams block;
  TransactionBody body = transfer(0, 1, 77);
  block.gas_max = 32 * body.gas_limit.raw();
  EXPECT_EQ(price(block, made(body)), 77U);
  block.gas_max = 64 * body.gas_limit.raw();
  EXPECT_EQ(price(block, made(body)), 154U);
  body.priority_fee = ledger::kAmountMax;
  block.gas_max = ~std::uint64_t{0};
  block.bytes_max = ~std::uint32_t{0};
  EXPECT_GT(price(block, made(body)), ledger::kAmountMax);
}

TEST(Rank, TheDearerStandsFirstAndOfEqualsTheEarlier) {
  EXPECT_LT((Rank{2, 9}), (Rank{1, 1}));
  EXPECT_LT((Rank{2, 1}), (Rank{2, 2}));
  EXPECT_FALSE((Rank{2, 2}) < (Rank{2, 2}));
}

RC_GTEST_PROP(Rank, WhatIsAffordableIsExactlyWhatCoversTheFee, ()) {
  FeeParams fees;
  fees.base = *rc::gen::inRange<std::uint64_t>(0, 30'000);
  fees.per_byte = *rc::gen::inRange<std::uint64_t>(0, 3);
  fees.per_step = *rc::gen::inRange<std::uint64_t>(0, 3);
  TransactionBody body = transfer(0, 1, *rc::gen::inRange<std::uint64_t>(0, 1'000));
  body.max_fee = *rc::gen::inRange<std::uint64_t>(0, 4'000'000);
  const VerifiedTransaction tx = made(body);
  RC_PRE(ledger::covers_fee(fees, tx, ledger::kMultiplierAtRest));
  const auto most = affordable(fees, tx);
  RC_ASSERT(ledger::covers_fee(fees, tx, most));
  RC_ASSERT(most == ledger::kMultiplierHighest || !ledger::covers_fee(fees, tx, ledger::Multiplier{most.raw() + 1}));
}

}  // namespace
}  // namespace aether::mempool
