// node: a node of this user on this machine, by the socket in its directory.
#include "aether/api/json.hpp"
#include "aether/programs/stake_instructions.hpp"
#include "local_chain.hpp"
#include "signing.hpp"

namespace aether::cli {
namespace {

namespace json = boost::json;

std::string kes_text(const admin::KesAnswer& kes) {
  std::string out = "kes key    ";
  if (!kes.held)
    out += "the one that the chain counts is not in the validator's folder";
  else if (!kes.last_epoch)
    out += "not in the set of epoch " + std::to_string(kes.epoch);
  else
    out += "signs until epoch " + std::to_string(*kes.last_epoch) + ", and this is epoch " + std::to_string(kes.epoch);
  if (kes.next_epoch) out += "; a newer one signs from epoch " + std::to_string(*kes.next_epoch) + " on";
  if (kes.next && !kes.next_epoch) out += "; the next one is not registered: aetherctl node renew-kes";
  return out + "\n";
}

}  // namespace

CommandResult node_status(const Arguments& arguments) {
  CLI_TRY(auto node, admin::Client::connect(arguments.folder));
  CLI_TRY(const auto answer, node.call(admin::GetStatus{}));
  std::string text = "process    " + std::to_string(answer.process) + "\nversion    " + answer.version +
                     "\nslot       " + std::to_string(answer.slot.raw()) + "\nfinal      " +
                     std::to_string(answer.at.slot.raw()) + "\nblock      " + hex(answer.at.hash) + "\nstatus     " +
                     std::string(codec::enum_names<api::HealthStatus>[static_cast<std::size_t>(answer.status)]) + "\n";
  for (const std::string& what : answer.missing) text += "waits      for " + what + "\n";
  text += "peers      " + std::to_string(answer.peers) + "\npending    " + std::to_string(answer.pending) +
          "\nvalidator  " + (answer.validator ? to_text(*answer.validator) : "none: it follows") + "\n";
  if (answer.kes) text += kes_text(*answer.kes);
  if (answer.silent) text += "           silent: it lost its safety log, and votes again in an epoch\n";
  return Output{std::move(text), api::to_json(answer), answer.status == api::HealthStatus::ready ? kDone : kFailed};
}

CommandResult node_renew_kes(const Arguments& arguments) {
  CLI_TRY(auto node, admin::Client::connect(arguments.folder));
  AETHER_TRY(const auto rpc, connect(arguments));
  AETHER_TRY(const auto payer, find_key(arguments, arguments.from));
  CLI_TRY(const auto prepared, node.call(admin::PrepareKes{}));
  const Registration& registration = prepared.registration;
  if (payer.address != registration.address)
    return fail(
        Failure{kDiffers, "other_account",
                arguments.from + " is not " + to_text(registration.address) + ", whose validator this is",
                "name the key of the account that stakes with --from; a repetition goes on with the same KES key"});
  json::object out{{"address", to_text(registration.address)},
                   {"kes_key", to_hex0x(registration.kes_key)},
                   {"already_registered", prepared.registered}};
  std::string text =
      "address      " + to_text(registration.address) + "\nkes key      " + to_hex0x(registration.kes_key) + "\n";
  if (!prepared.registered) {
    AETHER_TRY(const auto seed, unlock(arguments, arguments.from));
    const auto call = programs::make_call(programs::RenewKes{registration.kes_key, registration.kes_proof});
    AETHER_TRY(const auto sent, send_call(rpc, seed, call));
    text += "transaction  " + hex(sent.settled.transaction) + "\n";
    out.emplace("transaction", hex(sent.settled.transaction));
  }
  note(
      "aetherctl: the node signs with the old KES key until the chain counts the new one, and then erases the old one");
  return Output{std::move(text), std::move(out)};
}

}  // namespace aether::cli
