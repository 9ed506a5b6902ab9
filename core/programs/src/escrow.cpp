#include "escrow.hpp"

#include <algorithm>

#include "aether/programs/payouts.hpp"
#include "gas.hpp"

namespace aether::programs {

Hash Escrow::id() const { return escrow_program_id(); }

ledger::Outcome<void> Escrow::execute(ledger::Context& context, ByteView bytes) const {
  AETHER_CHECK(charge_instruction(context, bytes.size()));
  const auto instruction = codec::decode<EscrowInstruction>(bytes);
  if (!instruction) return ledger::fail(ledger::Code::malformed_instruction);
  return std::visit([&](const auto& i) { return escrow::run(context, i); }, *instruction);
}

Balance Escrow::value_held(const ObjectId& id, ByteView value) const {
  if (id.domain != Domain::job) return {};
  const auto object = codec::decode<JobObject>(value);
  AETHER_ASSERT(object.has_value());  // written by this program
  return programs::value_held(*object);
}

bool Escrow::is_dispute(ByteView instruction) const {
  // commit_fraud, prove, open_descent, descend, respond: the tag is one byte.
  return !instruction.empty() && instruction[0] >= 3 && instruction[0] <= 7;
}

namespace escrow {

Outcome<Job> load_job(Context& context, const Hash& id) {
  AETHER_TRY(auto object, context.load<JobObject>(job_object(id)));
  if (!object) return refuse(EscrowCode::no_such_job);
  Job* job = std::get_if<Job>(&object->state);
  if (job == nullptr) return refuse(EscrowCode::job_closed);
  return std::move(*job);
}

Outcome<Job> load_submitted(Context& context, const Hash& id) {
  AETHER_TRY(Job job, load_job(context, id));
  if (!job.submission) return refuse(EscrowCode::not_submitted);
  return job;
}

Outcome<Model> load_model(Context& context, const Hash& id) {
  AETHER_TRY(auto model, context.load<Model>(model_object(id)));
  if (!model) return refuse(EscrowCode::no_such_model);
  return std::move(*model);
}

Outcome<void> store_job(Context& context, const Hash& id, Job job) {
  return context.store(job_object(id), JobObject{1, std::move(job)});
}

void pay_exit(Context& context, Job& job) {
  const Amount fee = std::min(context.block().params.jobs.exit_fee, job.exit_reserve);
  job.exit_reserve -= fee;
  pay(context, context.sender(), Asset::swr, fee);
}

Outcome<void> close(Context& context, const Hash& id, const Job& job, JobStatus status, Amount paid, Amount burned) {
  for (const Session& session : job.sessions) {
    pay(context, session.challenger, Asset::aic, session.bond);
    pay(context, session.challenger, Asset::swr, session.exit_reserve);
  }
  pay(context, job.buyer, Asset::swr, job.exit_reserve);
  ClosedJob closed{status, context.block().slot, job.attempt, paid, burned, std::nullopt};
  if (job.submission) closed.submission = job.submission->transaction;
  return context.store(job_object(id), JobObject{1, closed});
}

Outcome<void> convict(Context& context, const Hash& id, const Job& job, JobStatus status, const Address& challenger,
                      Amount deposit) {
  const Conviction division = conviction(job, context.block().params.jobs, challenger, deposit);
  pay(context, job.buyer, Asset::aic, job.escrow);
  pay(context, job.buyer, Asset::aic, division.buyer);
  pay(context, challenger, Asset::aic, division.challenger);
  for (const Repayment& repayment : division.repayments) pay(context, repayment.to, Asset::aic, repayment.amount);
  if (division.burned != 0) context.burn(Asset::aic, division.burned);
  return close(context, id, job, status, 0, division.burned);
}

}  // namespace escrow
}  // namespace aether::programs
