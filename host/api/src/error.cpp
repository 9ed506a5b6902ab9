#include "aether/api/error.hpp"

namespace aether::api {
namespace {

using enum ErrorCode;
constexpr std::array<ErrorInfo, 19> kErrors{{
    {parse_error, -32700, "parse_error", "send one JSON object or array"},
    {invalid_request, -32600, "invalid_request", "send {\"jsonrpc\":\"2.0\",\"id\":…,\"method\":…,\"params\":{…}}"},
    {method_not_found, -32601, "method_not_found", "rpc.discover lists the methods"},
    {invalid_params, -32602, "invalid_params", "rpc.discover describes the parameters"},
    {internal_error, -32603, "internal_error", "look into the log of the chain"},
    {not_found, -32001, "not_found", "check the id; what was just sent appears with the next block"},
    {malformed_transaction, -32002, "malformed_transaction", "send the BCS bytes of a signed transaction as 0x-hex"},
    {rejected_transaction, -32003, "rejected_transaction", "change what `reason` names, sign again and send again"},
    {queue_full, -32004, "queue_full", "send it again after the next block"},
    {known_transaction, -32005, "known_transaction", "ask for its receipt"},
    {not_kept, -32006, "not_kept", "ask for a newer block"},
    {batch_too_large, -32007, "batch_too_large", "send fewer requests in a batch"},
    {response_too_large, -32008, "response_too_large", "ask for less at once"},
    {not_available, -32009, "not_available", "start the chain in the mode that has this method"},
    {shutting_down, -32010, "shutting_down", "start the chain again and repeat the request"},
    {too_many_subscriptions, -32011, "too_many_subscriptions", "end some, or ask without subscribing"},
    {rate_limited, -32012, "rate_limited", "ask again after `retry_after_ms`, and less often"},
    {operation_failed, -32013, "operation_failed", "change what `reason` names, and ask again"},
    {not_permitted, -32014, "not_permitted", "ask as the user that the node runs as"},
}};

}  // namespace

std::span<const ErrorInfo> error_table() { return kErrors; }

const ErrorInfo& info(ErrorCode code) { return kErrors[static_cast<std::size_t>(code)]; }

const ErrorInfo* info_by_number(std::int64_t number) {
  for (const auto& error : kErrors)
    if (error.number == number) return &error;
  return nullptr;
}

Answer<void> check_count(std::string_view parameter, std::uint32_t count, std::uint32_t max) {
  if (count >= 1 && count <= max) return {};
  return fail(Error{ErrorCode::invalid_params,
                    "params: " + std::string(parameter) + " must be 1 to " + std::to_string(max), "out_of_range"});
}

}  // namespace aether::api
