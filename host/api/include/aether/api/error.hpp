// Errors of the JSON-RPC interface. A code never changes its meaning. Codes above −32100 and up to −32000 are ours; the
// others are JSON-RPC 2.0's (https://www.jsonrpc.org/specification#error_object).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "aether/base/result.hpp"
#include "aether/codec/bcs.hpp"

namespace aether::api {

enum class ErrorCode : std::uint8_t {
  parse_error,             // the body is not JSON
  invalid_request,         // JSON, but no request
  method_not_found,        // no such method
  invalid_params,          // parameters that the method does not take
  internal_error,          // our failure; the log of the chain says more
  not_found,               // no such block, job, model, object
  malformed_transaction,   // the bytes are no transaction
  rejected_transaction,    // a transaction that no block may hold; `reason` names the rule
  queue_full,              // too many pending transactions
  known_transaction,       // pending or executed already
  not_kept,                // the state of that block is not kept any more
  batch_too_large,         // more requests in a batch than allowed
  response_too_large,      // the answer exceeds the bound; ask for less
  not_available,           // the method exists, but not on a chain run this way
  shutting_down,           // the chain is stopping
  too_many_subscriptions,  // of this connection, or of all
  rate_limited,            // the client asks more often than it may
  operation_failed,        // what the node's owner wants cannot be done; `reason` says why
  not_permitted,           // another user than the node's owner asks
};

struct ErrorInfo {
  ErrorCode code;
  int number;  // of JSON-RPC
  std::string_view name;
  std::string_view remedy;  // what to do
};
[[nodiscard]] std::span<const ErrorInfo> error_table();
[[nodiscard]] const ErrorInfo& info(ErrorCode code);
[[nodiscard]] const ErrorInfo* info_by_number(std::int64_t number);  // null: not one of ours

struct Error {
  ErrorCode code = ErrorCode::internal_error;
  std::string message;                               // what is wrong
  std::string reason;                                // the name of the rule, where there are several; else empty
  std::optional<std::uint32_t> retry_after_ms = {};  // when rate_limited: before that it is refused again
};

template <class T>
using Answer = Result<T, Error>;

// invalid_params unless the parameter is 1 to `max`.
[[nodiscard]] Answer<void> check_count(std::string_view parameter, std::uint32_t count, std::uint32_t max);

}  // namespace aether::api
