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

struct Method {
  std::string_view name;
  std::string_view summary;
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
  return std::array{Method{Requests::kMethod, Requests::kSummary, &call_method<Requests>, &schema_of<Requests>,
                           &schema_of<typename Requests::Answer>}...};
}

inline constexpr auto kMethods = make_methods(AllRequests{});

}  // namespace aether::api
