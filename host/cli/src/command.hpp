// What commands take and give back; aetherctl.cpp fills it in and prints it.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "aether/client/submit.hpp"
#include "aether/keystore/keystore.hpp"

namespace aether::cli {

enum Exit : int { kDone = 0, kFailed = 1, kUsage = 2, kUnreachable = 3, kBadFile = 4 };

struct Failure {
  int exit = kFailed;
  std::string code;     // stable
  std::string message;  // what is wrong
  std::string next;     // what to do
};

struct Output {
  std::string text;
  boost::json::value json;
  int exit = kDone;  // a command may show its result and still end with a failure
};
using CommandResult = Result<Output, Failure>;

struct Arguments {
  std::string rpc;
  std::string keys;           // directory; empty: the default
  std::string password_file;  // empty: ask on the terminal
  bool json = false;

  std::string name;     // of a key
  std::string address;  // or the name of a key
  std::string from;
  std::string to;
  std::string amount;
  std::string asset = "SWR";
  std::string priority_fee = "0";
  std::uint64_t valid_slots = 200;
  std::string transaction;
  std::uint64_t valid_until = 0;  // 0: as the chain knows it
  bool no_wait = false;
};

CommandResult keys_new(const Arguments& arguments);
CommandResult keys_list(const Arguments& arguments);
CommandResult keys_show(const Arguments& arguments);
CommandResult show_status(const Arguments& arguments);
CommandResult show_account(const Arguments& arguments);
CommandResult transfer(const Arguments& arguments);
CommandResult tx_wait(const Arguments& arguments);

// --- For commands --------------------------------------------------------------------------------------------------

[[nodiscard]] std::unexpected<Failure> usage(std::string code, std::string message);
[[nodiscard]] Failure failure_of(const client::Error& error);
[[nodiscard]] Failure failure_of(const keystore::Error& error);
[[nodiscard]] Result<client::Rpc, Failure> connect(const Arguments& arguments);
[[nodiscard]] Result<env::Path, Failure> keys_directory(const Arguments& arguments);
// From the password file, else from the terminal without echo (twice when `confirm`); never from flags or environment.
[[nodiscard]] Result<keystore::SecretBytes, Failure> password(const Arguments& arguments, bool confirm);
// "aeth1…" or the name of a key.
[[nodiscard]] Result<Address, Failure> resolve_address(const Arguments& arguments, const std::string& text);

}  // namespace aether::cli

// CLI_TRY(declaration, expression): like AETHER_TRY for errors of the layers below.
#define CLI_TRY(declaration, ...)                                                                   \
  auto AETHER_CONCAT(cli_result_, __LINE__) = (__VA_ARGS__);                                        \
  if (!AETHER_CONCAT(cli_result_, __LINE__))                                                        \
    return ::aether::fail(::aether::cli::failure_of(AETHER_CONCAT(cli_result_, __LINE__).error())); \
  declaration = ::std::move(*AETHER_CONCAT(cli_result_, __LINE__))
