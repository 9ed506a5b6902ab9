#include "payment.hpp"

#include "aether/types/utxo.hpp"

namespace aether::cli {

namespace json = boost::json;

namespace {

void name_utxos(const TransactionBody& body, Output& output) {
  const Hash id = transaction_id(body);
  json::array made;
  for (std::uint32_t i = 0; i < body.outputs.size(); ++i) {
    if (body.outputs[i].kind != OutputKind::utxo) continue;
    const std::string utxo = to_hex0x(utxo_id(id, i).bytes);
    output.text += "utxo         " + utxo + "\n";
    made.push_back(json::string(utxo));
  }
  if (!made.empty()) output.json.get_object().emplace("utxos", std::move(made));
}

}  // namespace

Asset asset_named(const std::string& name) { return name == "AIC" ? Asset::aic : Asset::swr; }

Result<client::Intent, Failure> read_intent(const Arguments& arguments) {
  client::Intent intent;
  AETHER_TRY(intent.priority_fee, read_amount("--priority-fee", arguments.priority_fee));
  intent.valid_slots = arguments.valid_slots;
  intent.nonce = arguments.nonce;
  return intent;
}

Result<void, Failure> add_output(const Arguments& arguments, Asset asset, client::Intent& intent) {
  AETHER_TRY(const auto amount, read_amount("--amount", arguments.amount));
  if (amount == 0) return usage("bad_amount", "--amount is 0");
  AETHER_TRY(const auto owner, resolve_address(arguments, arguments.to));
  const auto kind = arguments.as_utxo ? OutputKind::utxo : OutputKind::account;
  TransactionOutput output{owner, asset, amount, kind, std::nullopt};
  if (!arguments.script.empty()) {
    auto& script = output.script.emplace();
    AETHER_TRY(script.program, read_id("contract id", arguments.script));
    AETHER_TRY(script.datum, read_hex("--datum", arguments.datum, limits::kDatumBytesMax));
  }
  intent.outputs.push_back(std::move(output));
  return {};
}

Result<Paid, Failure> pay(const Arguments& arguments, const client::Rpc& rpc, const client::Intent& intent) {
  AETHER_TRY(const auto seed, unlock(arguments, arguments.from));
  CLI_TRY(const auto transaction, client::build(rpc, seed, intent));
  if (arguments.no_wait) {
    CLI_TRY(const auto id, client::send(rpc, transaction));
    const std::string until = std::to_string(transaction.body.valid_until.raw());
    Output output{"transaction  " + to_hex0x(id.bytes) + "\nvalid until  " + until + "\n",
                  json::object{{"transaction", to_hex0x(id.bytes)}, {"valid_until", until}}};
    name_utxos(transaction.body, output);
    return Paid{std::move(output), {}};
  }
  const env::SystemClock clock;
  CLI_TRY(auto settled, client::submit_and_wait(rpc, clock, transaction));
  Output output = show(settled);
  if (output.exit == kDone) name_utxos(transaction.body, output);
  return Paid{std::move(output), std::move(settled.receipt)};
}

CommandResult send_payment(const Arguments& arguments, const client::Rpc& rpc, const client::Intent& intent) {
  AETHER_TRY(auto paid, pay(arguments, rpc, intent));
  return std::move(paid.output);
}

}  // namespace aether::cli
