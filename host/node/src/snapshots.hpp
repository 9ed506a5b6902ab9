// A node's duties of snapshots (core/replica/README.md), each on a thread of its own: to make them, to serve them, and
// to keep the one that it restores. What they are kept in: kept_snapshots.hpp, chain/restore.hpp.
#pragma once

#include <atomic>

#include "aether/chain/restore.hpp"
#include "aether/replica/replica.hpp"
#include "kept_snapshots.hpp"
#include "worker.hpp"

namespace aether::node {

class Snapshots {
 public:
  // Called on threads of this class.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void answered(replica::PeerId to, const replica::NetMessage& answer) = 0;
    virtual void chunk_stored(const Hash& snapshot, std::uint32_t index) = 0;
    // Everything is put together and durable: Chain::go_on_from().
    virtual void restored(const Hash& snapshot, std::shared_ptr<chain::Restore> restore) = 0;
    // The node cannot go on.
    virtual void snapshots_failed(const std::string& why) = 0;
  };
  struct Progress {
    std::size_t stored = 0;
    std::size_t chunks = 0;  // 0: nothing is restored
  };

  // `chain` and `listener` outlive it. `keep_blocks`: the newest ones that are kept at least; 0: all.
  Snapshots(const chain::Chain& chain, std::unique_ptr<KeptSnapshots> kept, std::uint64_t keep_blocks,
            Listener& listener);
  ~Snapshots() { stop(); }
  Snapshots(const Snapshots&) = delete;
  Snapshots& operator=(const Snapshots&) = delete;
  void stop();

  // What BeginRestore left before a restart.
  [[nodiscard]] std::optional<replica::Restoring> resume();

  // --- The machine's thread
  void on(const replica::OfferSnapshot& effect);
  void on(const replica::KeepEpoch& effect);
  void on(const replica::ServeSnapshot& effect);
  void on(const replica::BeginRestore& effect);
  void on(const replica::StoreChunk& effect);
  void on(const replica::AbandonRestore& effect);
  void on(const replica::Restored& effect);
  // The peer is gone: what waits for it is forgotten.
  void gone(replica::PeerId peer);
  // The node went on from a restored block: what it offered is of a chain that it has not any more.
  void went_on();

  // --- Any thread
  // Makes one of that moment. While one is in the making, the newest of those that come waits.
  void make(std::shared_ptr<const storage::Snapshot> state);
  // Blocks of slots below may be pruned when the tip is here.
  [[nodiscard]] Slot prunable_below(Slot tip) const;
  [[nodiscard]] Progress progress() const { return {stored_, chunks_}; }
  [[nodiscard]] const KeptSnapshots& kept() const { return *kept_; }

 private:
  static constexpr std::size_t kWaitingOfPeerMax = 8;

  void make_next();
  void serve_next();
  void failed(const std::string& what, const std::string& why);

  const chain::Chain& chain_;
  std::unique_ptr<KeptSnapshots> kept_;
  std::uint64_t keep_blocks_;
  Listener& listener_;

  std::mutex mutex_;
  std::shared_ptr<const storage::Snapshot> to_make_;                       // by mutex_
  std::map<replica::PeerId, std::deque<sync::SnapshotRequest>> to_serve_;  // by mutex_
  std::deque<replica::PeerId> turns_;                                      // by mutex_: each peer that waits, once
  std::optional<chain::Restore> restore_;                                  // of restore_work_
  Hash restoring_;                                                         // of restore_work_: its snapshot
  std::atomic<std::size_t> stored_ = 0, chunks_ = 0;
  std::stop_source stop_;
  Worker make_work_, serve_work_, restore_work_;
};

}  // namespace aether::node
