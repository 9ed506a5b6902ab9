#include "aether/rpc/rate_limiter.hpp"

#include <gtest/gtest.h>

namespace aether::rpc {
namespace {

using std::chrono::milliseconds;
const RateLimiter::Clock::time_point kBegin{std::chrono::hours(1)};

TEST(RateLimiter, GivesABurstAndThenTheRate) {
  RateLimiter limiter({.per_client = 10, .per_token = 0});
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(limiter.take("10.0.0.1", false, 1, kBegin)) << i;
  EXPECT_EQ(limiter.take("10.0.0.1", false, 1, kBegin), 100U);
  EXPECT_EQ(limiter.take("10.0.0.1", false, 5, kBegin), 500U);
  EXPECT_FALSE(limiter.take("10.0.0.2", false, 20, kBegin));  // another client
  EXPECT_EQ(limiter.take("10.0.0.1", false, 1, kBegin + milliseconds(40)), 60U);
  EXPECT_FALSE(limiter.take("10.0.0.1", false, 1, kBegin + milliseconds(100)));
  EXPECT_EQ(limiter.take("10.0.0.1", false, 1, kBegin + milliseconds(100)), 100U);
  // A long time fills it, and not more.
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(limiter.take("10.0.0.1", false, 1, kBegin + std::chrono::hours(90'000)));
  EXPECT_TRUE(limiter.take("10.0.0.1", false, 1, kBegin + std::chrono::hours(90'000)));
}

TEST(RateLimiter, WhatCostsMoreThanABucketHoldsIsTakenFromAFullOne) {
  RateLimiter limiter({.per_client = 10, .per_token = 0});
  EXPECT_FALSE(limiter.take("10.0.0.1", false, 1'000, kBegin));
  EXPECT_EQ(limiter.take("10.0.0.1", false, 1'000, kBegin), 2'000U);
  EXPECT_FALSE(limiter.take("10.0.0.1", false, 1'000, kBegin + milliseconds(2'000)));
}

TEST(RateLimiter, TellsClientsApartByAddressAndBySubnetOfIpv6) {
  RateLimiter limiter({.per_client = 1, .per_token = 0});
  EXPECT_FALSE(limiter.take("2001:db8::1", false, 2, kBegin));
  EXPECT_TRUE(limiter.take("2001:db8::ffff:2", false, 2, kBegin));
  EXPECT_FALSE(limiter.take("2001:db8:0:1::1", false, 2, kBegin));
  for (const char* loopback : {"127.0.0.1", "127.9.9.9", "::1"})
    for (int i = 0; i < 10; ++i) EXPECT_FALSE(limiter.take(loopback, false, 2, kBegin));
  RateLimiter strict({.per_client = 1, .per_token = 0, .spares_loopback = false});
  EXPECT_FALSE(strict.take("127.0.0.1", false, 2, kBegin));
  EXPECT_TRUE(strict.take("127.0.0.1", false, 2, kBegin));
}

TEST(RateLimiter, HoldersOfTheTokenShareABucketAndNothingIsTakenWhereOneLacks) {
  RateLimiter limiter({.per_client = 0, .per_token = 2});
  const auto now = RateLimiter::Clock::now();
  EXPECT_FALSE(limiter.take("10.0.0.1", true, 2, now));
  EXPECT_FALSE(limiter.take("127.0.0.1", true, 2, now));
  EXPECT_TRUE(limiter.take("10.0.0.3", true, 1, now));
  EXPECT_FALSE(limiter.take("10.0.0.3", false, 100, now));
  RateLimiter both({.per_client = 1, .per_token = 2});
  EXPECT_FALSE(both.take("10.0.0.1", true, 2, now));
  EXPECT_TRUE(both.take("10.0.0.1", true, 1, now));   // the client's is empty,
  EXPECT_FALSE(both.take("10.0.0.2", true, 2, now));  // and the token's was spared
}

TEST(RateLimiter, RemembersOnlySoManyAddresses) {
  RateLimiter limiter({.per_client = 1, .per_token = 0});
  EXPECT_FALSE(limiter.take("10.0.0.1", false, 2, kBegin));
  for (std::size_t i = 0; i < RateLimiter::kAddressesMax + 10; ++i) {
    EXPECT_FALSE(limiter.take(
        "10." + std::to_string(1 + i / 65'536) + "." + std::to_string(i / 256 % 256) + "." + std::to_string(i % 256),
        false, 1, kBegin));
    if (i % 1'000 > 0) continue;
    EXPECT_TRUE(limiter.take("10.0.0.1", false, 2, kBegin)) << i;  // who asks is not forgotten
  }
  EXPECT_EQ(limiter.addresses(), RateLimiter::kAddressesMax);
}

}  // namespace
}  // namespace aether::rpc
