#include "signing.hpp"

#include "aether/api/json.hpp"
#include "contract_text.hpp"

namespace aether::cli {

namespace json = boost::json;

Result<env::Path, Failure> keys_directory(const Arguments& arguments) {
  if (!arguments.keys.empty()) return env::Path(arguments.keys);
  if (auto directory = keystore::default_directory()) return std::move(*directory);
  return usage("no_keys_directory", "HOME is not set, so there is no default directory; give --keys DIR");
}

Result<keystore::KeyInfo, Failure> find_key(const Arguments& arguments, const std::string& name) {
  AETHER_TRY(const auto directory, keys_directory(arguments));
  CLI_TRY(const auto path, keystore::key_path(directory, name));
  CLI_TRY(auto key, keystore::inspect_key(path));
  return key;
}

Result<Address, Failure> resolve_address(const Arguments& arguments, const std::string& text) {
  const auto address = address_from_text(text);
  if (address) return *address;
  if (text.starts_with("aeth1"))
    return usage("bad_address", "\"" + text + "\" is no address: " + std::string(to_string(address.error())));
  AETHER_TRY(const auto key, find_key(arguments, text));
  return key.address;
}

Result<crypto::PublicKey, Failure> resolve_public_key(const Arguments& arguments, const std::string& text) {
  if (text.starts_with("0x")) {
    AETHER_TRY(const auto bytes, read_id("public key", text));
    return bytes.bytes;
  }
  AETHER_TRY(const auto key, find_key(arguments, text));
  return key.public_key;
}

Result<crypto::Seed, Failure> unlock(const Arguments& arguments, const std::string& name) {
  AETHER_TRY(const auto key, find_key(arguments, name));
  AETHER_TRY(const auto secret, password(arguments, false));
  CLI_TRY(auto seed, keystore::unlock_key(key.path, secret));
  return seed;
}

Output show(const client::Settled& settled) {
  const bool success = settled.receipt && settled.receipt->code == kSuccess;
  const std::string outcome =
      settled.receipt ? outcome_name(settled.receipt->code, settled.code_name) : settled.code_name;
  json::object out{{"transaction", to_hex0x(settled.transaction.bytes)}, {"outcome", outcome}};
  std::string text = "transaction  " + to_hex0x(settled.transaction.bytes) + "\noutcome      " + outcome + "\n";
  if (settled.receipt) {
    out.emplace("receipt", api::to_json(*settled.receipt));
    text += "fee          " + amount_to_text(settled.receipt->fee) + " SWR\n";
  }
  if (settled.place) {
    out.emplace("place", api::to_json(*settled.place));
    text += "slot         " + std::to_string(settled.place->slot.raw()) + "\n";
  }
  return {std::move(text), std::move(out), success ? kDone : kFailed};
}

Result<Sent, Failure> send_call(const client::Rpc& rpc, const crypto::Seed& seed, Call call) {
  client::Intent intent;
  intent.call = std::move(call);
  CLI_TRY(auto transaction, client::build(rpc, seed, intent));
  const env::SystemClock clock;
  CLI_TRY(auto settled, client::submit_and_wait(rpc, clock, transaction));
  if (settled.receipt && settled.receipt->code == kSuccess) return Sent{std::move(transaction), std::move(settled)};
  const std::string outcome =
      settled.receipt ? outcome_name(settled.receipt->code, settled.code_name) : settled.code_name;
  return fail(Failure{kFailed, outcome,
                      "the transaction " + to_hex0x(settled.transaction.bytes) + " ended with " + outcome,
                      "its fee is paid if it was executed; aetherctl tx wait shows its receipt"});
}

}  // namespace aether::cli
