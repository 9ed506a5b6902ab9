#include "aether/types/claim.hpp"

#include "validators.hpp"
#include "wide.hpp"

namespace aether {
namespace {

using namespace testing;

const Lottery kLottery{kChain, Hash{filled(0xe7)}, Slot{12}};

RC_GTEST_PROP(Claim, round_trips, (std::uint64_t seed)) { round_trips<Claim>(seed); }

TEST(Claim, alpha_is_a_tagged_hash_of_chain_randomness_and_slot) {
  EXPECT_EQ(to_hex(vrf_alpha(kLottery).bytes), "b1b73bb0770239a662c2d0fc0d042379291634c04fb58078f03ca046f6cf3597");
}

struct ClaimScene : ::testing::Test {
  Validators validators{{10, 20, 30}};
  Claim claim = make_claim(kLottery, 1, validators.secrets(1).vrf);

  std::optional<ClaimError> refusal(const Claim& changed, const Lottery& lottery = kLottery) const {
    const auto single = verify_claim(changed, lottery, validators.set());
    SerialPool pool;
    const auto batch = verify_claims({&changed, 1}, lottery, validators.set(), {}, pool);
    EXPECT_EQ(batch.size(), 1u);
    EXPECT_EQ(batch[0].has_value(), single.has_value());
    if (single) return std::nullopt;
    EXPECT_EQ(batch[0].error(), single.error());
    return single.error();
  }
};

TEST_F(ClaimScene, verifies_and_draws_the_first_32_bytes_of_the_output) {
  const auto verified = verify_claim(claim, kLottery, validators.set());
  ASSERT_TRUE(verified.has_value());
  const auto output = crypto::vrf_proof_to_hash(claim.proof);
  EXPECT_EQ(verified->facts().output, *output);
  EXPECT_TRUE(std::equal(output->begin(), output->begin() + 32, verified->facts().draw.bytes.begin()));
}

TEST_F(ClaimScene, each_refusal_has_its_own_error) {
  const auto with = [&](auto change) {
    Claim changed = claim;
    change(changed);
    return refusal(changed);
  };
  EXPECT_EQ(with([](Claim& c) { c.slot = Slot{13}; }), ClaimError::other_slot);
  EXPECT_EQ(with([](Claim& c) { c.validator = 3; }), ClaimError::unknown_validator);
  EXPECT_EQ(with([](Claim& c) { c.validator = 2; }), ClaimError::wrong_proof);
  EXPECT_EQ(with([](Claim& c) { std::fill_n(c.proof.begin(), 32, std::uint8_t{0xff}); }), ClaimError::bad_gamma);
  EXPECT_EQ(with([](Claim& c) { std::fill_n(c.proof.begin() + 48, 32, std::uint8_t{0xff}); }), ClaimError::bad_scalar);
  EXPECT_EQ(with([](Claim& c) { c.proof[40] ^= 1; }), ClaimError::wrong_proof);
  // Of another input: slot, randomness, chain.
  Lottery other = kLottery;
  other.slot = Slot{13};
  Claim moved = claim;
  moved.slot = other.slot;
  EXPECT_EQ(refusal(moved, other), ClaimError::wrong_proof);
  other = kLottery;
  other.randomness = Hash{};
  EXPECT_EQ(refusal(claim, other), ClaimError::wrong_proof);
  other = kLottery;
  other.chain_id = ChainId{8};
  EXPECT_EQ(refusal(claim, other), ClaimError::wrong_proof);
}

TEST_F(ClaimScene, a_hint_changes_no_verdict) {
  Claim changed = claim;
  changed.hint.reset();
  EXPECT_EQ(refusal(changed), std::nullopt);
  changed.hint = ClaimHint{};
  EXPECT_EQ(refusal(changed), std::nullopt);
  changed.proof[40] ^= 1;
  changed.hint = claim.hint;
  EXPECT_EQ(refusal(changed), ClaimError::wrong_proof);
}

TEST_F(ClaimScene, a_batch_keeps_the_order_of_its_claims) {
  std::vector<Claim> claims;
  for (const ValidatorIndex i : range(0, 3)) claims.push_back(make_claim(kLottery, i, validators.secrets(i).vrf));
  claims[1].slot = Slot{1};
  claims.push_back(claim);
  claims.push_back(claims[0]);
  claims.back().validator = 2;
  SerialPool pool;
  const auto out = verify_claims(claims, kLottery, validators.set(), {}, pool);
  ASSERT_EQ(out.size(), 5u);
  for (const std::size_t i : {0, 2, 3}) {
    ASSERT_TRUE(out[i].has_value());
    EXPECT_EQ(**out[i], claims[i]);
    EXPECT_EQ(out[i]->facts().draw, verify_claim(claims[i], kLottery, validators.set())->facts().draw);
  }
  EXPECT_EQ(out[1].error(), ClaimError::other_slot);
  EXPECT_EQ(out[4].error(), ClaimError::wrong_proof);
}

// --- Who may propose, and in which order ---------------------------------------------------------------------------

Hash number(u128 high, u128 low) {
  Hash out;
  for (std::size_t i = 0; i < 16; ++i) {
    out.bytes[15 - i] = static_cast<std::uint8_t>(high >> (8 * i));
    out.bytes[31 - i] = static_cast<std::uint8_t>(low >> (8 * i));
  }
  return out;
}
constexpr u128 kAll = ~u128{0};

// ⌈4·stake·2^256 / (5·total)⌉ − 1 is the last that is eligible.
TEST(Eligible, exactly_below_four_fifths_of_the_share) {
  // stake = total: U < 2^256·4/5 = 0xcccc…cccc.cc
  for (const u128 total : {u128{1}, u128{1'000'000}, kAll}) {
    const u128 c = kAll / 5 * 4;  // 0xcc…cc, since 5 divides 2^128 − 1
    EXPECT_TRUE(is_eligible({number(c, c), total}, total));
    EXPECT_FALSE(is_eligible({number(c, c + 1), total}, total));
    EXPECT_FALSE(is_eligible({number(kAll, kAll), total}, total));
    EXPECT_TRUE(is_eligible({Hash{}, total}, total));
  }
  // stake = total / 4: U < 2^256 / 5 = 0x3333…3333.3
  const u128 quarter = u128{1} << 125, t = kAll / 5;
  EXPECT_TRUE(is_eligible({number(t, t), quarter}, 4 * quarter));
  EXPECT_FALSE(is_eligible({number(t, t + 1), quarter}, 4 * quarter));
  // A product that meets the bound exactly is not below it: 5·U·5 = 4·5·2^256 never does, 5·U·4 = 4·5·2^254·… does.
  EXPECT_FALSE(is_eligible({number(u128{1} << 126, 0), 5}, 16));
  EXPECT_TRUE(is_eligible({number((u128{1} << 126) - 1, kAll), 5}, 16));
  EXPECT_FALSE(is_eligible({Hash{}, 0}, kAll));
}

TEST(StandsBefore, by_draw_over_stake_and_ties_by_index) {
  const Draw a{number(1, 0), 10, 3}, b{number(2, 0), 20, 1}, c{number(2, 1), 20, 0};
  EXPECT_TRUE(stands_before(b, a));  // a tie
  EXPECT_FALSE(stands_before(a, b));
  EXPECT_TRUE(stands_before(a, c));
  EXPECT_FALSE(stands_before(c, a));
  EXPECT_FALSE(stands_before(a, a));
  // Differences that only the lowest of 384 bits shows.
  const Draw large{number(kAll, kAll), kAll, 0}, less{number(kAll, kAll - 1), kAll, 1};
  EXPECT_TRUE(stands_before(less, large));
  EXPECT_FALSE(stands_before(large, less));
}

RC_GTEST_PROP(StandsBefore, is_an_order, (std::uint64_t seed)) {
  codec::testing::Arbitrary any(seed);
  std::vector<Draw> draws;
  for (std::uint8_t i = 0; i < 4; ++i)
    draws.push_back({number(any.make<u128>() % 3, any.make<u128>() % 3), 1 + any.make<u128>() % 3, i});
  for (const Draw& a : draws)
    for (const Draw& b : draws) {
      RC_ASSERT(stands_before(a, b) + stands_before(b, a) == (a.validator == b.validator ? 0 : 1));
      for (const Draw& c : draws)
        if (stands_before(a, b) && stands_before(b, c)) RC_ASSERT(stands_before(a, c));
    }
}

// (x·a)·b = (x·b)·a, and against products that 128 bits hold.
RC_GTEST_PROP(Wide, products, (std::uint64_t x, std::uint64_t a, std::uint32_t b)) {
  RC_ASSERT((Wide(u128{x}) * a == Wide(u128{x} * a)));
  RC_ASSERT((Wide(number(x, a)) * b * x == Wide(number(x, a)) * x * b));
  RC_ASSERT(((Wide(u128{x}) * a).times_2_to_256() == Wide(number(0, u128{x} * a)).times_2_to_256()));
  RC_ASSERT((Wide(number(x, a)) * 2 > Wide(number(x, a)) || (x == 0 && a == 0)));
  // 2^128·x·a: the same digits, 128 bits further up.
  RC_ASSERT((Wide(number(x, 0)) * a == Wide(number(u128{x} * a, 0))));
}

}  // namespace
}  // namespace aether
