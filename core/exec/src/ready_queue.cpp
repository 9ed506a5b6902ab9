#include "aether/exec/ready_queue.hpp"

#include <algorithm>
#include <bit>

namespace aether::exec {

ReadyQueue::ReadyQueue(const ConflictDag& dag, std::size_t width)
    : dag_(dag),
      width_(width),
      ring_(std::make_unique<std::atomic<std::uint32_t>[]>(dag.size())),
      waiting_(std::make_unique<std::atomic<std::uint32_t>[]>(dag.size())),
      left_(dag.size()) {
  std::array<std::size_t, kBands> counts{};
  for (TransactionIndex at = 0; at < dag.size(); ++at) ++counts[band_of(at)];
  std::size_t first = 0;
  for (std::size_t band = 0; band < kBands; ++band) {
    bands_[band].first = first;
    first += counts[band];
    if (counts[band] != 0) top_ = band;
  }
  for (TransactionIndex at = 0; at < dag.size(); ++at) {
    waiting_[at].store(dag.edges_to(at), std::memory_order_relaxed);
    if (dag.edges_to(at) == 0) put(at);
  }
}

std::size_t ReadyQueue::band_of(TransactionIndex at) const {
  return static_cast<std::size_t>(std::bit_width(dag_.chain(at))) - 1;
}

void ReadyQueue::put(TransactionIndex at) {
  Band& band = bands_[band_of(at)];
  const std::size_t place = band.put.fetch_add(1, std::memory_order_relaxed);
  ring_[band.first + place].store(at + 1, std::memory_order_release);
}

std::size_t ReadyQueue::take_from(Band& band, std::span<TransactionIndex> out) {
  std::size_t taken = band.taken.load(std::memory_order_relaxed);
  while (true) {
    const std::size_t put = band.put.load(std::memory_order_relaxed);
    if (taken >= put) return 0;
    const std::size_t share = std::clamp<std::size_t>((put - taken) / (2 * width_), 1, out.size());
    // A place that was claimed and is not yet written ends the batch: nobody waits for who writes it.
    std::size_t count = 0;
    while (count < share) {
      const std::uint32_t entry = ring_[band.first + taken + count].load(std::memory_order_acquire);
      if (entry == 0) break;
      out[count++] = entry - 1;
    }
    if (count == 0) return 0;
    if (band.taken.compare_exchange_weak(taken, taken + count, std::memory_order_relaxed)) return count;
  }
}

std::size_t ReadyQueue::take(std::span<TransactionIndex> out) {
  // One at a time where others wait for it: the rest of a batch would wait while the caller follows its successors.
  for (std::size_t band = top_; band > 0; --band)
    if (take_from(bands_[band], out.first(1)) != 0) return 1;
  return take_from(bands_[0], out);
}

std::optional<TransactionIndex> ReadyQueue::complete(TransactionIndex done) {
  std::optional<TransactionIndex> next;
  dag_.successors(done, [&](TransactionIndex successor) {
    if (waiting_[successor].fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    if (next && dag_.chain(*next) >= dag_.chain(successor)) {
      put(successor);
    } else {
      if (next) put(*next);
      next = successor;
    }
  });
  left_.fetch_sub(1, std::memory_order_acq_rel);
  return next;
}

std::size_t ReadyQueue::ready() const {
  std::size_t sum = 0;
  for (std::size_t band = 0; band <= top_; ++band) {
    const std::size_t taken = bands_[band].taken.load(std::memory_order_relaxed);
    const std::size_t put = bands_[band].put.load(std::memory_order_relaxed);
    if (put > taken) sum += put - taken;
  }
  return sum;
}

}  // namespace aether::exec
