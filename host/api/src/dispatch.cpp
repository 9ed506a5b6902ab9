#include <algorithm>

#include "method_table.hpp"

namespace aether::api {
namespace {

namespace json = boost::json;

// Which method a call names; the number of all: none.
std::size_t index_of(std::string_view name) {
  const auto names = method_names();
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

Answer<void> pass(const Session& session, std::size_t cost) {
  const auto wait = session.gate ? session.gate->refuses(static_cast<std::uint32_t>(cost)) : std::nullopt;
  if (!wait) return {};
  return fail(Error{ErrorCode::rate_limited, "this client asks more often than it may", {}, *wait});
}

// The result as JSON text.
Answer<std::string> answer_call(const Asked& asked, const Call& call, std::size_t index) {
  if (index == method_names().size())
    return fail(Error{ErrorCode::method_not_found, "no method \"" + std::string(call.method.substr(0, 64)) + "\"", {}});
  const bool is_discover = index == kMethods.size();
  AETHER_CHECK(pass(asked.session, is_discover ? kDiscoverCost : kMethods[index].cost));
  if (!call.params.is_object())
    return fail(Error{ErrorCode::invalid_params, "params must be an object: parameters go by name", "wrong_type"});
  if (is_discover) {
    if (!call.params.get_object().empty())
      return fail(Error{ErrorCode::invalid_params, "rpc.discover has no parameters", "unknown_key"});
    return openrpc_document();
  }
  AETHER_TRY(const auto result, kMethods[index].call(asked, call.params));
  return json::serialize(result);
}

Answer<std::string> answer_counted(const Asked& asked, const Call& call) {
  const std::size_t index = index_of(call.method);
  if (asked.session.gate == nullptr) return answer_call(asked, call, index);
  const auto began = std::chrono::steady_clock::now();
  auto out = answer_call(asked, call, index);
  asked.session.gate->answered(
      {index, out ? std::nullopt : std::optional(out.error().code), std::chrono::steady_clock::now() - began});
  return out;
}

// What is no call is counted as one of no method.
std::string refused(const Asked& asked, const json::value& id, const Error& error) {
  if (asked.session.gate != nullptr) asked.session.gate->answered({method_names().size(), error.code, {}});
  return error_text(id, error);
}

// Empty for a notification.
std::string answer_one(const Asked& asked, const json::value& in, std::size_t bytes_left) {
  const auto call = read_call(in);
  if (!call) return refused(asked, id_of(in), call.error());
  const auto result = answer_counted(asked, *call);
  if (call->notification) return {};
  if (!result) return error_text(call->id, result.error());
  if (result->size() > bytes_left)
    return error_text(
        call->id,
        {ErrorCode::response_too_large, "the answer exceeds " + std::to_string(kResponseBytesMax) + " bytes", {}});
  return result_text(call->id, *result);
}

std::string answer_batch(const Asked& asked, const json::array& batch) {
  if (batch.empty()) return refused(asked, nullptr, {ErrorCode::invalid_request, "an empty batch", {}});
  if (batch.size() > kBatchMax)
    return refused(
        asked, nullptr,
        {ErrorCode::batch_too_large, "a batch holds at most " + std::to_string(kBatchMax) + " requests", {}});
  std::string out;
  for (const auto& item : batch) {
    const std::size_t used = std::min(out.size(), kResponseBytesMax);
    const std::string one = answer_one(asked, item, kResponseBytesMax - used);
    if (one.empty()) continue;
    out += out.empty() ? "[" : ",";
    out += one;
  }
  return out.empty() ? out : out + "]";
}

}  // namespace

std::span<const std::string_view> method_names() {
  static constexpr auto kNames = [] {
    std::array<std::string_view, kMethods.size() + 1> out{};
    std::ranges::transform(kMethods, out.begin(), &Method::name);
    out.back() = "rpc.discover";
    return out;
  }();
  return kNames;
}

std::string dispatch(ChainService& service, std::string_view body, const Session& session) {
  const Asked asked{service, session};
  if (const auto passed = pass(session, 1 + body.size() / kMessageBytesOfCost); !passed)
    return refused(asked, nullptr, passed.error());
  const auto parsed = parse_json(body, kRequestBytesMax);
  if (!parsed)
    return refused(asked, nullptr,
                   {ErrorCode::parse_error, parsed.error().text(), std::string(to_string(parsed.error().kind))});
  if (parsed->is_array()) return answer_batch(asked, parsed->get_array());
  return answer_one(asked, *parsed, kResponseBytesMax);
}

}  // namespace aether::api
