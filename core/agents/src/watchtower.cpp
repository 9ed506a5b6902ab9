#include "aether/agents/watchtower.hpp"

#include <algorithm>
#include <utility>

#include "aether/crypto/sha256.hpp"
#include "aether/programs/codes.hpp"
#include "aether/vcr/referee.hpp"
#include "answer.hpp"
#include "out.hpp"

namespace aether::agents {

using programs::EscrowCode;
using programs::Job;
using programs::Session;

namespace {

constexpr std::uint64_t kAuditAgainSlots = 8;
constexpr std::uint32_t kBySession = 0xffff'ffff;  // number of a prove without a commit

Slot prove_end(const Slot& commit, const JobParams& params) {
  return programs::prove_slots(programs::Commit{1, commit}, params).last;
}

bool lies_below(const vcr::TraceShape& shape, const vcr::Node& node, const vcr::Node& above) {
  for (std::optional<vcr::Node> at = node; at; at = shape.parent(*at)) {
    if (*at == above) return true;
  }
  return false;
}

}  // namespace

class Watchtower::Step {
 public:
  Step(Watchtower& tower, const Observation& now, OwnRuns& runs)
      : w_(tower), now_(now), at_(next(now.slot)), runs_(runs), out_(tower.desk_, now) {}

  std::vector<WatchtowerEffect> run(std::span<const WatchtowerEvent> events) {
    for (const WatchtowerEvent& event : events) {
      std::visit([&](const auto& e) { take(e); }, event);
    }
    w_.desk_.observe(now_.slot);
    forget_closed();
    for (const JobView& view : now_.jobs) {
      const Job* job = living(view);
      if (job == nullptr) continue;
      const HeldModel* model = find_model(w_.options_.models, job->terms.model_id);
      if (model != nullptr && of_interest(*job)) watch(view.id, *job, *model);
      if (w_.options_.exits) exit(view.id, *job);
    }
    start_audits();
    return out_.take();
  }

 private:
  // --- Events -------------------------------------------------------------------------------------------------------

  void take(const SendEnded& event) {
    const std::optional<Intent> intent = out_.ended(event);
    if (!intent || !event.code) return;
    const auto at = w_.cases_.find(intent->job);
    if (at == w_.cases_.end()) return;
    Case& c = at->second;
    const ResultCode code = *event.code;
    if (intent->action == Action::commit_fraud && intent->number == c.round) {
      // One that is there already is the own one, of before a restart or copied by another: the hash binds the sender.
      if (code == kSuccess || code == programs::result_code(EscrowCode::commit_exists)) c.committed = event.slot;
    } else if (intent->action == Action::prove && intent->number == c.round && code != kSuccess) {
      const bool lost = code == programs::result_code(EscrowCode::no_such_commit) ||
                        code == programs::result_code(EscrowCode::prove_too_late);
      if (lost) again(c);
    }
  }
  void take(const AuditEnded& event) {
    const auto at = w_.cases_.find(event.job);
    if (at == w_.cases_.end() || at->second.finding != Finding::auditing) return;
    std::visit([&](const auto& result) { found(event.job, at->second, result); }, event.result);
  }
  void found(const Hash& id, Case& c, const AuditHonest&) {
    c.finding = Finding::honest;
    out_.note(id, NoteKind::audit_honest);
    if (!w_.options_.answers) out_.add(DropAudit{id});
  }
  void found(const Hash& id, Case& c, const vcr::Claim& claim) {
    const auto view = std::ranges::find(now_.jobs, id, &JobView::id);
    const Job* job = view == now_.jobs.end() ? nullptr : living(*view);
    if (job == nullptr || !job->submission) return;
    if (!convicts(id, *job, claim)) return failed(id, c, NoteKind::audit_wrong);
    accuse_of(id, c, claim);
  }
  void found(const Hash& id, Case& c, const AuditNotServed&) {
    c.finding = Finding::not_served;
    c.thought = false;
    out_.note(id, NoteKind::audit_not_served);
  }
  void found(const Hash& id, Case& c, const AuditFailed&) { failed(id, c, NoteKind::audit_failed); }
  void failed(const Hash& id, Case& c, NoteKind kind) {
    c.finding = Finding::none;
    c.failed = now_.slot;
    out_.note(id, kind);
  }
  void accuse_of(const Hash& id, Case& c, vcr::Claim claim) {
    c.finding = Finding::fraud;
    c.claim = std::move(claim);
    out_.note(id, NoteKind::audit_fraud);
  }
  bool convicts(const Hash& id, const Job& job, const vcr::Claim& claim) const {
    const HeldModel* model = find_model(w_.options_.models, job.terms.model_id);
    if (model == nullptr) return false;
    const vcr::JobClaim about{id,
                              job.attempt,
                              model->facts.config,
                              model->facts.model_root,
                              {job.n_prompt, job.submission->n_out},
                              job.request_root,
                              job.submission->output_root,
                              job.submission->trace_root};
    return vcr::judge(about, {id, job.attempt, claim}) == vcr::Verdict::convicted;
  }

