#include "support.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "aether/devnet/devnet.hpp"
#include "aether/env/file.hpp"
#include "aether/ledger/code.hpp"
#include "contract_text.hpp"

namespace aether::cli {

std::unexpected<Failure> usage(std::string code, std::string message) {
  return fail(Failure{kUsage, std::move(code), std::move(message), "aetherctl COMMAND --help shows examples"});
}

static std::string how_to_reach() {
  const auto directory = devnet::default_directory();
  if (directory && devnet::Devnet::open(*directory, devnet::Use::look))
    return "aetherctl devnet status lists the nodes of the network in " + directory->string() +
           "; name one of them, or another chain, with --rpc URL";
  return "start a chain with aetherctl devnet up or aetherd dev, and name it with --rpc URL";
}

Failure failure_of(const client::Error& error) {
  const bool of_input = error.result == result_code(ledger::Code::missing_input) ||
                        error.result == result_code(ledger::Code::foreign_input);
  const bool of_pruned = error.reason == to_string(ledger::Code::object_pruned);
  using enum client::ErrorKind;
  switch (error.kind) {
    case unreachable: return {kUnreachable, "unreachable", error.message, how_to_reach()};
    case undecided: return {kUnreachable, "undecided", error.message, "aetherctl tx wait ID asks again"};
    case bad_answer:
      return {kUnreachable, "bad_answer", error.message, "check that --rpc names a chain of this version"};
    case refused:
      return {kFailed, error.reason.empty() ? std::string(api::info(error.code).name) : error.reason, error.message,
              std::string(of_pruned ? kRestoreIt : api::info(error.code).remedy)};
    case would_fail:
      if (is_contract_code(error.result)) return call_failure(error.result, error.reason, "nothing was sent");
      if (of_pruned) return {kFailed, error.reason, error.message, "nothing was sent; " + std::string(kRestoreIt)};
      return {kFailed, error.reason, error.message,
              of_input ? "nothing was sent; aetherctl utxo list ADDRESS shows what can be spent"
                       : "nothing was sent; aetherctl account shows the balances"};
    case overflow: break;
  }
  return {kFailed, "out_of_range", error.message, "nothing was sent; use a smaller value"};
}

Failure failure_of(const keystore::Error& error) {
  using enum keystore::ErrorKind;
  switch (error.kind) {
    case bad_name: return {kUsage, "bad_key_name", error.message, "choose a name like alice or worker-1"};
    case empty_password:
      return {kBadFile, "empty_password", error.message, "put a password on the first line of the file"};
    case exists: return {kBadFile, "key_exists", error.message, "aetherctl keys list shows the names that are taken"};
    case not_found: return {kBadFile, "key_not_found", error.message, "aetherctl keys list shows the keys"};
    case too_open:
      return {kBadFile, "key_too_open", error.message, "chmod 600 the file, and think of who may have read it"};
    case damaged:
      return {kBadFile, "key_damaged", error.message,
              "restore the file from a copy, or the key from its words: aetherctl keys import"};
    case wrong_password:
      return {kBadFile, "wrong_password", error.message,
              "try again; a key whose password is lost comes back from its words: aetherctl keys import"};
    case locked:
      return {kBadFile, "validator_locked", error.message, "stop the node or the command that uses the folder"};
    case bad_registration:
      return {kBadFile, "bad_registration", error.message,
              "aetherctl keys validator verify says what does not hold; restore the file from a copy"};
    case other_validator:
      return {kBadFile, "other_validator", error.message, "put back the files that were made together"};
    case other_registration:
      return {kBadFile, "other_registration", error.message,
              "aetherctl keys validator rotate-kes --lost, then aetherctl node renew-kes"};
    case past_period: return {kBadFile, "kes_period_past", error.message, "no key can sign for that period any more"};
    case expired: return {kBadFile, "kes_expired", error.message, "aetherctl node renew-kes"};
    case environment: break;
  }
  return {kBadFile, "key_file", error.message, "check the path, its permissions and the disk"};
}

Result<client::Rpc, Failure> connect(const Arguments& arguments) {
  auto url = client::parse_url(arguments.rpc);
  if (url) return client::Rpc(std::move(*url));
  return usage("bad_url", "--rpc \"" + arguments.rpc + "\": " + std::string(to_string(url.error())));
}

std::string_view asset_name(Asset asset) { return codec::enum_names<Asset>[static_cast<std::size_t>(asset)]; }

Result<Quantity, Failure> read_quantity(std::string_view option, const std::string& text) {
  std::string_view number = text;
  Quantity out;
  for (const Asset asset : {Asset::swr, Asset::aic}) {
    if (!number.ends_with(asset_name(asset))) continue;
    number.remove_suffix(asset_name(asset).size());
    if (number.ends_with(' ')) number.remove_suffix(1);
    out.asset = asset;
  }
  const auto amount = amount_from_text(number);
  if (!amount)
    return usage("bad_amount", std::string(option) + " \"" + text +
                                   "\": wanted is a number like 12.5, at most 6 decimals, or with its asset: 12.5 SWR");
  out.amount = *amount;
  return out;
}

Result<Amount, Failure> read_amount(std::string_view option, const std::string& text, Asset asset) {
  AETHER_TRY(const auto quantity, read_quantity(option, text));
  if (quantity.asset.value_or(asset) == asset) return quantity.amount;
  return usage("wrong_asset",
               std::string(option) + " \"" + text + "\": wanted is an amount of " + std::string(asset_name(asset)));
}

Result<Hash, Failure> read_id(std::string_view what, const std::string& text) {
  const auto id = hash_from_hex(text);
  if (id) return *id;
  return usage("bad_id", "\"" + text + "\" is no " + std::string(what) + ": wanted is 0x and 64 hex digits");
}

Result<Bytes, Failure> read_hex(std::string_view option, const std::string& text, std::size_t bytes_max) {
  auto bytes = from_hex(text);
  if (bytes && bytes->size() <= bytes_max) return std::move(*bytes);
  return usage("bad_hex", std::string(option) + ": wanted is 0x and an even number of hex digits, for at most " +
                              std::to_string(bytes_max) + " bytes");
}

Result<keystore::SecretBytes, Failure> read_secret(const std::string& path, std::size_t bytes_max) {
  const auto too_large = [&] {
    return fail(Failure{kBadFile, "input_too_large",
                        (path == "-" ? "stdin" : path) + " has more than " + std::to_string(bytes_max) + " bytes",
                        "give a shorter text"});
  };
  if (path != "-") {
    auto bytes = env::read_file(path, bytes_max);
    if (bytes) return keystore::SecretBytes(std::move(*bytes));
    if (bytes.error().kind == env::ErrorKind::too_large) return too_large();
    return fail(Failure{kBadFile, "input_file", bytes.error().message, "name a file, or - for stdin"});
  }
  keystore::SecretBytes out, buffer(Bytes(64 * 1024));
  for (;;) {
    const auto room = buffer.mutable_view();
    const ssize_t size = ::read(STDIN_FILENO, room.data(), room.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return fail(Failure{kBadFile, "input_file", "stdin cannot be read", "name a file instead of -"});
    if (size == 0) return out;
    out.append(buffer.view().first(static_cast<std::size_t>(size)));
    if (out.size() > bytes_max) return too_large();
  }
}

Result<Bytes, Failure> read_input(const std::string& path, std::size_t bytes_max) {
  AETHER_TRY(auto read, read_secret(path, bytes_max));
  return read.release();
}

bool write_stdout(std::string_view text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
}

bool write_stdout(const keystore::SecretBytes& secret) {
  if (std::fflush(stdout) != 0) return false;
  for (ByteView rest = secret.view(); !rest.empty();) {
    const ssize_t size = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return false;
    rest = rest.subspan(static_cast<std::size_t>(size));
  }
  return true;
}

Failure stdout_failure() {
  return {kBadFile, "stdout", "the output cannot be written", "free space where stdout goes, or keep its reader open"};
}

std::string seconds_text(std::uint64_t ms) {
  const std::string hundredths = std::to_string(ms % 1'000 / 10);
  return std::to_string(ms / 1'000) + (hundredths.size() == 1 ? ".0" : ".") + hundredths + " s";
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) out += row[i] + std::string(widths[i] + 2 - row[i].size(), ' ');
    out += row.back() + "\n";
  }
  return out;
}

void note(std::string_view line) {
  // A closed stderr must not end a command: its result is on stdout.
  (void)std::fwrite(line.data(), 1, line.size(), stderr);
  (void)std::fputc('\n', stderr);
}

}  // namespace aether::cli
