// job prove: re-runs a submitted job, and convicts its worker where it differs.
#include <chrono>
#include <thread>

#include "aether/env/entropy.hpp"
#include "aether/mesh/runner.hpp"
#include "aether/mesh/trace_client.hpp"
#include "aether/programs/phases.hpp"
#include "job_record.hpp"
#include "model_directory.hpp"
#include "signing.hpp"

namespace aether::cli {
namespace {

namespace json = boost::json;

constexpr auto kPause = std::chrono::milliseconds(50);
constexpr std::uint64_t kServedWithinMs = 10'000;  // what any tile must be (AI page section 2)
constexpr std::uint64_t kPatienceMs = 60'000;      // without a new block

constexpr std::array<std::string_view, 11> kOpNames{"embed",    "q", "k",       "v",    "attn_max", "attn_p",
                                                    "attn_out", "o", "gate_up", "down", "logits"};

std::string op_name(const infer::Config& config, std::uint32_t index) {
  const infer::Op op = infer::op_at(config, index);
  const std::string name(kOpNames[static_cast<std::size_t>(op.kind)]);
  const bool in_layer = op.kind != infer::OpKind::embed && op.kind != infer::OpKind::logits;
  return in_layer ? name + " of layer " + std::to_string(op.layer) : name;
}

// What a claim says, in one line.
struct Describe {
  const infer::Config& config;
  std::string operator()(const vcr::ElementProof& proof) const {
    return "element " + std::to_string(proof.at.element) + " of " + op_name(config, proof.at.op) + " at position " +
           std::to_string(proof.at.position);
  }
  std::string operator()(const vcr::LengthProof& proof) const {
    return "a tile of wrong length in " + op_name(config, proof.op);
  }
  std::string operator()(const vcr::PaddingProof&) const { return "a hash where there is only padding"; }
  std::string operator()(const vcr::SampleProof& proof) const {
    return "token " + std::to_string(proof.row) + " of the output is not the model's choice";
  }
};

// The job's run as its worker claims it.
struct Claimed {
  const programs::Job* job = nullptr;  // living and submitted
  JobRecord record;
};
Result<Claimed, Failure> get_claimed(const client::Rpc& rpc, const JobView& view) {
  const auto* job = view.living();
  if (job == nullptr || !job->submission)
    return fail(Failure{kFailed, "not_submitted", "the job is " + std::string(view.status()),
                        "only a job in its window can be disputed; aetherctl job watch follows it"});
  AETHER_TRY(auto record, get_record(rpc, view));
  if (vcr::token_root(record.post.prompt) != job->request_root ||
      vcr::token_root(record.submission.output) != job->submission->output_root)
    return fail(Failure{kUnreachable, "bad_answer", "the chain's transactions are not those of its job",
                        "check that --rpc names a chain of this version"});
  return Claimed{job, std::move(record)};
}

using Fraud = std::optional<vcr::Claim>;  // none: nothing differs
using Found = Result<vcr::Claim, vcr::ProveError>;

Result<Fraud, Failure> fraud_of(Found found, const std::string& complaint) {
  if (found) return Fraud(std::move(*found));
  if (found.error() == vcr::ProveError::no_fraud) return Fraud{};
  return fail(Failure{kUnreachable, "not_served",
                      "the trace differs, but the worker does not serve what a proof needs: " + complaint,
                      "aether-watchtower makes it answer on chain, by a descent"});
}

Result<Fraud, Failure> find_fraud(const mesh::ReadyModel& model, const JobView& view, const Claimed& claimed) {
  const programs::Job& job = *claimed.job;
  const vcr::Tokens tokens{claimed.record.post.prompt, claimed.record.submission.output};
  const auto own = mesh::trace_of(model, tokens.prompt, tokens.output);
  const Hash& root = job.submission->trace_root;
  // An equal root is an equal trace; only the choice of tokens is left to judge.
  if (own->root() == root) return fraud_of(vcr::find_first_fraud(*own, model.tree(), tokens, *own, root), {});
  const env::SystemClock clock;
  for (const std::uint64_t begin_ms = clock.monotonic_ms();; std::this_thread::sleep_for(kPause)) {
    auto worker = mesh::TraceClient::make(job.acceptance->endpoint, {view.id, job.attempt}, own->shape());
    if (!worker) return fraud_of(fail(vcr::ProveError::not_served), "it names no endpoint that is a URL");
    auto found = vcr::find_first_fraud(*own, model.tree(), tokens, *worker, root);
    const bool served = found || found.error() != vcr::ProveError::not_served;
    if (served || clock.monotonic_ms() - begin_ms > kServedWithinMs)
      return fraud_of(std::move(found), worker->complaint());
  }
}

// Returns when a transaction sent now can stand in a block from `first` on.
Result<void, Failure> wait_until(const client::Rpc& rpc, Slot first) {
  const env::SystemClock clock;
  std::uint64_t progress_ms = clock.monotonic_ms();
  std::optional<Slot> newest;
  for (;; std::this_thread::sleep_for(kPause)) {
    CLI_TRY(const auto health, rpc.call(api::GetHealth{}));
    if (next(health.at.slot) >= first) return {};
    if (!newest || *newest < health.at.slot) progress_ms = clock.monotonic_ms();
    newest = health.at.slot;
    if (clock.monotonic_ms() - progress_ms > kPatienceMs)
      return fail(Failure{kUnreachable, "undecided", "the chain makes no new block, so the proof cannot be shown",
                          "seal blocks, or start the chain again, and prove once more"});
  }
}

CommandResult convict(const client::Rpc& rpc, const crypto::Seed& seed, const vcr::StepProof& proof,
                      const std::string& what) {
  CLI_TRY(const auto chain, rpc.call(api::GetChainId{}));
  const Address self = address_of(crypto::ed25519_public_key(seed));
  Hash salt;
  env::fill_random(salt.bytes);
  const programs::CommitFraud commit{proof.job_id, programs::fraud_commit_hash(proof, self, salt)};
  AETHER_TRY(const auto committed, send_call(rpc, seed, programs::make_call(commit)));
  const Slot at = committed.settled.place ? committed.settled.place->slot : Slot{};
  note("committed in slot " + std::to_string(at.raw()) + ": " + what);
  AETHER_CHECK(wait_until(rpc, programs::prove_slots({1, at}, chain.params.jobs).first));
  AETHER_TRY(const auto proven, send_call(rpc, seed, programs::make_call(programs::Prove{proof, salt})));
  Output out = show(proven.settled);
  out.text = "verdict      convicted\nfraud        " + what + "\nproof        " +
             std::to_string(codec::encode(proof).size()) + " bytes\n" + out.text;
  auto& object = out.json.get_object();
  object.emplace("verdict", "convicted");
  object.emplace("fraud", what);
  object.emplace("kind", codec::variant_names<vcr::Claim>[proof.claim.index()]);
  object.emplace("proof_bytes", codec::encode(proof).size());
  object.emplace("commit", to_hex0x(committed.settled.transaction.bytes));
  return out;
}

}  // namespace

CommandResult job_prove(const Arguments& arguments) {
  AETHER_TRY(const auto id, read_id("job id", arguments.job));
  AETHER_TRY(const auto rpc, connect(arguments));
  AETHER_TRY(const auto view, get_job(rpc, id));
  AETHER_TRY(const auto claimed, get_claimed(rpc, view));
  AETHER_TRY(const auto seed, unlock(arguments, arguments.from));
  AETHER_TRY(const auto model, load_model(arguments));
  if (model->ready.id() != claimed.job->terms.model_id)
    return fail(Failure{kBadFile, "model_id",
                        arguments.model + " holds the model " + to_hex0x(model->ready.id().bytes) + ", the job is of " +
                            to_hex0x(claimed.job->terms.model_id.bytes),
                        "name the directory of the job's model"});
  note("re-running " + std::to_string(claimed.record.post.prompt.size()) + " + " +
       std::to_string(claimed.record.submission.output.size()) + " tokens");
  AETHER_TRY(auto fraud, find_fraud(model->ready, view, claimed));
  if (!fraud)
    return Output{"verdict      honest: output and trace are the model's\n", json::object{{"verdict", "honest"}},
                  kHonest};
  const std::string what = std::visit(Describe{model->ready.config()}, *fraud);
  return convict(rpc, seed, {id, claimed.job->attempt, std::move(*fraud)}, what);
}

}  // namespace aether::cli
