// The worker's process around agents::Worker: it observes, runs, serves and sends; what to do, the agent decides.
#pragma once

#include "aether/agents/worker.hpp"
#include "aether/mesh/follower.hpp"
#include "aether/mesh/observer.hpp"
#include "aether/mesh/runner.hpp"
#include "aether/mesh/sender.hpp"

namespace aether::mesh {

// What a worker stands on; all of it outlives the worker.
struct WorkerGround {
  const ChainReader& chain;
  const ReadyModels& models;
  const env::Clock& clock;
  TraceShelf& shelf;  // what its trace service serves
  Events& events;
  Bell& bell;  // rung when a run ends
  const Tampering& tampering;
};

class Worker {
 public:
  // `options.models` is filled in here. Nothing is kept but what the chain and the key say.
  Worker(const WorkerGround& ground, const crypto::Seed& seed, agents::WorkerOptions options);

  // One step of the agent at the newest block. An error leaves the rest of its work to the next call.
  [[nodiscard]] client::Outcome<void> on_block(const api::GetChainIdAnswer& chain);

 private:
  void carry_out(agents::WorkerEffect effect, const Seen& seen);
  [[nodiscard]] client::Outcome<void> begin(const agents::Run& run);
  void begin_waiting();
  void serve(const agents::Serve& serve, const Seen& seen);
  void ended(RunResult result);
  [[nodiscard]] std::vector<agents::WorkerEvent> take_events(Slot tip);
  [[nodiscard]] Sender::Gate gate(const Seen& seen) const;

  WorkerGround ground_;
  agents::Identity me_;
  agents::Worker agent_;
  Observer observer_;
  Sender sender_;
  std::vector<agents::Run> to_begin_;  // their prompts are not read yet
  std::mutex mutex_;
  std::vector<agents::WorkerEvent> events_;  // by mutex_: what ended since the last step
  Runner runner_;                            // last, since its thread uses the others
};

// Units (int8 multiply-adds) a second that this machine generates with the slowest of the models, traced.
[[nodiscard]] std::uint64_t measure_units_per_second(const ReadyModels& models, const env::Clock& clock);

}  // namespace aether::mesh
