#include <gtest/gtest.h>

#include "aether/world/clock.hpp"
#include "aether/world/disk.hpp"
#include "aether/world/network.hpp"
#include "aether/world/trace.hpp"

namespace aether::sim {
namespace {

// xoshiro256** of the state 1, 2, 3, 4 begins with 11520, 0, 1509978240 (the authors' program says so); ours is seeded
// by SplitMix64, whose first output for 0 is the constant below.
TEST(Random, MixesAsSplitMix64Does) {
  EXPECT_EQ(mix(0), 0xe220a8397b1dcdafu);
  EXPECT_EQ(mix(0x9e3779b97f4a7c15u), 0x6e789e6aa1b965f4u);
}

TEST(Random, DrawsAreWithinTheirBoundsAndReachThem) {
  Random random(7);
  std::array<int, 5> seen{};
  for (int i = 0; i < 1'000; ++i) ++seen[random.below(5)];
  for (const int count : seen) EXPECT_GT(count, 100);
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t drawn = random.between(10, 12);
    EXPECT_GE(drawn, 10u);
    EXPECT_LE(drawn, 12u);
  }
  EXPECT_FALSE(random.chance(0));
  EXPECT_TRUE(random.chance(kMillion));
}

TEST(Random, SeedsAndForksDiffer) {
  Random a(1), b(2);
  EXPECT_NE(a.next(), b.next());
  Random fork = a.fork();
  EXPECT_NE(fork.next(), a.next());
}

TEST(EventQueue, IsInTheOrderOfTimeThenOfArrival) {
  EventQueue<int> queue;
  queue.push(5, 1);
  queue.push(3, 2);
  queue.push(5, 3);
  queue.push(3, 4);
  std::vector<int> order;
  while (!queue.empty()) order.push_back(queue.pop().second);
  EXPECT_EQ(order, (std::vector<int>{2, 4, 1, 3}));
}

TEST(Clock, IsInvertedExactly) {
  for (const std::int64_t drift : {-500, -1, 0, 1, 500}) {
    const NodeClock clock(drift, 123'456);
    for (const Micros now : {Micros{0}, Micros{1}, Micros{999'999}, Micros{86'400} * kMillion}) {
      const std::uint64_t shown = clock.steady_us(now);
      const Micros back = clock.when(shown);
      EXPECT_EQ(clock.steady_us(back), shown) << drift << " " << now;
      if (back > 0) {
        EXPECT_LT(clock.steady_us(back - 1), shown) << drift << " " << now;
      }
    }
  }
}

TEST(Clock, ItsWallMayBeSteppedAndSetRight) {
  NodeClock clock(300, 0);
  const Micros now = 1'000 * kMillion;
  clock.step_wall(-2'000);
  EXPECT_EQ(clock.wall_ms(now), NodeClock::kWallStartMs + 1'000'300 - 2'000);
  clock.set_wall_right(now);
  EXPECT_EQ(clock.wall_ms(now), NodeClock::kWallStartMs + 1'000'000);
}

TEST(Network, CutsOneDirectionAndHeals) {
  Network network(2, {}, Random(1));
  network.cut(0, 1, true);
  EXPECT_EQ(network.send(0, 1, 100, 0).loss, Passage::Loss::cut);
  EXPECT_EQ(network.send(1, 0, 100, 0).loss, Passage::Loss::none);
  network.heal();
  EXPECT_EQ(network.send(0, 1, 100, 0).loss, Passage::Loss::none);
}

TEST(Network, LatencyClogAndUplinkAddUp) {
  Network network(2, {.uplink_bytes_s = 1'000'000}, Random(1));
  network.set_latency(0, 1, 10'000, 0);
  EXPECT_EQ(network.send(0, 1, 1'000, 0).arrival, 11'000u);
  const Passage second = network.send(0, 1, 1'000, 0);
  EXPECT_TRUE(second.queued);
  EXPECT_EQ(second.arrival, 12'000u);
  network.clog(0, 1, 50'000);
  EXPECT_EQ(network.send(0, 1, 1'000, 0).arrival, 60'000u);
  EXPECT_EQ(network.send(0, 1, 10'000'000, 10'000).loss, Passage::Loss::none);
  EXPECT_EQ(network.send(0, 1, 1, 20'000).loss, Passage::Loss::lost);  // the uplink is busy for ten seconds
}

TEST(Network, KeepsTheOrderOfALinkWhereItIsTold) {
  for (const bool keeps : {false, true}) {
    Network network(3, {}, Random(7));
    network.set_latency(0, 1, 50'000, 10'000);
    network.set_latency(0, 2, 50'000, 10'000);
    network.keep_order(keeps);
    std::size_t overtaken = 0;
    Micros last = 0;
    for (Micros now = 0; now < 1'000'000; now += 1'000) {
      const Micros arrival = network.send(0, 1, 1, now).arrival;
      EXPECT_GE(arrival, now + 40'000);
      EXPECT_LE(arrival, now + 60'000);
      if (arrival < last) ++overtaken;
      last = std::max(last, arrival);
    }
    EXPECT_EQ(overtaken == 0, keeps);
    EXPECT_LE(network.send(0, 2, 1, 0).arrival, 60'000u);  // another link
  }
}

TEST(Network, LosesAndDoublesAsOftenAsItIsTold) {
  Network network(2, {.loss_pm = 250'000, .duplicate_pm = 500'000}, Random(3));
  int lost = 0, doubled = 0;
  for (int i = 0; i < 4'000; ++i) {
    const Passage passage = network.send(0, 1, 100, 0);
    lost += passage.loss == Passage::Loss::lost ? 1 : 0;
    doubled += passage.second_arrival > 0 ? 1 : 0;
  }
  EXPECT_NEAR(lost, 1'000, 150);
  EXPECT_NEAR(doubled, 1'500, 150);
}

TEST(Disk, WhatWasSyncedIsThereAfterACrash) {
  Random random(5);
  std::size_t kept = 0, lost = 0, torn = 0;
  for (int i = 0; i < 300; ++i) {
    DurableFile<int> file;
    file.write(1);
    file.sync_one();
    file.write(2);
    const auto crash = file.crash(random, true, true);
    ASSERT_TRUE(file.content().has_value());
    EXPECT_EQ(*file.content(), crash.kept == 1 ? 2 : 1);
    kept += crash.kept, lost += crash.lost, torn += crash.torn;
  }
  EXPECT_GT(kept, 50u);
  EXPECT_GT(lost, 50u);
  EXPECT_GT(torn, 50u);
  DurableFile<int> file;
  file.write(1);
  file.lose();
  EXPECT_FALSE(file.content().has_value());
}

TEST(Trace, DependsOnTheOrder) {
  Trace a, b;
  a.note(1, 2);
  b.note(2, 1);
  EXPECT_NE(a.hash(), b.hash());
}

}  // namespace
}  // namespace aether::sim
