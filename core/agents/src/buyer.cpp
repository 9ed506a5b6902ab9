#include "aether/agents/buyer.hpp"

#include <algorithm>
#include <utility>

#include "aether/programs/payouts.hpp"
#include "answer.hpp"
#include "out.hpp"

namespace aether::agents {

using programs::Job;

class Buyer::Step {
 public:
  Step(Buyer& buyer, const Observation& now) : b_(buyer), now_(now), at_(next(now.slot)), out_(buyer.desk_, now) {}

  std::vector<BuyerEffect> run(std::span<const BuyerEvent> events) {
    for (const BuyerEvent& event : events) {
      std::visit([&](const auto& e) { take(e); }, event);
    }
    b_.desk_.observe(now_.slot);
    forget_closed();
    for (const JobView& view : now_.jobs) {
      const Job* job = living(view);
      if (job != nullptr && job->buyer == b_.me_.address) own(view.id, *job);
    }
    post_orders();
    return out_.take();
  }

 private:
  static Intent intent_of(std::uint32_t order) { return {Hash{}, Action::post, order, {}}; }

  void take(const Order& order) { b_.orders_.try_emplace(order.number, order); }
  void take(const CancelOrder& cancel) { b_.own_[cancel.job].cancel = true; }
  void take(const SendEnded& event) {
    const std::optional<Intent> intent = out_.ended(event);
    if (!intent || !event.code || intent->action != Action::post) return;
    b_.orders_.erase(intent->number);
    if (*event.code == kSuccess) {
      const Hash id = programs::job_id(now_.chain_id, b_.me_.address, event.nonce);
      b_.own_.try_emplace(id);
      out_.add(Posted{intent->number, id});
    } else {
      b_.desk_.forget(*intent);
      out_.add(OrderRefused{intent->number, event.code});
    }
  }

  void forget_closed() {
    std::erase_if(b_.own_, [&](const auto& item) {
      const auto view = std::ranges::find(now_.jobs, item.first, &JobView::id);
      const bool shown = view != now_.jobs.end();
      if (shown && living(*view) != nullptr) return false;
      const auto* closed = shown ? std::get_if<programs::ClosedJob>(&view->object.state) : nullptr;
      if (closed != nullptr && closed->submission && !item.second.delivered)
        out_.add(Deliver{item.first, *closed->submission});
      out_.closed(item.first, shown ? &view->object : nullptr);
      return true;
    });
  }

  void own(const Hash& id, const Job& job) {
    Own& own = b_.own_[id];
    const programs::TimedExit way = programs::next_exit(job, now_.params, at_);
    // Worker or challenger are the next to a submitted job.
    const std::uint64_t patience = job.submission ? b_.options_.patience_slots : 0;
    if (passed(way.from, patience, at_)) {
      out_.leave(id, job, way);
    } else if (own.cancel && !job.acceptance) {
      out_.send({id, Action::cancel}, programs::Cancel{id}, job.terms.model_id, programs::accept_end(job));
    }
    if (job.submission && !std::exchange(own.delivered, true)) out_.add(Deliver{id, job.submission->transaction});
  }

  // What a post locks.
  std::optional<Balance> price_of(const Order& order) const {
    const infer::Extent extent{static_cast<std::uint32_t>(order.post.prompt.size()), order.post.terms.max_new};
    if (!infer::fits(order.config, extent)) return std::nullopt;
    const auto units = infer::units(order.config, extent);
    const auto escrow = units ? programs::cost_of(order.post.terms.price, *units) : std::nullopt;
    if (!escrow) return std::nullopt;
    return Balance{programs::exit_reserve(now_.params, order.post.terms.attempts), *escrow};
  }

  void post_orders() {
    std::erase_if(b_.orders_, [&](const auto& item) {
      const auto& [number, order] = item;
      if (!b_.desk_.free(intent_of(number), now_.slot)) return false;
      const std::optional<Balance> locks = price_of(order);
      const Balance free = b_.desk_.spendable(now_.balance);
      if (!locks || free.swr < locks->swr || free.aic < locks->aic) {
        out_.add(OrderRefused{number, std::nullopt});
        return true;
      }
      out_.send(intent_of(number), order.post, order.post.terms.model_id, std::nullopt, *locks);
      return false;
    });
  }

  Buyer& b_;
  const Observation& now_;
  Slot at_;  // the first slot in which what is sent now can stand
  Out<BuyerEffect> out_;
};

Buyer::Buyer(const Identity& me, BuyerOptions options) : me_(me), options_(options) {}

std::vector<BuyerEffect> Buyer::step(const Observation& now, std::span<const BuyerEvent> events) {
  return Step(*this, now).run(events);
}

bool Buyer::tracks(const Hash& job) const { return own_.contains(job); }

}  // namespace aether::agents
