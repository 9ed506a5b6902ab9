// utxo list, utxo spend.
#include "aether/api/json.hpp"
#include "aether/types/utxo.hpp"
#include "payment.hpp"

namespace aether::cli {

namespace json = boost::json;

namespace {

constexpr std::string_view kListIt = "aetherctl utxo list ADDRESS shows what can be spent";

// The UTxOs of the inputs, each there, and the owner's unless a script decides.
Result<std::vector<Utxo>, Failure> find_own(const client::Rpc& rpc, const Address& owner,
                                            std::span<const TransactionInput> inputs) {
  std::vector<Utxo> out;
  for (const auto& input : inputs) {
    const Hash& id = input.utxo;
    const std::string name = to_hex0x(id.bytes);
    CLI_TRY(const auto answer, rpc.call(api::GetProof{utxo_object(id)}));
    if (!answer.value) {
      CLI_TRY(const auto rent, rpc.call(api::GetRent{utxo_object(id)}));
      if (rent.pruned)
        return fail(Failure{kFailed, "object_pruned", "the UTxO " + name + " was pruned when its deposit was used up",
                            "aetherctl rent restore utxo:" + name + " puts it back"});
      return fail(Failure{kFailed, "missing_input", "there is no UTxO " + name + ": it is spent, or was never made",
                          std::string(kListIt)});
    }
    const auto utxo = codec::decode<Utxo>(*answer.value);
    if (!utxo)
      return fail(Failure{kUnreachable, "bad_answer", "what the chain says of " + name + " is no UTxO",
                          "check that --rpc names a chain of this version"});
    if (utxo->owner != owner && !utxo->script)
      return fail(Failure{kFailed, "foreign_input", "the UTxO " + name + " belongs to " + to_text(utxo->owner),
                          "name its owner's key with --from; " + std::string(kListIt)});
    out.push_back(*utxo);
  }
  return out;
}

Result<Asset, Failure> asset_to_pay(const Arguments& arguments, std::span<const Utxo> spent) {
  AETHER_TRY(const auto named, asset_of_amount(arguments));
  if (named) return *named;
  const auto differs = [&](const Utxo& utxo) { return utxo.asset != spent[0].asset; };
  if (std::ranges::any_of(spent, differs))
    return usage("asset_needed", "the UTxOs hold SWR and AIC: --asset says which of them --amount means");
  return spent[0].asset;
}

}  // namespace

CommandResult utxo_list(const Arguments& arguments) {
  AETHER_TRY(const auto owner, resolve_address(arguments, arguments.address));
  AETHER_TRY(const auto rpc, connect(arguments));
  json::array list;
  std::string text;
  api::GetUtxos request{owner, {}, {}};
  do {
    CLI_TRY(const auto page, rpc.call(request));
    for (const auto& entry : page.utxos) {
      list.push_back(api::to_json(entry));
      text += to_hex0x(entry.id.bytes) + "  " + amount_to_text(entry.utxo.amount) + " " +
              std::string(codec::enum_names<Asset>[static_cast<std::size_t>(entry.utxo.asset)]) + "\n";
    }
    request.after = page.next;
  } while (request.after);
  return Output{std::move(text), std::move(list)};
}

CommandResult utxo_spend(const Arguments& arguments) {
  AETHER_TRY(auto intent, read_intent(arguments));
  for (const auto& text : arguments.utxos) {
    AETHER_TRY(const auto id, read_id("UTxO id", text));
    intent.inputs.push_back({id, std::nullopt});
  }
  AETHER_TRY(const auto rpc, connect(arguments));
  AETHER_TRY(const auto key, find_key(arguments, arguments.from));
  if (!arguments.redeemer.empty()) {
    AETHER_TRY(const auto redeemer, read_hex("--redeemer", arguments.redeemer, limits::kRedeemerBytesMax));
    AETHER_TRY(const auto spent, find_own(rpc, key.address, intent.inputs));
    for (std::size_t i = 0; i < spent.size(); ++i)
      if (spent[i].script) intent.inputs[i].redeemer = redeemer;
  }
  if (!arguments.to.empty()) {
    AETHER_TRY(const auto spent, find_own(rpc, key.address, intent.inputs));
    AETHER_TRY(const auto asset, asset_to_pay(arguments, spent));
    AETHER_CHECK(add_output(arguments, asset, intent));
  }
  return send_payment(arguments, rpc, intent);
}

}  // namespace aether::cli
