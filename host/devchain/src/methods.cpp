#include "aether/programs/codes.hpp"
#include "answers.hpp"

namespace aether::devchain {
namespace {

constexpr std::string_view kVersion = "0.1.0";

api::Answer<Transaction> read(const api::TransactionBytes& bytes) {
  auto tx = codec::decode<Transaction>(bytes);
  if (!tx) return error(ErrorCode::malformed_transaction, codec::to_string(tx.error()), "bcs");
  return std::move(*tx);
}

api::Answer<storage::BlockRecord> record_of(const Snapshot& snapshot, const std::optional<Slot>& slot) {
  if (!slot) return *snapshot.tip();
  auto record = snapshot.record(*slot);
  if (record) return std::move(*record);
  if (*slot < snapshot.tip()->slot) return absent(*slot);
  return error(ErrorCode::not_found, "there is no block " + std::to_string(slot->raw()) + " yet; the newest is " +
                                         std::to_string(snapshot.tip()->slot.raw()));
}

std::optional<api::BlockRef> child_of(const Snapshot& snapshot, Slot slot) {
  const auto child = snapshot.record(next(slot));
  return child ? std::optional(ref(*child)) : std::nullopt;
}

std::optional<api::TransactionPlace> place_of(const Snapshot& snapshot, const Hash& id) {
  const auto place = snapshot.transaction(id);
  if (!place) return std::nullopt;
  const auto record = snapshot.record(place->slot);
  AETHER_ASSERT(record.has_value());  // one batch wrote both
  return api::TransactionPlace{place->slot, record->hash, place->index};
}

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

api::Error rejected(ledger::Reject why) {
  return {ErrorCode::rejected_transaction, "no block may hold the transaction: " + std::string(to_string(why)),
          std::string(ledger::reject_name(why))};
}
api::Answer<void> admit(const Result<void, ledger::Reject>& verdict) {
  if (verdict) return {};
  return fail(rejected(verdict.error()));
}

}  // namespace

std::optional<VerifiedTransaction> DevChain::waiting(const Hash& id) const {
  const std::lock_guard lock(mutex_);
  const VerifiedTransaction* found = pending_.find(id);
  return found ? std::optional(*found) : std::nullopt;
}

api::Answer<api::SendRawTransactionAnswer> DevChain::handle(const api::SendRawTransaction& request) {
  if (is_stopping()) return error(ErrorCode::shutting_down, "the chain is stopping");
  AETHER_TRY(Transaction raw, read(request.transaction));
  const auto snapshot = chain_.snapshot();
  const auto facts = chain_.next_facts(*snapshot);
  // The signature last: it is the dearest check.
  const VerifiedTransaction unchecked = assume_verified(raw);
  AETHER_CHECK(admit(ledger::preflight(facts.params, facts.chain_id, unchecked)));
  if (snapshot->transaction(unchecked.id()))
    return error(ErrorCode::known_transaction, "the transaction is in a block");
  AETHER_CHECK(admit(ledger::preclaim(*snapshot, facts.params, facts.slot, unchecked)));
  auto tx = verify(std::move(raw));
  if (!tx) return fail(rejected(ledger::Reject::bad_signature));
  const Amount funds = ledger::load_or_default<Account>(*snapshot, account_object(tx->sender())).balance.swr;
  const Hash id = tx->id();
  {
    const std::lock_guard lock(mutex_);
    if (stop_) return error(ErrorCode::shutting_down, "the chain is stopping");
    if (const auto added = pending_.add(std::move(*tx), funds); !added) return fail(queue_error(added.error()));
    fresh_ = true;
  }
  wake_.notify_all();
  return api::SendRawTransactionAnswer{tip_of(*snapshot), id};
}

api::Answer<api::SimulateAnswer> DevChain::handle(const api::Simulate& request) {
  AETHER_TRY(Transaction raw, read(request.transaction));
  const auto snapshot = chain_.snapshot();
  const auto facts = chain_.next_facts(*snapshot);
  if (raw.body.chain_id != facts.chain_id) return fail(rejected(ledger::Reject::wrong_chain));
  if (const auto form = ledger::check_form(raw.body); !form) return fail(rejected(form.error()));
  const auto out = ledger::simulate(*snapshot, chain_.programs(), facts, assume_verified(std::move(raw)));
  return api::SimulateAnswer{tip_of(*snapshot), out.receipt, std::string(programs::code_name(out.receipt.code)),
                             out.output,        out.reads,   out.writes,
                             out.multiplier,    out.deposit};
}

api::Answer<api::GetTransactionAnswer> DevChain::handle(const api::GetTransaction& request) {
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
    out.transaction = pending->transaction();
    out.status = api::TransactionStatus::pending;
  }
  return out;
}

