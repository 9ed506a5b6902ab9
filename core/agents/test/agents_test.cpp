// Agents against the real programs: each way of cheating or failing loses by the mechanism that is meant for it.
#include "play.hpp"

namespace aether::agents::testing {
namespace {

void expect_honest_end(Play& play) {
  EXPECT_EQ(play.status(), JobStatus::settled);
  EXPECT_GT(play.gain(cast().worker), 0);
  EXPECT_EQ(play.gain(cast().watcher), 0);
  EXPECT_EQ(play.buyer.results[play.job()], fixture().run.output);
}

// The worker lost its bond, the buyer has its escrow and damages, the challenger its share, and nobody else paid.
void expect_conviction(Play& play, JobStatus status) {
  EXPECT_EQ(play.status(), status);
  const JobParams& p = play.chain.world.params.jobs;
  const Amount bond = an_order().post.terms.bond;
  EXPECT_EQ(play.gain(cast().buyer), static_cast<__int128>(bond * p.fraud_buyer_bps / kBpsWhole));
  EXPECT_EQ(play.gain(cast().watcher), static_cast<__int128>(bond * p.fraud_challenger_bps / kBpsWhole));
}

TEST(Agents, an_honest_job_settles_without_a_refusal_or_a_dispute) {
  Play play;
  play.run();
  expect_honest_end(play);
  EXPECT_EQ(play.chain.refusals, std::vector<Refusal>{});
  EXPECT_EQ(play.tower.count(NoteKind::audit_honest), 1u);
  EXPECT_EQ(play.buyer.deliveries, 1u);
  EXPECT_EQ(play.tower.held(), 0u);
  EXPECT_TRUE(play.chain.moves.size() == 4) << "post, accept, submit, settle";
}

TEST(Agents, a_fraud_that_is_served_is_committed_to_and_proven) {
  for (std::size_t i = 1; i + 1 < fixture().cases.size(); ++i) {
    Play play(i);
    play.run();
    expect_conviction(play, JobStatus::convicted);
    EXPECT_EQ(play.chain.refusals, std::vector<Refusal>{});
    EXPECT_EQ(play.gain(cast().worker), -static_cast<__int128>(an_order().post.terms.bond));
  }
}

TEST(Agents, what_is_withheld_or_garbled_is_forced_out_by_a_descent) {
  for (const Http http : {Http::nothing, Http::no_tiles, Http::wrong_tiles, Http::wrong_nodes}) {
    for (std::size_t i = 1; i + 1 < fixture().cases.size(); ++i) {
      Play play(i, {.http = http});
      play.run();
      if (play.tower.count(NoteKind::audit_not_served) == 0) continue;  // a wrong token needs no tile of the worker
      expect_conviction(play, JobStatus::convicted);
      EXPECT_EQ(play.chain.refusals, std::vector<Refusal>{});
      EXPECT_GT(play.worker.responds(), 0u);
      EXPECT_LE(play.worker.responds(), 2 * vcr::kMovesMax);
    }
  }
}

// Clocks as short as a demonstration's, and transactions that take a slot longer now and then.
TEST(Agents, short_clocks_are_enough_for_a_descent) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Play play(1 + seed % 4, {.http = Http::nothing}, {}, seed, {.delay_max = 1});
    JobParams& p = play.chain.world.params.jobs;
    p.window_slots = 25;
    p.commit_prove_min_slots = 1;
    p.commit_prove_max_slots = 20;
    p.worker_clock_slots = 25;
    p.challenger_clock_slots = 20;
    play.run();
    expect_conviction(play, JobStatus::convicted);
    EXPECT_EQ(play.chain.refusals, std::vector<Refusal>{});
  }
}

TEST(Agents, a_worker_that_falls_silent_at_any_move_defaults) {
  std::size_t defaults = 0;
  for (unsigned answers = 0; answers <= vcr::kMovesMax; ++answers) {
    Play play(1, {.http = Http::nothing, .answers_max = answers});
    play.run();
    expect_conviction(play, play.status());
    EXPECT_EQ(play.chain.refusals, std::vector<Refusal>{});
    if (play.status() == JobStatus::defaulted) {
      ++defaults;
      EXPECT_EQ(play.worker.responds(), answers);
    } else {
      EXPECT_EQ(play.status(), JobStatus::convicted);
    }
  }
  EXPECT_GE(defaults, 3u);
}

