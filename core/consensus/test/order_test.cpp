#include "aether/consensus/order.hpp"

#include <set>

#include "../../types/test/validators.hpp"

namespace aether::consensus::testing {
namespace {

using aether::testing::filled;
using aether::testing::Validators;

Epoch epoch_of(const std::vector<u128>& weights) {
  return {0, {filled(5)}, std::make_shared<ValidatorSet>(Validators(weights, 0).set())};
}

Draw draw(const Epoch& epoch, ValidatorIndex validator, std::uint8_t top) {
  Draw out{{}, epoch.validators->at(validator).weight, validator};
  out.draw.bytes[0] = top;
  return out;
}

TEST(SlotOrder, the_fallback_is_a_permutation_that_each_slot_draws_anew) {
  const Epoch epoch = epoch_of({5, 1, 1, 1, 1, 1, 1});
  std::set<std::vector<ValidatorIndex>> seen;
  for (std::uint64_t slot = 1; slot <= 50; ++slot) {
    auto order = fallback_order(epoch, Slot{slot});
    seen.insert(order);
    std::ranges::sort(order);
    EXPECT_EQ(order, aether::testing::range(0, 7));
  }
  EXPECT_GT(seen.size(), 40u);
  EXPECT_EQ(fallback_order(epoch, Slot{9}), fallback_order(epoch, Slot{9}));
}

TEST(SlotOrder, the_first_of_the_fallback_is_drawn_by_stake) {
  const Epoch epoch = epoch_of({u128{6} << 100, u128{3} << 100, u128{1} << 100});
  std::array<int, 3> first{};
  for (std::uint64_t slot = 1; slot <= 2'000; ++slot) ++first[fallback_order(epoch, Slot{slot})[0]];
  EXPECT_NEAR(first[0], 1'200, 100);
  EXPECT_NEAR(first[1], 600, 100);
  EXPECT_NEAR(first[2], 200, 60);
}

// The order, by its definition: H(η ‖ slot ‖ k) as a big-endian number modulo the weight that is left.
TEST(SlotOrder, the_fallback_follows_its_definition) {
  const Epoch epoch = epoch_of({1, 1});
  for (std::uint64_t slot = 1; slot <= 20; ++slot) {
    Bytes message(epoch.randomness.bytes.begin(), epoch.randomness.bytes.end());
    for (int i = 0; i < 8; ++i) message.push_back(static_cast<std::uint8_t>(slot >> (8 * i)));
    message.resize(message.size() + 8);
    const Hash ticket = crypto::tagged_hash("aether/fallback", message);
    EXPECT_EQ(fallback_order(epoch, Slot{slot})[0], ticket.bytes[31] % 2);
  }
}

// Of weights in one word, and of larger ones, where the number modulo 7·2^104 is told by that of its upper 152 bits.
TEST(SlotOrder, the_fallback_is_reduced_exactly_whatever_the_weight) {
  for (const bool large : {false, true}) {
    const u128 unit = large ? u128{1} << 104 : 1;
    const Epoch epoch = epoch_of({3 * unit, 4 * unit});
    for (std::uint64_t slot = 1; slot <= 40; ++slot) {
      Bytes message(epoch.randomness.bytes.begin(), epoch.randomness.bytes.end());
      for (int i = 0; i < 8; ++i) message.push_back(static_cast<std::uint8_t>(slot >> (8 * i)));
      message.resize(message.size() + 8);
      const Hash ticket = crypto::tagged_hash("aether/fallback", message);
      unsigned rest = 0;
      for (std::size_t i = 0; i < (large ? 19u : 32u); ++i) rest = (rest * 256 + ticket.bytes[i]) % 7;
      EXPECT_EQ(fallback_order(epoch, Slot{slot})[0], rest < 3 ? 0 : 1) << large << " " << slot;
    }
  }
}

TEST(SlotOrder, eligible_proposers_come_first_and_by_draw_over_stake) {
  const Epoch epoch = epoch_of({1, 1, 2, 1});
  const SlotOrder order(epoch, Slot{3}, {});
  // Eligible: 5·U·5 < 4·stake·2^256, so U below 0.16 of 2^256 for a stake of 1, below 0.32 for 2.
  const Draw low = draw(epoch, 0, 10), high = draw(epoch, 1, 30), heavy = draw(epoch, 2, 50),
             fallback = draw(epoch, 3, 60);
  EXPECT_TRUE(order.before(low, heavy));
  EXPECT_TRUE(order.before(heavy, high));  // 50/2 before 30/1
  EXPECT_TRUE(order.before(high, fallback));
  EXPECT_FALSE(order.before(fallback, low));
}

TEST(SlotOrder, a_delay_counts_the_claims_held_that_stand_before) {
  const Epoch epoch = epoch_of({1, 1, 2, 1, 1});
  const Draw low = draw(epoch, 0, 10), high = draw(epoch, 1, 30), heavy = draw(epoch, 2, 50);
  const SlotOrder all(epoch, Slot{3}, {heavy, low, high});
  EXPECT_EQ(all.delay(low), 0u);
  EXPECT_EQ(all.delay(heavy), 1u);
  EXPECT_EQ(all.delay(high), 2u);
  const SlotOrder some(epoch, Slot{3}, {high});
  EXPECT_EQ(some.delay(low), 0u);  // what came later delays nobody, and is not delayed by what it stands before
  EXPECT_EQ(some.delay(high), 0u);
}

TEST(SlotOrder, the_fallback_waits_for_all_claims_held_and_for_those_before_it_that_hold_none) {
  const Epoch epoch = epoch_of({1, 1, 1, 1, 1});
  for (std::uint64_t slot = 1; slot <= 20; ++slot) {
    const auto fallback = fallback_order(epoch, Slot{slot});
    const Draw claim = draw(epoch, fallback[1], 10);
    const SlotOrder order(epoch, Slot{slot}, {claim});
    EXPECT_EQ(order.delay(draw(epoch, fallback[0], 250)), 1u);
    EXPECT_EQ(order.delay(draw(epoch, fallback[2], 250)), 2u);
    EXPECT_EQ(order.delay(draw(epoch, fallback[3], 250)), 3u);
    EXPECT_EQ(order.delay(draw(epoch, fallback[4], 250)), 4u);
  }
}

RC_GTEST_PROP(SlotOrder, is_total_and_delays_never_fall_along_it,
              (std::uint64_t slot, std::vector<std::uint8_t> tops)) {
  static const Epoch epoch = epoch_of({4, 1, 2, 1, 3, 1});
  std::vector<Draw> draws, held;
  for (ValidatorIndex i = 0; i < 6; ++i) {
    draws.push_back(draw(epoch, i, i < tops.size() ? tops[i] : static_cast<std::uint8_t>(slot >> i)));
    if (is_eligible(draws.back(), epoch.validators->total()) && (slot >> (8 + i) & 1) != 0)
      held.push_back(draws.back());
  }
  const SlotOrder order(epoch, Slot{slot}, held);
  std::ranges::stable_sort(draws, [&](const Draw& a, const Draw& b) { return order.before(a, b); });
  for (std::size_t i = 0; i + 1 < draws.size(); ++i) {
    RC_ASSERT(order.before(draws[i], draws[i + 1]));
    RC_ASSERT(!order.before(draws[i + 1], draws[i]));
    RC_ASSERT(order.delay(draws[i]) <= order.delay(draws[i + 1]));
  }
}

}  // namespace
}  // namespace aether::consensus::testing
