#include "aether/api/json.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>

#include "aether/api/json_reader.hpp"

namespace aether::api {
namespace {

namespace json = boost::json;

// Builds a value from the events of a parse, as Boost.JSON's own parser does, but refuses a key that stands twice in
// one object, where that one keeps the last and says nothing.
struct StrictBuilder {
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  using Code = boost::system::error_code;

  json::value_stack built;
  std::string part;                     // of a key
  std::vector<std::string> keys;        // of the objects that are open, the innermost's last
  std::vector<std::size_t> first_keys;  // of each
  std::optional<std::string> duplicate;

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_array_begin(Code&) { return true; }
  bool on_array_end(std::size_t n, Code&) {
    built.push_array(n);
    return true;
  }
  bool on_object_begin(Code&) {
    first_keys.push_back(keys.size());
    return true;
  }
  bool on_object_end(std::size_t n, Code& code) {
    const auto first = keys.begin() + static_cast<std::ptrdiff_t>(first_keys.back());
    std::sort(first, keys.end());
    if (const auto twin = std::adjacent_find(first, keys.end()); twin != keys.end()) {
      duplicate = *twin;
      code = json::error::exception;
      return false;
    }
    keys.erase(first, keys.end());
    first_keys.pop_back();
    built.push_object(n);
    return true;
  }
  bool on_key_part(json::string_view text, std::size_t, Code&) {
    part.append(text);
    built.push_chars(text);
    return true;
  }
  bool on_key(json::string_view text, std::size_t, Code&) {
    part.append(text);
    keys.push_back(std::move(part));
    part.clear();
    built.push_key(text);
    return true;
  }
  bool on_string_part(json::string_view text, std::size_t, Code&) {
    built.push_chars(text);
    return true;
  }
  bool on_string(json::string_view text, std::size_t, Code&) {
    built.push_string(text);
    return true;
  }
  bool on_number_part(json::string_view, Code&) { return true; }
  bool on_int64(std::int64_t number, json::string_view, Code&) {
    built.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, json::string_view, Code&) {
    built.push_uint64(number);
    return true;
  }
  bool on_double(double number, json::string_view, Code&) {
    built.push_double(number);
    return true;
  }
  bool on_bool(bool truth, Code&) {
    built.push_bool(truth);
    return true;
  }
  bool on_null(Code&) {
    built.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, Code&) { return true; }
  bool on_comment(json::string_view, Code&) { return true; }
};

json::parse_options options() {
  json::parse_options out;
  out.max_depth = kJsonDepthMax;
  return out;
}

constexpr std::array<std::string_view, 15> kKindNames{"not_json",    "too_large",    "too_deep",    "duplicate_key",
                                                      "wrong_type",  "missing_key",  "unknown_key", "out_of_range",
                                                      "above_bound", "bad_hex",      "bad_decimal", "bad_address",
                                                      "bad_text",    "unknown_name", "unsorted_set"};

}  // namespace

std::string_view to_string(JsonErrorKind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

std::string JsonError::text() const { return std::string(to_string(kind)) + " at " + path + ": " + message; }

Result<json::value, JsonError> parse_json(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max)
    return fail(JsonError{JsonErrorKind::too_large, "$", "at most " + std::to_string(bytes_max) + " bytes"});
  boost::system::error_code code;
  json::basic_parser<StrictBuilder> parser(options());
  parser.handler().built.reset();
  const std::size_t used = parser.write_some(false, text.data(), text.size(), code);
  if (!code && used < text.size()) code = json::error::extra_data;
  if (parser.handler().duplicate)
    return fail(JsonError{JsonErrorKind::duplicate_key, "$",
                          "each key once, but \"" + *parser.handler().duplicate + "\" stands twice in one object"});
  if (code == json::error::too_deep)
    return fail(JsonError{JsonErrorKind::too_deep, "$", "at most " + std::to_string(kJsonDepthMax) + " levels"});
  if (code) return fail(JsonError{JsonErrorKind::not_json, "$", "one JSON value (" + code.message() + ")"});
  return parser.handler().built.release();
}

void JsonReader::stop(JsonErrorKind kind, std::string message) {
  if (error_) return;
  error_.emplace(JsonError{kind, "$", std::move(message)});
  for (const auto& step : path_) error_->path += step;
}

void JsonReader::wrong_type(std::string_view wanted) { stop(JsonErrorKind::wrong_type, std::string(wanted)); }

std::uint64_t JsonReader::small_number(const json::value& in, std::uint64_t max) {
  if (!in.is_int64() && !in.is_uint64()) {
    wrong_type("a whole number");
    return 0;
  }
  const bool negative = in.is_int64() && in.get_int64() < 0;
  const std::uint64_t number = in.is_uint64() ? in.get_uint64() : static_cast<std::uint64_t>(in.get_int64());
  if (!negative && number <= max) return number;
  stop(JsonErrorKind::out_of_range, "a number from 0 to " + std::to_string(max));
  return 0;
}

u128 JsonReader::decimal(const json::value& in, u128 max) {
  if (!in.is_string()) {
    wrong_type("a decimal number in a string");
    return 0;
  }
  const std::string_view digits = in.get_string();
  const bool well_formed = !digits.empty() && (digits.size() == 1 || digits[0] != '0') &&
                           std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!well_formed) {
    stop(JsonErrorKind::bad_decimal, "decimal digits without sign and leading zero");
    return 0;
  }
  const auto number = from_decimal(digits);
  if (number && *number <= max) return *number;
  stop(JsonErrorKind::out_of_range, "a number from 0 to " + to_decimal(max));
  return 0;
}

