#include "payment.hpp"

#include "aether/env/file.hpp"
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

Output sent_only(const Transaction& transaction, const Hash& id) {
  const std::string until = std::to_string(transaction.body.valid_until.raw());
  Output out{"transaction  " + to_hex0x(id.bytes) + "\nvalid until  " + until + "\n",
             json::object{{"transaction", to_hex0x(id.bytes)}, {"valid_until", until}}};
  name_utxos(transaction.body, out);
  return out;
}

Result<Output, Failure> keep(const Arguments& arguments, const Transaction& transaction) {
  const std::string text = to_hex0x(codec::encode(transaction)) + "\n";
  if (const auto written = env::write_file_atomically(arguments.out, as_bytes(text)); !written)
    return fail(Failure{kBadFile, "output_file", written.error().message, "name a file that can be written"});
  Output out = sent_only(transaction, transaction_id(transaction.body));
  out.text += "file         " + arguments.out + "\n";
  out.json.get_object().emplace("file", arguments.out);
  return out;
}

// A refusal that the state explains better than the rule's sentence does.
Failure refused(const client::Rpc& rpc, const Transaction& transaction, const client::Error& error) {
  Failure out = failure_of(error);
  if (error.kind != client::ErrorKind::refused || error.code != api::ErrorCode::rejected_transaction) return out;
  const auto obstacle = client::find_obstacle(rpc, transaction);
  if (!obstacle || !*obstacle || ledger::reject_name((*obstacle)->reject) != error.reason) return out;
  out.message = "no block may hold the transaction: " + client::to_text(**obstacle, transaction.body);
  out.next = remedy((*obstacle)->reject);
  return out;
}

}  // namespace

Result<std::optional<Asset>, Failure> asset_of_amount(const Arguments& arguments) {
  AETHER_TRY(const auto quantity, read_quantity("--amount", arguments.amount));
  if (arguments.asset.empty()) return quantity.asset;
  const Asset named = arguments.asset == asset_name(Asset::aic) ? Asset::aic : Asset::swr;
  if (quantity.asset.value_or(named) == named) return named;
  return usage("wrong_asset", "--amount \"" + arguments.amount + "\" is no amount of --asset " + arguments.asset);
}

Result<client::Intent, Failure> read_intent(const Arguments& arguments) {
  client::Intent intent;
  AETHER_TRY(intent.priority_fee, read_amount("--priority-fee", arguments.priority_fee, Asset::swr));
  intent.valid_slots = arguments.valid_slots;
  intent.nonce = arguments.nonce;
  return intent;
}

Result<void, Failure> add_output(const Arguments& arguments, Asset asset, client::Intent& intent) {
  AETHER_TRY(const auto amount, read_amount("--amount", arguments.amount, asset));
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

Result<Paid, Failure> send_and_show(const Arguments& arguments, const client::Rpc& rpc,
                                    const Transaction& transaction) {
  if (arguments.no_wait) {
    const auto id = client::send(rpc, transaction);
    if (!id) return fail(refused(rpc, transaction, id.error()));
    return Paid{sent_only(transaction, *id), {}};
  }
  const env::SystemClock clock;
  auto settled = client::submit_and_wait(rpc, clock, transaction);
  if (!settled) return fail(refused(rpc, transaction, settled.error()));
  Output output = show(*settled, &transaction.body);
  if (output.exit == kDone) name_utxos(transaction.body, output);
  return Paid{std::move(output), std::move(settled->receipt)};
}

Result<Paid, Failure> pay(const Arguments& arguments, const client::Rpc& rpc, const client::Intent& intent) {
  AETHER_TRY(const auto seed, unlock(arguments, arguments.from));
  CLI_TRY(const auto transaction, client::build(rpc, seed, intent));
  if (arguments.out.empty()) return send_and_show(arguments, rpc, transaction);
  AETHER_TRY(auto output, keep(arguments, transaction));
  return Paid{std::move(output), {}};
}

CommandResult send_payment(const Arguments& arguments, const client::Rpc& rpc, const client::Intent& intent) {
  AETHER_TRY(auto paid, pay(arguments, rpc, intent));
  return std::move(paid.output);
}

}  // namespace aether::cli
