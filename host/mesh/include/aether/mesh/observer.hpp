// Makes an agent's observations: the chain as agents/observation.hpp asks for it.
#pragma once

#include <functional>
#include <memory>
#include <set>

#include "aether/agents/observation.hpp"
#include "aether/mesh/chain_reader.hpp"

namespace aether::mesh {

// An observation with the jobs that it spans.
struct Seen {
  agents::Observation observation;
  std::vector<agents::JobView> jobs;

  [[nodiscard]] const programs::JobObject* find(const Hash& job) const;
  [[nodiscard]] const programs::Job* living(const Hash& job) const;  // null: closed or none
};

class Observer {
 public:
  Observer(const ChainReader& chain, const Address& account) : chain_(chain), account_(account) {}

  // `chain` is the newest answer; everything else is read after it. `tracks`: which closed jobs the agent asks for.
  [[nodiscard]] client::Outcome<std::unique_ptr<Seen>> observe(const api::GetChainIdAnswer& chain,
                                                               const std::function<bool(const Hash&)>& tracks);

 private:
  const ChainReader& chain_;
  Address account_;
  std::set<Hash> known_;  // living jobs of the observation before
};

}  // namespace aether::mesh