void JsonReader::get_address(const json::value& in, Address& out) {
  if (!in.is_string()) return wrong_type("an address in a string, aeth1…");
  const auto address = address_from_text(std::string_view(in.get_string()));
  if (!address)
    return stop(JsonErrorKind::bad_address, "an address aeth1… (" + std::string(to_string(address.error())) + ")");
  out = *address;
}

Bytes JsonReader::hex(const json::value& in, std::size_t bytes_max) {
  if (!in.is_string()) {
    wrong_type("hex digits in a string, 0x…");
    return {};
  }
  const std::string_view digits = in.get_string();
  if (digits.size() > 2 + 2 * bytes_max) {
    stop(JsonErrorKind::above_bound, "at most " + std::to_string(bytes_max) + " bytes in hex");
    return {};
  }
  const bool lower = std::none_of(digits.begin(), digits.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  auto bytes = digits.starts_with("0x") && lower ? from_hex(digits) : std::nullopt;
  if (bytes) return std::move(*bytes);
  stop(JsonErrorKind::bad_hex, "0x and an even number of lower-case hex digits");
  return {};
}

std::string JsonReader::text(const json::value& in, std::size_t size_max, bool printable) {
  if (!in.is_string()) {
    wrong_type("a string");
    return {};
  }
  const std::string_view found = in.get_string();
  if (found.size() > size_max) stop(JsonErrorKind::above_bound, "at most " + std::to_string(size_max) + " characters");
  if (printable && !std::all_of(found.begin(), found.end(), [](char c) { return c >= 0x20 && c <= 0x7e; }))
    stop(JsonErrorKind::bad_text, "printable ASCII");
  return error_ ? std::string() : std::string(found);
}

std::size_t JsonReader::name_index(std::string_view name, std::span<const std::string_view> names) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  std::string wanted = "one of";
  for (const auto known : names) wanted += " " + std::string(known);
  stop(JsonErrorKind::unknown_name, wanted);
  return 0;
}

std::size_t JsonReader::index_of(const json::value& in, std::span<const std::string_view> names) {
  if (in.is_string()) return name_index(std::string_view(in.get_string()), names);
  wrong_type("a name in a string");
  return 0;
}

void JsonReader::refuse_unknown(const json::object& object, std::span<const std::string_view> known) {
  for (const auto& entry : object) {
    if (std::find(known.begin(), known.end(), std::string_view(entry.key())) != known.end()) continue;
    path_.push_back("." + std::string(entry.key()));
    stop(JsonErrorKind::unknown_key, "no such key");
    path_.pop_back();
    return;
  }
}

}  // namespace aether::api
