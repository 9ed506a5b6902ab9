#include "aether/ledger/transaction_run.hpp"

#include "transaction_context.hpp"

namespace aether::ledger {
namespace {

Outcome<void> execute(TransactionContext& context, const Programs& programs, const BlockFacts& facts,
                      const VerifiedTransaction& tx) {
  AETHER_CHECK(context.move_value());
  const auto& call = tx.body().call;
  if (!call) return context.settle_rent();
  AETHER_CHECK(context.charge(facts.params.gas.instruction));
  AETHER_CHECK(run_call(context, programs, *call));
  AETHER_CHECK(context.settle_rent());
  if (!context.value_conserved()) return fail(Code::value_not_conserved);
  return {};
}

}  // namespace

Run run_transaction(const StateView& state, Programs programs, const BlockFacts& facts, const VerifiedTransaction& tx,
                    AccessMode mode) {
  TransactionContext context(state, programs, facts, tx, mode);
  Run run;
  const auto outcome = execute(context, programs, facts, tx);
  run.code = outcome ? kSuccess : outcome.error();
  AETHER_ASSERT(outcome || run.code != kSuccess);
  run.steps = context.steps();
  context.sets_to(run);
  if (outcome) context.finish(run);
  return run;
}

}  // namespace aether::ledger
