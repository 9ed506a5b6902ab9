#include "log_writer.hpp"

#include <algorithm>
#include <iterator>

namespace aether::node {

void LogWriter::start() {
  thread_ = std::thread([this] { run(); });
}

bool LogWriter::is_urgent(const Entry& entry) {
  if (const auto* store = std::get_if<Store>(&entry))
    return store->block->transactions.size() > kSmallBlockTransactions;
  return std::holds_alternative<Persist>(entry);
}

void LogWriter::post(std::vector<Entry>& entries) {
  const bool is_urgent = std::ranges::any_of(entries, &LogWriter::is_urgent);
  bool is_due = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return entries.clear();
    std::ranges::move(entries, std::back_inserter(entries_));
    is_due = is_due_ = is_due_ || is_urgent || entries_.size() > kWaitingEntriesMax;
  }
  entries.clear();
  if (is_due) wake_.notify_one();
}

void LogWriter::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void LogWriter::run() {
  std::vector<Entry> taken;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || is_due_; });
      if (stopping_) return;
      taken.clear();
      taken.swap(entries_);
      is_due_ = false;
      is_writing_ = true;
    }
    write(taken);
    {
      const std::lock_guard lock(mutex_);
      is_writing_ = false;
    }
    idle_.notify_all();
  }
}

bool LogWriter::drain() {
  std::unique_lock lock(mutex_);
  is_due_ = !entries_.empty();
  if (is_due_) wake_.notify_one();
  idle_.wait(lock, [this] { return !is_writing_ && (stopping_ || entries_.empty()); });
  return !stopping_;
}

void LogWriter::write(std::vector<Entry>& entries) {
  // Of several records only the newest counts.
  const Persist* newest = nullptr;
  for (const Entry& entry : entries)
    if (const auto* persist = std::get_if<Persist>(&entry)) newest = persist;
  struct Visitor {
    SafetyLog& log;
    const Persist* newest;
    void operator()(const Persist& persist) const {
      if (persist.proposal) log.add(block_hash(persist.proposal->header.body), persist.proposal);
      if (&persist == newest) log.add(persist.record);
    }
    void operator()(const Store& store) const { log.add(store.hash, store.block); }
    void operator()(const Drop& drop) const { log.drop(drop.hash); }
    void operator()(const StoreEvidence& store) const { log.add(store.id, *store.evidence); }
    void operator()(const DropEvidence& drop) const { log.drop_evidence(drop.id); }
  };
  for (const Entry& entry : entries) std::visit(Visitor{log_, newest}, entry);
  const auto began = std::chrono::steady_clock::now();
  const auto synced = log_.sync();
  syncs_.add(std::chrono::steady_clock::now() - began);
  if (!synced) {
    listener_.failed(synced.error().message);
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    return;
  }
  if (newest != nullptr) listener_.persisted(newest->sequence);
}

}  // namespace aether::node
