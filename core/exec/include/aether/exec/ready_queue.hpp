// The transactions of a block whose predecessors are done, for any number of workers, without locks and without
// barriers. Those with a longer chain behind them come first, by powers of two of its length, then in the order in
// which they became ready.
//
//   while (!queue.done())        a worker that finds nothing may look again, or leave: any worker can do the rest alone
//     n = take(batch)            run each, then complete() it, which makes successors ready and may return one of them
//
// Each transaction enters one ring once, so a ring never wraps: its places are written once and read once.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>

#include "aether/exec/conflict_dag.hpp"

namespace aether::exec {

class ReadyQueue {
 public:
  // `dag` is finished and outlives the queue. `width`: the workers that will share it.
  ReadyQueue(const ConflictDag& dag, std::size_t width);

  // Takes ready transactions into `out`, fewer where few are left to share; how many.
  [[nodiscard]] std::size_t take(std::span<TransactionIndex> out);
  // What `done` wrote is visible to all who read from now on: its successors wait no longer for it. Of those that
  // became ready, the one with the longest chain is the caller's to run next; the others are queued.
  [[nodiscard]] std::optional<TransactionIndex> complete(TransactionIndex done);

  [[nodiscard]] bool done() const { return left_.load(std::memory_order_acquire) == 0; }
  [[nodiscard]] std::size_t ready() const;  // queued now; a hint

 private:
  static constexpr std::size_t kBands = 32;
  // One cache line each for those who take and those who put.
  struct Band {
    std::size_t first = 0;  // its ring's place in ring_
    alignas(64) std::atomic<std::size_t> taken{0};
    alignas(64) std::atomic<std::size_t> put{0};
  };
  std::size_t band_of(TransactionIndex at) const;
  void put(TransactionIndex at);
  std::size_t take_from(Band& band, std::span<TransactionIndex> out);

  const ConflictDag& dag_;
  std::size_t width_;
  std::array<Band, kBands> bands_;
  std::size_t top_ = 0;                                    // the highest band in use
  std::unique_ptr<std::atomic<std::uint32_t>[]> ring_;     // transaction + 1, 0 = not yet there
  std::unique_ptr<std::atomic<std::uint32_t>[]> waiting_;  // edges to each from those not done
  alignas(64) std::atomic<std::size_t> left_;              // not done
};

}  // namespace aether::exec
