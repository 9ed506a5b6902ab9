// A node of tests: a network whose handler keeps what it is told, and waits for conditions on it.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>

#include "aether/transport/network.hpp"

namespace aether::transport::testing {

inline constexpr std::string_view kQuic = "/ip4/127.0.0.1/udp/0/quic-v1";
inline constexpr std::string_view kTcp = "/ip4/127.0.0.1/tcp/0";

inline crypto::Seed seed_of(std::uint8_t n) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(n);
  return crypto::Seed(bytes);
}

inline Options options_of(std::uint8_t n, std::vector<std::string> listen, std::vector<std::string> peers = {}) {
  Options options;
  options.node_seed = seed_of(n);
  options.genesis.bytes.fill(7);
  options.listen = std::move(listen);
  options.peers = std::move(peers);
  options.subscribe = {Topic::transactions, Topic::headers, Topic::votes};
  options.limits.redial_min = std::chrono::milliseconds(10);
  return options;
}

class TestNode final : public Handler {
 public:
  struct Message {
    PeerId from = 0;
    Lane lane{};
    Bytes bytes;
    Credit credit;
  };
  struct Gossip {
    PeerId from = 0;
    Topic topic{};
    MessageId id = 0;
    Bytes bytes;
  };

  explicit TestNode(Options options) {
    auto started = Network::start(std::move(options), *this);
    if (!started) {
      ADD_FAILURE() << started.error().text;
      std::abort();
    }
    network = std::move(*started);
  }
  TestNode(std::uint8_t n, std::vector<std::string> listen, std::vector<std::string> peers = {})
      : TestNode(options_of(n, std::move(listen), std::move(peers))) {}
  ~TestNode() override { network.reset(); }

  // Waits for the condition on what was told; the deadline only ends a hang.
  [[nodiscard]] bool wait(const std::function<bool()>& condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60), condition);
  }
  [[nodiscard]] bool wait_connected(std::size_t n) {
    return wait([&] { return keys.size() == n; });
  }
  // The number of the only peer.
  PeerId peer() {
    const std::unique_lock lock(mutex_);
    return keys.size() == 1 ? keys.begin()->first : 0;
  }
  PeerInfo info() { return network->peers().at(0); }
  void act(const std::function<void()>& action) {
    const std::unique_lock lock(mutex_);
    action();
  }

  void connected(PeerId peer, const crypto::PublicKey& key, std::string_view) override {
    note([&] { keys.emplace(peer, key), ++connections; });
  }
  void gone(PeerId peer) override {
    note([&] { keys.erase(peer); });
  }
  void received(PeerId from, Lane lane, Bytes bytes, Credit credit) override {
    note([&] {
      if (!keep_credit) credit = Credit();
      messages.push_back({from, lane, std::move(bytes), std::move(credit)});
    });
  }
  void gossip(PeerId from, Topic topic, MessageId id, Bytes bytes) override {
    note([&] { heard.push_back({from, topic, id, std::move(bytes)}); });
  }
  void refused(Refusal refusal, std::string_view, std::string_view) override {
    note([&] { refusals.push_back(refusal); });
  }

  std::unique_ptr<Network> network;
  // What was told, to be looked at in wait() and act().
  std::map<PeerId, crypto::PublicKey> keys;
  std::size_t connections = 0;
  bool keep_credit = false;
  std::vector<Message> messages;
  std::vector<Gossip> heard;
  std::vector<Refusal> refusals;

 private:
  void note(const std::function<void()>& change) {
    const std::unique_lock lock(mutex_);
    change();
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
};

inline std::shared_ptr<const Bytes> message_of(std::size_t size, std::uint8_t fill = 1) {
  return std::make_shared<const Bytes>(size, fill);
}

}  // namespace aether::transport::testing
