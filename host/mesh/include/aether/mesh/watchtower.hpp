// The watchtower's process around agents::Watchtower: it observes, audits and sends; what to do, the agent decides.
#pragma once

#include "aether/mesh/auditor.hpp"
#include "aether/mesh/follower.hpp"
#include "aether/mesh/observer.hpp"
#include "aether/mesh/sender.hpp"

namespace aether::mesh {

// What a watchtower stands on; all of it outlives the watchtower.
struct WatchtowerGround {
  const ChainReader& chain;
  const ReadyModels& models;
  Events& events;
  Bell& bell;  // rung when an audit ends
};

class Watchtower {
 public:
  // `options.models` and `options.secret` are filled in here; the secret follows from the key.
  Watchtower(const WatchtowerGround& ground, const crypto::Seed& seed, agents::WatchtowerOptions options);

  // One step of the agent at the newest block. An error leaves the rest of its work to the next call.
  [[nodiscard]] client::Outcome<void> on_block(const api::GetChainIdAnswer& chain);

 private:
  void carry_out(agents::WatchtowerEffect effect, const Seen& seen);
  void done(agents::WatchtowerEvent event, const std::string& text);
  [[nodiscard]] std::vector<agents::WatchtowerEvent> take_events(Slot tip);

  WatchtowerGround ground_;
  agents::Identity me_;
  agents::Watchtower agent_;
  Observer observer_;
  Sender sender_;
  std::mutex mutex_;
  std::vector<agents::WatchtowerEvent> events_;  // by mutex_: what ended since the last step
  Auditor auditor_;                              // last, since its thread uses the others
};

}  // namespace aether::mesh
