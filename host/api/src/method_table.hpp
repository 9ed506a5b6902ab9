// The method table, made from AllRequests: how each is called, and the schemas that rpc.discover shows.
#pragma once

#include "aether/api/json_reader.hpp"
#include "aether/api/schema.hpp"
#include "aether/api/service.hpp"

namespace aether::api {

struct Method {
  std::string_view name;
  std::string_view summary;
  Answer<boost::json::value> (*call)(ChainService& service, const boost::json::value& params);
  boost::json::object (*request_schema)();
  boost::json::object (*answer_schema)();
};

template <class Request>
Answer<boost::json::value> call_method(ChainService& service, const boost::json::value& params) {
  auto request = from_json<Request>(params);
  if (!request)
    return fail(Error{ErrorCode::invalid_params, "params: " + request.error().text(),
                      std::string(to_string(request.error().kind))});
  AETHER_TRY(const auto answer, service.handle(*request));
  return to_json(answer);
}

template <class... Requests>
constexpr auto make_methods(RequestList<Requests...>) {
  return std::array{Method{Requests::kMethod, Requests::kSummary, &call_method<Requests>, &schema_of<Requests>,
                           &schema_of<typename Requests::Answer>}...};
}

inline constexpr auto kMethods = make_methods(AllRequests{});

}  // namespace aether::api
