#include "aether/agents/worker.hpp"

#include <algorithm>
#include <utility>

#include "aether/programs/codes.hpp"
#include "answer.hpp"
#include "out.hpp"

namespace aether::agents {

using programs::Job;

namespace {

constexpr std::uint64_t kRunAgainSlots = 8;

}  // namespace

class Worker::Step {
 public:
  Step(Worker& worker, const Observation& now, Traces& traces)
      : w_(worker), now_(now), at_(next(now.slot)), traces_(traces), out_(worker.desk_, now) {}

  std::vector<WorkerEffect> run(std::span<const WorkerEvent> events) {
    for (const WorkerEvent& event : events) {
      std::visit([&](const auto& e) { take(e); }, event);
    }
    w_.desk_.observe(now_.slot);
    forget_closed();
    std::vector<const JobView*> offers;
    for (const JobView& view : now_.jobs) {
      const Job* job = living(view);
      if (job == nullptr) continue;
      if (job->acceptance && job->acceptance->worker == w_.me_.key) {
        own(view.id, *job);
      } else {
        lost(view.id);
        if (!job->acceptance) offers.push_back(&view);
      }
    }
    accept(std::move(offers));
    return out_.take();
  }

 private:
  void take(const SendEnded& event) { out_.ended(event); }
  void take(const RunEnded& event) {
    const auto at = w_.own_.find(event.job);
    if (at == w_.own_.end() || at->second.attempt != event.attempt || !at->second.run_asked) return;
    at->second.result = event.result;
    if (event.result) return;
    at->second.run_asked = false;
    at->second.run_failed = now_.slot;
    out_.note(event.job, NoteKind::run_failed);
  }

  void forget_closed() {
    std::erase_if(w_.own_, [&](const auto& item) {
      const auto view = std::ranges::find(now_.jobs, item.first, &JobView::id);
      const bool shown = view != now_.jobs.end();
      if (shown && living(*view) != nullptr) return false;
      out_.add(Drop{item.first});
      out_.closed(item.first, shown ? &view->object : nullptr);
      return true;
    });
  }
  // A job that is another's now, or on offer again.
  void lost(const Hash& id) {
    const auto at = w_.own_.find(id);
    if (at == w_.own_.end() || w_.desk_.under_way(id, Action::accept)) return;
    if (at->second.run_asked || at->second.run_failed || at->second.given_up) return give_up(id, at->second);
    w_.own_.erase(at);  // another was first
  }
  void give_up(const Hash& id, Own& own) {
    if (std::exchange(own.given_up, true)) return;
    own.result.reset();
    out_.add(Drop{id});
  }

  void own(const Hash& id, const Job& job) {
    const auto before = w_.own_.find(id);
    if (before != w_.own_.end() && before->second.attempt != job.attempt) w_.own_.erase(before);
    Own& own = w_.own_[id];
    own.attempt = job.attempt;
    const HeldModel* model = find_model(w_.options_.models, job.terms.model_id);
    if (job.submission) {
      submitted(id, job, own, model);
    } else if (at_ > programs::hard_end(job)) {
      if (!own.given_up) out_.note(id, NoteKind::missed);
      give_up(id, own);
      // The bond is locked until someone says so; the buyer is the next to it.
      if (passed(next(programs::hard_end(job)), w_.options_.patience_slots, at_)) out_.expire(id, job, std::nullopt);
    } else if (model != nullptr && !own.given_up) {
      running(id, job, own, *model);
    }
  }

  void running(const Hash& id, const Job& job, Own& own, const HeldModel& model) {
    if (own.result) return submit(id, job, own, model);
    if (own.run_asked || (own.run_failed && !passed(*own.run_failed, kRunAgainSlots, now_.slot))) return;
    own.run_asked = true;
    out_.add(Run{id, job.attempt, model.id, job.post_transaction, job.request_root, job.terms.max_new,
                 programs::due(job), programs::hard_end(job)});
  }

  void submit(const Hash& id, const Job& job, Own& own, const HeldModel& model) {
    const Intent intent{id, Action::submit_vcr, job.attempt, {}};
    if (!w_.desk_.free(intent, now_.slot)) return;
    vcr::VcrBody body;
    body.chain_id = now_.chain_id;
    body.job_id = id;
    body.attempt = job.attempt;
    body.provider = w_.me_.key;
    body.model_id = model.id;
    body.request_root = job.request_root;
    body.seed = job.terms.seed;
    body.output_root = vcr::token_root(own.result->output);
    body.n_out = {static_cast<std::uint32_t>(own.result->output.size())};
    body.trace_root = own.result->trace_root;
    const infer::Extent extent{job.n_prompt, body.n_out[0]};
    if (infer::fits(model.facts.config, extent)) {
      if (const auto units = infer::units(model.facts.config, extent)) body.units = *units;
    }
    vcr::Vcr vcr = w_.sign_(std::move(body));
    const vcr::ReceiptTerms terms{
        now_.chain_id,    id,           job.attempt,       w_.me_.key,    model.id, model.facts.config,
        job.request_root, job.n_prompt, job.terms.max_new, job.terms.seed};
    if (const auto right = vcr::check_receipt(terms, vcr, own.result->output); !right) {
      out_.note(id, NoteKind::receipt_wrong, programs::result_code(right.error()).raw());
      return give_up(id, own);
    }
    out_.send(intent, programs::SubmitVcr{id, std::move(vcr), own.result->output}, model.id, programs::hard_end(job));
  }

