#include "aether/admin/service.hpp"

#include <boost/json.hpp>

#include "aether/api/json_reader.hpp"
#include "aether/api/json_rpc.hpp"
#include "aether/api/limits.hpp"
#include "aether/api/openrpc.hpp"
#include "aether/api/schema.hpp"

namespace aether::admin {
namespace {

namespace json = boost::json;
using api::ErrorCode;

template <class Request>
std::span<const ErrorCode> errors_of() {
  static constexpr std::array kOfOperations{ErrorCode::operation_failed, ErrorCode::shutting_down};
  if constexpr (std::same_as<Request, CreateSnapshot> || std::same_as<Request, PrepareKes>) return kOfOperations;
  return {};
}

template <class Request>
api::MethodText text_of() {
  return {Request::kMethod,     Request::kSummary,        std::nullopt,
          errors_of<Request>(), &api::schema_of<Request>, &api::schema_of<typename Request::Answer>};
}

template <class... Request>
std::string document(RequestList<Request...>) {
  return json::serialize(json::object{{"openrpc", std::string(api::kOpenRpcVersion)},
                                      {"info", json::object{{"title", "Aether node administration"}, {"version", "1"}}},
                                      {"methods", json::array{api::describe(text_of<Request>())...}}});
}

template <class Request>
api::Answer<std::string> answer(Service& service, const json::value& params) {
  const auto request = api::from_json<Request>(params);
  if (!request)
    return fail(api::Error{ErrorCode::invalid_params, "params: " + request.error().text(),
                           std::string(to_string(request.error().kind))});
  AETHER_TRY(const auto out, service.handle(*request));
  return api::to_json_text(out);
}

template <class... Request>
api::Answer<std::string> answer(RequestList<Request...> all, Service& service, const api::Call& call) {
  if (call.method == "rpc.discover") return document(all);
  std::optional<api::Answer<std::string>> out;
  const bool is_known =
      ((call.method == Request::kMethod && (out = answer<Request>(service, call.params), true)) || ...);
  if (is_known) return std::move(*out);
  return fail(
      api::Error{ErrorCode::method_not_found, "no method \"" + std::string(call.method.substr(0, 64)) + "\"", {}});
}

}  // namespace

std::string dispatch(Service& service, std::string_view line) {
  const auto parsed = api::parse_json(line, api::kAdminRequestBytesMax);
  if (!parsed)
    return api::error_text(
        nullptr, {ErrorCode::parse_error, parsed.error().text(), std::string(to_string(parsed.error().kind))});
  const auto call = api::read_call(*parsed);
  if (!call) return api::error_text(api::id_of(*parsed), call.error());
  const auto out = answer(Requests{}, service, *call);
  if (call->notification) return {};
  return out ? api::result_text(call->id, *out) : api::error_text(call->id, out.error());
}

}  // namespace aether::admin
