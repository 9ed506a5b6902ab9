#include "aether/mesh/auditor.hpp"

#include <algorithm>

#include "aether/mesh/runner.hpp"

namespace aether::mesh {
namespace {

// For an endpoint that is none.
class ServesNothing final : public vcr::TraceSource {
 public:
  std::optional<Hash> node(const vcr::Node&) override { return std::nullopt; }
  std::optional<Bytes> tile(std::uint32_t, std::uint64_t) override { return std::nullopt; }
};

const Hash& job_of(const Auditor::Task& task) {
  const auto* audit = std::get_if<AuditTask>(&task);
  return audit != nullptr ? audit->audit.job : std::get_if<agents::ReadMoves>(&task)->job;
}

}  // namespace

Auditor::Auditor(const ChainReader& chain, const ReadyModels& models, OnDone on_done)
    : chain_(chain), models_(models), on_done_(std::move(on_done)), thread_([this] { loop(); }) {}

Auditor::~Auditor() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Auditor::start(Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  wake_.notify_all();
}

void Auditor::drop(const Hash& job) {
  const std::lock_guard lock(mutex_);
  std::erase_if(tasks_, [&](const Task& task) { return job_of(task) == job; });
  runs_.erase(job);
}

std::optional<agents::OwnRun> Auditor::run(const Hash& job) {
  const std::lock_guard lock(mutex_);
  const auto at = runs_.find(job);
  if (at == runs_.end()) return std::nullopt;
  const AuditedRun& run = *given_.emplace_back(at->second);
  return agents::OwnRun{run.trace.get(), &run.model->tree(), {run.prompt, run.output}};
}

void Auditor::release() { given_.clear(); }

void Auditor::loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stop_ || !tasks_.empty(); });
    if (stop_) return;
    const Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    if (const auto* wanted = std::get_if<AuditTask>(&task)) {
      agents::AuditEnded end{wanted->audit.job, agents::AuditFailed{}};
      const std::string text = audit(*wanted, end);
      on_done_(std::move(end), text);
    } else if (const auto* moves = std::get_if<agents::ReadMoves>(&task)) {
      agents::MovesRead end{moves->job, Slot{moves->from.raw() == 0 ? 0 : moves->from.raw() - 1}, {}};
      const std::string text = read(*moves, end);
      on_done_(std::move(end), text);
    }
    lock.lock();
  }
}

client::Outcome<AuditedRun> Auditor::replay(const agents::Audit& task) const {
  AETHER_TRY(auto prompt, chain_.prompt(task.post_transaction, task.request_root));
  AETHER_TRY(auto submit, chain_.handed_in(task.submit_transaction, task.output_root));
  AuditedRun out{models_.find(task.model_id), std::move(prompt), std::move(submit.output), nullptr};
  if (!out.model || !runnable(*out.model, out.prompt, out.output))
    return fail(client::Error{client::ErrorKind::bad_answer, "the tokens do not fit the model", {}, {}});
  out.trace = trace_of(*out.model, out.prompt, out.output);
  return out;
}

std::string Auditor::audit(const AuditTask& task, agents::AuditEnded& end) {
  auto replayed = replay(task.audit);
  if (!replayed) return replayed.error().message;
  const auto run = std::make_shared<const AuditedRun>(std::move(*replayed));
  {
    const std::lock_guard lock(mutex_);
    runs_[task.audit.job] = run;
  }
  ServesNothing nothing;
  auto served = TraceClient::make(task.audit.endpoint, {task.audit.job, task.attempt}, run->trace->shape());
  vcr::TraceSource& source = served ? static_cast<vcr::TraceSource&>(*served) : nothing;
  const vcr::Tokens tokens{run->prompt, run->output};
  auto claim = vcr::find_first_fraud(*run->trace, run->model->tree(), tokens, source, task.audit.trace_root);
  if (claim) {
    end.result = std::move(*claim);
    return {};
  }
  switch (claim.error()) {
    case vcr::ProveError::no_fraud: end.result = agents::AuditHonest{}; return {};
    case vcr::ProveError::not_served: end.result = agents::AuditNotServed{}; break;
    case vcr::ProveError::coordinate: break;
  }
  if (!served) return "the endpoint is no URL: " + std::string(to_string(served.error()));
  return served->complaint().empty() ? "what the worker serves does not hash to its root" : served->complaint();
}

std::string Auditor::read(const agents::ReadMoves& task, agents::MovesRead& end) const {
  const auto newest = chain_.rpc().call(api::GetHealth{});
  if (!newest) return newest.error().message;
  for (Slot slot = task.from; slot <= newest->at.slot && !stop_; slot = next(slot)) {
    auto moves = chain_.moves(task.job, slot);
    if (!moves) return moves.error().message;
    for (auto& move : *moves) end.moves.push_back(std::move(move));
    end.through = slot;
  }
  return {};
}

}  // namespace aether::mesh
