#include <algorithm>

#include "carrier.hpp"

namespace aether::faults {
namespace {

constexpr std::size_t kFlowsMax = 64;                  // of a gate: ports from which its node has sent
constexpr std::size_t kWaitingMax = 32 * 1024 * 1024;  // bytes on their way through a gate; more are lost
constexpr int kSocketBytes = 4 * 1024 * 1024;

class UdpGate;

// A port from which the gate's node sends, and the socket by which the target sees it.
class Flow final : public Watcher, public std::enable_shared_from_this<Flow> {
 public:
  Flow(UdpGate& gate, const sockaddr_in& client) : gate_(gate), client_(client), upstream_(new_socket(SOCK_DGRAM)) {}
  bool open(Loop& loop, std::uint16_t target);
  void ready(std::uint32_t) override;
  void to_target(const Bytes& datagram) const { (void)!::send(upstream_.get(), datagram.data(), datagram.size(), 0); }
  void to_client(const Bytes& datagram) const;

  std::uint64_t used_us = 0;

 private:
  UdpGate& gate_;
  sockaddr_in client_;
  env::Descriptor upstream_;
};

class UdpGate final : public Carrier, public Watcher {
 public:
  UdpGate(Context context, const Gate& gate)
      : context_(context),
        gate_(gate),
        there_(seed_of(context.rules, {gate.from, gate.to}, 0)),
        back_(seed_of(context.rules, {gate.to, gate.from}, 1)),
        socket_(new_socket(SOCK_DGRAM)) {}

  env::Outcome<void> open() {
    const sockaddr_in address = loopback(gate_.port);
    if (::bind(socket_.get(), as_any(address), sizeof address) != 0)
      return fail(env::last_error("listen on UDP port", std::to_string(gate_.port)));
    set_option(socket_, SOL_SOCKET, SO_RCVBUF, kSocketBytes);
    set_option(socket_, SOL_SOCKET, SO_SNDBUF, kSocketBytes);
    context_.loop.watch(socket_.get(), *this, EPOLLIN);
    return {};
  }
  void rules_changed() override {}

  void ready(std::uint32_t) override {
    Bytes buffer(65'536);
    for (;;) {
      sockaddr_in client{};
      socklen_t size = sizeof client;
      const ssize_t got =
          ::recvfrom(socket_.get(), &buffer[0], buffer.size(), 0, reinterpret_cast<sockaddr*>(&client), &size);
      if (got < 0) return;
      if (const auto flow = flow_of(client)) carry(*flow, true, Bytes(buffer.begin(), buffer.begin() + got));
    }
  }

  void carry(Flow& flow, bool is_there, Bytes datagram) {
    const Direction direction = is_there ? Direction{gate_.from, gate_.to} : Direction{gate_.to, gate_.from};
    if (context_.rules.is_cut(direction) || waiting_ + datagram.size() > kWaitingMax) return;
    const std::uint64_t now_us = Loop::now_us();
    flow.used_us = now_us;
    const auto arrivals = (is_there ? there_ : back_).datagram(now_us, context_.rules.of(direction));
    for (std::uint32_t i = 0; i < arrivals.count; ++i) {
      waiting_ += datagram.size();
      context_.loop.at(arrivals.at_us[i], [this, direction, is_there, flow = flow.weak_from_this(), datagram] {
        waiting_ -= datagram.size();
        const auto to = flow.lock();
        if (!to || context_.rules.is_cut(direction)) return;
        is_there ? to->to_target(datagram) : to->to_client(datagram);
      });
    }
  }

  int socket() const { return socket_.get(); }

 private:
  std::shared_ptr<Flow> flow_of(const sockaddr_in& client) {
    const std::uint64_t key = std::uint64_t{client.sin_addr.s_addr} << 16 | client.sin_port;
    if (const auto found = flows_.find(key); found != flows_.end()) return found->second;
    if (flows_.size() == kFlowsMax) {
      const auto oldest = std::ranges::min_element(
          flows_, [](const auto& a, const auto& b) { return a.second->used_us < b.second->used_us; });
      context_.loop.bury(std::move(oldest->second));
      flows_.erase(oldest);
    }
    auto flow = std::make_shared<Flow>(*this, client);
    if (!flow->open(context_.loop, gate_.target)) return nullptr;
    flows_.emplace(key, flow);
    return flow;
  }

  Context context_;
  Gate gate_;
  Shaper there_, back_;
  env::Descriptor socket_;
  std::map<std::uint64_t, std::shared_ptr<Flow>> flows_;
  std::size_t waiting_ = 0;
};

bool Flow::open(Loop& loop, std::uint16_t target) {
  const sockaddr_in address = loopback(target);
  if (::connect(upstream_.get(), as_any(address), sizeof address) != 0) return false;
  set_option(upstream_, SOL_SOCKET, SO_RCVBUF, kSocketBytes);
  set_option(upstream_, SOL_SOCKET, SO_SNDBUF, kSocketBytes);
  loop.watch(upstream_.get(), *this, EPOLLIN);
  return true;
}

void Flow::ready(std::uint32_t) {
  Bytes buffer(65'536);
  for (;;) {
    const ssize_t got = ::recv(upstream_.get(), &buffer[0], buffer.size(), 0);
    if (got < 0 && errno == ECONNREFUSED) continue;  // the target is down: an answer to an earlier send
    if (got < 0) return;
    gate_.carry(*this, false, Bytes(buffer.begin(), buffer.begin() + got));
  }
}

void Flow::to_client(const Bytes& datagram) const {
  (void)!::sendto(gate_.socket(), datagram.data(), datagram.size(), 0, as_any(client_), sizeof client_);
}

}  // namespace

env::Outcome<std::unique_ptr<Carrier>> carry_udp(Context context, const Gate& gate) {
  auto out = std::make_unique<UdpGate>(context, gate);
  AETHER_CHECK(out->open());
  return out;
}

}  // namespace aether::faults
