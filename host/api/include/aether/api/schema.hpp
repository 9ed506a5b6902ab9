// JSON Schema of a type, from the same field list as its JSON form.
#pragma once

#include "aether/api/json.hpp"

namespace aether::api {

template <class T>
[[nodiscard]] boost::json::object schema_of();

struct SchemaFields {
  boost::json::object properties;
  boost::json::array required;
  template <class T>
  void operator()(std::string_view name, const T&) {
    properties.emplace(name, schema_of<T>());
    if constexpr (!codec::is_optional<T>) required.push_back(boost::json::string(name));
  }
};

[[nodiscard]] inline boost::json::object pattern_schema(std::string_view pattern) {
  return {{"type", "string"}, {"pattern", boost::json::string(pattern)}};
}

template <class T>
[[nodiscard]] boost::json::object struct_schema() {
  SchemaFields fields;
  const T value{};
  T::fields(value, fields);
  return {{"type", "object"},
          {"properties", std::move(fields.properties)},
          {"required", std::move(fields.required)},
          {"additionalProperties", false}};
}

template <class V, std::size_t... I>
[[nodiscard]] boost::json::object variant_schema(std::index_sequence<I...>) {
  boost::json::array choices;
  const auto add = [&](std::string_view name, boost::json::object schema) {
    choices.push_back(boost::json::object{{"type", "object"},
                                          {"properties", boost::json::object{{name, std::move(schema)}}},
                                          {"required", boost::json::array{boost::json::string(name)}},
                                          {"additionalProperties", false}});
  };
  (add(codec::variant_names<V>[I], schema_of<std::variant_alternative_t<I, V>>()), ...);
  return {{"oneOf", std::move(choices)}};
}

template <class T>
boost::json::object schema_of() {
  if constexpr (std::same_as<T, bool>) {
    return {{"type", "boolean"}};
  } else if constexpr (codec::Integer<T>) {
    if constexpr (sizeof(T) > 4) return pattern_schema("^(0|[1-9][0-9]*)$");
    return {{"type", "integer"}, {"minimum", 0}, {"maximum", static_cast<std::uint64_t>(static_cast<T>(-1))}};
  } else if constexpr (std::is_enum_v<T>) {
    boost::json::array names;
    for (const auto name : codec::enum_names<T>) names.push_back(boost::json::string(name));
    return {{"enum", std::move(names)}};
  } else if constexpr (codec::is_strong<T>) {
    return schema_of<typename T::Raw>();
  } else if constexpr (std::same_as<T, Address>) {
    return pattern_schema("^aeth1[02-9ac-hj-np-z]+$");
  } else if constexpr (std::same_as<T, Hash>) {
    return pattern_schema("^0x[0-9a-f]{64}$");
  } else if constexpr (codec::is_byte_array<T> || codec::is_blob<T>) {
    return pattern_schema("^0x([0-9a-f]{2})*$");
  } else if constexpr (codec::is_text<T> || std::same_as<T, std::string>) {
    return {{"type", "string"}};
  } else if constexpr (codec::is_list<T> || codec::is_sorted_set<T> || is_plain_vector<T>) {
    using Item = std::remove_cvref_t<decltype(*std::declval<const T&>().begin())>;
    return {{"type", "array"}, {"items", schema_of<Item>()}};
  } else if constexpr (codec::is_optional<T>) {
    return {{"anyOf", boost::json::array{schema_of<typename T::value_type>(), boost::json::object{{"type", "null"}}}}};
  } else if constexpr (codec::is_variant<T>) {
    return variant_schema<T>(std::make_index_sequence<std::variant_size_v<T>>{});
  } else {
    return struct_schema<T>();
  }
}

}  // namespace aether::api