  void submitted(const Hash& id, const Job& job, Own& own, const HeldModel* model) {
    own.result.reset();
    if (model != nullptr) {
      if (!std::exchange(own.served, true))
        out_.add(Serve{id, model->id, job.post_transaction, job.submission->transaction});
      respond(id, job, own, *model);
    }
    for (const programs::Session& session : job.sessions) {
      if (session.state.turn == vcr::Turn::challenger && at_ > programs::clock_end(session))
        out_.expire(id, job, session.id);
    }
    if (job.sessions.empty() && at_ >= programs::settle_from(job, now_.params, at_)) out_.settle(id, job);
  }

  void respond(const Hash& id, const Job& job, Own& own, const HeldModel& model) {
    for (const Waiting& waiting : waiting_sessions(job, at_)) {
      const Intent intent{id, Action::respond, 0, waiting.node};
      if (!w_.desk_.free(intent, now_.slot)) continue;
      vcr::TraceSource* source = traces_.trace(id);
      auto respond = source == nullptr ? std::nullopt : answer(id, job, model.facts.config, *source, waiting);
      if (respond) {
        out_.send(intent, std::move(*respond), model.id, waiting.last);
      } else if (!std::exchange(own.trace_noted, true)) {
        out_.note(id, NoteKind::trace_missing);
      }
    }
  }

  // How long the host needs for it; none: for ever.
  std::optional<std::uint64_t> slots_for(const Job& job, const HeldModel& model) const {
    const auto units = infer::units(model.facts.config, {job.n_prompt, job.terms.max_new});
    if (!units) return std::nullopt;
    return *units / w_.options_.units_per_slot + 1;
  }
  bool wanted(const Job& job, const HeldModel& model, std::uint64_t busy_slots) const {
    if (job.terms.price < w_.options_.price_min || at_ > programs::accept_end(job)) return false;
    if (job.terms.worker && *job.terms.worker != w_.me_.key) return false;
    if (job.terms.bond > w_.desk_.spendable(now_.balance).aic) return false;
    const auto slots = slots_for(job, model);
    if (!slots) return false;
    const auto queued = checked_add(*slots, busy_slots);
    const auto all = queued ? checked_add(*queued, w_.options_.margin_slots) : std::nullopt;
    return all && *all <= job.terms.sla_slots;
  }

  // The best paid first; of equals the lower id.
  void accept(std::vector<const JobView*> offers) {
    std::ranges::stable_sort(offers, [](const JobView* a, const JobView* b) {
      return std::pair(living(*b)->terms.price, a->id) < std::pair(living(*a)->terms.price, b->id);
    });
    std::uint32_t running = 0;
    std::optional<std::uint64_t> busy_slots = 0;
    const auto count = [&](const Job& job) {
      ++running;
      const HeldModel* model = find_model(w_.options_.models, job.terms.model_id);
      const auto slots = model == nullptr ? 0 : slots_for(job, *model);
      busy_slots = slots && busy_slots ? checked_add(*busy_slots, *slots) : std::nullopt;
    };
    for (const JobView& view : now_.jobs) {
      const Job* job = living(view);
      if (job == nullptr || job->submission) continue;
      const bool mine = job->acceptance && job->acceptance->worker == w_.me_.key;
      const auto known = w_.own_.find(view.id);
      if (mine && known != w_.own_.end() && known->second.given_up) continue;
      if (mine || w_.desk_.under_way(view.id, Action::accept)) count(*job);
    }
    for (const JobView* view : offers) {
      if (running >= w_.options_.jobs_max || !busy_slots) return;
      const Job& job = *living(*view);
      const HeldModel* model = find_model(w_.options_.models, job.terms.model_id);
      const auto known = w_.own_.find(view->id);
      if (model == nullptr || (known != w_.own_.end() && known->second.given_up)) continue;
      const Intent intent{view->id, Action::accept, job.attempt, {}};
      if (!w_.desk_.free(intent, now_.slot) || !wanted(job, *model, *busy_slots)) continue;
      w_.own_[view->id].attempt = job.attempt;
      out_.send(intent, programs::Accept{view->id, w_.options_.endpoint}, model->id, programs::accept_end(job),
                {0, job.terms.bond});
      count(job);
    }
  }

  Worker& w_;
  const Observation& now_;
  Slot at_;  // the first slot in which what is sent now can stand
  Traces& traces_;
  Out<WorkerEffect> out_;
};

Worker::Worker(const Identity& me, WorkerOptions options, SignReceipt sign)
    : me_(me), options_(std::move(options)), sign_(std::move(sign)) {
  AETHER_ASSERT(options_.units_per_slot > 0);
}

std::vector<WorkerEffect> Worker::step(const Observation& now, std::span<const WorkerEvent> events, Traces& traces) {
  return Step(*this, now, traces).run(events);
}

bool Worker::tracks(const Hash& job) const { return own_.contains(job); }

}  // namespace aether::agents
