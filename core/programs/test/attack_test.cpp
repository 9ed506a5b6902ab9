// Attacks on the economy and on descents, and the rules that answer them (AI page section 7).
#include "scene.hpp"

namespace aether::programs::testing {
namespace {

using E = EscrowCode;

__int128 of(Amount amount) { return static_cast<__int128>(amount); }

TEST(Attacks, two_convictions_in_one_block_pay_the_first) {
  Scene s;
  s.submitted(1);
  s.ok(cast().accuser, s.commit(cast().accuser, s.proof()));
  s.ok(cast().watcher, s.commit(cast().watcher, s.proof()));
  s.at(3);
  const vcr::StepProof proof = s.proof();
  s.ok(cast().watcher, Prove{proof, hash_of(1)});
  s.call(cast().accuser, Prove{proof, hash_of(1)}, E::job_closed);
  EXPECT_EQ(s.status(), JobStatus::convicted);
  EXPECT_EQ(s.gain(cast().watcher), of(s.post.terms.bond / 5));
  EXPECT_EQ(s.gain(cast().accuser), -of(s.params().commit_deposit));
}

TEST(Attacks, a_proof_copied_from_the_pool_convicts_for_nobody_else) {
  Scene s;
  s.submitted(1).ok(cast().watcher, s.commit(cast().watcher, s.proof()));
  // The same commit hash from another sender is refused; a commit of his own is not old enough when the proof shows up.
  s.call(cast().accuser, s.commit(cast().watcher, s.proof()), E::commit_exists);
  s.at(2);
  const Prove prove{s.proof(), hash_of(1)};
  s.call(cast().accuser, prove, E::no_such_commit);
  s.ok(cast().accuser, s.commit(cast().accuser, s.proof()));
  s.call(cast().accuser, prove, E::prove_too_early);
  s.ok(cast().watcher, prove);
  EXPECT_EQ(s.gain(cast().watcher), of(s.post.terms.bond / 5));
  EXPECT_EQ(s.gain(cast().accuser), -of(s.params().commit_deposit));
}

TEST(Attacks, a_cheater_that_proves_his_own_fraud_first_still_pays) {
  Scene s;
  s.submitted(1).ok(cast().worker, s.commit(cast().worker, s.proof()));
  s.ok(cast().watcher, s.commit(cast().watcher, s.proof()));
  s.at(2);
  s.ok(cast().worker, Prove{s.proof(), hash_of(1)});
  const Amount bond = s.post.terms.bond;
  EXPECT_LE(s.gain(cast().worker), -of(bond - bond / 5));
  EXPECT_EQ(s.gain(cast().buyer), of(bond * 6 / 10));
}

TEST(Attacks, a_commit_that_is_never_opened_is_burned) {
  Scene s;
  s.submitted().ok(cast().accuser, s.commit(cast().accuser, s.proof(fixture().false_claims[0])));
  s.go(settle_from(s.job(), s.params(), s.world.slot));
  s.ok(cast().worker, Settle{s.id});
  EXPECT_EQ(s.gain(cast().accuser), -of(s.params().commit_deposit));
  EXPECT_EQ(s.closed().burned + s.params().commit_deposit, s.world.burned.aic);
}

TEST(Attacks, the_last_commit_of_the_window_is_heard_before_settle) {
  Scene s;
  s.submitted(1).go(window_end(s.job(), s.params(), s.world.slot));
  s.ok(cast().watcher, s.commit(cast().watcher, s.proof()));
  s.at(s.params().commit_prove_max_slots);
  s.call(cast().worker, Settle{s.id}, E::settle_too_early);
  Scene other = s;
  s.ok(cast().watcher, Prove{s.proof(), hash_of(1)});
  EXPECT_EQ(s.status(), JobStatus::convicted);
  other.at(1);
  other.ok(cast().worker, Settle{other.id});
  EXPECT_EQ(other.status(), JobStatus::settled);
}

TEST(Attacks, a_descent_of_the_last_slot_is_played_to_its_end) {
  Scene s;
  s.submitted().go(window_end(s.job(), s.params(), s.world.slot));
  s.ok(cast().accuser, OpenDescent{s.id, s.params().session_bond_min});
  s.go(clock_end(s.session(0)));
  s.respond(0);  // in the worker's last slot
  s.call(cast().worker, Settle{s.id}, E::sessions_open);
  s.go(next(clock_end(s.session(0))));
  // End and settle stand in one block.
  s.ok(cast().worker, Expire{s.id, 0});
  s.ok(cast().worker, Settle{s.id});
  EXPECT_EQ(s.status(), JobStatus::settled);
  EXPECT_EQ(s.gain(cast().accuser), -of(s.params().session_bond_min));
}

TEST(Attacks, sixteen_sybil_sessions_yield_to_a_doubled_bond_and_stop_the_window) {
  Scene s;
  s.submitted(1);
  const Amount least = s.params().session_bond_min;
  for (std::size_t i = 0; i < limits::kSessionsMax; ++i) s.ok(cast().accuser, OpenDescent{s.id, least + i});
  const Slot end = window_end(s.job(), s.params(), s.world.slot);
  EXPECT_EQ(s.job().full_since, s.world.slot);
  s.at(3);
  EXPECT_EQ(window_end(s.job(), s.params(), s.world.slot).raw(), end.raw() + 3);

  // The lowest without a move yields: 0 has moved, so it is 1.
  s.respond(0);
  s.call(cast().watcher, OpenDescent{s.id, 2 * (least + 1) - 1}, E::session_table_full);
  const __int128 before = s.gain(cast().accuser);
  s.ok(cast().watcher, OpenDescent{s.id, 2 * (least + 1)});
  EXPECT_EQ(s.gain(cast().accuser), before + of(least + 1)) << "its bond comes back whole";
  EXPECT_EQ(s.job().sessions.size(), limits::kSessionsMax);
  EXPECT_EQ(s.job().sessions.back().id, 16u);
  EXPECT_TRUE(s.job().full_since) << "the table stayed full";

  // One ends: the window goes on, and keeps what it stood still.
  s.go(next(clock_end(s.session(0))));
  s.ok(cast().passer, Expire{s.id, 0});
  EXPECT_FALSE(s.job().full_since);
  EXPECT_EQ(s.job().paused_slots, s.world.slot.raw() - 100);

  // A conviction sets all free and gives their fees back.
  s.ok(cast().watcher, Prove{s.proof(), std::nullopt});
  EXPECT_EQ(s.status(), JobStatus::convicted);
  EXPECT_EQ(s.gain(cast().watcher), of(s.post.terms.bond / 5));
  EXPECT_EQ(s.gain(cast().accuser), -of(least)) << "only the one that timed out";
  EXPECT_TRUE(s.world.held().is_zero());
}

TEST(Attacks, a_session_that_moved_does_not_yield) {
  Scene s;
  s.submitted();
  for (std::size_t i = 0; i < limits::kSessionsMax; ++i)
    s.ok(cast().accuser, OpenDescent{s.id, s.params().session_bond_min});
  Respond all = s.answer(0);
  for (std::uint32_t i = 1; i < limits::kSessionsMax; ++i) all.sessions.insert(i);
  s.ok(cast().worker, all);
  EXPECT_EQ(s.gain(cast().worker), of(16 * s.params().respond_fee) - of(s.post.terms.bond));
  s.call(cast().watcher, OpenDescent{s.id, kJobAmountMax}, E::session_table_full);
}

// Nobody can spoil an answer to all by answering one of them, or by letting one go, in the same block before it.
TEST(Attacks, an_answer_to_many_sessions_passes_over_what_no_longer_waits) {
  Scene s;
  s.submitted();
  for (int i = 0; i < 4; ++i) s.ok(cast().accuser, OpenDescent{s.id, s.params().session_bond_min});
  Respond all = s.answer(0);
  all.sessions = {0, 1, 2, 3, 9};  // 9 is not there
  s.ok(cast().accuser, s.answer(1));
  s.ok(cast().accuser, Descend{s.id, 1, s.step_into(1, 0)});
  const __int128 before = s.gain(cast().worker);
  s.ok(cast().worker, all);
  EXPECT_EQ(s.gain(cast().worker), before + of(3 * s.params().respond_fee));
  for (const std::uint32_t i : {0u, 2u, 3u}) EXPECT_EQ(s.session(i).state.turn, vcr::Turn::challenger);
  EXPECT_EQ(s.session(1).state.turn, vcr::Turn::worker) << "it stands elsewhere";
  EXPECT_EQ(s.session(1).state.moves, 1u);
}

TEST(Attacks, an_answer_of_the_last_slot_counts_and_a_later_one_does_not) {
  Scene s;
  s.opened();
  s.go(clock_end(s.session(0)));
  Scene late = s;
  s.respond(0);
  EXPECT_EQ(s.session(0).worker_left, 0u);
  late.at(1);
  late.call(cast().worker, late.answer(0), E::no_session_waits);
  late.ok(cast().passer, Expire{late.id, 0});
  EXPECT_EQ(late.status(), JobStatus::defaulted);
}

TEST(Attacks, a_clock_counts_all_moves_together) {
  Scene s;
  s.opened();
  s.at(4);
  s.respond(0);
  EXPECT_EQ(s.session(0).worker_left, s.params().worker_clock_slots - 4);
  s.at(1);
  s.ok(cast().watcher, Descend{s.id, 0, s.step_into(0, 0)});
  EXPECT_EQ(s.session(0).challenger_left, s.params().challenger_clock_slots - 1);
  s.at(2);
  s.respond(0);
  EXPECT_EQ(s.session(0).worker_left, 0u);
}

TEST(Attacks, receipts_cannot_be_copied_or_handed_in_twice) {
  Scene s;
  s.accepted();
  const SubmitVcr theirs = a_submit(s.world, s.id, cast().worker, s.claimed());
  // Another job of the same prompt, taken by another worker.
  Scene other = s;
  other.worker = &cast().rival;
  other.accepted();
  SubmitVcr copy = theirs;
  copy.job = other.id;
  EXPECT_EQ(other.call(cast().rival, copy), result_code(vcr::ReceiptError::job_id));
  copy.vcr.body.job_id = other.id;
  EXPECT_EQ(other.call(cast().rival, copy), result_code(vcr::ReceiptError::provider));
  copy.vcr.body.provider = cast().rival.key;
  EXPECT_EQ(other.call(cast().rival, copy), result_code(vcr::ReceiptError::signature));
  other.call(cast().rival, theirs, E::not_the_worker);
  s.ok(cast().worker, theirs);
  s.call(cast().worker, theirs, E::already_submitted);
}

TEST(Attacks, one_bond_is_not_enough_for_two_jobs) {
  Scene s;
  s.world.balances[cast().worker.address].aic = s.post.terms.bond * 2 - 1;
  s.accepted();
  const Hash first = s.id;
  s.posted();
  EXPECT_EQ(s.call(cast().worker, Accept{s.id, "x"}), ledger::result_code(ledger::Code::insufficient_funds));
  EXPECT_NE(first, s.id);
}

TEST(Attacks, a_silent_worker_pays_and_the_job_is_offered_again) {
  Scene s;
  s.post.terms.attempts = 2;
  s.accepted();
  const Amount escrow = s.job().escrow, penalty = std::min(escrow, s.post.terms.bond) / 5;
  s.at(s.post.terms.max_slots + 1);
  s.ok(cast().passer, Expire{s.id, std::nullopt});
  EXPECT_EQ(s.gain(cast().worker), -of(penalty));
  EXPECT_EQ(s.gain(cast().passer, Asset::swr), of(s.params().exit_fee));
  EXPECT_EQ(s.job().attempt, 1u);
  EXPECT_EQ(s.job().open_since, s.world.slot);
  // A receipt of the first attempt is worth nothing now.
  s.ok(cast().rival, Accept{s.id, "x"});
  vcr::VcrBody body = receipt_of(s.world, s.id, cast().rival, s.claimed());
  body.attempt = 0;
  EXPECT_EQ(s.call(cast().rival, SubmitVcr{s.id, vcr::sign(body, cast().rival.seed), s.claimed().output}),
            result_code(vcr::ReceiptError::attempt));
  s.at(s.post.terms.max_slots + 1);
  s.ok(cast().passer, Expire{s.id, std::nullopt});
  EXPECT_EQ(s.status(), JobStatus::silent);
  EXPECT_EQ(s.gain(cast().buyer), of(2 * penalty));
  EXPECT_EQ(s.gain(cast().buyer, Asset::swr), -of(2 * s.params().exit_fee));
  EXPECT_TRUE(s.world.held().is_zero());
}

TEST(Attacks, an_exit_is_paid_once) {
  Scene s;
  s.ripe();
  s.ok(cast().passer, Settle{s.id});
  s.call(cast().accuser, Settle{s.id}, E::job_closed);
  s.call(cast().accuser, Expire{s.id, std::nullopt}, E::job_closed);
  EXPECT_EQ(s.gain(cast().passer, Asset::swr), of(s.params().exit_fee));
  EXPECT_EQ(s.gain(cast().buyer, Asset::swr), -of(s.params().exit_fee)) << "the rest of the reserve is back";
}

TEST(Attacks, a_proof_of_another_job_or_attempt_is_not_judged) {
  Scene s;
  s.opened(1);
  const vcr::StepProof theirs = s.proof();
  Scene other = s;
  other.post.terms.price += 1;
  other.opened(0);  // an honest run of the same prompt
  vcr::StepProof replayed = theirs;
  replayed.job_id = other.id;
  EXPECT_EQ(other.call(cast().watcher, Prove{replayed, std::nullopt}), result_code(vcr::RefereeError::range_path));
}

}  // namespace
}  // namespace aether::programs::testing
