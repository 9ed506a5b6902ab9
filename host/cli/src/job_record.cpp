#include "job_record.hpp"

#include "aether/programs/phases.hpp"

namespace aether::cli {
namespace {

std::unexpected<Failure> bad_answer(std::string message) {
  return fail(
      Failure{kUnreachable, "bad_answer", std::move(message), "check that --rpc names a chain of this version"});
}

Result<Transaction, Failure> get_transaction(const client::Rpc& rpc, const Hash& id) {
  CLI_TRY(auto answer, rpc.call(api::GetTransaction{id}));
  if (!answer.transaction) return bad_answer("the chain does not know the transaction " + to_hex0x(id.bytes));
  return std::move(*answer.transaction);
}

// The instruction of the escrow that a transaction calls, if it is an `I`.
template <class I>
std::optional<I> instruction_of(const Transaction& transaction) {
  const auto& call = transaction.body.call;
  if (!call || call->program != programs::escrow_program_id()) return std::nullopt;
  auto instruction = codec::decode<programs::EscrowInstruction>(call->data);
  auto* wanted = instruction ? std::get_if<I>(&*instruction) : nullptr;
  return wanted == nullptr ? std::nullopt : std::optional(std::move(*wanted));
}

Result<programs::Post, Failure> find_post(const client::Rpc& rpc, const Hash& job, Slot from) {
  note("looking for the prompt, back from block " + std::to_string(from.raw()));
  for (std::uint64_t slot = from.raw();; --slot) {
    CLI_TRY(const auto block, rpc.call(api::GetBlockByNumber{Slot{slot}}));
    for (std::size_t i = 0; i < block.transactions.size() && i < block.receipts.size(); ++i) {
      if (block.receipts[i].code != kSuccess) continue;
      AETHER_TRY(const auto transaction, get_transaction(rpc, block.transactions[i]));
      const auto& body = transaction.body;
      if (programs::job_id(body.chain_id, address_of(body.sender), body.nonce) != job) continue;
      if (auto post = instruction_of<programs::Post>(transaction)) return std::move(*post);
    }
    if (slot == 0) return bad_answer("no block holds the post of job " + to_hex0x(job.bytes));
  }
}

}  // namespace

std::string_view JobView::status() const {
  if (const auto* end = closed()) return codec::enum_names<programs::JobStatus>[static_cast<std::size_t>(end->status)];
  switch (programs::phase(*living())) {
    case programs::Phase::open: return "open";
    case programs::Phase::running: return "running";
    case programs::Phase::submitted: return "submitted";
  }
  return "unknown";
}

std::optional<Hash> JobView::submission() const {
  if (const auto* end = closed()) return end->submission;
  const auto& submission = living()->submission;
  return submission ? std::optional(submission->transaction) : std::nullopt;
}

Result<JobView, Failure> get_job(const client::Rpc& rpc, const Hash& id) {
  CLI_TRY(auto answer, rpc.call(api::GetJob{id}));
  return JobView{id, answer.at, std::move(answer.job)};
}

Result<programs::Model, Failure> get_model(const client::Rpc& rpc, const Hash& id) {
  CLI_TRY(auto answer, rpc.call(api::GetModel{id}));
  return std::move(answer.model);
}

Result<Submitted, Failure> get_submission(const client::Rpc& rpc, const JobView& job) {
  const auto id = job.submission();
  if (!id)
    return fail(Failure{kFailed, "no_receipt", "nothing was submitted for job " + to_hex0x(job.id.bytes),
                        "aetherctl job watch waits for it, if the job is still living"});
  CLI_TRY(auto submitted, rpc.call(api::GetTransaction{*id}));
  auto submission = submitted.transaction ? instruction_of<programs::SubmitVcr>(*submitted.transaction) : std::nullopt;
  if (!submission || !submitted.place) return bad_answer(to_hex0x(id->bytes) + " is not the job's submission");
  return Submitted{std::move(*submission), submitted.place->slot};
}

Result<JobRecord, Failure> get_record(const client::Rpc& rpc, const JobView& job) {
  AETHER_TRY(auto submitted, get_submission(rpc, job));
  JobRecord out;
  out.submission = std::move(submitted.submission);
  if (const auto* living = job.living()) {
    AETHER_TRY(const auto transaction, get_transaction(rpc, living->post_transaction));
    auto post = instruction_of<programs::Post>(transaction);
    if (!post) return bad_answer(to_hex0x(living->post_transaction.bytes) + " is not the job's post");
    out.post = std::move(*post);
  } else {
    AETHER_TRY(out.post, find_post(rpc, job.id, submitted.slot));
  }
  AETHER_TRY(out.model, get_model(rpc, out.post.terms.model_id));
  return out;
}

receipts::ReceiptFile receipt_file(const JobRecord& record) {
  receipts::ReceiptFile out;
  out.model = record.model.facts;
  out.max_new = record.post.terms.max_new;
  out.prompt = record.post.prompt;
  out.output = record.submission.output;
  out.vcr = record.submission.vcr.body;
  out.signature = record.submission.vcr.signature;
  return out;
}

Failure failure_of(const receipts::FileError& error) {
  const std::string next = error.kind == receipts::FileErrorKind::environment
                               ? "check the path; nothing was left half-written"
                               : "job run, job show and job watch write receipts; take an unchanged one";
  return {kBadFile, std::string(receipts::to_string(error.kind)), error.message, next};
}

Failure failure_of(const receipts::Difference& difference) {
  return {kDiffers, std::string(difference.code()), difference.message,
          "do not rely on this receipt; if it is of a job in its window, aetherctl job prove convicts the worker"};
}

}  // namespace aether::cli
