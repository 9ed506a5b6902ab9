// Which of the databases in a chain's directory is the chain.
#pragma once

#include "aether/env/file.hpp"
#include "aether/storage/error.hpp"

namespace aether::chain {

inline constexpr std::string_view kDatabaseFile = "database";  // its name; absent: "db"

[[nodiscard]] storage::Outcome<std::string> current_database(const env::Path& directory);
// From now on it is the chain: durable, and done or not.
[[nodiscard]] storage::Outcome<void> name_database(const env::Path& directory, const std::string& name);

// The number of "db" (0) or "db-N"; none of any other name.
[[nodiscard]] std::optional<std::uint64_t> database_number(std::string_view name);
[[nodiscard]] std::string database_name(std::uint64_t number);

}  // namespace aether::chain
