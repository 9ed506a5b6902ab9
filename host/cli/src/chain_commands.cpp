#include "aether/api/json.hpp"
#include "payment.hpp"

namespace aether::cli {
namespace {

namespace json = boost::json;

std::string balance_text(const Balance& balance) {
  return "SWR    " + amount_to_text(balance.swr) + "\nAIC    " + amount_to_text(balance.aic) + "\n";
}

}  // namespace

CommandResult show_status(const Arguments& arguments) {
  AETHER_TRY(const auto rpc, connect(arguments));
  CLI_TRY(const auto chain, rpc.call(api::GetChainId{}));
  CLI_TRY(const auto newest, rpc.call(api::GetSlotNumber{}));
  CLI_TRY(const auto health, rpc.call(api::GetHealth{}));
  const std::string status(codec::enum_names<api::HealthStatus>[static_cast<std::size_t>(health.status)]);
  const std::string kind(codec::enum_names<api::ChainKind>[static_cast<std::size_t>(chain.kind)]);
  json::array missing;
  std::string waits;
  for (const auto& what : health.missing) {
    missing.push_back(json::string(what));
    waits += "waits    for " + what + "\n";
  }
  const json::object out{{"chain_id", api::to_json(chain.chain_id)},
                         {"kind", kind},
                         {"genesis_hash", api::to_json(chain.genesis_hash)},
                         {"slot", api::to_json(newest.at.slot)},
                         {"at", api::to_json(health.at)},
                         {"status", status},
                         {"missing", std::move(missing)},
                         {"pending", health.pending},
                         {"time_ms", api::to_json(health.time_ms)},
                         {"version", health.version}};
  const std::string text = "chain    " + std::to_string(chain.chain_id.raw()) + " (" + kind + ")\ngenesis  " +
                           to_hex0x(chain.genesis_hash.bytes) + "\nslot     " + std::to_string(newest.at.slot.raw()) +
                           "\nfinal    " + std::to_string(health.at.slot.raw()) + "\nblock    " +
                           to_hex0x(health.at.hash.bytes) + "\nstatus   " + status + "\n" + waits + "pending  " +
                           std::to_string(health.pending) + "\nversion  " + health.version + "\n";
  return Output{text, out, health.status == api::HealthStatus::ready ? kDone : kFailed};
}

CommandResult show_account(const Arguments& arguments) {
  AETHER_TRY(const auto address, resolve_address(arguments, arguments.address));
  AETHER_TRY(const auto rpc, connect(arguments));
  CLI_TRY(const auto answer, rpc.call(api::GetAccount{address}));
  json::object out{{"address", to_text(address)}};
  const json::value shown = api::to_json(answer);
  for (const auto& entry : shown.get_object()) out.insert(entry);
  return Output{"address  " + to_text(address) + "\n" + balance_text(answer.account.balance) + "nonce  " +
                    std::to_string(answer.account.nonce_top) + "\nslot   " + std::to_string(answer.at.slot.raw()) +
                    "\n",
                std::move(out)};
}

CommandResult transfer(const Arguments& arguments) {
  AETHER_TRY(auto intent, read_intent(arguments));
  AETHER_TRY(const auto asset, asset_of_amount(arguments));
  AETHER_CHECK(add_output(arguments, asset.value_or(Asset::swr), intent));
  AETHER_TRY(const auto rpc, connect(arguments));
  return send_payment(arguments, rpc, intent);
}

}  // namespace aether::cli
