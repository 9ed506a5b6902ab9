// What commands take and give back; aetherctl.cpp prints it.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>

#include "aether/base/result.hpp"
#include "aether/keystore/secret_bytes.hpp"
#include "arguments.hpp"

namespace aether::cli {

enum Exit : int {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,
  kUnreachable = 3,
  kBadFile = 4,
  kDiffers = 5,
  kHonest = 6,
};

struct Failure {
  int exit = kFailed;
  std::string code;     // stable
  std::string message;  // what is wrong
  std::string next;     // what to do
};

// A secret that was asked for: the last line of the text, the last member of the JSON object. No string holds it.
struct ShownSecret {
  std::string name;
  keystore::SecretBytes text;  // letters, digits and spaces
};

struct Output {
  std::string text;
  boost::json::value json;
  int exit = kDone;                        // a command may show its result and still end with a failure
  std::optional<ShownSecret> secret = {};  // with a JSON object
};
using CommandResult = Result<Output, Failure>;
using Command = CommandResult (*)(const Arguments&);

CommandResult keys_new(const Arguments& arguments);
CommandResult keys_import(const Arguments& arguments);
CommandResult keys_export(const Arguments& arguments);
CommandResult keys_list(const Arguments& arguments);
CommandResult keys_show(const Arguments& arguments);
CommandResult keys_sign(const Arguments& arguments);
CommandResult keys_verify(const Arguments& arguments);
CommandResult validator_new(const Arguments& arguments);
CommandResult validator_show(const Arguments& arguments);
CommandResult validator_rotate_kes(const Arguments& arguments);
CommandResult validator_verify(const Arguments& arguments);
CommandResult show_status(const Arguments& arguments);
CommandResult show_account(const Arguments& arguments);
CommandResult transfer(const Arguments& arguments);
CommandResult utxo_list(const Arguments& arguments);
CommandResult utxo_spend(const Arguments& arguments);
CommandResult rent_show(const Arguments& arguments);
CommandResult rent_fund(const Arguments& arguments);
CommandResult rent_prune(const Arguments& arguments);
CommandResult rent_keep(const Arguments& arguments);
CommandResult rent_restore(const Arguments& arguments);
CommandResult show_block(const Arguments& arguments);
CommandResult show_validators(const Arguments& arguments);
CommandResult show_peers(const Arguments& arguments);
CommandResult tx_send(const Arguments& arguments);
CommandResult tx_status(const Arguments& arguments);
CommandResult tx_wait(const Arguments& arguments);
CommandResult tx_simulate(const Arguments& arguments);
CommandResult contract_build(const Arguments& arguments);
CommandResult contract_upload(const Arguments& arguments);
CommandResult contract_deploy(const Arguments& arguments);
CommandResult contract_call(const Arguments& arguments);
CommandResult contract_query(const Arguments& arguments);
CommandResult contract_logs(const Arguments& arguments);
CommandResult contract_upgrade(const Arguments& arguments);
CommandResult contract_authority(const Arguments& arguments);
CommandResult contract_inspect(const Arguments& arguments);
CommandResult model_convert(const Arguments& arguments);
CommandResult model_register(const Arguments& arguments);
CommandResult model_list(const Arguments& arguments);
CommandResult job_post(const Arguments& arguments);
CommandResult job_watch(const Arguments& arguments);
CommandResult job_list(const Arguments& arguments);
CommandResult job_show(const Arguments& arguments);
CommandResult job_cancel(const Arguments& arguments);
CommandResult job_prove(const Arguments& arguments);
CommandResult job_run(const Arguments& arguments);
CommandResult job_verify(const Arguments& arguments);
CommandResult ledger_init(const Arguments& arguments);
CommandResult ledger_apply(const Arguments& arguments);
CommandResult ledger_state(const Arguments& arguments);
CommandResult ledger_proof(const Arguments& arguments);
CommandResult ledger_verify_proof(const Arguments& arguments);
CommandResult ledger_replay(const Arguments& arguments);
CommandResult ledger_block(const Arguments& arguments);
CommandResult snapshot_create(const Arguments& arguments);
CommandResult snapshot_verify(const Arguments& arguments);
CommandResult snapshot_restore(const Arguments& arguments);
CommandResult snapshot_info(const Arguments& arguments);
CommandResult node_status(const Arguments& arguments);
CommandResult node_renew_kes(const Arguments& arguments);
CommandResult devnet_up(const Arguments& arguments);
CommandResult devnet_down(const Arguments& arguments);
CommandResult devnet_status(const Arguments& arguments);
CommandResult devnet_logs(const Arguments& arguments);
CommandResult devnet_kill(const Arguments& arguments);
CommandResult devnet_restart(const Arguments& arguments);
CommandResult devnet_faults(const Arguments& arguments);
CommandResult devnet_partition(const Arguments& arguments);
CommandResult devnet_heal(const Arguments& arguments);
CommandResult devnet_pause(const Arguments& arguments);
CommandResult devnet_resume(const Arguments& arguments);

}  // namespace aether::cli
