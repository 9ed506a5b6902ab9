// Audits and the reading of moves for agents::Watchtower, on a thread of their own, one after the other.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <thread>

#include "aether/agents/watchtower.hpp"
#include "aether/mesh/chain_reader.hpp"
#include "aether/mesh/models.hpp"
#include "aether/mesh/trace_client.hpp"

namespace aether::mesh {

// What an audit leaves: the honest trace over the claimed tokens.
struct AuditedRun {
  std::shared_ptr<const ReadyModel> model;
  std::vector<std::uint32_t> prompt;
  std::vector<std::uint32_t> output;
  std::shared_ptr<vcr::TraceStore> trace;
};

struct AuditTask {
  agents::Audit audit;
  std::uint32_t attempt = 0;  // of the job: which trace the worker is asked for
};

class Auditor final : public agents::OwnRuns {
 public:
  using Task = std::variant<AuditTask, agents::ReadMoves>;
  using OnDone = std::function<void(agents::WatchtowerEvent, const std::string& text)>;

  // `on_done` is called from the auditor's thread; its text says what went wrong, if something did. Chain and models
  // must outlive it.
  Auditor(const ChainReader& chain, const ReadyModels& models, OnDone on_done);
  Auditor(const Auditor&) = delete;
  Auditor& operator=(const Auditor&) = delete;
  ~Auditor() override;  // a task that runs is finished

  void start(Task task);
  void drop(const Hash& job);

  // What it gives lives until the next call of release().
  std::optional<agents::OwnRun> run(const Hash& job) override;
  void release();

 private:
  void loop();
  // Both fill in `end` and say what went wrong.
  [[nodiscard]] std::string audit(const AuditTask& task, agents::AuditEnded& end);
  [[nodiscard]] client::Outcome<AuditedRun> replay(const agents::Audit& task) const;
  [[nodiscard]] std::string read(const agents::ReadMoves& task, agents::MovesRead& end) const;

  const ChainReader& chain_;
  const ReadyModels& models_;
  OnDone on_done_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> tasks_;                                  // by mutex_
  std::map<Hash, std::shared_ptr<const AuditedRun>> runs_;  // by mutex_
  std::vector<std::shared_ptr<const AuditedRun>> given_;    // of run(), on the caller's thread
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace aether::mesh
