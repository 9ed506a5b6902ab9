// The method table, made from AllRequests: how each is called, and the schemas that rpc.discover shows.
#pragma once

#include "aether/api/dispatch.hpp"
#include "aether/api/json_reader.hpp"
#include "aether/api/schema.hpp"

namespace aether::api {

// Who is asked, and by whom.
struct Asked {
  ChainService& service;
  const Session& session;
};

// `request` is a std::type_identity.
template <class... Requests>
constexpr bool is_one_of(RequestList<Requests...>, auto request) {
  return (std::same_as<typename decltype(request)::type, Requests> || ...);
}

// What a call costs: 1 is a read of one object. A message costs 1 for each kMessageBytesOfCost besides.
inline constexpr std::size_t kMessageBytesOfCost = 16 * 1024;
inline constexpr std::uint32_t kDiscoverCost = 20;
template <class Request>
constexpr std::uint32_t cost_of() {
  constexpr auto is = [](auto list) { return is_one_of(list, std::type_identity<Request>{}); };
  if (is(RequestList<SendRawTransactions>{})) return kSendTransactionsMax;  // as if it were full: less than one by one
  if (is(RequestList<DevSeal>{})) return 100;
  if (is(RequestList<Simulate, EstimateFee, CallContract, GetLogs>{})) return 50;  // they execute, or walk blocks
  if (is(RequestList<GetUtxos, GetJobs, GetModels, GetValidators, Subscribe>{})) return 20;
  if (is(RequestList<SendRawTransaction, GetBlockByNumber, GetBlockByHash, GetProof, GetGenesis, GetCode,
                     GetTransaction, GetTransactionReceipt>{}))
    return 5;
  return 1;
}

// The errors of a method's own, besides those that any call can end with.
template <class Request>
std::vector<ErrorCode> errors_of() {
  using enum ErrorCode;
  constexpr auto of = [](auto list) { return is_one_of(list, std::type_identity<Request>{}); };
  if (of(RequestList<SendRawTransaction>{}))
    return {malformed_transaction, rejected_transaction, queue_full, known_transaction, shutting_down};
  if (of(RequestList<SendRawTransactions>{})) return {shutting_down};
  if (of(RequestList<Simulate, EstimateFee>{})) return {malformed_transaction, rejected_transaction};
  if (of(RequestList<GetBlockByNumber, GetBlockByHash, GetStateRoot, GetJob, GetModel, CallContract, GetContract,
                     GetCode, GetStorage, GetLogs>{}))
    return {not_found};
  if (of(RequestList<GetEpoch>{})) return {not_kept};
  if (of(RequestList<GetValidators>{})) return {not_kept, not_available};
  if (of(RequestList<GetPeers, DevSeal>{})) return {not_available, shutting_down};
  if (of(RequestList<Subscribe>{})) return {not_kept, not_available, shutting_down, too_many_subscriptions};
  if (of(RequestList<Unsubscribe>{})) return {not_found, not_available};
  return {};
}

struct Method {
  std::string_view name;
  std::string_view summary;
  std::uint32_t cost;
  std::vector<ErrorCode> (*errors)();
  Answer<boost::json::value> (*call)(const Asked& asked, const boost::json::value& params);
  boost::json::object (*request_schema)();
  boost::json::object (*answer_schema)();
};

template <class Request>
Answer<boost::json::value> call_method(const Asked& asked, const boost::json::value& params) {
  auto request = from_json<Request>(params);
  if (!request)
    return fail(Error{ErrorCode::invalid_params, "params: " + request.error().text(),
                      std::string(to_string(request.error().kind))});
  if constexpr (std::same_as<Request, Subscribe> || std::same_as<Request, Unsubscribe>) {
    if (asked.session.subscriptions == nullptr)
      return fail(Error{ErrorCode::not_available, "subscriptions need a WebSocket, at the same address", {}});
    AETHER_TRY(const auto answer, asked.session.subscriptions->handle(*request));
    return to_json(answer);
  } else {
    AETHER_TRY(const auto answer, asked.service.handle(*request));
    return to_json(answer);
  }
}

template <class... Requests>
constexpr auto make_methods(RequestList<Requests...>) {
  return std::array{Method{Requests::kMethod, Requests::kSummary, cost_of<Requests>(), &errors_of<Requests>,
                           &call_method<Requests>, &schema_of<Requests>, &schema_of<typename Requests::Answer>}...};
}

inline constexpr auto kMethods = make_methods(AllRequests{});

}  // namespace aether::api
