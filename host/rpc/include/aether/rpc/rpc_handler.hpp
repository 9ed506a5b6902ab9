// The routes of a chain: POST / is JSON-RPC (Content-Type application/json); a WebSocket at / or /ws is JSON-RPC too,
// with subscriptions; GET /health says that the process answers, GET /readyz that the chain is ready (else 503) or what
// is missing, GET /metrics what it tells Prometheus.
#pragma once

#include "aether/api/service.hpp"
#include "aether/rpc/http_server.hpp"
#include "aether/rpc/rate_limiter.hpp"
#include "aether/rpc/request_meter.hpp"

namespace aether::rpc {

// What is there besides the chain; each may be none, and outlives the server.
struct Around {
  RequestMeter* meter = nullptr;
  RateLimiter* limiter = nullptr;
  api::Feed* feed = nullptr;                  // none: no WebSockets
  std::function<std::string()> metrics = {};  // the page; none: 404
};

// The service must outlive the server.
[[nodiscard]] Handler rpc_handler(api::ChainService& service, const Around& around = {});
[[nodiscard]] SocketHandler rpc_sockets(api::ChainService& service, const Around& around);

}  // namespace aether::rpc
