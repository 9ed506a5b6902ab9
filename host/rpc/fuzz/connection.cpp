// Bytes of a client, to a server that runs: as HTTP, or as frames behind the handshake of a WebSocket. The server
// answers or closes, and then still answers another client.
#include <cstddef>
#include <cstdint>

#include "../../api/test/memory_chain.hpp"
#include "../test/raw_client.hpp"
#include "aether/rpc/rpc_handler.hpp"

namespace {

using namespace aether;

struct NoSubscriptions final : api::Subscriptions {
  api::Answer<api::SubscribeAnswer> handle(const api::Subscribe&) override { return api::SubscribeAnswer{{}, 1}; }
  api::Answer<api::UnsubscribeAnswer> handle(const api::Unsubscribe&) override { return api::UnsubscribeAnswer{}; }
  void drained() override {}
};
struct NoFeed final : api::Feed {
  std::unique_ptr<api::Subscriptions> open(std::shared_ptr<api::Sink>) override {
    return std::make_unique<NoSubscriptions>();
  }
};

struct Running {
  api::testing::MemoryChain chain;
  NoFeed feed;
  rpc::Around around{.meter = nullptr, .limiter = nullptr, .feed = &feed, .metrics = {}};
  std::unique_ptr<rpc::HttpServer> server = [this] {
    rpc::ServerOptions options;
    options.threads = 1;  // MemoryChain is for one
    options.request_ms_max = 100;
    options.idle_ms_max = 100;
    return std::move(
        *rpc::HttpServer::start(options, rpc::rpc_handler(chain, around), rpc::rpc_sockets(chain, around)));
  }();
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Running running;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  rpc::testing::RawClient client(running.server->port());
  const bool is_socket = size > 0 && data[0] % 2 == 1;
  if (is_socket) {
    client.send(
        "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    AETHER_ASSERT(client.read("\r\n\r\n").starts_with("HTTP/1.1 101 "));
  }
  client.send(bytes.substr(size > 0 ? 1 : 0));
  client.end();
  const std::string said = client.read();
  AETHER_ASSERT(is_socket || said.empty() || said.starts_with("HTTP/1.1 "));
  rpc::testing::RawClient other(running.server->port());
  other.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  AETHER_ASSERT(other.read("}").starts_with("HTTP/1.1 200 "));
  return 0;
}
