#include "database.hpp"

#include "aether/types/asset.hpp"

namespace aether::chain {
namespace {

constexpr std::string_view kFirst = "db";
constexpr std::size_t kFileBytesMax = 64;

std::unexpected<storage::Error> error(storage::ErrorKind kind, std::string message) {
  return fail(storage::Error{kind, std::move(message)});
}

}  // namespace

std::string database_name(std::uint64_t number) {
  return std::string(kFirst) + (number == 0 ? "" : "-" + std::to_string(number));
}

std::optional<std::uint64_t> database_number(std::string_view name) {
  if (name == kFirst) return 0;
  if (!name.starts_with("db-")) return std::nullopt;
  const auto number = from_decimal(name.substr(3));
  if (!number || *number > UINT32_MAX) return std::nullopt;
  const auto out = static_cast<std::uint64_t>(*number);
  return name == database_name(out) ? std::optional(out) : std::nullopt;
}

storage::Outcome<std::string> current_database(const env::Path& directory) {
  const env::Path file = directory / kDatabaseFile;
  const auto bytes = env::read_file(file, kFileBytesMax);
  if (!bytes && bytes.error().kind == env::ErrorKind::not_found) return std::string(kFirst);
  if (!bytes) return error(storage::ErrorKind::environment, bytes.error().message);
  std::string name(as_text(*bytes));
  if (name.ends_with('\n')) name.pop_back();
  if (!database_number(name))
    return error(storage::ErrorKind::corrupt, file.string() + " names no database: restore the directory");
  std::error_code ignored;
  if (!std::filesystem::exists(directory / name / "CURRENT", ignored))
    return error(storage::ErrorKind::corrupt,
                 file.string() + " names " + name + ", which is not there: restore the directory");
  return name;
}

storage::Outcome<void> name_database(const env::Path& directory, const std::string& name) {
  const auto written = env::write_file_atomically(directory / kDatabaseFile, as_bytes(name + "\n"), {.mode = 0600});
  if (!written) return error(storage::ErrorKind::environment, written.error().message);
  return {};
}

}  // namespace aether::chain
