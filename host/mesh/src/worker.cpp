#include "aether/mesh/worker.hpp"

#include <algorithm>

#include "notes.hpp"

namespace aether::mesh {
namespace {

agents::WorkerOptions with_models(agents::WorkerOptions options, const ReadyModels& models) {
  options.models = models.held();
  return options;
}

agents::SignReceipt signer(const crypto::Seed& seed, const Tampering& tampering) {
  return [key = std::make_shared<const crypto::Seed>(seed.clone()), &tampering](vcr::VcrBody body) {
    if (tampering.receipt) tampering.receipt(body);
    return vcr::sign(std::move(body), *key);
  };
}

// The job that an instruction of a worker is about.
Hash job_of(const programs::EscrowInstruction& instruction) {
  return std::visit(
      []<class T>(const T& i) {
        if constexpr (requires { i.job; }) {
          return i.job;
        } else {
          return Hash{};
        }
      },
      instruction);
}

// The traces of one step, held until it is over.
class HeldTraces final : public agents::Traces {
 public:
  HeldTraces(TraceShelf& shelf, const Seen& seen) : shelf_(shelf), seen_(seen) {}
  vcr::TraceSource* trace(const Hash& id) override {
    const programs::Job* job = seen_.living(id);
    if (job == nullptr) return nullptr;
    return held_.emplace_back(shelf_.find({id, job->attempt})).get();
  }

