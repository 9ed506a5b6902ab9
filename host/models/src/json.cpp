#include "json.hpp"

namespace aether::models {

namespace json = boost::json;

Outcome<json::value> parse_json(std::string_view text, ErrorKind kind) {
  constexpr std::size_t kDepthMax = 16;
  json::parse_options options;
  options.max_depth = kDepthMax;
  boost::system::error_code code;
  json::value out = json::parse(text, code, {}, options);
  if (code) return error(kind, "not JSON: " + code.message());
  return out;
}

std::optional<std::uint64_t> natural(const json::value& value) {
  if (const auto* number = value.if_uint64()) return *number;
  if (const auto* number = value.if_int64(); number != nullptr && *number >= 0)
    return static_cast<std::uint64_t>(*number);
  return std::nullopt;
}

}  // namespace aether::models
