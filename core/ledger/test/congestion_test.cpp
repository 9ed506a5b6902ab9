#include "chain.hpp"

namespace aether::ledger {
namespace {

using namespace testing;

constexpr std::uint64_t kOne = kMultiplierAtRest.raw();

CongestionParams any_params() {
  CongestionParams params;
  params.target_bps = *rc::gen::inRange<std::uint32_t>(1, kBpsWhole);
  params.step_bps = *rc::gen::inRange<std::uint32_t>(100, 1'251);
  params.multiplier_max = *rc::gen::inRange<std::uint32_t>(1, 101);
  ChainParams all_params;
  all_params.congestion = params;
  RC_ASSERT(validate(all_params).has_value());
  return params;
}
// Reachable only through blocks, but any of these must hold the bounds.
Congestion any_congestion(const CongestionParams& params) {
  return {1, Slot{*rc::gen::inRange<std::uint64_t>(1, 1'000)}, *rc::gen::inRange<std::uint32_t>(0, kFullShare + 1),
          Multiplier{*rc::gen::inRange<std::uint64_t>(kOne, kOne * params.multiplier_max + 1)}};
}

RC_GTEST_PROP(Congestion, a_multiplier_keeps_its_bounds_and_moves_by_at_most_its_step, ()) {
  const auto params = any_params();
  const auto before = any_congestion(params);
  const auto after = after_block(params, before, *rc::gen::inRange<std::uint32_t>(0, kFullShare + 1));
  const auto was = before.multiplier.raw(), is = after.multiplier.raw();
  RC_ASSERT(is >= kOne && is <= kOne * params.multiplier_max);
  RC_ASSERT(is * kBpsWhole <= was * (kBpsWhole + params.step_bps));
  RC_ASSERT((is + 1) * kBpsWhole >= was * (kBpsWhole - params.step_bps));
  RC_ASSERT(after.average <= kFullShare);
  if (after.average > params.target_bps * 100) RC_ASSERT(is >= was);
  if (after.average < params.target_bps * 100) RC_ASSERT(is < was || is == kOne);
}

RC_GTEST_PROP(Congestion, idle_slots_are_empty_blocks, ()) {
  const auto params = any_params();
  const auto before = any_congestion(params);
  auto now = before;
  for (int i = 0; i < 30; ++i) {
    RC_ASSERT(idle_until(params, before, next(now.slot)) == now);
    now = after_block(params, now, 0);
  }
}

RC_GTEST_PROP(Congestion, every_heat_is_over_in_bounded_time, ()) {
  const auto params = any_params();
  auto now = any_congestion(params);
  const Slot far{now.slot.raw() + (std::uint64_t{1} << 60)};
  RC_ASSERT(is_at_rest(idle_until(params, now, far)));
  int steps = 0;
  for (; !is_at_rest(now); ++steps) now = after_block(params, now, 0);
  RC_ASSERT(steps <= 520);
}

TEST(Congestion, a_full_share_is_a_hundredfold_in_47_blocks_and_at_rest_39_later) {
  const CongestionParams params;
  Congestion now;
  std::vector<std::uint64_t> multipliers;
  while (now.multiplier != kMultiplierHighest) {
    now = after_block(params, now, kFullShare);
    multipliers.push_back(now.multiplier.raw());
  }
  // Reckoned apart. The average is 76 % after five blocks, so the first growth is a twentieth of the step.
  EXPECT_EQ(std::vector(multipliers.begin(), multipliers.begin() + 8),
            (std::vector<std::uint64_t>{1'000'000, 1'000'000, 1'000'000, 1'000'000, 1'006'347, 1'042'585, 1'103'323,
                                        1'186'009}));
  EXPECT_EQ(multipliers.size(), 47u);
  int steps = 0;
  for (; !is_at_rest(now); ++steps) now = after_block(params, now, 0);
  EXPECT_EQ(steps, 39);
}

TEST(Congestion, use_up_to_the_target_never_heats) {
  const CongestionParams params;
  Congestion now;
  for (int i = 0; i < 200; ++i) now = after_block(params, now, params.target_bps * 100);
  EXPECT_EQ(now.multiplier, kMultiplierAtRest);
  Congestion cold;
  EXPECT_TRUE(is_at_rest(after_block(params, cold, params.target_bps * 100 - 4)));
  EXPECT_FALSE(is_at_rest(after_block(params, cold, params.target_bps * 100)));
}

// A chain where three calls of the vault fill its share, and where a multiplier grows at once.
struct BusyChain : Chain {
  BusyChain() {
    params.block.gas_max = 60'000;  // the vault's share is 15 000, three calls of 5 000
    params.congestion.target_bps = 100;
  }
  // The next block; it must be valid.
  BlockOutput seal(const std::vector<TransactionBody>& bodies) {
    std::vector<VerifiedTransaction> txs;
    for (const auto& body : bodies) txs.push_back(make(body));
    auto out = block(txs);
    EXPECT_TRUE(out.has_value());
    EXPECT_TRUE(conserves(state, all, out->diff));
    state.apply(out->diff);
    slot = next(slot);
    return std::move(*out);
  }
  std::vector<TransactionBody> rush() {
    std::vector<TransactionBody> bodies;
    for (std::uint8_t i = 0; i < 3; ++i) bodies.push_back(call(i, {0}, nonce++));
    return bodies;
  }
  std::optional<Congestion> record() const { return load<Congestion>(state, congestion_object(kVault)); }
  std::uint64_t nonce = 1;
};

Amount resting_fee(const TransactionBody& body, const Receipt& receipt) {
  return *base_fee({}, make(body).byte_size(), receipt.gas_used.raw(), kMultiplierAtRest);
}

TEST(Congestion, only_users_of_the_hot_object_pay_for_its_heat) {
  BusyChain chain;
  chain.seal(chain.rush());
  ASSERT_TRUE(chain.record());
  const Multiplier hot = chain.record()->multiplier;
  EXPECT_GT(hot, kMultiplierAtRest);
  const auto reader = [&] {
    auto body = transfer(1, 2, Asset::swr, 1, chain.nonce++);
    body.reads.insert(kVault);
    return body;
  }();
  auto neighbour = transfer(2, 1, Asset::swr, 1, chain.nonce++);
  neighbour.reads.insert({Domain::job, Hash{{1}}});
  const std::vector bodies{call(0, {0}, chain.nonce++), reader, transfer(1, 2, Asset::swr, 1, chain.nonce++),
                           neighbour};
  const auto out = chain.seal(bodies);
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    const Amount rest = resting_fee(bodies[i], out.receipts[i]);
    const Amount burned = out.receipts[i].fee - bodies[i].priority_fee;
    EXPECT_TRUE(burned == (i < 2 ? *mul_div(rest, hot.raw(), kOne, Rounding::up) : rest)) << i;
  }
}

TEST(Congestion, a_fee_below_the_multiplier_is_refused_with_its_own_code_and_fits_again_when_it_is_cold) {
  BusyChain chain;
  for (int i = 0; i < 5; ++i) chain.seal(chain.rush());
  auto body = call(0, {0}, chain.nonce++);
  const auto fee_at_limit = [&](Multiplier m) {
    return *base_fee({}, make(body).byte_size(), body.gas_limit.raw(), m) + body.priority_fee;
  };
  body.max_fee = fee_at_limit(chain.record()->multiplier) - 1;
  EXPECT_EQ(reject_of(chain, body), Reject::fee_below_congestion);
  EXPECT_EQ(preclaim(chain.state, chain.params, chain.slot, make(body)).error(), Reject::fee_below_congestion);
  ++body.max_fee;
  EXPECT_TRUE(preclaim(chain.state, chain.params, chain.slot, make(body)).has_value());
  EXPECT_EQ(code_of(chain, body), kSuccess);
  body.max_fee = fee_at_limit(kMultiplierAtRest);
  EXPECT_EQ(reject_of(chain, body), Reject::fee_below_congestion);
  chain.slot = Slot{chain.slot.raw() + 80};
  EXPECT_EQ(code_of(chain, body), kSuccess);
}

TEST(Congestion, a_record_is_gone_when_its_object_is_touched_at_rest) {
  BusyChain chain;
  chain.params.congestion.target_bps = 7'500;
  for (int i = 0; i < 9; ++i) chain.seal(chain.rush());
  ASSERT_TRUE(chain.record());
  EXPECT_GT(chain.record()->multiplier, kMultiplierAtRest);
  chain.slot = Slot{chain.slot.raw() + 80};
  EXPECT_TRUE(chain.record());  // nothing scans the state
  chain.seal({call(0, {0}, chain.nonce++)});
  EXPECT_FALSE(chain.record());
}

TEST(Congestion, own_account_code_and_uploads_have_no_heat) {
  BusyChain chain;
  const ObjectId code{Domain::code, Hash{{1}}}, upload{Domain::upload, Hash{{1}}};
  const auto busy = [&] {
    std::vector<TransactionBody> bodies;
    for (int i = 0; i < 12; ++i) {
      bodies.push_back(transfer(0, 1, Asset::swr, 1, chain.nonce++));
      bodies.back().reads = {account_object(who(0)), code, upload};
    }
    return bodies;
  };
  for (int i = 0; i < 3; ++i) chain.seal(busy());
  for (const auto& [id, value] : chain.state.objects) EXPECT_NE(id.domain, Domain::congestion);
}

TEST(Congestion, a_share_is_full_for_its_object_alone_and_disputes_have_their_own) {
  BusyChain chain;
  auto bodies = chain.rush();
  bodies.push_back(call(0, {0}, chain.nonce++));
  const auto kind_of = [&] {
    std::vector<VerifiedTransaction> txs;
    for (const auto& body : bodies) txs.push_back(make(body));
    const auto out = chain.block(txs);
    return out ? std::optional<Limit>() : std::optional(out.error().kind);
  };
  EXPECT_EQ(kind_of(), Limit::object_share);
  const auto fourth = bodies.back();
  bodies.back() = transfer(0, 1, Asset::swr, 1, chain.nonce++);
  EXPECT_EQ(kind_of(), std::nullopt);
  bodies.back() = call(0, {0, 0}, chain.nonce++);  // a dispute of this program
  EXPECT_EQ(kind_of(), std::nullopt);
  for (int i = 0; i < 3; ++i) bodies.push_back(call(0, {0, 0}, chain.nonce++));
  EXPECT_EQ(kind_of(), Limit::object_share);
  bodies = chain.rush();
  bodies.push_back(fourth);
  chain.params.block.gas_max = 1'000'000'000;
  EXPECT_EQ(kind_of(), std::nullopt);
  chain.params.block.bytes_max = static_cast<std::uint32_t>(4 * 3 * make(fourth).byte_size());
  EXPECT_EQ(kind_of(), Limit::object_share);
}

TEST(Congestion, a_program_reads_the_record_and_never_writes_it) {
  const Chain chain;
  auto body = call(0, {8}, 1);
  body.writes.insert(kForeignCongestion);
  EXPECT_EQ(code_of(chain, body), result_code(Code::undeclared_write));
}

TEST(Simulate, the_multiplier_counts_the_sets_it_finds) {
  BusyChain chain;
  for (int i = 0; i < 3; ++i) chain.seal(chain.rush());
  auto body = call(0, {0}, chain.nonce++);
  const auto declared = simulate(chain.state, all, chain.facts(), make(body));
  EXPECT_EQ(declared.multiplier, chain.record()->multiplier);
  const auto receipt = chain.seal({body}).receipts[0];
  EXPECT_EQ(declared.receipt.fee, receipt.fee);
  body.writes = {};
  const auto found = simulate(chain.state, all, chain.facts(), make(body));
  EXPECT_EQ(found.multiplier, chain.record()->multiplier);
  EXPECT_GT(found.multiplier, kMultiplierAtRest);
}

// Whatever is offered: those that the admission takes, one after the other, are a valid block.
RC_GTEST_PROP(Congestion, what_is_admitted_is_a_valid_block, ()) {
  BusyChain chain;
  for (int b = 0; b < 4; ++b) {
    BlockAdmission admission(chain.state, all, chain.facts());
    std::vector<TransactionBody> accepted;
    std::set<Limit> limits;
    for (int i = 0, n = *rc::gen::inRange(0, 16); i < n; ++i) {
      auto body = call(*rc::gen::inRange<std::uint8_t>(0, 3), *rc::gen::element(Bytes{0}, Bytes{0, 0}), chain.nonce++);
      body.gas_limit = Gas{*rc::gen::element<std::uint64_t>(2'000, 5'000, 9'000)};
      body.max_fee = *rc::gen::element<std::uint64_t>(21'000, 30'000, 100'000);
      if (*rc::gen::arbitrary<bool>()) body.writes.insert(ObjectId{Domain::job, Hash{{7}}});
      if (*rc::gen::inRange(0, 4) == 0)
        body.writes = {}, body.outputs.push_back(transfer(0, 1, Asset::aic, 1, 1).outputs[0]);
      const auto ok = admission.admit(make(body));
      if (ok) accepted.push_back(body);
    }
    chain.seal(accepted);
    RC_ASSERT(admission.multipliers().size() == accepted.size());
    for (const auto& [id, value] : admission.congestion_records()) RC_ASSERT(chain.state.get(id) == value);
  }
}

}  // namespace
}  // namespace aether::ledger
