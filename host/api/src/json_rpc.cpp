#include "aether/api/json_rpc.hpp"

#include <boost/json.hpp>

#include "aether/api/json.hpp"

namespace aether::api {
namespace {

namespace json = boost::json;

std::string envelope(const json::value& id, std::string_view key, std::string_view payload) {
  std::string out = "{\"jsonrpc\":\"2.0\",\"id\":" + json::serialize(id) + ",\"";
  out.append(key).append("\":").append(payload).append("}");
  return out;
}

// The error object of an answer.
Result<Error, std::string> read_error(const json::value& error) {
  const auto text = [](const json::value* value) {
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
  };
  if (!error.is_object()) return fail("error is no object");
  const json::object& object = error.get_object();
  const auto* number = object.if_contains("code");
  const auto* known = number != nullptr && number->is_int64() ? info_by_number(number->get_int64()) : nullptr;
  if (known == nullptr) return fail("an unknown error code");
  Error out{known->code, text(object.if_contains("message")), {}};
  const auto* data = object.if_contains("data");
  if (data != nullptr && data->is_object()) out.reason = text(data->get_object().if_contains("reason"));
  return out;
}

}  // namespace

Answer<Call> read_call(const json::value& in) {
  const auto invalid = [](std::string message) {
    return fail(Error{ErrorCode::invalid_request, std::move(message), {}});
  };
  if (!in.is_object()) return invalid("a request is a JSON object");
  Call call;
  bool version = false;
  bool method = false;
  call.notification = true;
  for (const auto& [key, value] : in.get_object()) {
    if (key == "jsonrpc") {
      version = value.is_string() && value.get_string() == "2.0";
    } else if (key == "id") {
      if (!value.is_string() && !value.is_int64() && !value.is_uint64() && !value.is_null())
        return invalid("id is a string, a whole number or null");
      call.id = value;
      call.notification = false;
    } else if (key == "method") {
      if (!value.is_string()) return invalid("method is a string");
      call.method = value.get_string();
      method = true;
    } else if (key == "params") {
      call.params = value;
    } else {
      return invalid("a request has no key \"" + std::string(key) + "\"");
    }
  }
  if (!version) return invalid("jsonrpc must be \"2.0\"");
  if (!method) return invalid("method is missing");
  return call;
}

json::value id_of(const json::value& in) {
  if (!in.is_object()) return nullptr;
  const auto* id = in.get_object().if_contains("id");
  return id != nullptr && (id->is_string() || id->is_int64() || id->is_uint64()) ? *id : json::value(nullptr);
}

std::string request_text(std::string_view method, json::value params) {
  return json::serialize(
      json::object{{"jsonrpc", "2.0"}, {"id", 1}, {"method", json::string(method)}, {"params", std::move(params)}});
}

std::string result_text(const json::value& id, std::string_view result) { return envelope(id, "result", result); }

std::string error_text(const json::value& id, const Error& error) { return envelope(id, "error", error_object(error)); }

Result<Answer<json::value>, std::string> read_answer(std::string_view text, std::size_t bytes_max) {
  auto parsed = parse_json(text, bytes_max);
  if (!parsed) return fail(parsed.error().text());
  if (!parsed->is_object()) return fail("no object");
  json::object& object = parsed->get_object();
  if (const auto* error = object.if_contains("error")) {
    AETHER_TRY(auto read, read_error(*error));
    return Answer<json::value>(fail(std::move(read)));
  }
  auto* result = object.if_contains("result");
  if (result == nullptr) return fail("neither result nor error");
  return Answer<json::value>(std::move(*result));
}

std::string error_object(const Error& error) {
  const ErrorInfo& known = info(error.code);
  json::object data{{"name", json::string(known.name)}, {"remedy", json::string(known.remedy)}};
  if (!error.reason.empty()) data.emplace("reason", json::string(error.reason));
  if (error.retry_after_ms) data.emplace("retry_after_ms", *error.retry_after_ms);
  return json::serialize(
      json::object{{"code", known.number}, {"message", json::string(error.message)}, {"data", std::move(data)}});
}

}  // namespace aether::api