TEST(Agents, an_invented_hash_cannot_be_answered) {
  Play play(fixture().cases.size() - 1);
  play.run();
  expect_conviction(play, JobStatus::defaulted);
  EXPECT_EQ(play.worker.count(NoteKind::trace_missing), 1u);
  EXPECT_EQ(play.chain.refusals, std::vector<Refusal>{});
}

TEST(Agents, an_honest_worker_that_serves_nothing_over_http_is_left_alone) {
  for (const Http http : {Http::nothing, Http::no_tiles, Http::wrong_tiles, Http::wrong_nodes}) {
    Play play(0, {.http = http});
    play.run();
    expect_honest_end(play);
    EXPECT_EQ(play.worker.responds(), 0u);
  }
}

TEST(Agents, a_late_worker_is_paid_less_and_a_silent_one_pays) {
  Play on_time, late(0, {.run_slots = 15});
  on_time.run();
  late.run();
  expect_honest_end(late);
  EXPECT_LT(late.gain(cast().worker), on_time.gain(cast().worker));
  EXPECT_GT(late.gain(cast().buyer), on_time.gain(cast().buyer));

  Play silent(0, {.runs = false});
  silent.run();
  EXPECT_EQ(silent.status(), JobStatus::unaccepted) << "of the second attempt";
  EXPECT_LT(silent.gain(cast().worker), 0);
  EXPECT_EQ(silent.gain(cast().buyer), -silent.gain(cast().worker));
  EXPECT_EQ(silent.worker.count(NoteKind::missed), 1u) << "it does not take the second attempt";
}

TEST(Agents, a_job_that_nobody_takes_is_cancelled_or_expires) {
  Play play(0, {.alive = false});
  play.run();
  EXPECT_EQ(play.status(), JobStatus::unaccepted);
  EXPECT_EQ(play.gain(cast().buyer), 0);

  Play cancelled(0, {.alive = false});
  for (int i = 0; i < 3; ++i) cancelled.slot();
  cancelled.buyer.tell(CancelOrder{cancelled.job()});
  cancelled.run();
  EXPECT_EQ(cancelled.status(), JobStatus::cancelled);
  EXPECT_EQ(cancelled.gain(cast().buyer), 0);
}

TEST(Agents, a_worker_that_dies_after_its_receipt_is_settled_by_others) {
  Play play(0, {}, {.exits = true, .patience_slots = 1});
  while (play.buyer.posted.empty() || !play.chain.world.living(play.job()).submission) play.slot();
  play.worker.manners.alive = false;
  play.run();
  EXPECT_EQ(play.status(), JobStatus::settled);
  EXPECT_GT(play.chain.world.balances[cast().watcher.address].swr, kRich) << "the exit fee";
}

TEST(Agents, sixteen_sybil_sessions_only_enrich_an_honest_worker) {
  Play quiet;
  quiet.run();
  for (const bool moves : {false, true}) {
    Play play;
    Griefer griefer{.play = play, .wanted = 16, .moves = moves};
    play.each_slot = [&] { griefer.step(); };
    play.run();
    EXPECT_EQ(griefer.wanted, 0u);
    expect_honest_end(play);
    EXPECT_GT(play.gain(cast().worker), quiet.gain(cast().worker));
    const Amount bonds = 16 * play.chain.world.params.jobs.session_bond_min;
    EXPECT_LE(play.gain(cast().accuser), -static_cast<__int128>(bonds / 2)) << "half of every bond is gone";
  }
}

// Someone answers one of the named sessions in the slot before the worker's answer to all.
TEST(Agents, an_answer_to_all_sessions_cannot_be_spoiled) {
  Play play;
  Griefer griefer{.play = play, .wanted = 16};
  play.each_slot = [&] {
    griefer.step();
    if (play.buyer.posted.empty() || !play.chain.world.is_living(play.job())) return;
    const programs::Job job = play.chain.world.living(play.job());
    for (const programs::Session& session : job.sessions) {
      if (session.state.turn != vcr::Turn::worker) continue;
      const auto reveal = vcr::make_reveal(fixture().run.own->shape(), *fixture().run.own, session.state.node);
      play.chain.call(cast().accuser, programs::Respond{play.job(), {session.id}, session.state.node, *reveal});
      break;
    }
  };
  play.run();
  expect_honest_end(play);
}

TEST(Agents, a_watchtower_answers_for_an_honest_worker_that_died) {
  Play play(0, {}, {.exits = true, .answers = true, .patience_slots = 1});
  Griefer griefer{.play = play, .wanted = 3};
  play.each_slot = [&] { griefer.step(); };
  while (play.buyer.posted.empty() || !play.chain.world.living(play.job()).submission) play.slot();
  play.worker.manners.alive = false;
  play.run(600);
  EXPECT_EQ(play.status(), JobStatus::settled);
  EXPECT_GT(play.gain(cast().watcher), 0) << "respond fees";
}

