// A node of the network for scripts: listens over QUIC and TCP for the chain of the genesis hash in argv[1], accepts
// all gossip, and answers on stdin and stdout, a line each. First it says where it listens: a JSON object. Then, as
// things happen: "connected ID", "gone", "gossip TOPIC HEX", "refused WHY". It takes "publish HEX" (a header).
#include <iostream>
#include <mutex>
#include <string>

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
  void received(PeerId, Lane, Bytes, Credit) override {}
  void gossip(PeerId, Topic topic, MessageId id, Bytes message) override {
    say("gossip " + std::to_string(static_cast<int>(topic)) + " " + to_hex(message));
    network->verdict(id, Verdict::accept);
  }
  void refused(Refusal refusal, std::string_view, std::string_view) override {
    say("refused " + std::string(to_string(refusal)));
  }
  void say(const std::string& line) {
    const std::scoped_lock lock(mutex_);
    std::cout << line << std::endl;
  }
  Network* network = nullptr;

 private:
  std::mutex mutex_;
};

}  // namespace

int main(int argc, char** argv) {
  const auto genesis = hash_from_hex(argc == 2 ? argv[1] : "");
  if (!genesis) {
    std::cerr << "usage: aether-network-probe GENESIS\n";
    return 64;
  }
  Options options;
  options.genesis = *genesis;
  options.listen = {"/ip4/127.0.0.1/udp/0/quic-v1", "/ip4/127.0.0.1/tcp/0"};
  options.subscribe = {Topic::headers};
  Probe probe;
  const auto network = Network::start(std::move(options), probe);
  if (!network) {
    std::cerr << network.error().text << '\n';
    return 1;
  }
  probe.network = network->get();
  const std::vector<std::string> addresses = (*network)->listen_addresses();
  probe.say(R"({"quic": ")" + addresses.at(0) + R"(", "tcp": ")" + addresses.at(1) + R"("})");
  for (std::string line; std::getline(std::cin, line);) {
    const auto message = line.starts_with("publish ") ? from_hex(line.substr(8)) : std::nullopt;
    if (!message || !(*network)->publish(Topic::headers, *message)) probe.say("refused " + line);
  }
}
