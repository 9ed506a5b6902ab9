// JSON from the field lists that BCS uses (codec/bcs.hpp). One value has one JSON form, and the reader accepts no
// other:
//
//   u8 … u32          number                     u64, u128           decimal string (no sign, no leading zero)
//   hash, bytes       "0x…" in full              Address             "aeth1…" (bech32m)
//   enum              its name                   variant             {"name": value}
//   optional          value or null; may be left out when it is a field
//   struct            object with exactly the fields of its list
//
// An error names its place as a path, `$.body.outputs[2].amount`, and says what is wanted there.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "aether/api/limits.hpp"
#include "aether/codec/bcs.hpp"
#include "aether/types/address.hpp"
#include "aether/types/asset.hpp"

namespace aether::api {

enum class JsonErrorKind : std::uint8_t {
  not_json,       // the text is not one JSON value
  too_large,      // longer than the caller's bound
  too_deep,       // nested deeper than kJsonDepthMax
  duplicate_key,  // a key twice in one object
  wrong_type,     // another kind of JSON value is wanted
  missing_key,
  unknown_key,
  out_of_range,  // a number or decimal string that the type cannot hold
  above_bound,   // a list, text or byte string longer than the type allows
  bad_hex,       // not 0x and an even number of hex digits, or the wrong length
  bad_decimal,   // not decimal digits without sign and leading zero
  bad_address,   // not an address; the message says why
  bad_text,      // a character outside printable ASCII
  unknown_name,  // no enumerator or variant of that name
  unsorted_set,  // a set not strictly increasing
};
[[nodiscard]] std::string_view to_string(JsonErrorKind kind);

struct JsonError {
  JsonErrorKind kind = JsonErrorKind::not_json;
  std::string path;     // "$" is the whole
  std::string message;  // what is wanted

  [[nodiscard]] std::string text() const;  // "KIND at PATH: MESSAGE"
};

// Parses one JSON value of at most `bytes_max` bytes; refuses duplicate keys and what nests too deep.
[[nodiscard]] Result<boost::json::value, JsonError> parse_json(std::string_view text, std::size_t bytes_max);

template <class T>
inline constexpr bool is_plain_vector = false;
template <class T>
inline constexpr bool is_plain_vector<std::vector<T>> = true;

template <class T>
[[nodiscard]] boost::json::value to_json(const T& value);

struct JsonFieldWriter {
  boost::json::object out;
  template <class T>
  void operator()(std::string_view name, const T& value) {
    out.emplace(name, to_json(value));
  }
};

template <class Items>
[[nodiscard]] boost::json::array json_array(const Items& items) {
  boost::json::array out;
  out.reserve(items.size());
  for (const auto& item : items) out.push_back(to_json(item));
  return out;
}

template <class T>
boost::json::value to_json(const T& value) {
  if constexpr (std::same_as<T, bool>) {
    return value;
  } else if constexpr (codec::Integer<T>) {
    static_assert(std::unsigned_integral<T> || std::same_as<T, u128>, "a signed type has no JSON form yet");
    if constexpr (sizeof(T) <= 4) {
      return static_cast<std::uint64_t>(value);
    } else {
      return boost::json::string(to_decimal(value));
    }
  } else if constexpr (std::is_enum_v<T>) {
    static_assert(!codec::enum_names<T>.empty(), "specialise codec::enum_names");
    return boost::json::string(codec::enum_names<T>[static_cast<std::size_t>(value)]);
  } else if constexpr (codec::is_strong<T>) {
    return to_json(value.raw());
  } else if constexpr (std::same_as<T, Address>) {
    return boost::json::string(to_text(value));
  } else if constexpr (std::same_as<T, Hash>) {
    return boost::json::string(to_hex0x(value.bytes));
  } else if constexpr (codec::is_byte_array<T> || codec::is_blob<T>) {
    return boost::json::string(to_hex0x(value));
  } else if constexpr (codec::is_text<T> || std::same_as<T, std::string>) {
    return boost::json::string(static_cast<const std::string&>(value));
  } else if constexpr (codec::is_list<T> || codec::is_sorted_set<T> || is_plain_vector<T>) {
    return json_array(value);
  } else if constexpr (codec::is_optional<T>) {
    return value ? to_json(*value) : boost::json::value(nullptr);
  } else if constexpr (codec::is_variant<T>) {
    static_assert(codec::variant_names<T>.size() == std::variant_size_v<T>, "specialise codec::variant_names");
    boost::json::object out;
    std::visit([&](const auto& inner) { out.emplace(codec::variant_names<T>[value.index()], to_json(inner)); }, value);
    return out;
  } else {
    static_assert(codec::HasFields<T>, "a type without a field list");
    JsonFieldWriter writer;
    T::fields(value, writer);
    return std::move(writer.out);
  }
}

template <class T>
[[nodiscard]] std::string to_json_text(const T& value) {
  return boost::json::serialize(to_json(value));
}

}  // namespace aether::api
