#include "aether/faults/rules.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "aether/faults/shaper.hpp"

namespace aether::faults {
namespace {

Faults any_faults() {
  Faults out;
  out.delay_us = *rc::gen::inRange<std::uint64_t>(0, kDelayUsMax + 1);
  out.jitter_us = *rc::gen::inRange<std::uint64_t>(0, out.delay_us + 1);
  out.loss_ppm = *rc::gen::inRange(0U, kMillion + 1);
  out.reorder_ppm = *rc::gen::inRange(0U, kMillion + 1);
  out.duplicate_ppm = *rc::gen::inRange(0U, kMillion + 1);
  return out;
}

Direction any_direction() {
  const auto from = *rc::gen::inRange(0U, kNodesMax);
  return {from, (from + *rc::gen::inRange(1U, kNodesMax)) % kNodesMax};
}

RC_GTEST_PROP(Rules, ComeBackFromTheirText, ()) {
  Rules rules{*rc::gen::arbitrary<std::uint64_t>(), {}, any_faults(), {}, {}};
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
    const Direction gate = any_direction();
    rules.gates.push_back({gate.first, gate.second, *rc::gen::arbitrary<std::uint16_t>(), 7});
    rules.links[any_direction()] = any_faults();
    rules.cuts.insert(any_direction());
  }
  const auto again = rules_from_text(to_text(rules));
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == rules);
}

TEST(Rules, OfAnotherFormAreRefused) {
  const std::string good = to_text(Rules{});
  ASSERT_TRUE(rules_from_text(good));
  for (const std::string line :
       {"gate 0 0 1 2", "gate 0 16 1 2", "gate 0 1 65536 2", "gate 0 1 2", "cut 0", "cut 0 1 2", "cut 0 1\ncut 0 1",
        "link 0 1 10 11 0 0 0", "link 0 1 10 10 1000001 0 0", "link 0 1 60000001 0 0 0 0", "link 0 1 1 1 1 1",
        "wall 0 1", "", "cut 0 -1", "cut 0 x"})
    EXPECT_FALSE(rules_from_text(good + line + "\n")) << line;
  for (const std::string& text : {std::string(), good.substr(0, good.size() - 1), "x" + good,
                                  std::string("aether-faults 2\nseed 1\nall 0 0 0 0 0\n"),
                                  std::string("aether-faults 1\nall 0 0 0 0 0\nseed 1\n")})
    EXPECT_FALSE(rules_from_text(text)) << text;
}

TEST(Partition, CutsBetweenGroupsAndLeavesTheRestTogether) {
  Rules rules;
  rules.partition({{0, 1}, {2, 3}}, 4);
  EXPECT_EQ(rules.cuts.size(), 8U);
  EXPECT_TRUE(rules.is_cut({0, 2}) && rules.is_cut({2, 0}) && !rules.is_cut({0, 1}) && !rules.is_cut({3, 2}));
  rules.partition({{3}}, 4);
  EXPECT_EQ(rules.cuts, (std::set<Direction>{{0, 3}, {1, 3}, {2, 3}, {3, 0}, {3, 1}, {3, 2}}));
  rules.partition({}, 4);
  EXPECT_TRUE(rules.cuts.empty());
}

RC_GTEST_PROP(Shaper, IsAFunctionOfItsSeed, (std::uint64_t seed)) {
  const Faults faults = any_faults();
  Shaper one(seed), other(seed);
  for (std::uint64_t now_us = 0; now_us < 100; ++now_us) {
    const auto a = one.datagram(now_us, faults), b = other.datagram(now_us, faults);
    RC_ASSERT(a.count == b.count);
    RC_ASSERT(a.at_us == b.at_us);
  }
}

RC_GTEST_PROP(Shaper, KeepsOrderAndBoundsOfDelay, (std::uint64_t seed)) {
  Faults faults = any_faults();
  faults.loss_ppm = faults.reorder_ppm = faults.duplicate_ppm = 0;
  Shaper shaper(seed);
  std::uint64_t last_us = 0;
  for (std::uint64_t now_us = 0; now_us < 2 * faults.delay_us; now_us += faults.delay_us / 50 + 1) {
    const auto arrivals = shaper.datagram(now_us, faults);
    RC_ASSERT(arrivals.count == 1U);
    RC_ASSERT(arrivals.at_us[0] >= std::max(last_us, now_us + faults.delay_us - faults.jitter_us));
    RC_ASSERT(arrivals.at_us[0] <= now_us + faults.delay_us + faults.jitter_us);
    last_us = arrivals.at_us[0];
  }
}

TEST(Shaper, LosesAndDoublesAsOftenAsItIsTold) {
  const Faults faults{1'000, 0, 10'000, 0, 50'000};
  Shaper shaper(7);
  int lost = 0, doubled = 0;
  constexpr int kSent = 100'000;
  for (int i = 0; i < kSent; ++i) {
    const auto arrivals = shaper.datagram(0, faults);
    lost += arrivals.count == 0;
    doubled += arrivals.count == 2;
  }
  EXPECT_NEAR(lost, kSent / 100, 150);  // five standard deviations
  EXPECT_NEAR(doubled, kSent * 99 / 100 / 20, 350);
}

TEST(Shaper, OvertakersComeFirst) {
  Shaper shaper(7);
  const auto slow = shaper.datagram(0, {1'000, 0, 0, 0, 0});
  const auto fast = shaper.datagram(0, {1'000, 0, 0, kMillion, 0});
  EXPECT_EQ(slow.at_us[0], 1'000U);
  EXPECT_EQ(fast.at_us[0], 500U);
}

TEST(Shaper, LostBytesOfAStreamComeLaterAndHoldUpThoseBehind) {
  Shaper shaper(7);
  EXPECT_EQ(shaper.bytes(0, 1, {1'000, 0, 0, 0, 0}), 1'000U);
  const std::uint64_t late_us = shaper.bytes(0, 1, {1'000, 0, kMillion, 0, 0});
  EXPECT_EQ(late_us, 3'000U + kResendUs);
  EXPECT_EQ(shaper.bytes(0, 1, {1'000, 0, 0, 0, 0}), late_us);
}

}  // namespace
}  // namespace aether::faults