  void take(const MovesRead& event) {
    const auto at = w_.cases_.find(event.job);
    const auto view = std::ranges::find(now_.jobs, event.job, &JobView::id);
    const Job* job = view == now_.jobs.end() ? nullptr : living(*view);
    if (at == w_.cases_.end() || !std::exchange(at->second.reading, false) || job == nullptr || !job->submission)
      return;
    const HeldModel* model = find_model(w_.options_.models, job->terms.model_id);
    if (model == nullptr) return;
    Case& c = at->second;
    c.read_from = next(event.through);
    const vcr::TraceShape shape = shape_of(model->facts.config, *job);
    follow_sessions(c, *job, shape);
    for (const auto& move : event.moves) {
      std::visit([&](const auto& m) { replay(c, shape, m); }, move);
    }
  }
  // What the chain accepted is accepted here too; what is not was never there.
  void replay(Case& c, const vcr::TraceShape& shape, const programs::Respond& move) {
    for (auto& [id, state] : c.sessions) {
      if (!move.sessions.contains(id) || state.node != move.node) continue;
      const auto after = vcr::respond(shape, state, move.reveal);
      if (!after) continue;
      state = *after;
      if (std::ranges::find(c.shown, move.node, [](const auto& item) { return item.first; }) == c.shown.end())
        c.shown.emplace_back(move.node, move.reveal);
      c.thought = false;
    }
  }
  void replay(Case& c, const vcr::TraceShape& shape, const programs::Descend& move) {
    const auto at = c.sessions.find(move.session);
    if (at == c.sessions.end()) return;
    if (const auto after = vcr::descend(shape, at->second, move.step)) at->second = *after;
  }

  // --- Jobs ---------------------------------------------------------------------------------------------------------

  bool mine(const Session& session) const { return session.challenger == w_.me_.address; }
  bool out_of_time(const Session& session) const { return at_ > programs::clock_end(session); }

  bool of_interest(const Job& job) const {
    if (!job.submission || address_of(job.acceptance->worker) == w_.me_.address) return false;
    if (w_.options_.only_buyer && job.buyer != *w_.options_.only_buyer) return false;
    return at_ <= prove_end(programs::window_end(job, now_.params, at_), now_.params) ||
           std::ranges::any_of(job.sessions, [&](const Session& s) { return mine(s); });
  }

  void forget_closed() {
    std::erase_if(w_.cases_, [&](const auto& item) {
      const auto view = std::ranges::find(now_.jobs, item.first, &JobView::id);
      const bool shown = view != now_.jobs.end();
      if (shown && living(*view) != nullptr) return false;
      out_.add(DropAudit{item.first});
      out_.closed(item.first, shown ? &view->object : nullptr);
      return true;
    });
  }

  void watch(const Hash& id, const Job& job, const HeldModel& model) {
    Case& c = w_.cases_[id];
    for (const Session& session : job.sessions) {
      if (mine(session) && session.state.turn == vcr::Turn::worker && out_of_time(session))
        out_.expire(id, job, session.id);
    }
    switch (c.finding) {
      case Finding::none:
        if (!c.failed || passed(*c.failed, kAuditAgainSlots, now_.slot)) waiting_.push_back({&job, id});
        return;
      case Finding::auditing: ++auditing_; return;
      case Finding::honest:
        if (w_.options_.answers) answer_for_worker(id, job, model);
        return;
      case Finding::fraud: return accuse(id, job, c, model);
      case Finding::not_served: return descend(id, job, c, model);
      case Finding::given_up: return;
    }
  }

  void start_audits() {
    std::ranges::stable_sort(waiting_, [&](const Candidate& a, const Candidate& b) {
      return std::pair(programs::window_end(*a.job, now_.params, at_), a.id) <
             std::pair(programs::window_end(*b.job, now_.params, at_), b.id);
    });
    for (const Candidate& candidate : waiting_) {
      if (auditing_ >= w_.options_.audits_max) return;
      ++auditing_;
      const Job& job = *candidate.job;
      w_.cases_[candidate.id].finding = Finding::auditing;
      out_.add(Audit{candidate.id, job.terms.model_id, job.post_transaction, job.submission->transaction,
                     job.request_root, job.submission->output_root, job.submission->trace_root,
                     job.acceptance->endpoint});
    }
  }

