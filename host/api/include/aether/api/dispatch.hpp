// JSON-RPC 2.0 over a ChainService.
#pragma once

#include <chrono>
#include <span>

#include "aether/api/json_rpc.hpp"
#include "aether/api/service.hpp"

namespace aether::api {

// The methods, rpc.discover included, in the order of the document.
[[nodiscard]] std::span<const std::string_view> method_names();

// A call that was answered.
struct CallFacts {
  std::size_t method = 0;  // in method_names(); their number: it named none
  std::optional<ErrorCode> error;
  std::chrono::nanoseconds took{0};
};

// Lets calls pass, and is told how they ended. Called from several threads at once.
class Gate {
 public:
  virtual ~Gate() = default;
  // None: it may pass. Otherwise after how many ms to ask again.
  [[nodiscard]] virtual std::optional<std::uint32_t> refuses(std::uint32_t cost) = 0;
  virtual void answered(const CallFacts& call) = 0;
};

// Whom a request is from.
struct Session {
  Subscriptions* subscriptions = nullptr;  // of the connection; none where nothing can be sent without being asked for
  Gate* gate = nullptr;                    // none: every call passes
};

// The answer to one body: a JSON-RPC 2.0 request or batch, with parameters by name. Empty when the body held nothing
// but notifications. Total: any bytes give an answer. The method `rpc.discover` returns the OpenRPC document.
[[nodiscard]] std::string dispatch(ChainService& service, std::string_view body, const Session& session = {});

}  // namespace aether::api
