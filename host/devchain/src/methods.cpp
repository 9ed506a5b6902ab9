#include "aether/devchain/devchain.hpp"
#include "aether/query/transactions.hpp"

namespace aether::devchain {
namespace {

using api::ErrorCode;
using query::error;

api::Error queue_error(QueueError why) {
  switch (why) {
    case QueueError::known: return {ErrorCode::known_transaction, "the transaction waits already", {}};
    case QueueError::full: return {ErrorCode::queue_full, "too many transactions wait: send it again later", {}};
    case QueueError::sender_full:
      return {ErrorCode::queue_full, "too many transactions of this sender wait: send it again later", {}};
    case QueueError::nonce_waits:
      return {ErrorCode::rejected_transaction, "a waiting transaction of the sender has this nonce: use another",
              "nonce_repeated"};
    case QueueError::cannot_pay:
      return {ErrorCode::rejected_transaction,
              "the max fees of the sender's waiting transactions exceed its SWR: wait or fund it", "cannot_pay"};
  }
  return {};
}

api::Answer<void> admit(const Result<void, ledger::Reject>& verdict) {
  if (verdict) return {};
  return fail(query::rejected(verdict.error()));
}

}  // namespace

query::Running DevChain::running() const {
  const std::lock_guard lock(mutex_);
  return {.status = stop_ ? api::HealthStatus::stopping : api::HealthStatus::ready,
          .pending = static_cast<std::uint32_t>(pending_.count())};
}

std::optional<Transaction> DevChain::waiting(const Hash& id) const {
  const std::lock_guard lock(mutex_);
  const VerifiedTransaction* found = pending_.find(id);
  return found ? std::optional(found->transaction()) : std::nullopt;
}

api::Answer<api::SendRawTransactionAnswer> DevChain::handle(const api::SendRawTransaction& request) {
  if (is_stopping()) return error(ErrorCode::shutting_down, "the chain is stopping");
  AETHER_TRY(Transaction raw, query::read_transaction(request.transaction));
  const auto snapshot = chain_.snapshot();
  const auto facts = chain_.next_facts(*snapshot);
  // The signature last: it is the dearest check.
  const VerifiedTransaction unchecked = assume_verified(raw);
  AETHER_CHECK(admit(ledger::preflight(facts.params, facts.chain_id, unchecked)));
  if (snapshot->transaction(unchecked.id()))
    return error(ErrorCode::known_transaction, "the transaction is in a block");
  AETHER_CHECK(admit(ledger::preclaim(*snapshot, facts.params, facts.slot, unchecked)));
  auto tx = verify(std::move(raw));
  if (!tx) return fail(query::rejected(ledger::Reject::bad_signature));
  const Amount funds = ledger::load_or_default<Account>(*snapshot, account_object(tx->sender())).balance.swr;
  const Hash id = tx->id();
  {
    const std::lock_guard lock(mutex_);
    if (stop_) return error(ErrorCode::shutting_down, "the chain is stopping");
    if (const auto added = pending_.add(std::move(*tx), funds); !added) return fail(queue_error(added.error()));
    fresh_ = true;
  }
  taken_.add(id);
  wake_.notify_all();
  return api::SendRawTransactionAnswer{query::tip_of(*snapshot), id};
}

api::Answer<api::SlotAnswer> DevChain::handle(const api::DevSeal& request) {
  AETHER_CHECK(api::check_count("slots", request.slots, api::kSealSlotsMax));
  api::SlotAnswer out;
  for (std::uint32_t i = 0; i < request.slots; ++i) {
    if (is_stopping()) return error(ErrorCode::shutting_down, "the chain is stopping");
    const auto sealed = seal_one();
    if (!sealed) return error(ErrorCode::internal_error, sealed.error().message);
    out.at = query::ref(*sealed);
  }
  return out;
}

}  // namespace aether::devchain
