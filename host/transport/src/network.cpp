#include "aether/transport/network.hpp"

#include "aether/telemetry/log.hpp"
#include "aether_native/net.h"

namespace aether::transport {

namespace {

using Owner = std::shared_ptr<const Bytes>;

constexpr unsigned kVersion = 1;  // of lanes and topics
constexpr std::array<std::string_view, kLanes> kLaneNames = {"consensus", "shreds", "sync"};
constexpr std::array<std::string_view, kTopics> kTopicNames = {"transactions", "headers", "votes"};

// "/aether/GENESIS/KIND/NAME/VERSION": what two chains, or two versions of one, share is nothing.
std::string network_name(const Hash& genesis, std::string_view rest) {
  return "/aether/" + to_hex(genesis.view()) + std::string(rest) + "/" + std::to_string(kVersion);
}

aether_native_text text(std::string_view from) { return {from.data(), from.size()}; }
std::string_view view(aether_native_text from) { return {from.data, from.len}; }

Handler& handler(void* context) { return *static_cast<Handler*>(context); }

std::uint64_t milliseconds(std::chrono::milliseconds time) { return static_cast<std::uint64_t>(time.count()); }

// The callbacks: noexcept, so that nothing can unwind into the other language.
void on_connected(void* context, std::uint64_t peer, const std::uint8_t* key, aether_native_text address) noexcept {
  crypto::PublicKey node_key;
  std::copy_n(key, node_key.size(), node_key.begin());
  handler(context).connected(peer, node_key, view(address));
}

void on_gone(void* context, std::uint64_t peer) noexcept { handler(context).gone(peer); }

void on_received(void* context, std::uint64_t peer, std::uint32_t lane, const std::uint8_t* message, std::size_t size,
                 void* credit) noexcept {
  handler(context).received(peer, static_cast<Lane>(lane), Bytes(message, message + size), Credit(credit, size));
}

void on_gossip(void* context, std::uint64_t peer, std::uint32_t topic, std::uint64_t id, const std::uint8_t* message,
               std::size_t size) noexcept {
  handler(context).gossip(peer, static_cast<Topic>(topic), id, Bytes(message, message + size));
}

void on_refused(void* context, std::uint32_t why, aether_native_text peer, aether_native_text what) noexcept {
  const auto refusal = static_cast<Refusal>(why);
  telemetry::log(telemetry::Level::warn, "network: peer " + std::string(view(peer)) + ": " + std::string(view(what)));
  handler(context).refused(refusal, view(peer), view(what));
}

void on_log(void*, std::uint32_t level, aether_native_text what) noexcept {
  constexpr std::array kLevels = {telemetry::Level::debug, telemetry::Level::info, telemetry::Level::warn};
  telemetry::log(kLevels[std::min<std::size_t>(level, kLevels.size() - 1)], "network: " + std::string(view(what)));
}

void on_release(void* owner) noexcept { delete static_cast<Owner*>(owner); }

void to_string_sink(void* to, aether_native_text from) noexcept { static_cast<std::string*>(to)->assign(view(from)); }

void to_list_sink(void* to, aether_native_text from) noexcept {
  static_cast<std::vector<std::string>*>(to)->emplace_back(view(from));
}

PeerInfo info_of(const aether_native_net_peer& from) {
  PeerInfo info;
  info.id = from.id;
  info.libp2p_id = view(from.peer_id);
  std::copy_n(from.public_key, info.node_key.size(), info.node_key.begin());
  info.address = view(from.address);
  info.transport = from.quic ? Transport::quic : Transport::tcp;
  info.dialled = from.dialled;
  info.agent = view(from.agent);
  info.points = from.points;
  info.round_trip_us = from.round_trip_us;
  for (std::size_t i = 0; i < kTopics; ++i) info.hears[i] = (from.hears >> i & 1) != 0;
  for (std::size_t i = 0; i < kLanes; ++i) {
    const aether_native_net_lane_counts& lane = from.lanes[i];
    info.lanes[i] = {lane.messages_in, lane.bytes_in, lane.messages_out, lane.bytes_out, lane.dropped};
  }
  return info;
}

}  // namespace

std::string_view to_string(StartError error) {
  switch (error) {
    case StartError::bad_listen_address: return "bad listen address";
    case StartError::bad_peer_address: return "bad peer address";
    case StartError::address_in_use: return "address in use";
    case StartError::cannot_listen: return "cannot listen";
    case StartError::system: return "system error";
  }
  return "unknown error";
}

std::string_view to_string(Refusal refusal) {
  switch (refusal) {
    case Refusal::foreign_chain: return "foreign chain";
    case Refusal::banned: return "banned";
    case Refusal::wrong_identity: return "wrong identity";
  }
  return "unknown refusal";
}

std::string_view to_string(Transport transport) { return transport == Transport::quic ? "quic" : "tcp"; }

void Handler::refused(Refusal, std::string_view, std::string_view) {}

Credit::~Credit() {
  if (lane_ != nullptr) aether_native_net_handled(lane_, bytes_);
}

struct Network::Impl {
  aether_native_net* net = nullptr;
  std::string peer_id;
  std::array<std::uint32_t, kOffences> points{};

