#include <algorithm>

#include "aether/programs/payouts.hpp"
#include "aether/programs/phases.hpp"
#include "escrow.hpp"
#include "gas.hpp"

namespace aether::programs::escrow {

namespace {

infer::Extent extent_of(const Job& job) { return {job.n_prompt, job.submission->n_out}; }

Session* find_session(Job& job, std::uint32_t id) {
  const auto at = std::find_if(job.sessions.begin(), job.sessions.end(), [&](const Session& s) { return s.id == id; });
  return at == job.sessions.end() ? nullptr : &*at;
}

// After every change of the table: while it is full the window stands still.
void note_table(Job& job, Slot now) {
  const bool full = job.sessions.size() == limits::kSessionsMax;
  if (full && !job.full_since) job.full_since = now;
  if (!full && job.full_since) {
    job.paused_slots += now.raw() - job.full_since->raw();
    job.full_since.reset();
  }
}

// The time since turn_since is taken off the mover's clock; false when it has run out.
bool take_time(Session& session, Slot now) {
  if (now > clock_end(session)) return false;
  std::uint64_t& left = session.state.turn == vcr::Turn::worker ? session.worker_left : session.challenger_left;
  left -= now.raw() - session.turn_since.raw();
  session.turn_since = now;
  return true;
}

void remove_session(Job& job, const Session* session, Slot now) {
  job.sessions.erase(job.sessions.begin() + (session - job.sessions.data()));
  note_table(job, now);
}

// Whether the sender's commit may be opened now; the commit is gone if the proof convicts.
Outcome<void> open_commit(Context& context, const Prove& i) {
  const ObjectId id = commit_object(i.proof.job_id, fraud_commit_hash(i.proof, context.sender(), *i.salt));
  AETHER_TRY(const auto commit, context.load<Commit>(id));
  if (!commit) return refuse(EscrowCode::no_such_commit);
  const SlotRange range = prove_slots(*commit, context.block().params.jobs);
  if (context.block().slot < range.first) return refuse(EscrowCode::prove_too_early);
  if (context.block().slot > range.last) return refuse(EscrowCode::prove_too_late);
  return context.erase(id);
}

Outcome<void> check_session_of_sender(Context& context, const Job& job) {
  EscrowCode code = EscrowCode::no_session_of_sender;
  for (const Session& session : job.sessions) {
    if (session.challenger != context.sender()) continue;
    if (session.state.turn == vcr::Turn::worker || context.block().slot <= clock_end(session)) return {};
    code = EscrowCode::clock_out;
  }
  return refuse(code);
}

}  // namespace

Outcome<void> run(Context& context, const CommitFraud& i) {
  AETHER_TRY(const Job job, load_submitted(context, i.job));
  const ledger::BlockFacts& block = context.block();
  if (block.slot > window_end(job, block.params.jobs, block.slot)) return refuse(EscrowCode::window_closed);
  const ObjectId id = commit_object(i.job, i.commit);
  AETHER_TRY(const auto known, context.read(id));
  if (known) return refuse(EscrowCode::commit_exists);
  const Amount deposit = block.params.jobs.commit_deposit;
  AETHER_CHECK(context.debit_sender(Asset::aic, deposit));
  context.burn(Asset::aic, deposit);
  return context.store(id, Commit{1, block.slot});
}

Outcome<void> run(Context& context, const Prove& i) {
  AETHER_TRY(const Job job, load_submitted(context, i.proof.job_id));
  if (i.salt) {
    AETHER_CHECK(open_commit(context, i));
  } else {
    AETHER_CHECK(check_session_of_sender(context, job));
  }
  AETHER_TRY(const Model model, load_model(context, job.terms.model_id));
  // No element uses a byte of its proof in more than two products.
  AETHER_CHECK(charge_multiply_adds(context, 2 * limits::kStepProofBytesMax));
  const vcr::JobClaim claim{i.proof.job_id, job.attempt,      model.facts.config,          model.facts.model_root,
                            extent_of(job), job.request_root, job.submission->output_root, job.submission->trace_root};
  const auto verdict = vcr::judge(claim, i.proof);
  if (!verdict) return fail(result_code(verdict.error()));
  if (*verdict != vcr::Verdict::convicted) return refuse(EscrowCode::not_fraud);
  const Amount deposit = i.salt ? context.block().params.jobs.commit_deposit : 0;
  return convict(context, i.proof.job_id, job, JobStatus::convicted, context.sender(), deposit);
}

Outcome<void> run(Context& context, const OpenDescent& i) {
  AETHER_TRY(Job job, load_submitted(context, i.job));
  const JobParams& params = context.block().params.jobs;
  const Slot now = context.block().slot;
  if (now > window_end(job, params, now)) return refuse(EscrowCode::window_closed);
  if (i.bond < params.session_bond_min) return refuse(EscrowCode::session_bond_too_low);
  if (i.bond > kJobAmountMax) return refuse(EscrowCode::amount_too_large);
  if (job.sessions.size() == limits::kSessionsMax) {
    const std::optional<std::size_t> yields = yielding_session(job, i.bond);
    if (!yields) return refuse(EscrowCode::session_table_full);
    const Session& out = job.sessions[*yields];
    pay(context, out.challenger, Asset::aic, out.bond);
    pay(context, out.challenger, Asset::swr, out.exit_reserve);
    // The table stays full, so the window goes on standing still.
    job.sessions.erase(job.sessions.begin() + static_cast<std::ptrdiff_t>(*yields));
  }
  AETHER_TRY(const Model model, load_model(context, job.terms.model_id));
  const vcr::TraceShape shape(model.facts.config, extent_of(job));
  Session session;
  session.id = job.next_session++;
  session.challenger = context.sender();
  session.bond = i.bond;
  session.exit_reserve = params.exit_fee;
  session.worker_left = params.worker_clock_slots;
  session.challenger_left = params.challenger_clock_slots;
  session.turn_since = now;
  session.state = vcr::open_descent(shape, job.submission->trace_root);
  AETHER_CHECK(context.debit_sender(Asset::aic, session.bond));
  AETHER_CHECK(context.debit_sender(Asset::swr, session.exit_reserve));
  job.sessions.push_back(session);
  note_table(job, now);
  return store_job(context, i.job, std::move(job));
}

Outcome<void> run(Context& context, const Descend& i) {
  AETHER_TRY(Job job, load_submitted(context, i.job));
  Session* session = find_session(job, i.session);
  if (session == nullptr) return refuse(EscrowCode::no_such_session);
  if (session->challenger != context.sender()) return refuse(EscrowCode::not_the_challenger);
  AETHER_TRY(const Model model, load_model(context, job.terms.model_id));
  const auto next = vcr::descend(vcr::TraceShape(model.facts.config, extent_of(job)), session->state, i.step);
  if (!next) return fail(result_code(next.error()));
  if (!take_time(*session, context.block().slot)) return refuse(EscrowCode::clock_out);
  session->state = *next;
  return store_job(context, i.job, std::move(job));
}

Outcome<void> run(Context& context, const Respond& i) {
  AETHER_TRY(Job job, load_submitted(context, i.job));
  if (i.sessions.empty()) return refuse(EscrowCode::no_session_named);
  AETHER_TRY(const Model model, load_model(context, job.terms.model_id));
  const vcr::TraceShape shape(model.facts.config, extent_of(job));
  const Slot now = context.block().slot;
  bool checked = false;
  Amount earned = 0;
  for (Session& session : job.sessions) {
    if (!i.sessions.contains(session.id) || session.state.node != i.node) continue;
    if (session.state.turn != vcr::Turn::worker || !take_time(session, now)) continue;
    if (!checked) {
      // One trace, so one hash at a node: hashing the reveal once serves all.
      if (const auto right = vcr::respond(shape, session.state, i.reveal); !right)
        return fail(result_code(right.error()));
      checked = true;
    }
    ++session.state.moves;
    session.state.turn = vcr::Turn::challenger;
    const Amount fee = std::min(context.block().params.jobs.respond_fee, session.bond);
    session.bond -= fee;
    session.fees_paid += fee;
    earned += fee;
  }
  if (!checked) return refuse(EscrowCode::no_session_waits);
  pay(context, context.sender(), Asset::aic, earned);
  return store_job(context, i.job, std::move(job));
}

Outcome<void> expire_session(Context& context, const Hash& id, Job job, std::uint32_t session_id) {
  const Session* session = find_session(job, session_id);
  if (session == nullptr) return refuse(EscrowCode::no_such_session);
  const Slot now = context.block().slot;
  if (now <= clock_end(*session)) return refuse(EscrowCode::expire_too_early);
  if (session->state.turn == vcr::Turn::worker) {
    const Address challenger = session->challenger;
    pay_exit(context, job);
    return convict(context, id, job, JobStatus::defaulted, challenger, 0);
  }
  const Amount to_worker = timeout_share_of_worker(*session), burned = session->bond - to_worker;
  pay(context, address_of(job.acceptance->worker), Asset::aic, to_worker);
  if (burned != 0) context.burn(Asset::aic, burned);
  pay(context, context.sender(), Asset::swr, session->exit_reserve);
  remove_session(job, session, now);
  return store_job(context, id, std::move(job));
}

}  // namespace aether::programs::escrow
