#include "aether/mesh/follower.hpp"

#include <algorithm>

namespace aether::mesh {

void Bell::ring() {
  const std::lock_guard lock(mutex_);
  rung_ = true;
  changed_.notify_all();
}

void Bell::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

bool Bell::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

bool Bell::wait(std::uint32_t ms_max) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::milliseconds(ms_max), [this] { return rung_ || stopped_; });
  return std::exchange(rung_, false);
}

namespace {

class Following {
 public:
  Following(const client::Rpc& rpc, Events& events, const OnBlock& on_block)
      : rpc_(rpc), events_(events), on_block_(on_block) {}

  // Whether the chain answered; `other_chain` when it is not the one of before.
  bool step(bool rung, std::optional<std::string>& other_chain) {
    again_ = again_ || rung;
    const auto chain = rpc_.call(api::GetChainId{});
    if (!chain) return told(chain.error());
    if (!genesis_) genesis_ = chain->genesis_hash;
    if (*genesis_ != chain->genesis_hash) {
      other_chain = client::to_text(rpc_.url()) + " is another chain now: its genesis is " +
                    to_hex0x(chain->genesis_hash.bytes) + "; start again with the chain that is meant";
      return true;
    }
    if (away_) events_.tell("reached", {}, "the chain answers again");
    away_ = false;
    if (newest_ == chain->at && !again_) return true;
    newest_ = chain->at;
    const auto done = on_block_(*chain);
    again_ = !done;
    return done || told(done.error());
  }

 private:
  bool told(const client::Error& error) {
    if (error.kind != client::ErrorKind::unreachable) {
      events_.tell_changed("chain", "chain_error", {}, error.message);
      return true;
    }
    if (!away_) events_.tell("unreachable", {}, error.message + "; waiting for it", telemetry::Level::warn);
    away_ = true;
    return false;
  }

  const client::Rpc& rpc_;
  Events& events_;
  const OnBlock& on_block_;
  std::optional<Hash> genesis_;
  std::optional<api::BlockRef> newest_;
  bool away_ = false;
  bool again_ = false;  // there is work besides that of a new block
};

}  // namespace

Result<void, std::string> follow(const client::Rpc& rpc, Bell& bell, Events& events, const OnBlock& on_block,
                                 FollowOptions options) {
  Following following(rpc, events, on_block);
  std::uint32_t wait_ms = options.poll_ms;
  for (bool rung = false; !bell.stopped(); rung = bell.wait(wait_ms)) {
    std::optional<std::string> other_chain;
    const bool answered = following.step(rung, other_chain);
    if (other_chain) return fail(std::move(*other_chain));
    wait_ms = answered ? options.poll_ms : std::min(wait_ms * 2, options.backoff_ms_max);
  }
  return {};
}

}  // namespace aether::mesh