api::Answer<api::GetTransactionReceiptAnswer> DevChain::handle(const api::GetTransactionReceipt& request) {
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

api::Answer<api::GetAccountAnswer> DevChain::handle(const api::GetAccount& request) {
  const auto snapshot = chain_.snapshot();
  const auto account = ledger::load<Account>(*snapshot, account_object(request.address));
  return api::GetAccountAnswer{tip_of(*snapshot), account.has_value(), account ? *account : Account{}};
}

api::Answer<api::GetUtxosAnswer> DevChain::handle(const api::GetUtxos& request) {
  AETHER_TRY(const auto limit, api::page_limit(request.limit));
  const auto snapshot = chain_.snapshot();
  api::GetUtxosAnswer out{tip_of(*snapshot), {}, {}};
  out.next = scan_page(*snapshot, Domain::utxo, request.after, [&](const Hash& id, ByteView bytes) {
    auto utxo = ledger::decode_object<Utxo>(bytes);
    if (utxo.owner == request.owner) out.utxos.push_back({id, std::move(utxo)});
    return out.utxos.size() < limit;
  });
  return out;
}

api::Answer<api::GetBlockByNumberAnswer> DevChain::handle(const api::GetBlockByNumber& request) {
  const auto snapshot = chain_.snapshot();
  AETHER_TRY(const auto record, record_of(*snapshot, request.slot));
  const auto receipts = snapshot->receipts(record.slot);
  if (!receipts) return absent(record.slot);
  api::GetBlockByNumberAnswer out{ref(record), record.header, {}, *receipts};
  for (const Receipt& receipt : out.receipts) out.transactions.push_back(receipt.transaction);
  return out;
}

api::Answer<api::GetStateRootAnswer> DevChain::handle(const api::GetStateRoot& request) {
  const auto snapshot = chain_.snapshot();
  AETHER_TRY(const auto record, record_of(*snapshot, request.slot));
  return api::GetStateRootAnswer{ref(record), record.state_root, child_of(*snapshot, record.slot)};
}

api::Answer<api::GetProofAnswer> DevChain::handle(const api::GetProof& request) {
  const auto snapshot = chain_.snapshot();
  auto proven = chain::Chain::prove(*snapshot, request.object);
  api::GetProofAnswer out;
  out.at = ref(proven.record);
  out.state_root = proven.record.state_root;
  out.carried_by = child_of(*snapshot, proven.record.slot);
  if (proven.value) out.value.emplace(std::move(*proven.value));
  out.proof = codec::encode(proven.proof);
  return out;
}

api::Answer<api::GetChainIdAnswer> DevChain::handle(const api::GetChainId&) {
  const Genesis& genesis = chain_.genesis();
  return api::GetChainIdAnswer{tip_of(*chain_.snapshot()), genesis.chain_id, chain_.hash_of_genesis(), genesis.sealer,
                               genesis.params};
}

api::Answer<api::GetHealthAnswer> DevChain::handle(const api::GetHealth&) {
  const auto snapshot = chain_.snapshot();
  const std::lock_guard lock(mutex_);
  return api::GetHealthAnswer{tip_of(*snapshot), stop_ ? api::HealthStatus::stopping : api::HealthStatus::ready,
                              static_cast<std::uint32_t>(pending_.count()), snapshot->tip()->time_ms,
                              std::string(kVersion)};
}

api::Answer<api::DevSealAnswer> DevChain::handle(const api::DevSeal& request) {
  AETHER_CHECK(api::check_count("slots", request.slots, api::kSealSlotsMax));
  api::DevSealAnswer out;
  for (std::uint32_t i = 0; i < request.slots; ++i) {
    if (is_stopping()) return error(ErrorCode::shutting_down, "the chain is stopping");
    const auto sealed = seal_one();
    if (!sealed) return error(ErrorCode::internal_error, sealed.error().message);
    out.at = ref(*sealed);
  }
  return out;
}

}  // namespace aether::devchain