  ~Impl() {
    if (net != nullptr) aether_native_net_stop(net);
  }
};

Network::Network(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Network::~Network() = default;

Result<std::unique_ptr<Network>, Error> Network::start(Options options, Handler& handler) {
  const Limits& limits = options.limits;
  const std::string protocol_version = network_name(options.genesis, "");
  std::array<std::string, kLanes> lane_names;
  std::array<aether_native_net_lane, kLanes> lanes{};
  for (std::size_t i = 0; i < kLanes; ++i) {
    lane_names[i] = network_name(options.genesis, "/lane/" + std::string(kLaneNames[i]));
    const LaneLimits& of_lane = limits.lanes[i];
    lanes[i] = {text(lane_names[i]), of_lane.message_bytes_max, of_lane.queue_messages_max, of_lane.queue_bytes_max,
                of_lane.unhandled_bytes_max};
  }
  std::array<std::string, kTopics> topic_names;
  std::array<aether_native_net_topic, kTopics> topics{};
  for (std::size_t i = 0; i < kTopics; ++i) {
    topic_names[i] = network_name(options.genesis, "/topic/" + std::string(kTopicNames[i]));
    const bool subscribe = std::ranges::find(options.subscribe, static_cast<Topic>(i)) != options.subscribe.end();
    topics[i] = {text(topic_names[i]), limits.topic_message_bytes_max[i], subscribe};
  }
  std::vector<aether_native_text> listen;
  for (const std::string& address : options.listen) listen.push_back(text(address));
  std::vector<aether_native_text> peers;
  for (const std::string& address : options.peers) peers.push_back(text(address));
  const auto points_of = [&](Offence offence) { return limits.points[static_cast<std::size_t>(offence)]; };

  const aether_native_net_config config = {
      .seed = options.node_seed.view().data(),
      .protocol_version = text(protocol_version),
      .agent = text(options.agent),
      .listen = listen.data(),
      .listen_len = listen.size(),
      .peers = peers.data(),
      .peers_len = peers.size(),
      .lanes = lanes.data(),
      .lanes_len = lanes.size(),
      .topics = topics.data(),
      .topics_len = topics.size(),
      .publish_messages_max = limits.publish_messages_max,
      .publish_bytes_max = limits.publish_bytes_max,
      .unjudged_messages_max = limits.unjudged_messages_max,
      .unjudged_bytes_max = limits.unjudged_bytes_max,
      .connections_max = limits.connections_max,
      .connections_per_ip_max = limits.connections_per_ip_max,
      .pending_inbound_max = limits.pending_inbound_max,
      .malformed_points = points_of(Offence::malformed),
      .reject_points = points_of(Offence::invalid),
      .ban_points = limits.ban_points,
      .bans_max = limits.bans_max,
      .points_half_life_ms = milliseconds(limits.points_half_life),
      .ban_ms = milliseconds(limits.ban_time),
      .foreign_ms = milliseconds(limits.foreign_time),
      .redial_min_ms = milliseconds(limits.redial_min),
      .redial_max_ms = milliseconds(limits.redial_max),
  };
  const aether_native_net_callbacks callbacks = {
      .context = &handler,
      .connected = on_connected,
      .gone = on_gone,
      .received = on_received,
      .gossip = on_gossip,
      .refused = on_refused,
      .log = on_log,
      .release = on_release,
  };
  auto impl = std::make_unique<Impl>();
  impl->points = limits.points;
  std::uint32_t code = 0;
  std::string why;
  impl->net = aether_native_net_start(&config, &callbacks, &code, to_string_sink, &why);
  if (impl->net == nullptr) return fail(Error{static_cast<StartError>(code), std::move(why)});
  impl->peer_id = libp2p_id(crypto::ed25519_public_key(options.node_seed));
  return std::unique_ptr<Network>(new Network(std::move(impl)));
}

bool Network::send(PeerId to, Lane lane, std::shared_ptr<const Bytes> message) {
  const bool taken = post(to, lane, std::move(message));
  if (taken) flush();
  return taken;
}

void Network::flush() { aether_native_net_flush(impl_->net); }

bool Network::post(PeerId to, Lane lane, std::shared_ptr<const Bytes> message) {
  const Bytes& bytes = *message;
  auto owner = std::make_unique<Owner>(std::move(message));
  const bool taken =
      aether_native_net_send(impl_->net, to, static_cast<std::uint32_t>(lane), bytes.data(), bytes.size(), owner.get());
  if (taken) (void)owner.release();
  return taken;
}

bool Network::publish(Topic topic, const Bytes& message) {
  return aether_native_net_publish(impl_->net, static_cast<std::uint32_t>(topic), message.data(), message.size());
}

void Network::verdict(MessageId id, Verdict verdict) {
  aether_native_net_verdict(impl_->net, id, static_cast<std::uint32_t>(verdict));
}

void Network::penalize(PeerId peer, Offence offence) {
  aether_native_net_penalize(impl_->net, peer, impl_->points[static_cast<std::size_t>(offence)]);
}

std::vector<std::string> Network::listen_addresses() const {
  std::vector<std::string> addresses;
  aether_native_net_listen_addresses(impl_->net, to_list_sink, &addresses);
  return addresses;
}

std::string Network::local_peer_id() const { return impl_->peer_id; }

std::vector<PeerInfo> Network::peers() const {
  std::vector<PeerInfo> peers;
  const auto visit = [](void* to, const aether_native_net_peer* peer) noexcept {
    static_cast<std::vector<PeerInfo>*>(to)->push_back(info_of(*peer));
  };
  aether_native_net_peers(impl_->net, visit, &peers);
  return peers;
}

std::string libp2p_id(const crypto::PublicKey& node_key) {
  std::string id;
  aether_native_net_peer_id(node_key.data(), to_string_sink, &id);
  return id;
}

}  // namespace aether::transport