 private:
  TraceShelf& shelf_;
  const Seen& seen_;
  std::vector<TraceShelf::Made> held_;
};

}  // namespace

Worker::Worker(const WorkerGround& ground, const crypto::Seed& seed, agents::WorkerOptions options)
    : ground_(ground),
      me_(crypto::ed25519_public_key(seed)),
      agent_(me_, with_models(std::move(options), ground.models), signer(seed, ground.tampering)),
      observer_(ground.chain, me_.address),
      sender_(ground.chain.rpc(), seed.clone()),
      runner_(ground.tampering, ground.clock, [this](RunResult result) { ended(std::move(result)); }) {}

client::Outcome<void> Worker::on_block(const api::GetChainIdAnswer& chain) {
  AETHER_TRY(const auto seen, observer_.observe(chain, [this](const Hash& job) { return agent_.tracks(job); }));
  const Slot tip = chain.at.slot;
  AETHER_CHECK(sender_.pump(tip, gate(*seen)));
  HeldTraces traces(ground_.shelf, *seen);
  for (auto& effect : agent_.step(seen->observation, take_events(tip), traces)) carry_out(std::move(effect), *seen);
  begin_waiting();
  AETHER_CHECK(sender_.pump(tip, gate(*seen)));
  if (!sender_.complaint().empty())
    ground_.events.tell_changed("send", "not_sent", {{"reason", sender_.complaint()}}, sender_.complaint());
  return {};
}

std::vector<agents::WorkerEvent> Worker::take_events(Slot tip) {
  std::vector<agents::WorkerEvent> out;
  {
    const std::lock_guard lock(mutex_);
    out.swap(events_);
  }
  for (const agents::SendEnded& ended : sender_.take_ended(tip)) out.emplace_back(ended);
  return out;
}

Sender::Gate Worker::gate(const Seen& seen) const {
  if (!ground_.tampering.instruction) return {};
  return [this, &seen](programs::EscrowInstruction& instruction) {
    const programs::Job* job = seen.living(job_of(instruction));
    return job == nullptr || ground_.tampering.instruction(instruction, *job, seen.observation.slot, ground_.chain);
  };
}

void Worker::carry_out(agents::WorkerEffect effect, const Seen& seen) {
  if (auto* send = std::get_if<agents::Send>(&effect)) {
    sender_.add(std::move(*send), seen.observation.slot);
  } else if (const auto* run = std::get_if<agents::Run>(&effect)) {
    to_begin_.push_back(*run);
  } else if (const auto* offer = std::get_if<agents::Serve>(&effect)) {
    serve(*offer, seen);
  } else if (const auto* drop = std::get_if<agents::Drop>(&effect)) {
    std::erase_if(to_begin_, [&](const agents::Run& waiting) { return waiting.job == drop->job; });
    runner_.drop(drop->job);
    ground_.shelf.drop(drop->job);
  } else if (const auto* note = std::get_if<agents::Note>(&effect)) {
    tell(ground_.events, *note, seen);
  }
}

// Reads the prompts that are still to be read, as far as the chain answers.
void Worker::begin_waiting() {
  std::erase_if(to_begin_, [this](const agents::Run& waiting) {
    const auto begun = begin(waiting);
    if (begun) return true;
    if (begun.error().kind == client::ErrorKind::unreachable) return false;
    ground_.events.tell_changed("run", "run_failed", {{"job", to_hex0x(waiting.job.bytes)}}, begun.error().message);
    const std::lock_guard lock(mutex_);
    events_.emplace_back(agents::RunEnded{waiting.job, waiting.attempt, std::nullopt});
    return true;
  });
}

client::Outcome<void> Worker::begin(const agents::Run& waiting) {
  AETHER_TRY(auto prompt, ground_.chain.prompt(waiting.post_transaction, waiting.request_root));
  const auto model = ground_.models.find(waiting.model_id);
  if (!model || !runnable(*model, prompt, waiting.max_new))
    return fail(client::Error{client::ErrorKind::bad_answer, "the prompt does not fit the model", {}, {}});
  const std::string id = to_hex0x(waiting.job.bytes);
  ground_.events.tell("running", {{"job", id}, {"prompt_tokens", prompt.size()}, {"max_new", waiting.max_new}},
                      "job " + short_id(waiting.job) + ": runs " + std::to_string(prompt.size()) +
                          " prompt tokens, at most " + std::to_string(waiting.max_new) + " new ones");
  runner_.start({{waiting.job, waiting.attempt}, model, std::move(prompt), waiting.max_new});
  return {};
}

void Worker::ended(RunResult result) {
  const std::uint64_t tokens = result.output.size(), ms = std::max<std::uint64_t>(result.elapsed_ms, 1);
  ground_.events.tell("ran", {{"job", to_hex0x(result.key.job.bytes)}, {"tokens", tokens}, {"ms", result.elapsed_ms}},
                      "job " + short_id(result.key.job) + ": ran " + std::to_string(tokens) + " tokens in " +
                          std::to_string(ms) + " ms, " + std::to_string(tokens * 1'000 / ms) + " tokens/s");
  {
    const std::lock_guard lock(mutex_);
    events_.emplace_back(agents::RunEnded{result.key.job, result.key.attempt,
                                          agents::RunOutput{std::move(result.output), result.trace_root}});
  }
  ground_.bell.ring();
}

// The trace is made when someone asks for it, from what the chain holds.
void Worker::serve(const agents::Serve& offer, const Seen& seen) {
  const programs::Job* job = seen.living(offer.job);
  const auto model = ground_.models.find(offer.model_id);
  if (job == nullptr || !job->submission || !model) return;
  ground_.shelf.offer({offer.job, job->attempt},
                      [ground = ground_, offer, model, request_root = job->request_root,
                       output_root = job->submission->output_root]() -> TraceShelf::Made {
                        const auto prompt = ground.chain.prompt(offer.post_transaction, request_root);
                        const auto submit = ground.chain.handed_in(offer.submit_transaction, output_root);
                        if (!prompt || !submit || !runnable(*model, *prompt, submit->output)) return nullptr;
                        return trace_of(*model, *prompt, submit->output, ground.tampering);
                      });
}

std::uint64_t measure_units_per_second(const ReadyModels& models, const env::Clock& clock) {
  constexpr std::uint32_t kTokens = 64;
  std::optional<std::uint64_t> slowest;
  for (const auto& model : models.all()) {
    // Tokens that come one after the other are the slowest part of a job.
    const std::uint32_t max_new = std::min(kTokens, model->config().context - 1);
    if (max_new == 0) continue;
    const auto result = run({{}, model, {0}, max_new}, {}, [](std::uint32_t) { return true; }, clock);
    const auto n_out = static_cast<std::uint32_t>(result ? result->output.size() : 0);
    const auto units = n_out == 0 ? std::nullopt : infer::units(model->config(), {1, n_out});
    if (!units) continue;
    const std::uint64_t rate = *units / std::max<std::uint64_t>(result->elapsed_ms, 1) * 1'000;
    slowest = slowest ? std::min(*slowest, rate) : rate;
  }
  return slowest ? std::max<std::uint64_t>(*slowest, 1) : 1;
}

}  // namespace aether::mesh
