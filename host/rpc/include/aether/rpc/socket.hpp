// WebSockets (RFC 6455) of an HttpServer: the client's text messages, each answered, and what it is sent besides.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "aether/api/subscriptions.hpp"

namespace aether::rpc {

// Whom a request or a WebSocket is from.
struct Client {
  std::string address;  // IP
  bool has_token = false;
};

// What is said over one WebSocket. Called by one thread at a time, and not before the one before is done.
class Conversation {
 public:
  virtual ~Conversation() = default;
  // The answer to a message; empty: none.
  [[nodiscard]] virtual std::string answer(std::string_view message) = 0;
  // What waited for the client is taken, after the sink had no room.
  virtual void drained() = 0;
};

// Begins one with a client that asks for `target`; null: nothing is there. Called from several threads at once. The
// sink may be used from any thread for as long as one likes; when the WebSocket is over, nothing comes of it.
using SocketHandler = std::function<std::unique_ptr<Conversation>(std::string_view target, const Client& client,
                                                                  std::shared_ptr<api::Sink> sink)>;

}  // namespace aether::rpc
