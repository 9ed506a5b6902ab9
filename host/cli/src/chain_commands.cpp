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
  CLI_TRY(const auto health, rpc.call(api::GetHealth{}));
  const std::string status(codec::enum_names<api::HealthStatus>[static_cast<std::size_t>(health.status)]);
  const json::object out{{"chain_id", api::to_json(chain.chain_id)},
                         {"genesis_hash", api::to_json(chain.genesis_hash)},
                         {"at", api::to_json(health.at)},
                         {"status", status},
                         {"pending", health.pending},
                         {"time_ms", api::to_json(health.time_ms)},
                         {"version", health.version}};
  const std::string text = "chain    " + std::to_string(chain.chain_id.raw()) + "\ngenesis  " +
                           to_hex0x(chain.genesis_hash.bytes) + "\nslot     " + std::to_string(health.at.slot.raw()) +
                           "\nblock    " + to_hex0x(health.at.hash.bytes) + "\nstatus   " + status + "\npending  " +
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
  AETHER_CHECK(add_output(arguments, asset_named(arguments.asset), intent));
  AETHER_TRY(const auto rpc, connect(arguments));
  return send_payment(arguments, rpc, intent);
}

CommandResult tx_wait(const Arguments& arguments) {
  AETHER_TRY(const auto id, read_id("transaction id", arguments.transaction));
  AETHER_TRY(const auto rpc, connect(arguments));
  Slot valid_until{arguments.valid_until};
  if (arguments.valid_until == 0) {
    CLI_TRY(const auto known, rpc.call(api::GetTransaction{id}));
    if (!known.transaction)
      return fail(Failure{kFailed, "unknown_transaction", "the chain does not know " + arguments.transaction,
                          "send it again, or say with --valid-until SLOT how long it may still come"});
    valid_until = known.transaction->body.valid_until;
  }
  const env::SystemClock clock;
  CLI_TRY(const auto settled, client::wait_for(rpc, clock, id, valid_until));
  return show(settled);
}

}  // namespace aether::cli
