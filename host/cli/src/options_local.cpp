// Commands that work on a directory or a file, without a chain that answers.
#include "option_tree.hpp"

namespace aether::cli {

void Tree::ledger(CLI::App& app) {
  auto& ledger = group(app, "ledger", "A chain's directory on this machine, which no process has open");
  const auto data = [this](CLI::App* command) {
    command->add_option("--data", arguments_.data, "Directory of the chain")->required();
    return command;
  };
  auto* init = data(add(ledger, "init", "Makes the directory of a chain from its genesis", &ledger_init,
                        "aetherd genesis > genesis.toml && aetherctl ledger init --genesis genesis.toml --data chain"));
  init->add_option("--genesis", arguments_.genesis_file, "TOML file, as `aetherd genesis` prints it")->required();

  auto* apply = data(add(ledger, "apply", "Verifies and commits blocks, one after the other", &ledger_apply,
                         "aetherctl ledger apply 1.block 2.block --data chain"));
  apply->add_option("BLOCKFILE", arguments_.files, "BCS of a block; - reads stdin")->required();

  data(add(ledger, "state", "Block, root, and how many objects of each kind there are", &ledger_state,
           "aetherctl ledger state --data chain --output json"));

  auto* proof = data(add(ledger, "proof", "An object's value, or that it has none, with the proof", &ledger_proof,
                         "aetherctl ledger proof account:aeth1... --data chain --output json > proof.json"));
  proof->add_option("OBJECT", arguments_.object, "DOMAIN:KEY, as account:aeth1... or utxo:0x...")->required();

  auto* verify =
      add(ledger, "verify-proof", "Checks a proof under a state root, without a chain; 0 if it holds, else 5",
          &ledger_verify_proof, "aetherctl ledger verify-proof proof.json --root 0x...");
  verify->add_option("PROOF", arguments_.file, "What ledger proof --output json printed; - reads stdin")->required();
  verify->add_option("--root", arguments_.state_root, "The state root, from a source of your own")->required();

  auto* replay = data(add(ledger, "replay", "Executes all blocks again from genesis, in memory, serially",
                          &ledger_replay, "aetherctl ledger replay --verify --data chain"));
  replay->add_flag_function(
      "--verify", [](std::int64_t) {},
      "Compare state root, receipts root and gas of every block: what replay does in any case");

  auto* block = data(add(ledger, "block", "Writes a block to a file, as apply reads it", &ledger_block,
                         "aetherctl ledger block 7 --data chain --out 7.block"));
  block->add_option("SLOT", arguments_.slot, "Which block")->required();
  block->add_option("-o,--out", arguments_.out, "The file")->required();
  block->add_flag("--force", arguments_.force, "Replace the file");
}

void Tree::snapshots(CLI::App& app) {
  auto& snapshot = group(app, "snapshot", "The state after a block as a file that proves itself");
  const auto file = [this](CLI::App* command) {
    command->add_option("FILE", arguments_.file, "A snapshot")->required();
    return command;
  };
  const auto expected = [this](CLI::App* command) {
    command->add_option("--genesis-hash", arguments_.genesis_hash, "Refuse a snapshot of another chain");
    command->add_option("--block", arguments_.block_hash, "Refuse a snapshot of another block than this hash's");
    command->add_option("--state-root", arguments_.state_root,
                        "Refuse another root than this, from a source of your own");
  };
  auto* create =
      add(snapshot, "create", "Packs the state of a chain's directory, or of a node, which may run", &snapshot_create,
          "aetherctl snapshot create --data chain -o chain.snapshot\n"
          "         aetherctl snapshot create --data NODE -o chain.snapshot");
  create->add_option("--data", arguments_.data, "Directory of the chain, or of the node (aetherd --home)")->required();
  create->add_option("-o,--out", arguments_.out, "The file")->required();
  create->add_flag("--force", arguments_.force, "Replace the file");

  expected(file(add(snapshot, "verify", "Checks every chunk under the state root; 0 if all hold, else 5",
                    &snapshot_verify, "aetherctl snapshot verify chain.snapshot --state-root 0x...")));

  auto* restore = file(add(snapshot, "restore",
                           "Makes the directory of a chain that goes on from the snapshot's block; whole or not at all",
                           &snapshot_restore, "aetherctl snapshot restore chain.snapshot --data chain"));
  restore->add_option("--data", arguments_.data, "Directory of the chain, new or empty")->required();
  restore->add_flag("--force", arguments_.force, "Replace the chain that the directory keeps");
  expected(restore);

  file(add(snapshot, "info", "What a snapshot says it is; its chunks are not checked", &snapshot_info,
           "aetherctl snapshot info chain.snapshot"));
}

void Tree::node(CLI::App& app) {
  auto& node = group(app, "node", "A node of yours that runs on this machine, asked at the socket in its directory");
  const auto home = [this](CLI::App* command) {
    command->add_option("--home", arguments_.folder, "Directory of the node (aetherd run --home)")->required();
    return command;
  };
  home(add(node, "status", "How far it is, and what it waits for; 1 if it is not ready", &node_status,
           "aetherctl node status --home NODE --output json"));
  auto* renew = home(add(
      node, "renew-kes",
      "Makes the validator's next KES key and registers it. The node signs with the old one until the chain counts the "
      "new one, two epochs later, and erases it then. May be repeated",
      &node_renew_kes, "aetherctl node renew-kes --home NODE --from alice"));
  signed_by(renew, "Name of the key of the account that stakes");
}

}  // namespace aether::cli
