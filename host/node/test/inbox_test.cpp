#include "inbox.hpp"

#include <gtest/gtest.h>

namespace aether::node {
namespace {

constexpr std::size_t kWaiting = 1'000;

void put(Inbox& inbox, Urgency urgency, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    inbox.put(urgency, {replica::Timer{}, {}, static_cast<std::uint64_t>(urgency)});
}
// By urgency, which each item carries.
std::array<std::size_t, kUrgencies> take(Inbox& inbox) {
  std::vector<Item> items;
  EXPECT_TRUE(inbox.take(items, Inbox::Time::min()));
  std::array<std::size_t, kUrgencies> counts{};
  std::uint64_t last = 0;
  for (const Item& item : items) {
    EXPECT_GE(item.life, last) << "the most urgent first";
    last = item.life;
    ++counts[item.life];
  }
  return counts;
}

TEST(Inbox, AVoteWaitsForFewOfTheTransactionsThatCameBefore) {
  Inbox inbox;
  constexpr std::size_t kMessages = 50;
  for (std::size_t i = 0; i < kMessages; ++i) {
    Gossip gossip;
    gossip.transactions.assign(replica::kGossipTransactionsMax, Transaction{});
    inbox.put(Urgency::others, {std::move(gossip), {}, static_cast<std::uint64_t>(Urgency::others)});
  }
  EXPECT_EQ(take(inbox)[static_cast<std::size_t>(Urgency::others)], 2u);
  put(inbox, Urgency::consensus, 1);
  const auto taken = take(inbox);
  EXPECT_EQ(taken[static_cast<std::size_t>(Urgency::consensus)], 1u);
  EXPECT_EQ(taken[static_cast<std::size_t>(Urgency::others)], 2u);
}

TEST(Inbox, NothingWaitsForEver) {
  Inbox inbox;
  std::array<std::size_t, kUrgencies> taken{};
  for (std::size_t urgency = 0; urgency < kUrgencies; ++urgency) put(inbox, static_cast<Urgency>(urgency), kWaiting);
  for (bool is_done = false; !is_done;) {
    const auto counts = take(inbox);
    is_done = true;
    for (std::size_t urgency = 0; urgency < kUrgencies; ++urgency) {
      EXPECT_TRUE(counts[urgency] > 0 || taken[urgency] == kWaiting) << urgency;
      taken[urgency] += counts[urgency];
      is_done = is_done && taken[urgency] == kWaiting;
    }
  }
}

TEST(Inbox, WhatIsClosedTakesNothingAndGivesNothing) {
  Inbox inbox;
  put(inbox, Urgency::consensus, 1);
  inbox.close();
  EXPECT_FALSE(inbox.put(Urgency::consensus, {replica::Timer{}}));
  std::vector<Item> items;
  EXPECT_FALSE(inbox.take(items, Inbox::Time::max()));
}

}  // namespace
}  // namespace aether::node
