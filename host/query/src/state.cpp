#include "answers.hpp"

namespace aether::query {
namespace {

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

api::Answer<api::GetBlockAnswer> block_of(const Snapshot& snapshot, const storage::BlockRecord& record) {
  auto receipts = snapshot.receipts(record.slot);
  if (!receipts) return absent(record.slot);
  api::GetBlockAnswer out{ref(record), record.header, {}, std::move(*receipts)};
  out.transactions.reserve(out.receipts.size());
  for (const Receipt& receipt : out.receipts) out.transactions.push_back(receipt.transaction);
  return out;
}

}  // namespace

api::Answer<api::GetAccountAnswer> ChainQueries::handle(const api::GetAccount& request) {
  const auto snapshot = chain_.snapshot();
  const auto account = ledger::load<Account>(*snapshot, account_object(request.address));
  return api::GetAccountAnswer{tip_of(*snapshot), account.has_value(), account ? *account : Account{}};
}

api::Answer<api::GetUtxosAnswer> ChainQueries::handle(const api::GetUtxos& request) {
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

api::Answer<api::GetBlockAnswer> ChainQueries::handle(const api::GetBlockByNumber& request) {
  const auto snapshot = chain_.snapshot();
  AETHER_TRY(const auto record, record_of(*snapshot, request.slot));
  return block_of(*snapshot, record);
}

api::Answer<api::GetBlockAnswer> ChainQueries::handle(const api::GetBlockByHash& request) {
  const auto snapshot = chain_.snapshot();
  const auto slot = snapshot->slot_of_block(request.hash);
  if (!slot) return error(ErrorCode::not_found, "there is no block " + to_hex0x(request.hash.bytes));
  AETHER_TRY(const auto record, record_of(*snapshot, *slot));
  return block_of(*snapshot, record);
}

api::Answer<api::GetStateRootAnswer> ChainQueries::handle(const api::GetStateRoot& request) {
  const auto snapshot = chain_.snapshot();
  AETHER_TRY(const auto record, record_of(*snapshot, request.slot));
  return api::GetStateRootAnswer{ref(record), record.state_root, child_of(*snapshot, record.slot)};
}

api::Answer<api::GetProofAnswer> ChainQueries::handle(const api::GetProof& request) {
  const auto snapshot = chain_.snapshot();
  auto proven = chain::Chain::prove(*snapshot, request.object);
  api::GetProofAnswer out;
  out.at = ref(proven.record);
  out.state_root = proven.record.state_root;
  if (proven.value) out.value.emplace(std::move(*proven.value));
  out.proof = codec::encode(proven.proof);
  return out;
}

}  // namespace aether::query
