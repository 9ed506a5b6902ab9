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

std::string remedy(ledger::Reject reject) {
  using enum ledger::Reject;
  switch (reject) {
    case nonce_used:
    case nonce_too_old:
    case nonce_repeated: return "make it again: it then takes the next unused nonce";
    case nonce_too_far: return "send those with the nonces before it first";
    case cannot_pay: return "aetherctl account shows the balance, which must cover max_fee";
    case fee_too_low:
    case fee_below_congestion: return "make it again: it then offers what blocks ask now";
    case wrong_chain: return "name the chain that it was signed for with --rpc";
    default: return "make it again";
  }
}

void add_obstacle(const std::optional<client::Obstacle>& obstacle, const TransactionBody& body, Output& out) {
  const std::string reason = obstacle ? std::string(ledger::reject_name(obstacle->reject)) : "none";
  const std::string message = obstacle ? client::to_text(*obstacle, body) : "nothing in the state stands in its way";
  const std::string next =
      obstacle ? remedy(obstacle->reject) : "make it again; --priority-fee puts it before those that offer less";
  out.text += "why          " + message + "\nnext         " + next + "\n";
  json::object why{{"reason", reason}, {"message", message}, {"next", next}};
  why.emplace("used_by", obstacle && obstacle->used_by ? json::value(to_hex0x(obstacle->used_by->bytes)) : nullptr);
  out.json.get_object().emplace("why", std::move(why));
}

Output show(const client::Settled& settled, const TransactionBody* body) {
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
  out.emplace("waited_ms", settled.waited_ms);
  text += "waited       " + seconds_text(settled.waited_ms) + (settled.receipt ? " until it was final\n" : "\n");
  Output shown{std::move(text), std::move(out), success ? kDone : kFailed};
  if (!settled.receipt && body) add_obstacle(settled.obstacle, *body, shown);
  return shown;
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
                      "the transaction " + to_hex0x(settled.transaction.bytes) + " ended with " + outcome +
                          (settled.obstacle ? ": " + client::to_text(*settled.obstacle, transaction.body) : ""),
                      settled.receipt ? "its fee is paid; aetherctl tx wait shows its receipt"
                                      : "nothing happened, and nothing is paid: try again"});
}

}  // namespace aether::cli
