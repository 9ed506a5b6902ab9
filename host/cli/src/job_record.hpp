// What a chain holds of a job: its object, and the transactions that carry prompt, output and receipt.
#pragma once

#include "aether/receipts/check.hpp"
#include "support.hpp"

namespace aether::cli {

// A job as the chain holds it now.
struct JobView {
  Hash id;
  api::BlockRef at;
  programs::JobObject object;

  const programs::Job* living() const { return std::get_if<programs::Job>(&object.state); }
  const programs::ClosedJob* closed() const { return std::get_if<programs::ClosedJob>(&object.state); }
  // "open", "running", "submitted", or how it was closed.
  std::string_view status() const;
  // The transaction with the receipt; none: nothing was submitted.
  std::optional<Hash> submission() const;
};
[[nodiscard]] Result<JobView, Failure> get_job(const client::Rpc& rpc, const Hash& id);

[[nodiscard]] Result<programs::Model, Failure> get_model(const client::Rpc& rpc, const Hash& id);

// Receipt and output, from the transaction that submitted them.
struct Submitted {
  programs::SubmitVcr submission;
  Slot slot;
};
[[nodiscard]] Result<Submitted, Failure> get_submission(const client::Rpc& rpc, const JobView& job);

// Receipt, tokens and the facts of the model, from the chain's transactions; nothing is judged. A closed job no longer
// names its post, which is then looked for block by block, back from the submission.
struct JobRecord {
  programs::Post post;
  programs::SubmitVcr submission;
  programs::Model model;
};
[[nodiscard]] Result<JobRecord, Failure> get_record(const client::Rpc& rpc, const JobView& job);

[[nodiscard]] receipts::ReceiptFile receipt_file(const JobRecord& record);
[[nodiscard]] Failure failure_of(const receipts::FileError& error);
[[nodiscard]] Failure failure_of(const receipts::Difference& difference);

}  // namespace aether::cli
