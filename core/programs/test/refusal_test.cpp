// Each code that can be reached is reached by a transaction.
#include <set>

#include "scene.hpp"

namespace aether::programs::testing {
namespace {

using E = EscrowCode;
using Way = std::function<ResultCode(Scene&)>;
struct Refused {
  ResultCode code;
  Way way;
};

Refused with(E code, Way way) { return {result_code(code), std::move(way)}; }
// A post that differs from a good one.
Refused post(E code, std::function<void(Post&)> change) {
  return with(code, [change](Scene& s) {
    change(s.post);
    return s.call(cast().buyer, s.post);
  });
}
// A receipt that differs from the right one, signed again.
Refused receipt(vcr::ReceiptError error, std::function<void(vcr::VcrBody&)> change) {
  return {result_code(error), [change](Scene& s) {
            s.accepted();
            vcr::VcrBody body = receipt_of(s.world, s.id, cast().worker, s.claimed());
            change(body);
            return s.call(cast().worker, SubmitVcr{s.id, vcr::sign(body, cast().worker.seed), s.claimed().output});
          }};
}
// An output that breaks a rule, with everything else as it follows from it.
Refused output(vcr::ReceiptError error, std::vector<std::uint32_t> tokens) {
  return {result_code(error), [tokens](Scene& s) {
            s.accepted();
            Case what = s.claimed();
            what.output = tokens;
            return s.call(cast().worker, a_submit(s.world, s.id, cast().worker, what));
          }};
}
// A proof by a session's challenger.
Refused proof(vcr::RefereeError error, vcr::StepProof of, std::function<void(vcr::StepProof&)> change) {
  return {result_code(error), [of, change](Scene& s) {
            s.opened();
            vcr::StepProof mine{s.id, 0, of.claim};
            change(mine);
            return s.call(cast().watcher, Prove{std::move(mine), std::nullopt});
          }};
}
Refused element(vcr::RefereeError error, std::function<void(vcr::ElementProof&)> change) {
  return proof(error, {Hash{}, 0, fixture().false_claims[1]},
               [change](vcr::StepProof& p) { change(std::get<vcr::ElementProof>(p.claim)); });
}
template <class T>
Refused claim(vcr::RefereeError error, T of) {
  return proof(error, {Hash{}, 0, std::move(of)}, [](vcr::StepProof&) {});
}
Refused respond(vcr::DescentError error, std::function<void(vcr::Reveal&)> change) {
  return {result_code(error), [change](Scene& s) {
            s.opened();
            Respond i = s.answer(0);
            change(i.reveal);
            return s.call(cast().passer, i);
          }};
}
Refused descend(vcr::DescentError error, std::function<void(vcr::Step&)> change) {
  return {result_code(error), [change](Scene& s) {
            s.responded();
            vcr::Step step = s.step_into(0, 0);
            change(step);
            return s.call(cast().watcher, Descend{s.id, 0, step});
          }};
}
// A worker's trace with a non-zero hash in padding, or a tile of wrong length.
Case overlaid(std::function<void(vcr::testing::Overlay&)> change) {
  auto source = std::make_shared<vcr::testing::Overlay>(*fixture().run.own);
  change(*source);
  return {fixture().run.output, source, fixture().run.own, source->root(), std::nullopt, false};
}
// Hands it in, opens a session, and goes down to `target`'s last reveal, which is returned unsent.
ResultCode last_answer(Scene& s, const Case& what, const vcr::Node& target) {
  s.accepted();
  s.ok(cast().worker, a_submit(s.world, s.id, cast().worker, what));
  s.ok(cast().watcher, OpenDescent{s.id, s.params().session_bond_min});
  while (true) {
    const vcr::DescentState state = s.session(0).state;
    const auto reveal = vcr::make_reveal(s.shape(), *what.source, state.node);
    const ResultCode code = s.call(cast().worker, Respond{s.id, {0}, state.node, *reveal});
    const auto* nodes = std::get_if<vcr::Nodes>(&*reveal);
    if (code != kSuccess || nodes == nullptr) return code;
    s.ok(cast().watcher, Descend{s.id, 0, *vcr::step_towards(s.shape(), state, *nodes, target)});
  }
}

std::vector<Refused> life() {
  const auto settle = [](Scene& s) { return s.call(cast().passer, Settle{s.id}); };
  return {
      with(E::no_such_job, [](Scene& s) { return s.call(cast().worker, Accept{hash_of(1), "x"}); }),
      with(E::job_closed,
           [](Scene& s) {
             s.posted().ok(cast().buyer, Cancel{s.id});
             return s.call(cast().worker, Accept{s.id, "x"});
           }),
      with(E::job_exists,
           [](Scene& s) {
             s.posted();
             --s.world.nonce;  // the ledger refuses a nonce that was used, so a chain never gets here
             return s.call(cast().buyer, s.post);
           }),
      with(E::no_such_model,
           [](Scene& s) {
             s.post.terms.model_id = hash_of(3);
             return s.world.call(cast().buyer, EscrowInstruction{s.post}, hash_of(3));
           }),
      post(E::tier_unbuilt, [](Post& p) { p.terms.tier = 1; }),
      post(E::uncovered, [](Post& p) { p.terms.accept_uncovered = false; }),
      post(E::seed_without_use, [](Post& p) { p.terms.seed = hash_of(1); }),
      post(E::attempts_range, [](Post& p) { p.terms.attempts = 0; }),
      post(E::attempts_range, [](Post& p) { p.terms.attempts = limits::kAttemptsMax + 1; }),
      post(E::bond_too_low, [](Post& p) { p.terms.bond = JobParams{}.worker_bond_min - 1; }),
      post(E::amount_too_large, [](Post& p) { p.terms.bond = kJobAmountMax + 1; }),
      post(E::amount_too_large, [](Post& p) { p.terms.price = kJobAmountMax + 1; }),
      post(E::slots_range, [](Post& p) { p.terms.accept_slots = 0; }),
      post(E::slots_range, [](Post& p) { p.terms.sla_slots = 0; }),
      post(E::slots_range, [](Post& p) { p.terms.sla_slots = p.terms.max_slots + 1; }),
      post(E::slots_range, [](Post& p) { p.terms.accept_slots = kJobSlotsMax + 1; }),
      post(E::slots_range, [](Post& p) { p.terms.max_slots = kJobSlotsMax + 1; }),
      post(E::sla_range, [](Post& p) { p.terms.sla_bps = kBpsWhole + 1; }),
      post(E::prompt_empty, [](Post& p) { p.prompt.clear(); }),
      post(E::prompt_token, [](Post& p) { p.prompt.back() = fixture().facts.config.vocab; }),
      post(E::max_new_zero, [](Post& p) { p.terms.max_new = 0; }),
      post(E::context_exceeded, [](Post& p) { p.terms.max_new = fixture().facts.config.context; }),
      post(E::context_exceeded, [](Post& p) { p.terms.max_new = ~std::uint32_t{0}; }),
      with(E::units_too_large,
           [](Scene& s) {
             // A window above 2^32 slots: the largest model at the slowest rate.
             ModelFacts facts = fixture().facts;
             facts.config.layers = 256;
             facts.config.d = 5'120;
             facts.config.ff = 16'384;
             facts.config.context = 8'192;
             s.world.params.jobs.recompute_units_per_slot = 1;
             s.world.state[model_object(model_id(facts))] = codec::encode(Model{1, facts, cast().buyer.address, 1});
             s.post.terms.model_id = model_id(facts);
             s.post.terms.max_new = 8'000;
             return s.world.call(cast().buyer, EscrowInstruction{s.post}, model_id(facts));
           }),
      with(E::already_accepted, [](Scene& s) { return s.accepted().call(cast().rival, Accept{s.id, "x"}); }),
      with(E::already_accepted, [](Scene& s) { return s.accepted().call(cast().buyer, Cancel{s.id}); }),
      with(E::accept_too_late,
           [](Scene& s) {
             s.posted().at(s.post.terms.accept_slots + 1);
             return s.call(cast().worker, Accept{s.id, "x"});
           }),
      with(E::not_the_named_worker,
           [](Scene& s) {
             s.post.terms.worker = cast().worker.key;
             return s.posted().call(cast().rival, Accept{s.id, "x"});
           }),
      with(E::not_accepted,
           [](Scene& s) {
             SubmitVcr submit;
             submit.job = s.posted().id;
             return s.call(cast().worker, submit);
           }),
      with(E::already_submitted,
           [](Scene& s) {
             s.submitted();
             return s.call(cast().worker, a_submit(s.world, s.id, cast().worker, s.claimed()));
           }),
      with(E::not_the_worker,
           [](Scene& s) {
             s.accepted();
             return s.call(cast().rival, a_submit(s.world, s.id, cast().worker, s.claimed()));
           }),
      with(E::submit_too_late,
           [](Scene& s) {
             s.accepted().at(s.post.terms.max_slots + 1);
             return s.call(cast().worker, a_submit(s.world, s.id, cast().worker, s.claimed()));
           }),
      with(E::not_submitted, [&](Scene& s) { return s.accepted().call(cast().worker, Settle{s.id}); }),
      with(E::sessions_open,
           [settle](Scene& s) {
             s.opened().go(settle_from(s.job(), s.params(), s.world.slot));
             return settle(s);
           }),
      with(E::settle_too_early,
           [settle](Scene& s) {
             s.submitted().go(Slot{settle_from(s.job(), s.params(), s.world.slot).raw() - 1});
             return settle(s);
           }),
      with(E::not_the_buyer, [](Scene& s) { return s.posted().call(cast().worker, Cancel{s.id}); }),
      with(E::nothing_to_expire, [](Scene& s) { return s.ripe().call(cast().worker, Expire{s.id, std::nullopt}); }),
      with(E::expire_too_early,
           [](Scene& s) {
             s.posted().at(s.post.terms.accept_slots);
             return s.call(cast().buyer, Expire{s.id, std::nullopt});
           }),
      with(E::expire_too_early,
           [](Scene& s) {
             s.accepted().at(s.post.terms.max_slots);
             return s.call(cast().buyer, Expire{s.id, std::nullopt});
           }),
      with(E::expire_too_early,
           [](Scene& s) {
             s.opened().go(clock_end(s.session(0)));
             return s.call(cast().watcher, Expire{s.id, 0});
           }),
  };
}

std::vector<Refused> disputes() {
  const auto after_window = [](Scene& s) { s.submitted(1).go(next(window_end(s.job(), s.params(), s.world.slot))); };
  const auto prove = [](Scene& s, std::uint64_t slots) {
    s.submitted(1).ok(cast().watcher, s.commit(cast().watcher, s.proof()));
    s.at(slots);
    return s.call(cast().watcher, Prove{s.proof(), hash_of(1)});
  };
  const JobParams p;
  return {
      with(E::window_closed,
           [after_window](Scene& s) {
             after_window(s);
             return s.call(cast().watcher, s.commit(cast().watcher, s.proof()));
           }),
      with(E::window_closed,
           [after_window](Scene& s) {
             after_window(s);
             return s.call(cast().watcher, OpenDescent{s.id, s.params().session_bond_min});
           }),
      with(E::commit_exists,
           [](Scene& s) {
             s.submitted(1).ok(cast().accuser, s.commit(cast().watcher, s.proof()));
             return s.call(cast().watcher, s.commit(cast().watcher, s.proof()));
           }),
      with(E::no_such_commit,
           [](Scene& s) { return s.submitted(1).call(cast().watcher, Prove{s.proof(), hash_of(1)}); }),
      with(E::prove_too_early, [prove, p](Scene& s) { return prove(s, p.commit_prove_min_slots - 1); }),
      with(E::prove_too_late, [prove, p](Scene& s) { return prove(s, p.commit_prove_max_slots + 1); }),
      with(E::no_session_of_sender,
           [](Scene& s) { return s.opened(1).call(cast().accuser, Prove{s.proof(), std::nullopt}); }),
      with(E::not_fraud,
           [](Scene& s) {
             s.opened();
             return s.call(cast().watcher, Prove{s.proof(fixture().false_claims[0]), std::nullopt});
           }),
      with(E::clock_out,
           [](Scene& s) {
             s.responded(1).go(next(clock_end(s.session(0))));
             return s.call(cast().watcher, Prove{s.proof(), std::nullopt});
           }),
      with(E::clock_out,
           [](Scene& s) {
             s.responded().go(next(clock_end(s.session(0))));
             return s.call(cast().watcher, Descend{s.id, 0, s.step_into(0, 0)});
           }),
      with(E::session_bond_too_low,
           [p](Scene& s) { return s.submitted().call(cast().watcher, OpenDescent{s.id, p.session_bond_min - 1}); }),
      with(E::amount_too_large,
           [](Scene& s) { return s.submitted().call(cast().watcher, OpenDescent{s.id, kJobAmountMax + 1}); }),
      with(E::session_table_full,
           [p](Scene& s) {
             s.submitted();
             for (std::size_t i = 0; i < limits::kSessionsMax; ++i)
               s.ok(cast().accuser, OpenDescent{s.id, p.session_bond_min});
             return s.call(cast().watcher, OpenDescent{s.id, 2 * p.session_bond_min - 1});
           }),
      with(E::no_such_session,
           [](Scene& s) { return s.responded().call(cast().watcher, Descend{s.id, 1, s.step_into(0, 0)}); }),
      with(E::no_such_session, [](Scene& s) { return s.opened().call(cast().watcher, Expire{s.id, 1}); }),
      with(E::not_the_challenger,
           [](Scene& s) { return s.responded().call(cast().accuser, Descend{s.id, 0, s.step_into(0, 0)}); }),
      with(E::no_session_named,
           [](Scene& s) {
             s.opened();
             Respond i = s.answer(0);
             i.sessions = {};
             return s.call(cast().worker, i);
           }),
      with(E::no_session_waits, [](Scene& s) { return s.responded().call(cast().worker, s.answer(0)); }),
      with(E::no_session_waits,
           [](Scene& s) {
             s.opened().go(next(clock_end(s.session(0))));
             return s.call(cast().worker, s.answer(0));
           }),
      with(E::no_session_waits,
           [](Scene& s) {
             s.opened();
             Respond i = s.answer(0);
             i.node = {0, 0, 0};
             return s.call(cast().worker, i);
           }),
  };
}

std::vector<Refused> receipts() {
  using R = vcr::ReceiptError;
  using B = vcr::VcrBody;
  return {
      receipt(R::chain_id, [](B& b) { b.chain_id = ChainId{8}; }),
      receipt(R::job_id, [](B& b) { b.job_id = hash_of(1); }),
      receipt(R::attempt, [](B& b) { ++b.attempt; }),
      receipt(R::provider, [](B& b) { b.provider = cast().rival.key; }),
      receipt(R::model_id, [](B& b) { b.model_id = hash_of(1); }),
      receipt(R::request_root, [](B& b) { b.request_root = hash_of(1); }),
      receipt(R::seed, [](B& b) { b.seed = hash_of(1); }),
      receipt(R::kzg, [](B& b) { b.kzg = hash_of(1); }),
      receipt(R::tee_evidence, [](B& b) { b.tee_evidence_hash = hash_of(1); }),
      receipt(R::sequences, [](B& b) { b.n_out.push_back(1); }),
      receipt(R::output_length, [](B& b) { ++b.n_out[0]; }),
      receipt(R::output_root, [](B& b) { b.output_root = hash_of(1); }),
      receipt(R::units, [](B& b) { ++b.units; }),
      output(R::empty_output, {}),
      output(R::above_max_new, {1, 2, 3, 4, 5}),
      output(R::token, {1, 2, 3, 300}),
      output(R::early_stop, {1, 2}),
      output(R::late_stop, {1, 7, 2, 3}),
      {result_code(R::signature),
       [](Scene& s) {
         s.accepted();
         SubmitVcr submit = a_submit(s.world, s.id, cast().worker, s.claimed());
         submit.vcr.signature[0] ^= 1;
         return s.call(cast().worker, submit);
       }},
  };
}

std::vector<Refused> proofs() {
  using R = vcr::RefereeError;
  using P = vcr::ElementProof;
  const vcr::StepProof any{Hash{}, 0, fixture().false_claims[1]};
  const vcr::TraceShape& shape = fixture().run.own->shape();
  const std::uint32_t ops = shape.op_count();
  const auto sample = *vcr::prove_sample(shape, fixture().run.tokens(), *fixture().run.own, 0, 1);
  vcr::SampleProof far_row = sample, far_token = sample;
  far_row.row = 4;
  far_token.better = fixture().facts.config.vocab;
  const vcr::Node padded = {vcr::kOperatorTree, 0, ops};
  const auto path = [&](std::size_t n) { return std::vector<Hash>(n); };
  return {
      proof(R::wrong_attempt, any, [](vcr::StepProof& p) { ++p.attempt; }),
      element(R::too_large, [](P& p) { p.leaves[0].bytes.resize(limits::kStepProofBytesMax); }),
      element(R::operator_range, [&](P& p) { p.at.op = 100; }),
      element(R::position_range, [](P& p) { p.at.position = 24; }),
      element(R::element_range, [](P& p) { p.at.element = 10'000; }),
      element(R::witness_range, [](P& p) { p.at.witness = 1; }),
      element(R::range_count, [](P& p) { p.ranges.pop_back(); }),
      element(R::leaf_count, [](P& p) { p.leaves.pop_back(); }),
      element(R::range_length, [](P& p) { p.ranges[0].bytes.pop_back(); }),
      element(R::range_path_length, [](P& p) { p.ranges[0].path.pop_back(); }),
      element(R::range_path, [](P& p) { p.ranges[0].path[0] = hash_of(1); }),
      element(R::leaf_length, [](P& p) { p.leaves[0].bytes.pop_back(); }),
      element(R::leaf_path, [](P& p) { p.leaves[0].bytes[0] ^= 1; }),
      claim(R::leaf_range, vcr::LengthProof{0, 1'000'000, {}}),
      claim(R::row_range, far_row),
      claim(R::token_range, far_token),
      claim(R::node_range, vcr::PaddingProof{{ops, 0, 0}, {}, {}}),
      claim(R::not_padding, vcr::PaddingProof{shape.root(), {}, {}}),
      claim(R::node_path_length, vcr::PaddingProof{padded, {}, {}}),
      claim(R::node_path, vcr::PaddingProof{padded, {}, path(shape.operator_depth())}),
  };
}

std::vector<Refused> descents() {
  using D = vcr::DescentError;
  const vcr::TraceShape& shape = fixture().run.own->shape();
  const vcr::Node tile{0, 0, 0};
  const auto at_tile = [tile](Scene& s, std::function<void(vcr::Reveal&)> change) {
    s.opened();
    while (!s.shape().is_tile(s.session(0).state.node)) {
      s.respond(0);
      s.ok(cast().watcher, Descend{s.id, 0, *vcr::step_towards(s.shape(), s.session(0).state, s.nodes_at(0), tile)});
    }
    Respond i = s.answer(0);
    change(i.reveal);
    return s.call(cast().worker, i);
  };
  return {
      {result_code(D::not_the_challengers_turn),
       [](Scene& s) { return s.opened().call(cast().watcher, Descend{s.id, 0, s.step_into(0, 0)}); }},
      respond(D::expected_nodes, [](vcr::Reveal& r) { r = vcr::Tile(Bytes(3)); }),
      {result_code(D::expected_tile),
       [at_tile](Scene& s) { return at_tile(s, [](vcr::Reveal& r) { r = vcr::Nodes(std::vector<Hash>(1)); }); }},
      respond(D::node_count, [](vcr::Reveal& r) { std::get<vcr::Nodes>(r).pop_back(); }),
      respond(D::wrong_hash, [](vcr::Reveal& r) { std::get<vcr::Nodes>(r)[0] = hash_of(1); }),
      {result_code(D::wrong_hash),
       [at_tile](Scene& s) { return at_tile(s, [](vcr::Reveal& r) { std::get<vcr::Tile>(r)[0] ^= 1; }); }},
      {result_code(D::padding),
       [&](Scene& s) {
         const vcr::Node above{vcr::kOperatorTree, 0, shape.op_count()};
         return last_answer(s, overlaid([&](auto& o) { o.set(above, hash_of(9)); }), tile);
       }},
      {result_code(D::tile_length),
       [tile](Scene& s) { return last_answer(s, overlaid([](auto& o) { o.set_tile(0, 0, Bytes(100)); }), tile); }},
      {result_code(D::at_a_tile),
       [tile](Scene& s) {
         s.opened().descend_to_tile(0, tile);
         return s.call(cast().watcher, Descend{s.id, 0, {}});
       }},
      descend(D::child_range, [](vcr::Step& s) { s.child = 255; }),
      {result_code(D::padding_child),
       [&](Scene& s) {
         s.responded();
         return s.call(cast().watcher, Descend{s.id, 0, s.step_into(0, static_cast<std::uint8_t>(shape.op_count()))});
       }},
      descend(D::sibling_count, [](vcr::Step& s) { s.siblings.pop_back(); }),
      descend(D::wrong_path, [](vcr::Step& s) { s.hash = hash_of(1); }),
  };
}

TEST(Refusals, every_code_is_reached_by_a_transaction) {
  std::set<std::uint16_t> reached;
  for (const auto& table : {life(), disputes(), receipts(), proofs(), descents()}) {
    for (const Refused& refused : table) {
      Scene scene;
      const ResultCode code = refused.way(scene);
      EXPECT_EQ(code, refused.code) << code_name(code) << " instead of " << code_name(refused.code);
      reached.insert(refused.code.raw());
    }
  }
  // What the rules before them keep away: post checks the context, register_model the config, respond the turn; and the
  // proof's own id says which job it is held against.
  for (const ResultCode code :
       {result_code(vcr::ReceiptError::context), result_code(vcr::RefereeError::bad_claim),
        result_code(vcr::RefereeError::wrong_job), result_code(vcr::DescentError::not_the_workers_turn)}) {
    EXPECT_TRUE(reached.insert(code.raw()).second) << code_name(code);
  }
  for (std::uint16_t number = 200; number < 300; ++number) {
    const std::string_view name = code_name(ResultCode{number});
    EXPECT_TRUE(name == "unknown" || reached.contains(number)) << name;
  }
}

TEST(Refusals, the_ledgers_codes) {
  Scene s;
  s.posted();
  World& w = s.world;
  const Call accept = make_call(EscrowInstruction{Accept{s.id, "x"}});
  EXPECT_EQ(w.call(cast().worker, accept, {}), ledger::result_code(ledger::Code::undeclared_read));
  EXPECT_EQ(w.call(cast().worker, accept, {{job_object(s.id)}, {}}),
            ledger::result_code(ledger::Code::undeclared_write));
  w.balances[cast().worker.address].aic = s.post.terms.bond - 1;
  EXPECT_EQ(s.call(cast().worker, Accept{s.id, "x"}), ledger::result_code(ledger::Code::insufficient_funds));
  for (const Hash& program : {escrow_program_id(), models_program_id()}) {
    for (const Bytes& bytes : {Bytes{}, Bytes{99}, Bytes{0}, Bytes(40'000, 1)}) {
      EXPECT_EQ(w.call(cast().worker, {program, bytes}, {}), ledger::result_code(ledger::Code::malformed_instruction));
    }
  }
}

}  // namespace
}  // namespace aether::programs::testing
