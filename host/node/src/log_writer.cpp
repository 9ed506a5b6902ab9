#include "log_writer.hpp"

namespace aether::node {

void LogWriter::start() {
  thread_ = std::thread([this] { run(); });
}

void LogWriter::post(Entry entry) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    entries_.push_back(std::move(entry));
  }
  wake_.notify_one();
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
      wake_.wait(lock, [this] { return stopping_ || !entries_.empty(); });
      if (stopping_) return;
      taken.clear();
      taken.swap(entries_);
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
  idle_.wait(lock, [this] { return !is_writing_ && (stopping_ || entries_.empty()); });
  return !stopping_;
}

void LogWriter::write(std::vector<Entry>& entries) {
  // Of several records only the newest counts.
  const Persist* newest = nullptr;
  for (const Entry& entry : entries)
    if (const auto* persist = std::get_if<Persist>(&entry)) newest = persist;
  for (const Entry& entry : entries) {
    if (const auto* persist = std::get_if<Persist>(&entry)) {
      if (persist->proposal) log_.add(block_hash(persist->proposal->header.body), persist->proposal);
      if (persist == newest) log_.add(persist->record);
    } else if (const auto* store = std::get_if<Store>(&entry)) {
      log_.add(store->hash, store->block);
    } else {
      log_.drop(std::get<Drop>(entry).hash);
    }
  }
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
  for (const Entry& entry : entries)
    if (const auto* store = std::get_if<Store>(&entry)) listener_.stored(store->hash);
}

}  // namespace aether::node