  // --- A proof in hand ----------------------------------------------------------------------------------------------

  Hash salt(const Hash& id, const Job& job, std::uint32_t round) const {
    codec::Writer writer;
    writer.put(w_.options_.secret);
    writer.put(id);
    writer.put(job.attempt);
    writer.put(round);
    return crypto::tagged_hash("aether/agents/salt", writer.take());
  }
  // The commit of this round is lost.
  static void again(Case& c) {
    ++c.round;
    c.committed.reset();
  }

  void accuse(const Hash& id, const Job& job, Case& c, const HeldModel& model) {
    const vcr::StepProof proof{id, job.attempt, *c.claim};
    for (const Session& session : job.sessions) {
      if (!mine(session) || (session.state.turn == vcr::Turn::challenger && out_of_time(session))) continue;
      const bool hurry = session.state.turn == vcr::Turn::challenger;
      return out_.send({id, Action::prove, kBySession}, programs::Prove{proof, std::nullopt}, model.id,
                       hurry ? std::optional(programs::clock_end(session)) : std::nullopt);
    }
    const Slot window_end = programs::window_end(job, now_.params, at_);
    if (c.committed && at_ > prove_end(*c.committed, now_.params)) {
      if (w_.desk_.under_way(id, Action::prove)) return;
      again(c);
    }
    const Hash secret = salt(id, job, c.round);
    const Intent prove{id, Action::prove, c.round};
    if (c.committed) {
      const programs::SlotRange range = programs::prove_slots(programs::Commit{1, *c.committed}, now_.params);
      if (at_ >= range.first) out_.send(prove, programs::Prove{proof, secret}, model.id, range.last);
    } else if (at_ <= window_end) {
      if (w_.desk_.spendable(now_.balance).aic < now_.params.commit_deposit) return;
      out_.send({id, Action::commit_fraud, c.round},
                programs::CommitFraud{id, programs::fraud_commit_hash(proof, w_.me_.address, secret)}, model.id,
                window_end, {0, now_.params.commit_deposit});
    } else if (c.round == 0 && !w_.desk_.under_way(id, Action::commit_fraud)) {
      // A commit of before a restart can still be opened.
      out_.send(prove, programs::Prove{proof, secret}, model.id, prove_end(window_end, now_.params));
    }
  }

  // --- A descent ----------------------------------------------------------------------------------------------------

  // The own sessions, from their start or as far as they were replayed.
  void follow_sessions(Case& c, const Job& job, const vcr::TraceShape& shape) const {
    std::map<std::uint32_t, vcr::DescentState> sessions;
    for (const Session& session : job.sessions) {
      if (!mine(session)) continue;
      const auto known = c.sessions.find(session.id);
      sessions[session.id] =
          known != c.sessions.end() ? known->second : vcr::open_descent(shape, job.submission->trace_root);
    }
    c.sessions = std::move(sessions);
  }

  void descend(const Hash& id, const Job& job, Case& c, const HeldModel& model) {
    const vcr::TraceShape shape = shape_of(model.facts.config, job);
    follow_sessions(c, job, shape);
    const bool behind = std::ranges::any_of(
        job.sessions, [&](const Session& s) { return mine(s) && c.sessions.find(s.id)->second != s.state; });
    if (behind) {
      if (!std::exchange(c.reading, true)) out_.add(ReadMoves{id, c.read_from ? *c.read_from : job.submission->slot});
      return;
    }
    if (!c.thought && !think(id, job, c)) return;
    if (c.finding == Finding::fraud) return accuse(id, job, c, model);
    if (c.finding == Finding::not_served) pursue(id, job, c, model, shape);
  }

  // From what was shown and the own trace: a claim, or where a session must go.
  bool think(const Hash& id, const Job& job, Case& c) {
    const std::optional<OwnRun> own = runs_.run(id);
    if (!own) {
      failed(id, c, NoteKind::trace_missing);
      return false;
    }
    vcr::KnownTrace known(*own->trace, job.submission->trace_root);
    for (const auto& [node, reveal] : c.shown) {
      if (const auto* nodes = std::get_if<vcr::Nodes>(&reveal)) known.note(node, *nodes);
      if (const auto* tile = std::get_if<vcr::Tile>(&reveal))
        known.note_tile(node.op, node.index, Bytes(tile->begin(), tile->end()));
    }
    auto claim = vcr::find_first_fraud(*own->trace, *own->model, own->tokens, known, job.submission->trace_root);
    c.thought = true;
    c.wanted = known.wanted();
    if (claim && convicts(id, job, *claim)) {
      accuse_of(id, c, std::move(*claim));
    } else if (claim || !c.wanted) {
      c.finding = Finding::given_up;
      out_.note(id, claim ? NoteKind::audit_wrong : NoteKind::descent_over);
    }
    return true;
  }

