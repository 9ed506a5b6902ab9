// A method as OpenRPC 1.2 (https://spec.open-rpc.org) describes it.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <span>

#include "aether/api/error.hpp"

namespace aether::api {

inline constexpr std::string_view kOpenRpcVersion = "1.2.6";

struct MethodText {
  std::string_view name;
  std::string_view summary;
  std::optional<std::uint32_t> cost;  // x-cost
  std::span<const ErrorCode> errors;  // of its own, besides those that any call can end with
  boost::json::object (*request_schema)();
  boost::json::object (*answer_schema)();
};
[[nodiscard]] boost::json::object describe(const MethodText& method);
[[nodiscard]] boost::json::object describe(const ErrorInfo& error);

}  // namespace aether::api
