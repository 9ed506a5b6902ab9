// The thread that keeps the safety log. All that waits becomes durable by one sync. Only records are waited for: small
// blocks, evidence, and what is dropped, are written with the next one.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "aether/node/safety_log.hpp"
#include "aether/telemetry/histogram.hpp"

namespace aether::node {

class LogWriter {
 public:
  using BlockPointer = SafetyLog::BlockPointer;
  struct Persist {
    std::uint64_t sequence = 0;
    consensus::SafetyRecord record;
    BlockPointer proposal;  // may be null
  };
  struct Store {
    Hash hash;
    BlockPointer block;
  };
  struct Drop {
    Hash hash;
  };
  struct StoreEvidence {
    Hash id;
    std::shared_ptr<const Evidence> evidence;
  };
  struct DropEvidence {
    Hash id;
  };
  using Entry = std::variant<Persist, Store, Drop, StoreEvidence, DropEvidence>;

  // Called on the writer's thread. After failed() nothing is durable any more.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void persisted(std::uint64_t sequence) = 0;
    virtual void failed(const std::string& why) = 0;
  };

  LogWriter(SafetyLog log, Listener& listener) : log_(std::move(log)), listener_(listener) {}
  ~LogWriter() { stop(); }
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // Before start(), or between drain() and the next post(): what the log holds.
  [[nodiscard]] const SafetyLog& log() const { return log_; }
  [[nodiscard]] const telemetry::DurationHistogram& syncs() const { return syncs_; }
  void start();
  // All become durable in their order, those of one call together. `entries` is emptied.
  void post(std::vector<Entry>& entries);
  // Returns when what was posted before is durable and answered. False: the log has failed.
  [[nodiscard]] bool drain();
  // What is being written is; what waits is forgotten, as by a crash.
  void stop();

 private:
  static constexpr std::size_t kWaitingEntriesMax = 64;       // without a record
  static constexpr std::size_t kSmallBlockTransactions = 64;  // larger ones are written while they are judged

  void run();
  [[nodiscard]] static bool is_urgent(const Entry& entry);
  void write(std::vector<Entry>& entries);

  SafetyLog log_;  // of the thread
  telemetry::DurationHistogram syncs_;
  Listener& listener_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable idle_;
  std::vector<Entry> entries_;  // by mutex_
  bool is_due_ = false;         // by mutex_: entries_ are to be written now
  bool is_writing_ = false;     // by mutex_
  bool stopping_ = false;       // by mutex_
  std::thread thread_;
};

}  // namespace aether::node
