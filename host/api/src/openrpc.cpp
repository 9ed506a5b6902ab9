#include "aether/api/openrpc.hpp"

#include "method_table.hpp"

namespace aether::api {
namespace {

namespace json = boost::json;

template <class Topic>
json::object describe_topic(std::string_view name) {
  return {{"topic", json::string(name)},
          {"summary", json::string(Topic::kSummary)},
          {"resumes", Topic::kResumes},
          {"result", schema_of<typename Topic::Notice>()}};
}

// OpenRPC knows no notifications; a client finds here what it is sent after aeth_subscribe.
template <std::size_t... I>
json::object describe_notifications(std::index_sequence<I...>) {
  return {
      {"method", json::string(kNotificationMethod)},
      {"subscription", schema_of<decltype(SubscribeAnswer::subscription)>()},
      {"topics", json::array{describe_topic<std::variant_alternative_t<I, Topic>>(codec::variant_names<Topic>[I])...}}};
}

std::string make_document() {
  json::array methods;
  for (const Method& method : kMethods)
    methods.push_back(describe(MethodText{method.name, method.summary, method.cost, method.errors(),
                                          method.request_schema, method.answer_schema}));
  json::array errors;
  for (const auto& error : error_table()) errors.push_back(describe(error));
  return json::serialize(
      json::object{{"openrpc", json::string(kOpenRpcVersion)},
                   {"info", json::object{{"title", "Aether JSON-RPC"}, {"version", "1"}}},
                   {"methods", std::move(methods)},
                   {"x-notifications", describe_notifications(std::make_index_sequence<std::variant_size_v<Topic>>{})},
                   {"x-errors", std::move(errors)}});
}

}  // namespace

json::object describe(const ErrorInfo& error) {
  return {{"code", error.number},
          {"message", json::string(error.name)},
          {"data", json::object{{"remedy", json::string(error.remedy)}}}};
}

json::object describe(const MethodText& method) {
  json::object schema = method.request_schema();
  const json::array required = schema.at("required").as_array();
  json::array params;
  for (const auto& property : schema.at("properties").as_object()) {
    const bool needed = std::find(required.begin(), required.end(), json::value(property.key())) != required.end();
    params.push_back(json::object{{"name", property.key()}, {"required", needed}, {"schema", property.value()}});
  }
  json::array errors;
  for (const ErrorCode code : method.errors) errors.push_back(describe(info(code)));
  json::object out{{"name", json::string(method.name)},
                   {"summary", json::string(method.summary)},
                   {"errors", std::move(errors)},
                   {"paramStructure", "by-name"},
                   {"params", std::move(params)},
                   {"result", json::object{{"name", "answer"}, {"schema", method.answer_schema()}}}};
  if (method.cost) out.emplace("x-cost", *method.cost);
  return out;
}

const std::string& openrpc_document() {
  static const std::string document = make_document();
  return document;
}

}  // namespace aether::api
