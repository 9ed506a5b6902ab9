// Formulas of money and of clocks, against figures worked out by hand.
#include "scene.hpp"

namespace aether::programs::testing {
namespace {

Job a_job() {
  Job job;
  job.buyer = cast().buyer.address;
  job.terms.price = Amount{1} << 30;  // one base unit a unit
  job.terms.bond = 1'000'003;
  job.terms.accept_slots = 10;
  job.terms.sla_slots = 4;
  job.terms.max_slots = 14;
  job.terms.sla_bps = 5'000;
  job.escrow = 2'000;
  job.open_since = Slot{100};
  job.acceptance = Acceptance{cast().worker.key, Slot{105}, ""};
  job.submission = Submission{{}, Slot{109}, 1, {}, {}, 1'001};
  return job;
}

TEST(Money, cost_is_rounded_up_and_bounded) {
  EXPECT_EQ(cost_of(0, 5), Amount{0});
  EXPECT_EQ(cost_of(1, 1), Amount{1});
  EXPECT_EQ(cost_of(Amount{1} << 30, 7), Amount{7});
  EXPECT_EQ(cost_of((Amount{1} << 30) + 1, 7), Amount{8});
  EXPECT_EQ(cost_of(kJobAmountMax, std::uint64_t{1} << 30), kJobAmountMax);
  EXPECT_EQ(cost_of(kJobAmountMax, (std::uint64_t{1} << 30) + 1), std::nullopt);
  EXPECT_EQ(cost_of(kJobAmountMax, ~std::uint64_t{0}), std::nullopt);
}

TEST(Money, exit_reserve_pays_every_exit) {
  JobParams params;
  params.exit_fee = 50;
  EXPECT_EQ(exit_reserve(params, 1), Amount{200});
  EXPECT_EQ(exit_reserve(params, 8), Amount{900});
}

TEST(Money, settlement) {
  const JobParams params;
  const Settlement on_time = settlement(a_job(), params);
  EXPECT_EQ(on_time.cost, 1'001u);
  EXPECT_EQ(on_time.burned, 101u);  // 100.1, up
  EXPECT_EQ(on_time.late, 0u);
  EXPECT_EQ(on_time.worker, 900u);
  EXPECT_EQ(on_time.buyer, 999u);

  Job job = a_job();
  job.submission->slot = Slot{112};  // 3 of 10 slots late, half of the pay at the hard end
  const Settlement late = settlement(job, params);
  EXPECT_EQ(late.late, 135u);  // 900·0.5·0.3
  EXPECT_EQ(late.worker, 765u);
  EXPECT_EQ(late.buyer, 1'134u);
  job.submission->slot = hard_end(job);
  EXPECT_EQ(settlement(job, params).late, 450u);
  job.terms.sla_bps = kBpsWhole;
  EXPECT_EQ(settlement(job, params).worker, 0u);
  // With due = hard end nothing can be late.
  job.terms.sla_slots = job.terms.max_slots;
  EXPECT_EQ(settlement(job, params).late, 0u);
}

TEST(Money, silence_costs_a_fifth_of_the_smaller) {
  const JobParams params;
  Job job = a_job();
  EXPECT_EQ(silence_penalty(job, params), 400u);
  job.escrow = Amount{1} << 90;
  EXPECT_EQ(silence_penalty(job, params), 200'000u);
}

TEST(Money, conviction_divides_the_bond_and_repays_from_what_would_burn) {
  const JobParams params;
  const Address winner = cast().watcher.address, other = cast().accuser.address;
  Job job = a_job();
  const Conviction plain = conviction(job, params, winner, 0);
  EXPECT_EQ(plain.buyer, 600'001u);
  EXPECT_EQ(plain.challenger, 200'000u);
  EXPECT_EQ(plain.burned, 200'002u);
  EXPECT_TRUE(plain.repayments.empty());

  const auto session = [](const Address& who, Amount fees) {
    Session s;
    s.challenger = who;
    s.fees_paid = fees;
    return s;
  };
  job.sessions = {session(other, 100'000), session(winner, 30'000)};
  const Conviction repaid = conviction(job, params, winner, 50'000);
  ASSERT_EQ(repaid.repayments.size(), 3u);
  EXPECT_EQ(repaid.repayments[0].amount, 50'000u) << "the winner's deposit first";
  EXPECT_EQ(repaid.repayments[1].to, winner);
  EXPECT_EQ(repaid.repayments[2].to, other);
  EXPECT_EQ(repaid.burned, 20'002u);

  job.sessions[0].fees_paid = 150'000;
  const Conviction short_of = conviction(job, params, winner, 50'000);
  EXPECT_EQ(short_of.repayments[2].amount, 120'002u) << "as far as it reaches";
  EXPECT_EQ(short_of.burned, 0u);
}

TEST(Money, a_timeout_gives_the_worker_half) {
  Session session;
  session.bond = 7;
  EXPECT_EQ(timeout_share_of_worker(session), 3u);
}

TEST(Phases, ends_of_clocks) {
  Job job = a_job();
  EXPECT_EQ(phase(job), Phase::submitted);
  EXPECT_EQ(accept_end(job), Slot{110});
  EXPECT_EQ(due(job), Slot{109});
  EXPECT_EQ(hard_end(job), Slot{119});
  JobParams params;
  params.window_slots = 20;
  params.recompute_units_per_slot = 1'000;
  EXPECT_EQ(window_slots(params, 0), 20u);
  EXPECT_EQ(window_slots(params, 1), 21u);
  EXPECT_EQ(window_slots(params, 1'001), 22u);
  EXPECT_EQ(window_end(job, params, Slot{110}), Slot{131});
  EXPECT_EQ(settle_from(job, params, Slot{110}), Slot{131 + 9});
  const SlotRange range = prove_slots(Commit{1, Slot{131}}, params);
  EXPECT_EQ(range.first, Slot{133});
  EXPECT_EQ(range.last, Slot{139}) << "before settle can be";
}

TEST(Phases, the_window_stands_still_while_the_table_is_full) {
  Job job = a_job();
  JobParams params;
  params.window_slots = 20;
  params.dispute_slots_max = 30;
  const Slot plain = window_end(job, params, Slot{120});
  job.paused_slots = 4;
  EXPECT_EQ(window_end(job, params, Slot{120}).raw(), plain.raw() + 4);
  job.full_since = Slot{120};
  EXPECT_EQ(window_end(job, params, Slot{120}).raw(), plain.raw() + 4);
  EXPECT_EQ(window_end(job, params, Slot{125}).raw(), plain.raw() + 9);
  EXPECT_EQ(window_end(job, params, Slot{10'000}).raw(), plain.raw() + 30) << "but not for ever";
}

TEST(Phases, every_state_has_a_timed_exit) {
  const JobParams params;
  Job job = a_job();
  const TimedExit settle = next_exit(job, params, Slot{110});
  EXPECT_TRUE(settle.settle);
  EXPECT_EQ(settle.from, settle_from(job, params, Slot{110}));
  Session worker_turn, challenger_turn;
  worker_turn.id = 1;
  worker_turn.worker_left = 60;
  worker_turn.turn_since = Slot{110};
  challenger_turn.id = 2;
  challenger_turn.challenger_left = 40;
  challenger_turn.turn_since = Slot{115};
  challenger_turn.state.turn = vcr::Turn::challenger;
  job.sessions = {worker_turn, challenger_turn};
  const TimedExit expire = next_exit(job, params, Slot{116});
  EXPECT_FALSE(expire.settle);
  EXPECT_EQ(expire.session, 2u);
  EXPECT_EQ(expire.from, Slot{156});
  job.sessions.clear();
  job.submission.reset();
  EXPECT_EQ(next_exit(job, params, Slot{110}).from, Slot{120});
  job.acceptance.reset();
  EXPECT_EQ(next_exit(job, params, Slot{110}).from, Slot{111});
}

}  // namespace
}  // namespace aether::programs::testing