TEST(Agents, a_false_accuser_pays) {
  Play play;
  Play quiet;
  quiet.run();
  std::optional<Slot> committed;
  play.each_slot = [&] {
    if (play.buyer.posted.empty() || !play.chain.world.is_living(play.job())) return;
    const programs::Job job = play.chain.world.living(play.job());
    if (!job.submission) return;
    const vcr::StepProof proof{play.job(), job.attempt, fixture().false_claims[0]};
    if (!committed) {
      committed = play.chain.world.slot;
      EXPECT_EQ(play.chain.call(cast().accuser,
                                programs::CommitFraud{play.job(), programs::fraud_commit_hash(
                                                                      proof, cast().accuser.address, hash_of(1))}),
                kSuccess);
    } else if (play.chain.world.slot.raw() == committed->raw() + 3) {
      EXPECT_EQ(play.chain.call(cast().accuser, programs::Prove{proof, hash_of(1)}),
                programs::result_code(programs::EscrowCode::not_fraud));
    }
  };
  play.run();
  ASSERT_TRUE(committed);
  expect_honest_end(play);
  EXPECT_EQ(play.gain(cast().accuser), -static_cast<__int128>(play.chain.world.params.jobs.commit_deposit));
  EXPECT_EQ(play.gain(cast().worker), quiet.gain(cast().worker));
}

// The table is full of sessions that stand still: an honest challenger takes the place of one by a doubled bond.
TEST(Agents, a_full_table_yields_to_the_watchtower) {
  Play play(1, {.http = Http::nothing, .answers_max = 0});
  Griefer griefer{.play = play, .wanted = 16, .moves = false};
  play.each_slot = [&] { griefer.step(); };
  play.run();
  EXPECT_EQ(play.status(), JobStatus::defaulted);
  EXPECT_LT(play.gain(cast().worker), 0);
  bool doubled = false;
  for (const auto& [slot, instruction] : play.chain.moves) {
    const auto* open = std::get_if<programs::OpenDescent>(&instruction);
    doubled |= open != nullptr && open->bond == 2 * play.chain.world.params.jobs.session_bond_min;
  }
  EXPECT_TRUE(doubled);
}

TEST(Agents, a_commit_that_was_copied_is_proven_all_the_same) {
  Play play(1);
  bool copied = false;
  play.each_slot = [&] {
    // The tower's commit is in the pool: its copy stands in the block before it.
    if (copied || play.buyer.posted.empty()) return;
    if (std::ranges::none_of(play.tower.notes, [](const Note& note) {
          return note.kind == NoteKind::sent && note.action == Action::commit_fraud;
        }))
      return;
    copied = true;
    const programs::CommitFraud theirs = std::get<programs::CommitFraud>(play.chain.in_pool(Action::commit_fraud));
    EXPECT_EQ(play.chain.call(cast().accuser, theirs), kSuccess);
  };
  play.run();
  ASSERT_TRUE(copied);
  EXPECT_EQ(play.status(), JobStatus::convicted);
  EXPECT_GT(play.gain(cast().watcher), 0);
  EXPECT_LT(play.gain(cast().accuser), 0);
  EXPECT_EQ(play.chain.refusals,
            (std::vector<Refusal>{{Action::commit_fraud, programs::result_code(programs::EscrowCode::commit_exists)}}));
}

// Every agent starts afresh at one slot; nothing but the chain is left.
TEST(Agents, started_afresh_at_any_slot_they_finish) {
  for (const bool fraud : {false, true}) {
    for (const Http http : {Http::all, Http::nothing}) {
      Play whole(fraud ? 1 : 0, {.http = http});
      whole.run();
      const std::uint64_t slots = whole.chain.world.slot.raw() - start().slot.raw();
      for (std::uint64_t at = 2; at < slots; ++at) {
        Play play(fraud ? 1 : 0, {.http = http});
        for (std::uint64_t i = 0; i < at; ++i) play.slot();
        play.worker.restart();
        play.tower.restart();
        if (!play.buyer.posted.empty()) play.buyer.restart();
        play.run();
        EXPECT_EQ(play.status(), whole.status()) << at;
        EXPECT_GE(play.gain(cast().watcher), whole.gain(cast().watcher)) << at;
      }
    }
  }
}

