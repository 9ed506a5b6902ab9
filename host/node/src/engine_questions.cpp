// What other threads ask of the node: its status, its peers.
#include "engine.hpp"

namespace aether::node {

namespace {

using SteadyClock = std::chrono::steady_clock;

}  // namespace

Status Node::Engine::status() const {
  const std::lock_guard lock(mutex_);
  Status out = status_;
  out.final_slot = Slot{durable_.load()};
  out.has_stopped |= has_failed_ || stops_;
  return out;
}

std::optional<api::GetPeersAnswer> Node::Engine::peers() const {
  std::map<crypto::PublicKey, Address> validators;
  const bool answered = ask([&](const replica::Replica& replica) {
    const consensus::Consensus& machine = replica.consensus();
    if (const consensus::Epoch* epoch = machine.epoch(machine.slot()))
      for (const Validator& validator : epoch->validators->list().validators)
        validators.emplace(validator.node_key, validator.address);
  });
  // The network is asked without the lock, which its own thread takes.
  std::shared_ptr<transport::Network> network;
  std::map<transport::PeerId, Inbox::Time> connected_since;
  {
    const std::lock_guard lock(mutex_);
    network = network_;
    connected_since = since_;
  }
  if (!answered || !network) return std::nullopt;
  api::GetPeersAnswer out;
  out.peer = network->local_peer_id();
  out.listening = network->listen_addresses();
  for (const transport::PeerInfo& peer : network->peers()) {
    const auto validator = validators.find(peer.node_key);
    const auto since = connected_since.find(peer.id);
    const auto connected =
        since == connected_since.end() ? SteadyClock::duration{} : SteadyClock::now() - since->second;
    out.peers.push_back(
        {peer.libp2p_id, peer.address, peer.dialled ? api::Direction::outbound : api::Direction::inbound,
         validator == validators.end() ? std::nullopt : std::optional(validator->second),
         static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(connected).count())});
  }
  return out;
}

bool Node::Engine::ask(const std::function<void(const replica::Replica&)>& question) const {
  auto answered = std::make_shared<std::promise<void>>();
  auto answer = answered->get_future();
  inbox_.put(Urgency::others, {Question([&question, answered = std::move(answered)](const replica::Replica& replica) {
               question(replica);
               answered->set_value();
             })});
  try {
    answer.get();
    return true;
  } catch (const std::future_error&) {
    return false;
  }
}

}  // namespace aether::node
