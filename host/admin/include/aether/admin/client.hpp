// Asks the node that runs in a directory.
#pragma once

#include <boost/json/value.hpp>

#include "aether/admin/server.hpp"

namespace aether::admin {

enum class ErrorKind : std::uint8_t {
  absent,         // no node runs there
  not_permitted,  // it is another user's
  broken,         // it ended, or what came is no answer of this interface: another version
  refused,        // the node answered with an error, which `error` is
};
struct Error {
  ErrorKind kind = ErrorKind::absent;
  std::string message;    // names the directory
  api::Error error = {};  // when refused
};

class Client {
 public:
  [[nodiscard]] static Result<Client, Error> connect(const env::Path& directory);

  // Waits as long as the node lives: packing a state may take minutes.
  template <class Request>
  [[nodiscard]] Result<typename Request::Answer, Error> call(const Request& request);

 private:
  Client(env::Path directory, env::Descriptor socket) : directory_(std::move(directory)), socket_(std::move(socket)) {}
  [[nodiscard]] Result<boost::json::value, Error> ask(std::string_view method, boost::json::value params);
  [[nodiscard]] std::unexpected<Error> broken(const std::string& why) const;

  env::Path directory_;
  env::Descriptor socket_;
};

}  // namespace aether::admin