// Two of each: one is first, the other loses a fee and no more.
TEST(Agents, rivals_race_and_nobody_is_hurt) {
  for (const std::size_t claims : {0u, 1u}) {
    Play play(claims);
    WorkerHost rival(play.chain, cast().rival, fixture().cases[claims]);
    TowerHost second(play.chain, cast().passer, play.worker);
    play.each_slot = [&] {
      rival.step();
      second.step();
    };
    play.run();
    EXPECT_EQ(play.status(), claims == 0 ? JobStatus::settled : JobStatus::convicted);
    std::vector<Refusal> races{{Action::accept, programs::result_code(programs::EscrowCode::already_accepted)}};
    if (claims != 0) races.push_back({Action::prove, programs::result_code(programs::EscrowCode::job_closed)});
    EXPECT_EQ(play.chain.refusals, races);
    EXPECT_EQ(play.gain(cast().rival), 0);
    const Amount lost = claims == 0 ? 0 : play.chain.world.params.jobs.commit_deposit;
    EXPECT_EQ(play.gain(cast().passer), -static_cast<__int128>(lost)) << "the deposit of who came second";
  }
}

TEST(Agents, several_jobs_go_on_side_by_side_within_bounds) {
  Play play;
  play.order.post.terms.accept_slots = 100;
  for (std::uint32_t i = 1; i < 6; ++i) {
    Order order = play.order;
    order.number = i;
    order.post.terms.price += i;
    play.buyer.tell(order);
  }
  const auto running = [&] {
    std::size_t count = 0;
    for (const JobView& view : play.chain.jobs(Watchtower(Identity(cast().buyer.key), {}))) {
      const auto& job = std::get<programs::Job>(view.object.state);
      count += job.acceptance && !job.submission;
    }
    return count;
  };
  for (int i = 0; i < 120; ++i) {
    play.slot();
    EXPECT_LE(running(), 1u);
  }
  EXPECT_TRUE(play.chain.world.held().is_zero());
  EXPECT_EQ(play.buyer.results.size(), 6u);
  EXPECT_EQ(play.chain.refusals, std::vector<Refusal>{});
}

TEST(Agents, a_worker_takes_only_what_it_can_do_and_is_paid_for) {
  struct Offer {
    const char* what;
    std::function<void(Play&)> change;
    bool taken = false;
  };
  const std::uint64_t units = *infer::units(fixture().facts.config, {21, 4});
  for (const Offer& offer : std::vector<Offer>{
           {"as it is", [](Play&) {}, true},
           {"at the price asked", [](Play& p) { p.worker.options.price_min = p.order.post.terms.price; }, true},
           {"below it", [](Play& p) { p.worker.options.price_min = p.order.post.terms.price + 1; }},
           {"for him by name", [](Play& p) { p.order.post.terms.worker = cast().worker.key; }, true},
           {"for another", [](Play& p) { p.order.post.terms.worker = cast().rival.key; }},
           {"just in time", [&](Play& p) { p.worker.options.units_per_slot = units / 7; }, true},
           {"too slow", [&](Play& p) { p.worker.options.units_per_slot = units / 8; }},
           {"all it has", [](Play& p) { p.chain.world.params.jobs.worker_bond_min = p.order.post.terms.bond = kRich; },
            true},
           {"a bond above what it has", [](Play& p) { p.order.post.terms.bond = kRich + 1; }},
           {"a model that it lacks", [](Play& p) { p.worker.options.models.clear(); }},
       }) {
    Play play;
    offer.change(play);
    play.worker.restart();
    play.run();
    EXPECT_EQ(play.status() == JobStatus::settled, offer.taken) << offer.what;
    EXPECT_EQ(play.chain.refusals, std::vector<Refusal>{}) << offer.what;
  }
}

TEST(Agents, orders_that_cannot_be_paid_or_run_are_refused) {
  Play play;
  Order dear = an_order(1);
  dear.post.terms.price = Amount{1} << 99;
  Order long_one = an_order(2);
  long_one.post.terms.max_new = 2'000;
  Order wrong = an_order(3);
  wrong.post.terms.tier = 1;
  for (const Order& order : {dear, long_one, wrong}) play.buyer.tell(order);
  play.run();
  ASSERT_EQ(play.buyer.refused.size(), 3u);
  EXPECT_FALSE(play.buyer.refused[0].code || play.buyer.refused[1].code);
  EXPECT_EQ(play.buyer.refused[2].code, programs::result_code(programs::EscrowCode::tier_unbuilt));
  EXPECT_EQ(play.buyer.posted.size(), 1u);
}

}  // namespace
}  // namespace aether::agents::testing
