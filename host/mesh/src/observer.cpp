#include "aether/mesh/observer.hpp"

#include <algorithm>

namespace aether::mesh {

const programs::JobObject* Seen::find(const Hash& job) const {
  const auto at = std::ranges::find(jobs, job, &agents::JobView::id);
  return at == jobs.end() ? nullptr : &at->object;
}

const programs::Job* Seen::living(const Hash& job) const {
  const auto* object = find(job);
  return object == nullptr ? nullptr : std::get_if<programs::Job>(&object->state);
}

client::Outcome<std::unique_ptr<Seen>> Observer::observe(const api::GetChainIdAnswer& chain,
                                                         const std::function<bool(const Hash&)>& tracks) {
  AETHER_TRY(const auto account, chain_.rpc().call(api::GetAccount{account_}));
  AETHER_TRY(auto living, chain_.living_jobs());
  auto out = std::make_unique<Seen>();
  for (const Hash& id : known_) {
    if (living.contains(id) || !tracks(id)) continue;
    AETHER_TRY(auto object, chain_.job(id));
    if (object) out->jobs.push_back({id, std::move(*object)});
  }
  known_.clear();
  for (auto& [id, job] : living) {
    known_.insert(id);
    out->jobs.push_back({id, {1, std::move(job)}});
  }
  out->observation = {chain.chain_id, chain.at.slot, chain.params.jobs, account.account.balance, out->jobs};
  return out;
}

}  // namespace aether::mesh
