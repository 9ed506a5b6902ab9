#include "block_notices.hpp"

#include "aether/programs/codes.hpp"
#include "aether/programs/instructions.hpp"
#include "aether/programs/objects.hpp"

namespace aether::query {
BlockNotices::BlockNotices(const storage::Snapshot& snapshot, Slot slot)
    : snapshot_(snapshot), record_(snapshot.record(slot)), receipts_(snapshot.receipts(slot)) {}

void BlockNotices::tell(const api::FinalizedHeads&, const Tell& tell) {
  if (!head_) head_ = written(api::HeadNotice{ref(*record_), record_->header});
  tell(head_);
}

void BlockNotices::tell(const api::LogsTopic& topic, const Tell& tell) {
  if (!logs_) {
    logs_.emplace();
    for (std::uint32_t i = 0; i < receipts_->size(); ++i)
      for (std::uint32_t k = 0; k < (*receipts_)[i].logs.size(); ++k) logs_->push_back({{record_->slot, i, k}, {}});
  }
  for (LogOf& one : *logs_) {
    const Receipt& receipt = (*receipts_)[one.place.transaction];
    const Log& log = receipt.logs[one.place.log];
    if (!api::passes(log, topic.contract, topic.topic)) continue;
    if (!one.text) one.text = written(api::LogNotice{ref(*record_), {one.place, receipt.transaction, log}});
    tell(one.text);
  }
}

void BlockNotices::tell(const api::JobsTopic& topic, const Tell& tell) {
  if (!jobs_) {
    jobs_.emplace();
    const auto block = snapshot_.block(record_->slot);  // none of genesis
    const Hash escrow = programs::escrow_program_id();
    for (std::size_t i = 0; block && i < block->transactions.size(); ++i) {
      const TransactionBody& body = block->transactions[i].body;
      const Receipt& receipt = (*receipts_)[i];
      if (receipt.code != kSuccess || !body.call || body.call->program != escrow) continue;
      for (const ObjectId& object : body.writes) {
        if (object.domain != Domain::job) continue;
        auto job = ledger::load<programs::JobObject>(snapshot_, object);
        if (job)
          jobs_->push_back(
              {{ref(*record_), receipt.transaction, {object.key, std::move(*job)}, tip_of(snapshot_)}, {}});
      }
    }
  }
  for (Job& one : *jobs_) {
    if (topic.job && *topic.job != one.notice.entry.id) continue;
    if (topic.filter && !api::passes(one.notice.entry.job, *topic.filter)) continue;
    if (!one.text) one.text = written(one.notice);
    tell(one.text);
  }
}

bool BlockNotices::tell(const api::TransactionTopic& topic, const Tell& tell) {
  if (!transactions_) {
    transactions_.emplace();
    for (std::uint32_t i = 0; i < receipts_->size(); ++i) (*transactions_)[(*receipts_)[i].transaction].index = i;
  }
  const auto found = transactions_->find(topic.transaction);
  if (found == transactions_->end()) return false;
  auto& [index, text] = found->second;
  if (!text) {
    const Receipt& receipt = (*receipts_)[index];
    text = written(api::TransactionNotice{
        ref(*record_), receipt, std::string(programs::code_name(receipt.code)), {record_->slot, record_->hash, index}});
  }
  tell(text);
  return true;
}

}  // namespace aether::query
