// Program `escrow`: the life of a job. escrow_life.cpp has its course, escrow_dispute.cpp what challengers and an
// accused worker do; both go through the helpers below. The formulas are in payouts.hpp, the clocks in phases.hpp.
#pragma once

#include "aether/ledger/program.hpp"
#include "aether/programs/codes.hpp"
#include "aether/programs/instructions.hpp"

namespace aether::programs {

class Escrow final : public ledger::Program {
 public:
  Hash id() const override;
  ledger::Outcome<void> execute(ledger::Context& context, ByteView instruction) const override;
  Balance value_held(const ObjectId& id, ByteView value) const override;
  bool is_dispute(ByteView instruction) const override;
};

namespace escrow {

using ledger::Context;
using ledger::Outcome;

[[nodiscard]] inline std::unexpected<ResultCode> refuse(EscrowCode code) { return std::unexpected(result_code(code)); }

// A living job; one that has a receipt; a registered model.
[[nodiscard]] Outcome<Job> load_job(Context& context, const Hash& id);
[[nodiscard]] Outcome<Job> load_submitted(Context& context, const Hash& id);
[[nodiscard]] Outcome<Model> load_model(Context& context, const Hash& id);
[[nodiscard]] Outcome<void> store_job(Context& context, const Hash& id, Job job);

inline void pay(Context& context, const Address& to, Asset asset, Amount amount) {
  if (amount != 0) context.credit(to, asset, amount);
}
// One exit fee of the job's reserve to the sender.
void pay_exit(Context& context, Job& job);

// Returns the sessions' bonds and the rest of the reserve, and leaves a ClosedJob; what else the job held has been paid
// out. `paid` to the worker and `burned`, in AIC, are noted only.
[[nodiscard]] Outcome<void> close(Context& context, const Hash& id, const Job& job, JobStatus status, Amount paid = 0,
                                  Amount burned = 0);
// A verdict against the worker: divides escrow and bond, and closes.
[[nodiscard]] Outcome<void> convict(Context& context, const Hash& id, const Job& job, JobStatus status,
                                    const Address& challenger, Amount deposit);
[[nodiscard]] Outcome<void> expire_session(Context& context, const Hash& id, Job job, std::uint32_t session);

[[nodiscard]] Outcome<void> run(Context& context, const Post& i);
[[nodiscard]] Outcome<void> run(Context& context, const Accept& i);
[[nodiscard]] Outcome<void> run(Context& context, const SubmitVcr& i);
[[nodiscard]] Outcome<void> run(Context& context, const CommitFraud& i);
[[nodiscard]] Outcome<void> run(Context& context, const Prove& i);
[[nodiscard]] Outcome<void> run(Context& context, const OpenDescent& i);
[[nodiscard]] Outcome<void> run(Context& context, const Descend& i);
[[nodiscard]] Outcome<void> run(Context& context, const Respond& i);
[[nodiscard]] Outcome<void> run(Context& context, const Settle& i);
[[nodiscard]] Outcome<void> run(Context& context, const Cancel& i);
[[nodiscard]] Outcome<void> run(Context& context, const Expire& i);

}  // namespace escrow
}  // namespace aether::programs
