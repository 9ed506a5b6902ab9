#include "aether/ledger/apply.hpp"

#include "aether/ledger/conservation.hpp"
#include "transaction_run.hpp"

namespace aether::ledger {
namespace {

Amount fee_of(const BlockFacts& facts, const VerifiedTransaction& tx, std::uint64_t steps) {
  const auto base = base_fee(facts.params.fees, tx.byte_size(), steps);
  const auto fee = base ? aether::checked_add(*base, tx.body().priority_fee) : std::nullopt;
  AETHER_ASSERT(fee.has_value());
  return *fee;
}

template <class T>
void store(Overlay& state, const ObjectId& id, const T& value) {
  state.put(id, codec::encode(value));
}

void debit_fees(Overlay& state, const BlockAdmission& admission) {
  for (const auto& [address, sender] : admission.senders()) {
    Account account = sender.account;
    account.balance.swr -= sender.max_fees;
    for (const std::uint64_t nonce : sender.nonces) mark_nonce(account, nonce);
    store(state, account_object(address), account);
  }
}

// What the block owes after its last transaction.
struct Settlement {
  Sums sums;
  Amount treasury = 0;
  std::uint64_t steps = 0;

  void add(const BlockInput& block, const VerifiedTransaction& tx, const Run& run, Amount fee) {
    const auto& body = tx.body();
    AETHER_ASSERT(fee <= body.max_fee);
    const auto share = mul_div(body.priority_fee, block.facts.params.fees.priority_proposer_bps, kBpsWhole);
    AETHER_ASSERT(share && *share <= body.priority_fee);
    treasury += body.priority_fee - *share;
    const bool added = sums.add(run.sums) && sums.credit(tx.sender(), Asset::swr, body.max_fee - fee) &&
                       sums.credit(block.proposer, Asset::swr, *share) &&
                       sums.burn(Asset::swr, fee - body.priority_fee);
    AETHER_ASSERT(added);
    steps += run.steps;
  }
};

void settle(Overlay& state, const Settlement& settlement) {
  for (const auto& [address, credit] : settlement.sums.credits) {
    const ObjectId id = account_object(address);
    auto account = load_or_default<Account>(state, id);
    const auto sum = checked_add(account.balance, credit);
    AETHER_ASSERT(sum.has_value());
    account.balance = *sum;
    store(state, id, account);
  }
  if (settlement.treasury != 0) {
    auto treasury = load_or_default<Treasury>(state, kTreasuryObject);
    const auto sum = checked_add(treasury.balance, Balance{settlement.treasury, 0});
    AETHER_ASSERT(sum.has_value());
    treasury.balance = *sum;
    store(state, kTreasuryObject, treasury);
  }
  if (!settlement.sums.burned.is_zero()) {
    auto supply = load_or_default<Supply>(state, kSupplyObject);
    const auto total = checked_sub(supply.total, settlement.sums.burned);
    const auto burned = checked_add(supply.burned, settlement.sums.burned);
    AETHER_ASSERT(total && burned);
    supply.total = *total;
    supply.burned = *burned;
    store(state, kSupplyObject, supply);
  }
}

}  // namespace

Result<BlockOutput, BlockError> apply_block(const StateView& parent, Programs programs, const BlockInput& block) {
  BlockAdmission admission(parent, programs, block.facts);
  for (std::size_t i = 0; i < block.transactions.size(); ++i)
    if (const auto ok = admission.admit(block.transactions[i]); !ok)
      return fail(BlockError{ok.error().limit, i, ok.error().reject});

  Overlay state(parent);
  debit_fees(state, admission);
  BlockOutput output;
  Settlement settlement;
  for (const auto& tx : block.transactions) {
    Run run = run_transaction(state, programs, block.facts, tx, AccessMode::enforce);
    const Amount fee = fee_of(block.facts, tx, run.steps);
    settlement.add(block, tx, run, fee);
    for (auto& [id, value] : run.diff) {
      if (value) {
        state.put(id, std::move(*value));
      } else {
        state.erase(id);
      }
    }
    output.receipts.push_back({1, tx.id(), run.code, Gas{run.steps}, fee, {}});
  }
  settle(state, settlement);
  AETHER_ASSERT(conserves(parent, programs, state.diff()));
  output.diff = state.take();
  output.gas_used = Gas{settlement.steps};
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
  const ObjectId sender = account_object(tx.sender());
  auto account = load_or_default<Account>(parent, sender);
  const auto base = base_fee(facts.params.fees, tx.byte_size(), body.gas_limit.raw());
  if (body.gas_limit.raw() > facts.params.block.gas_max) return refuse(Code::out_of_gas);
  const bool payable = base && body.priority_fee <= kAmountMax && body.max_fee <= account.balance.swr;
  if (!payable) return refuse(Code::insufficient_funds);

  Overlay state(parent);
  account.balance.swr -= body.max_fee;
  store(state, sender, account);
  Run run = run_transaction(state, programs, facts, tx, AccessMode::record);
  simulation.receipt.code = run.code;
  simulation.receipt.gas_used = Gas{run.steps};
  simulation.receipt.fee = fee_of(facts, tx, run.steps);
  simulation.reads = std::move(run.reads);
  simulation.writes = std::move(run.writes);
  return simulation;
}

}  // namespace aether::ledger
