#include "aether/query/transactions.hpp"

#include "aether/programs/codes.hpp"
#include "aether/query/fee_estimate.hpp"
#include "answers.hpp"

namespace aether::query {
namespace {

std::optional<api::TransactionPlace> place_of(const Snapshot& snapshot, const Hash& id) {
  const auto place = snapshot.transaction(id);
  if (!place) return std::nullopt;
  const auto record = snapshot.record(place->slot);
  AETHER_ASSERT(record.has_value());  // one batch wrote both
  return api::TransactionPlace{place->slot, record->hash, place->index};
}

// One of this chain whose form is right; the rest is the simulation's to say.
api::Answer<Transaction> read_for_simulation(const api::TransactionBytes& bytes, const ledger::BlockFacts& facts) {
  AETHER_TRY(Transaction out, read_transaction(bytes));
  if (out.body.chain_id != facts.chain_id) return fail(rejected(ledger::Reject::wrong_chain));
  if (const auto form = ledger::check_form(out.body); !form) return fail(rejected(form.error()));
  return out;
}

}  // namespace

api::Answer<Transaction> read_transaction(const api::TransactionBytes& bytes) {
  auto tx = codec::decode<Transaction>(bytes);
  if (!tx) return error(ErrorCode::malformed_transaction, codec::to_string(tx.error()), "bcs");
  return std::move(*tx);
}

api::Error rejected(ledger::Reject why) {
  return {ErrorCode::rejected_transaction, "no block may hold the transaction: " + std::string(to_string(why)),
          std::string(ledger::reject_name(why))};
}
api::Answer<api::SimulateAnswer> ChainQueries::handle(const api::Simulate& request) {
  const auto snapshot = chain_.snapshot();
  const auto facts = chain_.next_facts(*snapshot);
  AETHER_TRY(Transaction raw, read_for_simulation(request.transaction, facts));
  auto out = ledger::simulate(*snapshot, chain_.programs(), facts, assume_verified(std::move(raw)));
  const auto name = programs::code_name(out.receipt.code);
  return api::SimulateAnswer{tip_of(*snapshot),    std::move(out.receipt), std::string(name), std::move(out.output),
                             std::move(out.reads), std::move(out.writes),  out.multiplier,    out.deposit};
}

api::Answer<api::EstimateFeeAnswer> ChainQueries::handle(const api::EstimateFee& request) {
  const auto snapshot = chain_.snapshot();
  const auto facts = chain_.next_facts(*snapshot);
  AETHER_TRY(Transaction raw, read_for_simulation(request.transaction, facts));
  auto estimate = estimate_fee(*snapshot, chain_.programs(), facts, std::move(raw.body));
  if (!estimate) return error(ErrorCode::invalid_params, "the fee exceeds 128 bits", "out_of_range");
  ledger::Simulation& would = estimate->simulation;
  return api::EstimateFeeAnswer{
      tip_of(*snapshot),       would.receipt.code,  std::string(programs::code_name(would.receipt.code)),
      would.receipt.gas_used,  estimate->gas_limit, would.multiplier,
      would.receipt.fee,       estimate->max_fee,   std::move(would.reads),
      std::move(would.writes), would.deposit};
}

api::Answer<api::GetTransactionAnswer> ChainQueries::handle(const api::GetTransaction& request) {
  // The queue first: what leaves it between the two reads is found in the later snapshot.
  const auto pending = waiting(request.transaction);
  const auto snapshot = chain_.snapshot();
  api::GetTransactionAnswer out{tip_of(*snapshot), api::TransactionStatus::unknown, {}, {}};
  out.place = place_of(*snapshot, request.transaction);
  if (out.place) {
    auto block = snapshot->block(out.place->slot);
    AETHER_ASSERT(block && out.place->index < block->transactions.size());
    out.transaction = std::move(block->transactions[out.place->index]);
    out.status = api::TransactionStatus::executed;
  } else if (pending) {
    out.transaction = *pending;
    out.status = api::TransactionStatus::pending;
  }
  return out;
}

api::Answer<api::GetTransactionReceiptAnswer> ChainQueries::handle(const api::GetTransactionReceipt& request) {
  const auto pending = waiting(request.transaction);
  const auto snapshot = chain_.snapshot();
  api::GetTransactionReceiptAnswer out{tip_of(*snapshot), api::TransactionStatus::unknown, {}, {}, {}};
  out.place = place_of(*snapshot, request.transaction);
  if (!out.place) {
    if (pending) out.status = api::TransactionStatus::pending;
    return out;
  }
  const auto receipts = snapshot->receipts(out.place->slot);
  AETHER_ASSERT(receipts && out.place->index < receipts->size());
  out.receipt = (*receipts)[out.place->index];
  out.code_name = programs::code_name(out.receipt->code);
  out.status = api::TransactionStatus::executed;
  return out;
}

}  // namespace aether::query
