#include "option_tree.hpp"

namespace aether::cli {

void Tree::called(CLI::App* command, const std::string& input) {
  auto* hex = command->add_option(input, arguments_.call_input, "The whole input, 0x and hex");
  auto* file = command->add_option(input + "-file", arguments_.input_file, "File with the whole input")->excludes(hex);
  command
      ->add_option("--arg", arguments_.values,
                   "An argument as TYPE:VALUE, in order; TYPE is u8, u16, u32, u64, u128, bool, amount, address, hash, "
                   "bytes or text")
      ->excludes(hex)
      ->excludes(file);
  command->add_option("--attach", arguments_.attach, "Assets for the contract, such as 1.5SWR or 2AIC");
}

void Tree::contracts(CLI::App& app) {
  auto& contract = group(app, "contract", "Contracts: built, uploaded, deployed, called and looked at");
  auto* build = add(contract, "build", "Compiles C++ with the contract SDK; the same source gives the same bytes",
                    &contract_build, "aetherctl contract build contracts/counter.cpp -o counter.wasm");
  build->add_option("SOURCE", arguments_.sources, "C++ sources")->required();
  build->add_option("-o,--out", arguments_.out, "The module to write")->required();
  build->add_option("--sdk", arguments_.sdk, "Directory of the SDK's headers (default: sdk/ of the source tree)");

  auto* upload =
      add(contract, "upload",
          "Brings a module onto the chain: its chunks, those that are there already excepted, then published",
          &contract_upload, "aetherctl contract upload counter.wasm --from alice");
  upload->add_option("FILE", arguments_.contract, "The module")->required();
  signed_by(upload, "Name of the key that pays");

  auto* deploy = add(contract, "deploy", "Makes a contract of a module, and runs its init where it has one",
                     &contract_deploy, "aetherctl contract deploy token.wasm --arg u128:1000000 --from alice");
  deploy->add_option("CODE", arguments_.contract, "A code hash, or a module's file, which is uploaded if need be")
      ->required();
  signed_by(deploy, "Name of the key that pays");
  deploy->add_option("--salt", arguments_.salt, "Tells contracts of one deployer apart (default: the next nonce)");
  deploy->add_option("--authority", arguments_.authority,
                     "aeth1... or the name of a key, who may change the code (default: nobody ever)");
  called(deploy, "--init");

  auto* call = add(contract, "call", "Calls a contract by a transaction; simulates it first", &contract_call,
                   "aetherctl contract call 0x... --method transfer --arg address:bob --arg u128:5 --from alice");
  auto* query = add(contract, "query", "What a call would return now; sends nothing and needs no key", &contract_query,
                    "aetherctl contract query 0x... --method balance_of --arg address:bob --returns u128");
  for (auto* command : {call, query}) {
    command->add_option("CONTRACT", arguments_.contract, "Id of the contract")->required();
    command->add_option("--method", arguments_.method, "Name or number of the method; its arguments follow by --arg");
    called(command, "--input");
    command->add_option("--returns", arguments_.returns, "Types of what it returns, such as u128 or address,u64");
  }
  signed_by(call, "Name of the key that pays");
  query->add_option("--from", arguments_.from, "Name of the key that would call");
  sent(call);

  auto* logs = add(contract, "logs", "What a contract logged, in order", &contract_logs,
                   "aetherctl contract logs 0x... --topic token.transferred");
  logs->add_option("CONTRACT", arguments_.contract, "Id of the contract")->required();
  logs->add_option("--topic", arguments_.topic, "A topic's name, or 0x and 64 hex digits");
  logs->add_option("--first", arguments_.first_slot, "The first slot to look at");
  logs->add_option("--returns", arguments_.returns, "Types of the logged values, such as address,u64");

  auto* upgrade = add(contract, "upgrade", "Gives a contract other code, from the next call on; by its authority",
                      &contract_upgrade, "aetherctl contract upgrade 0x... counter.wasm --from alice");
  upgrade->add_option("CONTRACT", arguments_.contract, "Id of the contract")->required();
  upgrade->add_option("CODE", arguments_.code, "A code hash, or a module's file, which is uploaded if need be")
      ->required();
  signed_by(upgrade, "Name of the key that is the authority");

  auto* authority = add(contract, "authority", "Hands a contract's authority on, or gives it up for ever",
                        &contract_authority, "aetherctl contract authority 0x... --to bob --from alice");
  authority->add_option("CONTRACT", arguments_.contract, "Id of the contract")->required();
  auto* heir = authority->add_option_group("heir");
  heir->add_option("--to", arguments_.to, "aeth1..., or the name of a key");
  heir->add_flag("--nobody", arguments_.nobody, "Nobody can change the code any more");
  heir->require_option(1);
  signed_by(authority, "Name of the key that is the authority");

  auto* inspect = add(contract, "inspect", "A contract, a published module, or a module's file", &contract_inspect,
                      "aetherctl contract inspect 0x...");
  inspect->add_option("CONTRACT", arguments_.contract, "Id of a contract, a code hash, or a file")->required();
}

}  // namespace aether::cli
