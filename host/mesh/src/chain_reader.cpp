#include "aether/mesh/chain_reader.hpp"

#include "aether/vcr/shape.hpp"

namespace aether::mesh {
namespace {

std::unexpected<client::Error> bad_answer(const Hash& transaction, std::string_view why) {
  return fail(client::Error{
      client::ErrorKind::bad_answer, "transaction " + to_hex0x(transaction.bytes) + ": " + std::string(why), {}, {}});
}

}  // namespace

client::Outcome<std::map<Hash, programs::Job>> ChainReader::living_jobs() const {
  std::map<Hash, programs::Job> out;
  api::GetJobs request;
  request.filter = api::JobFilter::living;
  do {
    AETHER_TRY(auto page, rpc_.call(request));
    // Each page goes on after the one before, or a chain could keep us asking for ever.
    if (page.next && request.after && *page.next <= *request.after)
      return fail(client::Error{client::ErrorKind::bad_answer, "pages of jobs do not go on", {}, {}});
    for (api::JobEntry& entry : page.jobs) {
      if (auto* job = std::get_if<programs::Job>(&entry.job.state)) out.insert_or_assign(entry.id, std::move(*job));
    }
    request.after = page.next;
  } while (request.after);
  return out;
}

client::Outcome<std::optional<programs::JobObject>> ChainReader::job(const Hash& id) const {
  auto answer = rpc_.call(api::GetJob{id});
  if (answer) return std::move(answer->job);
  const client::Error& error = answer.error();
  if (error.kind == client::ErrorKind::refused && error.code == api::ErrorCode::not_found) return std::nullopt;
  return fail(error);
}

client::Outcome<std::optional<programs::EscrowInstruction>> ChainReader::instruction(const Hash& transaction) const {
  AETHER_TRY(const auto answer, rpc_.call(api::GetTransaction{transaction}));
  if (!answer.transaction || transaction_id(answer.transaction->body) != transaction)
    return bad_answer(transaction, "the chain does not show it");
  const auto& call = answer.transaction->body.call;
  if (!call || call->program != programs::escrow_program_id()) return std::nullopt;
  auto out = codec::decode<programs::EscrowInstruction>(call->data);
  return out ? std::optional(std::move(*out)) : std::nullopt;
}

client::Outcome<std::vector<std::uint32_t>> ChainReader::prompt(const Hash& post_transaction,
                                                                const Hash& request_root) const {
  AETHER_TRY(auto sent, instruction(post_transaction));
  auto* post = sent ? std::get_if<programs::Post>(&*sent) : nullptr;
  if (post == nullptr || vcr::token_root(post->prompt) != request_root)
    return bad_answer(post_transaction, "it did not post this job");
  return std::move(post->prompt);
}

client::Outcome<programs::SubmitVcr> ChainReader::handed_in(const Hash& submit_transaction,
                                                            const Hash& output_root) const {
  AETHER_TRY(auto sent, instruction(submit_transaction));
  auto* submit = sent ? std::get_if<programs::SubmitVcr>(&*sent) : nullptr;
  if (submit == nullptr || vcr::token_root(submit->output) != output_root)
    return bad_answer(submit_transaction, "it did not hand in this result");
  return std::move(*submit);
}

client::Outcome<std::vector<ChainReader::Move>> ChainReader::moves(const Hash& job, Slot slot) const {
  AETHER_TRY(const auto block, rpc_.call(api::GetBlockByNumber{slot}));
  std::vector<Move> out;
  for (const Receipt& receipt : block.receipts) {
    if (receipt.code != kSuccess) continue;
    AETHER_TRY(auto sent, instruction(receipt.transaction));
    if (!sent) continue;
    if (auto* respond = std::get_if<programs::Respond>(&*sent); respond != nullptr && respond->job == job)
      out.emplace_back(std::move(*respond));
    if (auto* descend = std::get_if<programs::Descend>(&*sent); descend != nullptr && descend->job == job)
      out.emplace_back(std::move(*descend));
  }
  return out;
}

}  // namespace aether::mesh
