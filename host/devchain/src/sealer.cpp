#include <chrono>

#include "aether/devchain/devchain.hpp"
#include "aether/telemetry/log.hpp"

namespace aether::devchain {
namespace {

// Whether a later block might hold what this one refused.
bool may_stand_later(ledger::Reject reject) {
  return reject == ledger::Reject::cannot_pay || reject == ledger::Reject::nonce_repeated ||
         reject == ledger::Reject::nonce_too_far || reject == ledger::Reject::fee_below_congestion;
}

}  // namespace

DevChain::DevChain(chain::Chain& chain, const env::Clock& clock, Options options)
    : query::ChainQueries(chain),
      chain_(chain),
      clock_(clock),
      options_(std::move(options)),
      pending_(options_.pending) {
  sealer_ = std::thread([this] { seal_loop(); });
}

DevChain::~DevChain() { stop(); }

void DevChain::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  if (sealer_.joinable()) sealer_.join();
}

bool DevChain::is_stopping() const {
  const std::lock_guard lock(mutex_);
  return stop_;
}

// A failed commit ends the sealing for good, whoever asked for the block.
storage::Outcome<storage::BlockRecord> DevChain::seal_one() {
  const std::lock_guard turn(sealing_);
  std::vector<VerifiedTransaction> candidates;
  {
    const std::lock_guard lock(mutex_);
    if (failure_) return fail(*failure_);
    fresh_ = false;
    candidates = pending_.oldest(std::size_t{2} * chain_.genesis().params.block.bytes_max);
  }
  const auto sealed = chain_.seal_next(candidates, clock_.wall_ms(), options_.seed);
  if (!sealed) {
    telemetry::log(telemetry::Level::error, sealed.error().message);
    {
      const std::lock_guard lock(mutex_);
      failure_ = sealed.error();
      stop_ = true;
    }
    wake_.notify_all();
    if (options_.on_failure) options_.on_failure();
    return fail(sealed.error());
  }
  const std::lock_guard lock(mutex_);
  for (const std::size_t i : sealed->selection.accepted) pending_.remove(candidates[i].id());
  for (const auto& [i, reject] : sealed->selection.refused) {
    const Hash& id = candidates[i].id();
    may_stand_later(reject) ? pending_.defer(id) : pending_.remove(id);
  }
  pending_.expire(next(sealed->record.slot));
  // What did not fit is due in the next block.
  if (!sealed->selection.accepted.empty() && pending_.count() > 0) fresh_ = true;
  return sealed->record;
}

void DevChain::seal_loop() {
  using SteadyClock = std::chrono::steady_clock;
  auto due = SteadyClock::now();
  while (true) {
    {
      std::unique_lock lock(mutex_);
      if (options_.seal_interval_ms) {
        // A seal that took longer than the interval delays the next ones; it does not make them come in a heap.
        due = std::max(due + std::chrono::milliseconds(*options_.seal_interval_ms), SteadyClock::now());
        wake_.wait_until(lock, due, [this] { return stop_; });
      } else {
        wake_.wait(lock, [this] { return stop_ || fresh_; });
      }
      if (stop_) return;
    }
    if (!seal_one()) return;
  }
}

}  // namespace aether::devchain
