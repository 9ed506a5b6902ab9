// The socket of a node's owner: README.md says who is answered, and how.
#pragma once

#include <sys/types.h>

#include <memory>

#include "aether/admin/service.hpp"
#include "aether/env/file.hpp"

namespace aether::admin {

inline constexpr std::string_view kSocketFile = "admin.sock";  // in the node's directory

// Whether a process of user `peer` is answered by one of user `own`.
[[nodiscard]] constexpr bool may_ask(uid_t peer, uid_t own) { return peer == own || peer == 0; }

class Server {
 public:
  // Listens when it returns. The caller holds the directory's lock; a socket that is there is replaced. The service
  // outlives the server. The error says what is wrong and what to do.
  [[nodiscard]] static Result<std::unique_ptr<Server>, std::string> start(const env::Path& directory, Service& service);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();  // stops

  // Lets the calls end that are answered, and removes the socket. May be called more than once.
  void stop();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace aether::admin
