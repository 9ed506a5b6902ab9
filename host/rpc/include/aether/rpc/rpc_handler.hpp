// The routes of a chain: POST / is JSON-RPC (Content-Type application/json); a WebSocket at / or /ws is JSON-RPC too,
// with subscriptions; GET /health says that the process answers, GET /readyz that the chain is ready (else 503).
#pragma once

#include "aether/api/service.hpp"
#include "aether/rpc/http_server.hpp"

namespace aether::rpc {

// The service must outlive the handler.
[[nodiscard]] Handler rpc_handler(api::ChainService& service);
// Both must outlive the server.
[[nodiscard]] SocketHandler rpc_sockets(api::ChainService& service, api::Feed& feed);

}  // namespace aether::rpc