  void pursue(const Hash& id, const Job& job, Case& c, const HeldModel& model, const vcr::TraceShape& shape) {
    for (const Session& session : job.sessions) {
      if (!mine(session) || !lies_below(shape, *c.wanted, session.state.node)) continue;
      if (session.state.turn == vcr::Turn::worker) return;
      if (out_of_time(session)) continue;
      const auto shown = std::ranges::find(c.shown, session.state.node, [](const auto& item) { return item.first; });
      const auto* nodes = shown == c.shown.end() ? nullptr : std::get_if<vcr::Nodes>(&shown->second);
      auto step = nodes == nullptr ? std::nullopt : vcr::step_towards(shape, session.state, *nodes, *c.wanted);
      if (!step) continue;
      return out_.send({id, Action::descend, session.id, session.state.node},
                       programs::Descend{id, session.id, std::move(*step)}, model.id, programs::clock_end(session));
    }
    open(id, job, c, model);
  }

  void open(const Hash& id, const Job& job, Case& c, const HeldModel& model) {
    const Slot window_end = programs::window_end(job, now_.params, at_);
    if (at_ > window_end || !w_.desk_.free({id, Action::open_descent}, now_.slot)) return;
    Amount bond = now_.params.session_bond_min;
    if (job.sessions.size() == limits::kSessionsMax) {
      std::optional<Amount> lowest;
      for (const Session& session : job.sessions) {
        if (session.state.moves == 0 && (!lowest || session.bond < *lowest)) lowest = session.bond;
      }
      const auto twice = lowest ? checked_mul<Amount>(*lowest, 2) : std::nullopt;
      if (!twice) return;  // the window stands still until there is room
      bond = std::max(bond, *twice);
    }
    const Balance free = w_.desk_.spendable(now_.balance);
    if (bond > w_.options_.session_bond_max || free.aic < bond || free.swr < now_.params.exit_fee) return;
    // A session has no move before it is open.
    if (c.sessions.empty() && c.shown.empty()) c.read_from = at_;
    out_.send({id, Action::open_descent}, programs::OpenDescent{id, bond}, model.id, window_end,
              {now_.params.exit_fee, bond});
  }

  // --- For others ---------------------------------------------------------------------------------------------------

  // Half of the worker's time has gone by, and its trace is right.
  void answer_for_worker(const Hash& id, const Job& job, const HeldModel& model) {
    for (const Waiting& waiting : waiting_sessions(job, at_)) {
      if (passed(at_, now_.params.worker_clock_slots / 2, waiting.last)) continue;
      const Intent intent{id, Action::respond, 0, waiting.node};
      if (!w_.desk_.free(intent, now_.slot)) continue;
      const std::optional<OwnRun> own = runs_.run(id);
      if (!own) return;
      if (auto respond = answer(id, job, model.facts.config, *own->trace, waiting))
        out_.send(intent, std::move(*respond), model.id, waiting.last);
    }
  }

  void exit(const Hash& id, const Job& job) {
    const auto known = w_.cases_.find(id);
    if (known != w_.cases_.end() &&
        (known->second.finding == Finding::fraud || known->second.finding == Finding::not_served))
      return;
    const programs::TimedExit way = programs::next_exit(job, now_.params, at_);
    if (passed(way.from, w_.options_.patience_slots, at_)) out_.leave(id, job, way);
  }

  struct Candidate {
    const Job* job;
    Hash id;
  };

  Watchtower& w_;
  const Observation& now_;
  Slot at_;  // the first slot in which what is sent now can stand
  OwnRuns& runs_;
  Out<WatchtowerEffect> out_;
  std::vector<Candidate> waiting_;
  std::uint32_t auditing_ = 0;
};

Watchtower::Watchtower(const Identity& me, WatchtowerOptions options) : me_(me), options_(std::move(options)) {}

std::vector<WatchtowerEffect> Watchtower::step(const Observation& now, std::span<const WatchtowerEvent> events,
                                               OwnRuns& runs) {
  return Step(*this, now, runs).run(events);
}

bool Watchtower::tracks(const Hash& job) const { return cases_.contains(job); }

}  // namespace aether::agents
