// The network of a node: libp2p over QUIC, or TCP with Noise and Yamux (spec/network.md). It moves bytes between peers
// of one chain and knows nothing of what they say.
//
// A Network has one thread, on which it does everything and calls its Handler. All functions of Network may be called
// from any thread, the handler's included, and never block, but for start() and the destructor.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "aether/base/bytes.hpp"
#include "aether/base/result.hpp"
#include "aether/crypto/ed25519.hpp"
#include "aether/transport/limits.hpp"

namespace aether::transport {

using PeerId = std::uint64_t;     // a connection's, in this process's numbering, from 1; never reused
using MessageId = std::uint64_t;  // of gossip that waits for its verdict, in this process's numbering

enum class Verdict : std::uint8_t {
  accept,  // forwarded
  reject,  // not forwarded, and the peer that it came from pays for Offence::invalid
  ignore,  // not forwarded
};

struct Options {
  crypto::Seed node_seed;           // of the node key, which the libp2p peer id is
  Hash genesis;                     // of the chain: nodes of another one are not talked to
  std::vector<std::string> listen;  // multiaddrs: /ip4/…/udp/…/quic-v1, /ip4/…/tcp/…, ip6; port 0: the system's choice
  std::vector<std::string> peers;   // multiaddrs, with /p2p/… where the id is known; of one id, QUIC is dialled first
  std::vector<Topic> subscribe;     // gossip to be heard
  Limits limits;
  std::string agent = "aether";  // what identify tells peers, printable ASCII
};

enum class StartError : std::uint8_t {
  bad_listen_address,  // not a multiaddr of QUIC or TCP
  bad_peer_address,
  address_in_use,
  cannot_listen,  // the system refuses otherwise
  system,         // no thread or no socket
};
std::string_view to_string(StartError error);

struct Error {
  StartError code = StartError::system;
  std::string text;  // what is wrong, where, and what to do
};

// While it lives, a message counts as unhandled (LaneLimits). Let it go when the message was used or dropped, on any
// thread, also after the Network is gone.
class Credit {
 public:
  Credit() = default;
  explicit Credit(void* lane, std::size_t bytes) : lane_(lane), bytes_(bytes) {}
  Credit(Credit&& other) noexcept : lane_(std::exchange(other.lane_, nullptr)), bytes_(other.bytes_) {}
  Credit& operator=(Credit&& other) noexcept {
    std::swap(lane_, other.lane_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Credit();

 private:
  void* lane_ = nullptr;
  std::size_t bytes_ = 0;
};

// Why a peer was turned away.
enum class Refusal : std::uint8_t {
  foreign_chain,   // another genesis or version of the network; told once for each such peer
  banned,          // its points reached the limit
  wrong_identity,  // who answered at a configured address has another key; told once for each address
};
std::string_view to_string(Refusal refusal);

// Called on the network's thread, the first time maybe before start() has returned. Must not block, throw, or destroy
// the Network.
class Handler {
 public:
  virtual ~Handler() = default;

  // A peer of our chain. `address` is its multiaddr as seen from here. Between connected() and gone() its lanes are
  // ordered streams; a peer that comes again has a new number, and what was on its way may be lost.
  virtual void connected(PeerId peer, const crypto::PublicKey& node_key, std::string_view address) = 0;
  virtual void gone(PeerId peer) = 0;

  virtual void received(PeerId from, Lane lane, Bytes message, Credit credit) = 0;
  // New gossip. It is forwarded when verdict(id, accept) says so, and counts as unjudged until any verdict.
  virtual void gossip(PeerId from, Topic topic, MessageId id, Bytes message) = 0;

  // `libp2p_id` and `text` as a person wants to read them; already logged.
  virtual void refused(Refusal refusal, std::string_view libp2p_id, std::string_view text);
};

enum class Transport : std::uint8_t { quic, tcp };
std::string_view to_string(Transport transport);

struct LaneCounts {
  std::uint64_t messages_in = 0, bytes_in = 0;
  std::uint64_t messages_out = 0, bytes_out = 0;  // given to the stream
  std::uint64_t dropped = 0;                      // by send(), since the queue was full
};

struct PeerInfo {
  PeerId id = 0;
  std::string libp2p_id;
  crypto::PublicKey node_key{};
  std::string address;
  Transport transport = Transport::quic;
  bool dialled = false;               // by us
  std::string agent;                  // its own words, cut to 128 printable characters
  std::uint32_t points = 0;           // of offences (Limits::points)
  std::uint64_t round_trip_us = 0;    // of the newest ping; 0: none yet
  std::array<bool, kTopics> hears{};  // subscribed to the topic
  std::array<LaneCounts, kLanes> lanes;
};

class Network {
 public:
  // Listens on all addresses, or fails. Peers are dialled in the background, again and again.
  static Result<std::unique_ptr<Network>, Error> start(Options options, Handler& handler);
  // Closes all connections and ends the thread; no call of the handler comes after. Not from the handler.
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // False: the message is dropped, since the peer is gone, its queue is full, or the message is empty or above the
  // lane's bound.
  bool send(PeerId to, Lane lane, std::shared_ptr<const Bytes> message);
  // The same for several messages, which leave with flush() at the latest: the network's thread is woken once for all.
  bool post(PeerId to, Lane lane, std::shared_ptr<const Bytes> message);
  void flush();
  // To all who hear the topic. False: dropped, since too much waits or the message is empty or above the topic's bound.
  bool publish(Topic topic, const Bytes& message);
  void verdict(MessageId id, Verdict verdict);
  void penalize(PeerId peer, Offence offence);

  // Multiaddrs with the ports that the system chose, and /p2p/ with our id.
  std::vector<std::string> listen_addresses() const;
  std::string local_peer_id() const;
  std::vector<PeerInfo> peers() const;

 private:
  struct Impl;
  explicit Network(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The peer id that libp2p shows for a node key; empty where the key is no point of the curve.
std::string libp2p_id(const crypto::PublicKey& node_key);

}  // namespace aether::transport
