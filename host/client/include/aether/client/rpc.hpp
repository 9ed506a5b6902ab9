// The chain's interface, typed, over HTTP: Rpc::call takes any request of api::AllRequests.
#pragma once

#include "aether/api/service.hpp"
#include "aether/client/http.hpp"

namespace aether::client {

enum class ErrorKind : std::uint8_t {
  unreachable,  // no answer: nobody listens, too late, or cut off
  bad_answer,   // what came is not the answer the interface describes: another program, or another version
  refused,      // the chain answered with an error; `code` and `reason` name it
  would_fail,   // a transaction that would fail, found before it was sent; `reason` is the code's name
  overflow,     // an amount or a number exceeds its range
  undecided,    // waited too long to know how the transaction ended; `message` names it
};
[[nodiscard]] std::string_view to_string(ErrorKind kind);

struct Error {
  ErrorKind kind = ErrorKind::unreachable;
  std::string message;
  std::string reason;
  api::ErrorCode code = api::ErrorCode::internal_error;  // when refused
  ResultCode result = kSuccess;                          // when it would fail
};

template <class T>
using Outcome = Result<T, Error>;

class Rpc {
 public:
  explicit Rpc(Url url, HttpOptions options = {}) : url_(std::move(url)), options_(options) {}
  [[nodiscard]] const Url& url() const { return url_; }

  template <class Request>
  [[nodiscard]] Outcome<typename Request::Answer> call(const Request& request) const;

 private:
  Url url_;
  HttpOptions options_;
};

}  // namespace aether::client
