// A node of the network for scripts, of the chain of a genesis hash. It accepts all gossip. As things happen it says, a
// line each: "listening ADDRESS…", "connected ID", "gone", "received HEX", "gossip TOPIC HEX", "refused WHY". On stdin
// it takes "publish HEX" (a header) and "send HEX" (to every peer, on the lane of votes).
#include <atomic>
#include <iostream>
#include <mutex>
#include <string>

#include "aether/crypto/sha256.hpp"
#include "aether/transport/network.hpp"

namespace {

using namespace aether;
using namespace aether::transport;

class Probe final : public Handler {
 public:
  void connected(PeerId, const crypto::PublicKey& key, std::string_view) override {
    say("connected " + libp2p_id(key));
  }
  void gone(PeerId) override { say("gone"); }
  void received(PeerId, Lane, Bytes message, Credit) override { say("received " + to_hex(message)); }
  void gossip(PeerId, Topic topic, MessageId id, Bytes message) override {
    say("gossip " + std::to_string(static_cast<int>(topic)) + " " + to_hex(message));
    if (Network* known = network.load()) known->verdict(id, Verdict::accept);
  }
  void refused(Refusal refusal, std::string_view, std::string_view) override {
    say("refused " + std::string(to_string(refusal)));
  }
  void say(const std::string& line) {
    const std::scoped_lock lock(mutex_);
    std::cout << line << std::endl;
  }
  std::atomic<Network*> network = nullptr;

 private:
  std::mutex mutex_;
};

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto genesis = hash_from_hex(words.empty() ? "" : words[0]);
  Options options;
  bool is_understood = genesis.has_value() && words.size() % 2 == 1;
  for (std::size_t i = 1; is_understood && i < words.size(); i += 2) {
    if (words[i] == "--seed") {
      options.node_seed = crypto::Seed(crypto::sha256(as_bytes(words[i + 1])).bytes);
    } else if (words[i] == "--listen") {
      options.listen.push_back(words[i + 1]);
    } else if (words[i] == "--peer") {
      options.peers.push_back(words[i + 1]);
    } else {
      is_understood = false;
    }
  }
  if (!is_understood) {
    std::cerr << "usage: aether-network-probe GENESIS [--seed TEXT] [--listen ADDRESS]... [--peer ADDRESS]...\n";
    return 64;
  }
  options.genesis = *genesis;
  options.subscribe = {Topic::headers};
  Probe probe;
  const auto network = Network::start(std::move(options), probe);
  if (!network) {
    std::cerr << network.error().text << '\n';
    return 1;
  }
  probe.network = network->get();
  std::string addresses;
  for (const std::string& address : (*network)->listen_addresses()) addresses += " " + address;
  probe.say("listening" + addresses);
  for (std::string line; std::getline(std::cin, line);) {
    const std::size_t space = line.find(' ');
    const auto message = from_hex(space < line.size() ? line.substr(space + 1) : "");
    if (message && line.starts_with("publish ")) {
      (void)(*network)->publish(Topic::headers, *message);
    } else if (message && line.starts_with("send ")) {
      const auto shared = std::make_shared<const Bytes>(*message);
      for (const PeerInfo& peer : (*network)->peers()) (void)(*network)->send(peer.id, Lane::consensus, shared);
    } else {
      probe.say("refused " + line);
    }
  }
}
