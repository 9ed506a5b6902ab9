// JSON-RPC 2.0 over a ChainService.
#pragma once

#include "aether/api/service.hpp"

namespace aether::api {

// Whom a request is from.
struct Session {
  Subscriptions* subscriptions = nullptr;  // of the connection; none where nothing can be sent without being asked for
};

// The answer to one body: a JSON-RPC 2.0 request or batch, with parameters by name. Empty when the body held nothing
// but notifications. Total: any bytes give an answer. The method `rpc.discover` returns the OpenRPC document.
[[nodiscard]] std::string dispatch(ChainService& service, std::string_view body, const Session& session = {});

// An error as answers and notifications bear it: {"code":…,"message":…,"data":{"name":…,"remedy":…,"reason"?:…,
// "retry_after_ms"?:…}}.
[[nodiscard]] std::string error_object(const Error& error);

}  // namespace aether::api
