// What commands share: failures of the layers below, values read from arguments, input and output.
#pragma once

#include <filesystem>
#include <optional>

#include "aether/base/bytes.hpp"
#include "aether/client/rpc.hpp"
#include "aether/keystore/keystore.hpp"
#include "command.hpp"

namespace aether::cli {

[[nodiscard]] std::unexpected<Failure> usage(std::string code, std::string message);
[[nodiscard]] Failure failure_of(const client::Error& error);
[[nodiscard]] Failure failure_of(const keystore::Error& error);
[[nodiscard]] Result<client::Rpc, Failure> connect(const Arguments& arguments);

// What to do about code object_pruned.
inline constexpr std::string_view kRestoreIt =
    "aetherctl rent show OBJECT tells whether an object was pruned, rent restore puts it back";

// "1.5", "1.5SWR" or "1.5 SWR". `option` names where the text came from: "--price".
struct Quantity {
  Amount amount = 0;
  std::optional<Asset> asset;  // none: the text names none
};
[[nodiscard]] Result<Quantity, Failure> read_quantity(std::string_view option, const std::string& text);
// The same of this asset, which the text need not name.
[[nodiscard]] Result<Amount, Failure> read_amount(std::string_view option, const std::string& text, Asset asset);
[[nodiscard]] std::string_view asset_name(Asset asset);
[[nodiscard]] Result<Hash, Failure> read_id(std::string_view what, const std::string& text);
// Pairs of hex digits, with or without 0x; of at most `bytes_max` bytes.
[[nodiscard]] Result<Bytes, Failure> read_hex(std::string_view option, const std::string& text, std::size_t bytes_max);
// A file, or stdin for "-", of at most `bytes_max` bytes.
[[nodiscard]] Result<Bytes, Failure> read_input(const std::string& path, std::size_t bytes_max);

// The same for a secret, in memory that is wiped.
[[nodiscard]] Result<keystore::SecretBytes, Failure> read_secret(const std::string& path, std::size_t bytes_max);

// Every byte on stdout now, or a failure: a full disk behind a redirection must not look like success.
[[nodiscard]] bool write_stdout(std::string_view text);
// The same past the buffer of stdout, which would keep a copy.
[[nodiscard]] bool write_stdout(const keystore::SecretBytes& secret);
[[nodiscard]] Failure stdout_failure();
// A line for people on stderr.
void note(std::string_view line);

// "0.41 s"
[[nodiscard]] std::string seconds_text(std::uint64_t ms);
// Rows of as many cells, in columns as wide as their widest cell.
[[nodiscard]] std::string table(const std::vector<std::vector<std::string>>& rows);

// The bytes as UTF-8: each one that is not part of a valid sequence becomes U+FFFD. JSON holds nothing else.
[[nodiscard]] std::string to_utf8(ByteView bytes);

}  // namespace aether::cli

// CLI_TRY(declaration, expression): like AETHER_TRY for errors of the layers below.
#define CLI_TRY(declaration, ...)                                                                   \
  auto AETHER_CONCAT(cli_result_, __LINE__) = (__VA_ARGS__);                                        \
  if (!AETHER_CONCAT(cli_result_, __LINE__))                                                        \
    return ::aether::fail(::aether::cli::failure_of(AETHER_CONCAT(cli_result_, __LINE__).error())); \
  declaration = ::std::move(*AETHER_CONCAT(cli_result_, __LINE__))
// The same for a Result<void, …>.
#define CLI_CHECK(...)                                                                                \
  if (auto AETHER_CONCAT(cli_check_, __LINE__) = (__VA_ARGS__); !AETHER_CONCAT(cli_check_, __LINE__)) \
  return ::aether::fail(::aether::cli::failure_of(AETHER_CONCAT(cli_check_, __LINE__).error()))
