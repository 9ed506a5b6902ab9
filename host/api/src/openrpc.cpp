#include "method_table.hpp"

namespace aether::api {
namespace {

namespace json = boost::json;

json::object describe(const Method& method) {
  json::object schema = method.request_schema();
  const json::array required = schema.at("required").as_array();
  json::array params;
  for (const auto& property : schema.at("properties").as_object()) {
    const bool needed = std::find(required.begin(), required.end(), json::value(property.key())) != required.end();
    params.push_back(json::object{{"name", property.key()}, {"required", needed}, {"schema", property.value()}});
  }
  return {{"name", json::string(method.name)},
          {"summary", json::string(method.summary)},
          {"paramStructure", "by-name"},
          {"params", std::move(params)},
          {"result", json::object{{"name", "answer"}, {"schema", method.answer_schema()}}}};
}

std::string make_document() {
  json::array methods;
  for (const auto& method : kMethods) methods.push_back(describe(method));
  json::array errors;
  for (const auto& error : error_table()) {
    errors.push_back(json::object{{"code", error.number},
                                  {"message", json::string(error.name)},
                                  {"data", json::object{{"remedy", json::string(error.remedy)}}}});
  }
  return json::serialize(json::object{{"openrpc", "1.2.6"},
                                      {"info", json::object{{"title", "Aether JSON-RPC"}, {"version", "1"}}},
                                      {"methods", std::move(methods)},
                                      {"x-errors", std::move(errors)}});
}

}  // namespace

const std::string& openrpc_document() {
  static const std::string document = make_document();
  return document;
}

}  // namespace aether::api
