// The routes of a chain: POST / is JSON-RPC (Content-Type application/json); GET /health says that the process answers,
// GET /readyz that the chain is ready (else 503).
#pragma once

#include "aether/api/service.hpp"
#include "aether/rpc/http_server.hpp"

namespace aether::rpc {

// The service must outlive the handler.
[[nodiscard]] Handler rpc_handler(api::ChainService& service);

}  // namespace aether::rpc
