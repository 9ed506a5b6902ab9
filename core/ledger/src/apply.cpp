#include "aether/ledger/apply.hpp"

#include "aether/ledger/settlement.hpp"

namespace aether::ledger {
namespace {

void store(Overlay& state, const Address& address, const Account& account) {
  state.put(account_object(address), codec::encode(account));
}

using Credits = std::map<Address, Balance>;

void add_credits(Credits& credits, const VerifiedTransaction& tx, const Run& run, const Charge& charge) {
  for (const Credit& each : run.sums.credits) add_credit(credits[each.to], each.asset, each.amount);
  if (charge.refund != 0) add_credit(credits[tx.sender()], Asset::swr, charge.refund);
}

void settle_accounts(Overlay& state, const Credits& credits) {
  for (const auto& [address, credit] : credits) {
    Account account = state.account(address);
    add_credit(account.balance, credit);
    store(state, address, account);
  }
}

}  // namespace

Result<BlockOutput, BlockError> apply_block(const StateView& parent, Programs programs, const BlockInput& block) {
  BlockAdmission admission(parent, programs, block.facts);
  for (std::size_t i = 0; i < block.transactions.size(); ++i)
    if (const auto ok = admission.admit(block.transactions[i]); !ok)
      return fail(BlockError{ok.error().limit, i, ok.error().reject});

  Overlay state(parent);
  for (const auto& [address, sender] : admission.senders()) store(state, address, escrowed(sender));
  BlockOutput output;
  Totals totals;
  Credits credits;
  for (std::size_t i = 0; i < block.transactions.size(); ++i) {
    const auto& tx = block.transactions[i];
    Run run = run_transaction(state, programs, block.facts, tx, AccessMode::enforce);
    const Charge charge = charge_for(block.facts, tx, run.steps, admission.multipliers()[i]);
    totals.add(run.steps, run.sums.burned, charge);
    add_credits(credits, tx, run, charge);
    output.receipts.push_back(receipt_of(tx, run, charge));
    if (run.sender) store(state, tx.sender(), *run.sender);
    state.apply(std::move(run.diff));
  }
  if (block.consensus != nullptr) {
    ConsensusEffects effects = apply_consensus(parent, block.facts, *block.consensus);
    add_credit(totals.burned, Asset::swr, effects.burned);
    state.apply(std::move(effects.diff));
  }
  if (totals.to_proposer != 0) add_credit(credits[block.proposer], Asset::swr, totals.to_proposer);
  settle_accounts(state, credits);
  state.apply(settle(parent, totals));
  state.apply(admission.congestion_records());
  AETHER_ASSERT(conserves(parent, programs, state.diff()));
  output.diff = state.take();
  output.gas_used = Gas{totals.steps};
  return output;
}

Simulation simulate(const StateView& parent, Programs programs, const BlockFacts& facts,
                    const VerifiedTransaction& tx) {
  Simulation simulation;
  simulation.receipt.transaction = tx.id();
  const auto refuse = [&](Code code) {
    simulation.receipt.code = result_code(code);
    return simulation;
  };
  const auto& body = tx.body();
  AETHER_ASSERT(check_form(body).has_value());
  auto account = parent.account(tx.sender());
  const auto base = base_fee(facts.params.fees, tx.byte_size(), body.gas_limit.raw(), kMultiplierHighest);
  if (body.gas_limit.raw() > facts.params.block.gas_max) return refuse(Code::out_of_gas);
  const bool payable =
      base && *base <= kAmountMax && body.priority_fee <= kAmountMax && body.max_fee <= account.balance.swr;
  if (!payable) return refuse(Code::insufficient_funds);

  Overlay state(parent);
  account.balance.swr -= body.max_fee;
  store(state, tx.sender(), account);
  Run run = run_transaction(state, programs, facts, tx, AccessMode::record);
  simulation.receipt.code = run.code;
  simulation.receipt.gas_used = Gas{run.steps};
  simulation.multiplier = BlockCongestion(parent, facts.params, facts.slot).multiplier(tx, run.reads, run.writes);
  simulation.receipt.fee = fee_of(facts, tx, run.steps, simulation.multiplier);
  simulation.reads = std::move(run.reads);
  simulation.writes = std::move(run.writes);
  simulation.receipt.logs = std::move(run.logs);
  simulation.deposit = run.deposit;
  simulation.output = std::move(run.output);
  return simulation;
}

}  // namespace aether::ledger
