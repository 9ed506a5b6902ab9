// The worker: accepts jobs that pay, hands in receipts, answers descents, collects its pay.
//
// Everything but unfinished runs follows from the chain, so a worker that starts fresh goes on where the last one was.
#pragma once

#include <functional>
#include <variant>

#include "aether/agents/note.hpp"

namespace aether::agents {

struct WorkerOptions {
  std::vector<HeldModel> models;
  codec::Text<limits::kEndpointBytesMax> endpoint;  // where the host serves its traces
  Amount price_min = 0;                             // AIC base units per 2^30 units
  std::uint32_t jobs_max = 1;                       // running at once
  std::uint64_t units_per_slot = 1;                 // that the host computes, traced; at least 1
  std::uint64_t margin_slots = 2;                   // for the way of two transactions; part of the estimate
  std::uint64_t patience_slots = 4;                 // before the worker does what the buyer should
};

// Effects. Run: generate from the prompt of the post transaction, whose token_root is request_root, and fold the trace.
// The host answers with one RunEnded. Again for the same attempt only after a failure.
struct Run {
  Hash job;
  std::uint32_t attempt = 0;
  Hash model_id;
  Hash post_transaction;
  Hash request_root;
  std::uint32_t max_new = 0;
  Slot due;       // later costs
  Slot hard_end;  // later is worthless
};
// Serve the trace of the submitted output, from now until Drop: by the store of the run, or by a replay of the tokens
// in the two transactions.
struct Serve {
  Hash job;
  Hash model_id;
  Hash post_transaction;
  Hash submit_transaction;
};
// Run or trace are of no more use. Unknown jobs are ignored.
struct Drop {
  Hash job;
};

using WorkerEffect = std::variant<Send, Run, Serve, Drop, Note>;

struct RunOutput {
  std::vector<std::uint32_t> output;
  Hash trace_root;
};
struct RunEnded {
  Hash job;
  std::uint32_t attempt = 0;
  std::optional<RunOutput> result;  // none: failed
};

using WorkerEvent = std::variant<SendEnded, RunEnded>;

// Where a trace comes from. Null: not held yet.
class Traces {
 public:
  virtual ~Traces() = default;
  virtual vcr::TraceSource* trace(const Hash& job) = 0;
};

// The receipt of a body, signed by whoever holds the key: vcr::sign.
using SignReceipt = std::function<vcr::Vcr(vcr::VcrBody)>;

class Worker {
 public:
  Worker(const Identity& me, WorkerOptions options, SignReceipt sign);
  // `events`: since the last step. The effects are to be carried out in their order.
  [[nodiscard]] std::vector<WorkerEffect> step(const Observation& now, std::span<const WorkerEvent> events,
                                               Traces& traces);

  // Whether the next observation should show this job even if it is closed.
  [[nodiscard]] bool tracks(const Hash& job) const;

 private:
  // What the chain does not say about an own job.
  struct Own {
    std::uint32_t attempt = 0;
    bool run_asked = false;
    std::optional<Slot> run_failed{};
    std::optional<RunOutput> result{};
    bool given_up = false;  // missed its end, or made a wrong receipt: not taken again
    bool served = false;
    bool trace_noted = false;
  };
  class Step;

  Identity me_;
  WorkerOptions options_;
  SignReceipt sign_;
  Desk desk_;
  std::map<Hash, Own> own_;
};

}  // namespace aether::agents
