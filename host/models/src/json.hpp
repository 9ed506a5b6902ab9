// Bounded JSON from files of others.
#pragma once

#include <boost/json.hpp>

#include "aether/models/error.hpp"

namespace aether::models {

// At most 16 levels deep. `kind` is the error's.
[[nodiscard]] Outcome<boost::json::value> parse_json(std::string_view text, ErrorKind kind);

// A number without sign or fraction; none otherwise.
[[nodiscard]] std::optional<std::uint64_t> natural(const boost::json::value& value);

}  // namespace aether::models
