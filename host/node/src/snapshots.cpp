#include "snapshots.hpp"

#include <algorithm>

#include "aether/telemetry/log.hpp"

namespace aether::node {

namespace {

using telemetry::Level;
using telemetry::log;

}  // namespace

Snapshots::Snapshots(const chain::Chain& chain, std::unique_ptr<KeptSnapshots> kept, std::uint64_t keep_blocks,
                     Listener& listener)
    : chain_(chain), kept_(std::move(kept)), keep_blocks_(keep_blocks), listener_(listener) {}

void Snapshots::stop() {
  stop_.request_stop();
  for (Worker* worker : {&serve_work_, &restore_work_, &make_work_}) worker->stop();
}

std::optional<replica::Restoring> Snapshots::resume() {
  restore_ = chain::Restore::resume(chain_);
  if (!restore_) return std::nullopt;
  auto target = codec::decode<sync::Target>(restore_->plan());
  if (!target || snapshot::check(target->manifest) != Result<void, snapshot::Error>{}) {
    log(Level::warn, "a restore that was begun cannot be read, and is begun anew");
    std::move(*restore_).remove();
    restore_.reset();
    return std::nullopt;
  }
  replica::Restoring out{std::make_shared<const sync::Target>(std::move(*target)), {}};
  out.stored = restore_->stored(out.target->manifest.chunks.size());
  restoring_ = out.target->name;
  chunks_ = out.stored.size();
  stored_ = static_cast<std::size_t>(std::ranges::count(out.stored, true));
  log(Level::info, "goes on to restore a snapshot of slot " + std::to_string(out.target->manifest.slot.raw()) +
                       ", with " + std::to_string(stored_) + " of " + std::to_string(chunks_) + " chunks");
  return out;
}

// --- Made

void Snapshots::make(std::shared_ptr<const storage::Snapshot> state) {
  {
    const std::lock_guard lock(mutex_);
    to_make_ = std::move(state);
  }
  make_work_.post([this] { make_next(); });
}

void Snapshots::make_next() {
  std::shared_ptr<const storage::Snapshot> state;
  {
    const std::lock_guard lock(mutex_);
    state.swap(to_make_);
  }
  if (!state) return;
  const std::string slot = std::to_string(state->tip()->slot.raw());
  if (const auto made = kept_->make(*state, chain_.genesis(), stop_.get_token()); !made)
    log(stop_.stop_requested() ? Level::debug : Level::error, "no snapshot of slot " + slot + ": " + made.error());
  else
    log(Level::info, "made a snapshot of slot " + slot);
}

void Snapshots::on(const replica::OfferSnapshot& effect) {
  serve_work_.post([this, effect] {
    if (const auto shown = kept_->show(effect.proof); !shown)
      log(Level::error, "the proof of a snapshot cannot be kept, so it is not offered: " + shown.error());
  });
}

void Snapshots::on(const replica::KeepEpoch& effect) {
  serve_work_.post([this, effect] {
    if (const auto kept = kept_->keep(*effect.header); !kept)
      log(Level::error, "the header of epoch " + std::to_string(effect.header->header.body.epoch) +
                            " cannot be kept for others: " + kept.error());
  });
}

Slot Snapshots::prunable_below(Slot tip) const {
  const auto oldest = kept_->oldest_block();
  if (keep_blocks_ == 0 || !oldest || tip.raw() < keep_blocks_) return Slot{};
  return std::min(*oldest, Slot{tip.raw() - keep_blocks_ + 1});
}

// --- Served: one request of each peer that waits, in turns

void Snapshots::on(const replica::ServeSnapshot& effect) {
  {
    const std::lock_guard lock(mutex_);
    auto& waiting = to_serve_[effect.to];
    if (waiting.size() == kWaitingOfPeerMax) return;
    if (waiting.empty()) turns_.push_back(effect.to);
    waiting.push_back(effect.request);
  }
  serve_work_.post([this] { serve_next(); });
}

void Snapshots::serve_next() {
  replica::PeerId peer = 0;
  sync::SnapshotRequest request;
  {
    const std::lock_guard lock(mutex_);
    if (turns_.empty()) return;
    peer = turns_.front();
    turns_.pop_front();
    const auto waiting = to_serve_.find(peer);
    request = std::move(waiting->second.front());
    waiting->second.pop_front();
    if (waiting->second.empty())
      to_serve_.erase(waiting);
    else
      turns_.push_back(peer);
  }
  listener_.answered(peer, kept_->answer(request));
}

void Snapshots::gone(replica::PeerId peer) {
  const std::lock_guard lock(mutex_);
  to_serve_.erase(peer);
  std::erase(turns_, peer);
}

// --- Restored

void Snapshots::failed(const std::string& what, const std::string& why) {
  listener_.snapshots_failed("cannot " + what + ": " + why);
}

void Snapshots::on(const replica::BeginRestore& effect) {
  stored_ = 0;
  chunks_ = effect.target->manifest.chunks.size();
  restore_work_.post([this, target = effect.target] {
    log(Level::info, "restores a snapshot of slot " + std::to_string(target->manifest.slot.raw()) + " in " +
                         std::to_string(target->manifest.chunks.size()) + " chunks");
    restore_.reset();
    auto begun = chain::Restore::begin(chain_, codec::encode(*target));
    if (!begun) return failed("begin to restore a snapshot", begun.error().message);
    restore_.emplace(std::move(*begun));
    restoring_ = target->name;
  });
}

void Snapshots::on(const replica::StoreChunk& effect) {
  restore_work_.post([this, effect] {
    if (!restore_ || restoring_ != effect.snapshot) return;
    if (const auto stored = restore_->store(effect.index, *effect.chunk); !stored)
      return failed("keep a chunk of a snapshot", stored.error().message);
    ++stored_;
    listener_.chunk_stored(effect.snapshot, effect.index);
  });
}

void Snapshots::on(const replica::AbandonRestore& effect) {
  stored_ = chunks_ = 0;
  restore_work_.post([this, effect] {
    if (!restore_ || restoring_ != effect.snapshot) return;
    log(Level::info, "gives up to restore a snapshot");
    std::move(*restore_).remove();
    restore_.reset();
  });
}

void Snapshots::on(const replica::Restored& effect) {
  restore_work_.post([this, target = effect.target] {
    if (!restore_ || restoring_ != target->name) return;
    auto whole = std::make_shared<chain::Restore>(std::move(*restore_));
    restore_.reset();
    if (const auto done = whole->finish(chain_, target->manifest, target->proof.certificate); !done) {
      std::move(*whole).remove();
      return failed("put the state of a snapshot together, which is begun anew at the next start",
                    done.error().message);
    }
    listener_.restored(target->name, std::move(whole));
  });
}

void Snapshots::went_on() {
  stored_ = chunks_ = 0;
  {
    const std::lock_guard lock(mutex_);
    to_make_.reset();
  }
  make_work_.post([this] { kept_->clear(); });  // after what is in the making
}

}  // namespace aether::node
