// job watch: follows a job to its end.
#include <chrono>
#include <thread>

#include "aether/programs/phases.hpp"
#include "job_text.hpp"
#include "model_directory.hpp"
#include "signing.hpp"

namespace aether::cli {
namespace {

constexpr std::uint32_t kPollMs = 100;
constexpr std::uint64_t kPatienceMs = 60'000;  // without a new block, or without an answer
constexpr std::uint64_t kPatienceSlots = 4;    // before it settles what the worker should

class Watch {
 public:
  Watch(const Arguments& arguments, client::Rpc rpc, JobParams params, std::optional<infer::Tokenizer> tokenizer,
        std::optional<crypto::Seed> seed)
      : arguments_(arguments),
        rpc_(std::move(rpc)),
        params_(params),
        tokenizer_(std::move(tokenizer)),
        seed_(std::move(seed)) {}

  CommandResult follow(const Hash& id);

 private:
  Result<std::optional<JobView>, Failure> ask(const Hash& id);
  void tell(const JobView& job);
  Result<void, Failure> take_output(const JobView& job);
  Result<void, Failure> move_on(const JobView& job);

  const Arguments& arguments_;
  client::Rpc rpc_;
  JobParams params_;
  std::optional<infer::Tokenizer> tokenizer_;
  std::optional<crypto::Seed> seed_;  // of the key that ends the job
  env::SystemClock clock_;
  std::uint64_t progress_ms_ = 0;
  std::optional<Slot> newest_;
  std::string told_;
  std::optional<Hash> shown_;  // the submission whose output was shown
  std::vector<std::uint32_t> output_;
};

// None: no answer this time. A failure once there was none, or no new block, for too long.
Result<std::optional<JobView>, Failure> Watch::ask(const Hash& id) {
  auto job = get_job(rpc_, id);
  if (!job && job.error().exit != kUnreachable) return fail(std::move(job).error());
  const std::uint64_t now_ms = clock_.monotonic_ms();
  if (job && (!newest_ || *newest_ < job->at.slot)) {
    newest_ = job->at.slot;
    progress_ms_ = now_ms;
  }
  if (now_ms - progress_ms_ > kPatienceMs)
    return fail(job ? Failure{kUnreachable, "undecided", "the chain makes no new block", "watch again later"}
                    : std::move(job).error());
  if (!job) return std::optional<JobView>{};
  return std::optional(std::move(*job));
}

void Watch::tell(const JobView& job) {
  std::string line(job.status());
  if (const auto* living = job.living()) {
    if (living->attempt > 0) line += ", attempt " + std::to_string(living->attempt + 1);
    if (!living->acceptance)
      line += ": a worker may accept until slot " + std::to_string(accept_end(*living).raw());
    else if (!living->submission)
      line += ": worker " + to_text(address_of(living->acceptance->worker)) + ", due in slot " +
              std::to_string(due(*living).raw());
    else
      line += ": window until slot " + std::to_string(window_end(*living, params_, job.at.slot).raw()) + ", disputes " +
              std::to_string(living->sessions.size());
  } else {
    line += ": " + short_facts(job);
  }
  if (line == told_) return;
  told_ = line;
  note("slot " + std::to_string(job.at.slot.raw()) + "  " + line);
}

Result<void, Failure> Watch::take_output(const JobView& job) {
  const auto submission = job.submission();
  if (!submission || submission == shown_) return {};
  AETHER_TRY(const auto submitted, get_submission(rpc_, job));
  shown_ = submission;
  output_ = submitted.submission.output;
  if (!arguments_.receipt.empty()) {
    AETHER_TRY(const auto record, get_record(rpc_, job));
    CLI_CHECK(receipts::write(arguments_.receipt, receipt_file(record)));
    note("receipt written to " + arguments_.receipt);
  }
  if (arguments_.json) return {};
  std::string text;
  if (tokenizer_) {
    text = as_text(tokenizer_->decode(output_));
  } else {
    for (const std::uint32_t token : output_) text += std::to_string(token) + " ";
  }
  if (!write_stdout(text + "\n")) return fail(stdout_failure());
  return {};
}

// Settle or expire, when the job waits for nothing else. That someone was faster is no failure.
Result<void, Failure> Watch::move_on(const JobView& job) {
  const auto* living = job.living();
  if (living == nullptr || !seed_) return {};
  const auto exit = programs::next_exit(*living, params_, job.at.slot);
  if (job.at.slot.raw() < exit.from.raw() || job.at.slot.raw() - exit.from.raw() < kPatienceSlots) return {};
  const auto call = exit.settle ? programs::make_call(programs::Settle{job.id})
                                : programs::make_call(programs::Expire{job.id, exit.session});
  const auto sent = send_call(rpc_, *seed_, call);
  if (sent || sent.error().exit == kUnreachable) return {};
  AETHER_TRY(const auto now, get_job(rpc_, job.id));
  if (now.object != job.object) return {};
  return fail(sent.error());
}

CommandResult Watch::follow(const Hash& id) {
  progress_ms_ = clock_.monotonic_ms();
  for (;; std::this_thread::sleep_for(std::chrono::milliseconds(kPollMs))) {
    AETHER_TRY(const auto job, ask(id));
    if (!job) continue;
    tell(*job);
    AETHER_CHECK(take_output(*job));
    AETHER_CHECK(move_on(*job));
    if (!job->closed()) continue;
    Output out{{}, summary(*job)};
    auto& object = out.json.get_object();
    object.emplace("output", api::to_json(output_));
    object.emplace("text", tokenizer_ ? boost::json::value(to_utf8(tokenizer_->decode(output_))) : nullptr);
    if (job->closed()->status != programs::JobStatus::settled) out.exit = kFailed;
    return out;
  }
}

}  // namespace

CommandResult job_watch(const Arguments& arguments) {
  AETHER_TRY(const auto id, read_id("job id", arguments.job));
  std::optional<infer::Tokenizer> tokenizer;
  if (!arguments.model.empty()) {
    AETHER_TRY(tokenizer, load_tokenizer(arguments.model));
  }
  std::optional<crypto::Seed> seed;
  if (!arguments.from.empty()) {
    AETHER_TRY(seed, unlock(arguments, arguments.from));
  }
  AETHER_TRY(auto rpc, connect(arguments));
  CLI_TRY(const auto chain, rpc.call(api::GetChainId{}));
  return Watch(arguments, std::move(rpc), chain.params.jobs, std::move(tokenizer), std::move(seed)).follow(id);
}

}  // namespace aether::cli
