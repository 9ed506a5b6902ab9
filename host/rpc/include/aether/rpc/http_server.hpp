// A small HTTP/1.1 server: keep-alive, WebSockets, everything bounded, a clean stop. It asks who may ask (access.hpp)
// and knows no routes; a Handler answers each complete request, on one of the server's threads, and a SocketHandler
// begins what is said over a WebSocket.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "aether/base/result.hpp"
#include "aether/rpc/access.hpp"
#include "aether/rpc/socket.hpp"

namespace aether::rpc {

struct Request {
  std::string method;        // "GET", "POST", …
  std::string target;        // as sent: "/trace/ab?x=1"
  std::string content_type;  // empty when absent
  std::string body;
  Client client;
};

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::string allow;  // with 405: the methods that would do
};
[[nodiscard]] Response text_response(unsigned status, std::string body);

// Called from several threads at once.
using Handler = std::function<Response(const Request&)>;

// What a server has to do; read from any thread.
struct ServerCounts {
  std::atomic<std::size_t> connections = 0;
  std::atomic<std::size_t> sockets = 0;    // connections that are WebSockets
  std::atomic<std::uint64_t> refused = 0;  // connections above a bound
  std::atomic<std::uint64_t> ousted = 0;   // silent ones that gave their places to others
  std::atomic<std::uint64_t> slow = 0;     // WebSockets closed since too much waited for them
};

struct ServerOptions {
  std::string address = "127.0.0.1";  // another than loopback only with access.token
  std::uint16_t port = 0;             // 0: a free one
  Access access;
  std::size_t threads = 2;
  // What each means is in api/limits.hpp.
  std::size_t connections_max = api::kConnectionsMax;
  std::size_t connections_per_client_max = api::kConnectionsPerClientMax;
  std::uint32_t header_bytes_max = api::kHeaderBytesMax;
  std::size_t body_bytes_max = api::kRequestBytesMax;
  std::uint32_t request_ms_max = api::kRequestMsMax;
  std::uint32_t first_ms_max = api::kFirstMsMax;
  std::uint32_t silent_ms_min = api::kSilentMsMin;
  std::uint32_t idle_ms_max = api::kIdleMsMax;
  std::size_t notification_bytes_max = api::kNotificationBytesMax;
  std::uint32_t pings_max = api::kPingsMax;
  std::shared_ptr<ServerCounts> counts = std::make_shared<ServerCounts>();
};

class HttpServer {
 public:
  // Listens when it returns. The error says which address was refused and why.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>, std::string> start(ServerOptions options, Handler handler,
                                                                              SocketHandler sockets = {});
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();  // stops

  [[nodiscard]] std::uint16_t port() const;
  // Closes everything, WebSockets with a word (1001) and at most a second's time to take it; a handler that runs is
  // waited for. May be called more than once.
  void stop();

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace aether::rpc
