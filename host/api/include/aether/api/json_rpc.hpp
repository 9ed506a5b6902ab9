// JSON-RPC 2.0 (https://www.jsonrpc.org/specification) as text: what interfaces of one request after another share.
#pragma once

#include <boost/json/value.hpp>

#include "aether/api/error.hpp"

namespace aether::api {

struct Call {
  boost::json::value id;
  bool notification = false;  // nobody waits for an answer
  std::string_view method;    // of what was read
  boost::json::value params = boost::json::object{};
};
// Error: invalid_request.
[[nodiscard]] Answer<Call> read_call(const boost::json::value& in);
// The id that an answer to a refused request bears: its own where it can be told, else null.
[[nodiscard]] boost::json::value id_of(const boost::json::value& in);

// {"jsonrpc":"2.0","id":1,"method":…,"params":…}
[[nodiscard]] std::string request_text(std::string_view method, boost::json::value params);
// {"jsonrpc":"2.0","id":ID,"result":…}; the result is text already, so that a large answer is built once.
[[nodiscard]] std::string result_text(const boost::json::value& id, std::string_view result);
[[nodiscard]] std::string error_text(const boost::json::value& id, const Error& error);
// What an answer holds, its result or its error; the error of the outer says why it is no answer of these interfaces.
[[nodiscard]] Result<Answer<boost::json::value>, std::string> read_answer(std::string_view text, std::size_t bytes_max);
// An error as answers and notifications bear it: {"code":…,"message":…,"data":{"name":…,"remedy":…,"reason"?:…,
// "retry_after_ms"?:…}}.
[[nodiscard]] std::string error_object(const Error& error);

}  // namespace aether::api
