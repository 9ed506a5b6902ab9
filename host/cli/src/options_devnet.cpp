// Commands that run a network of validators on this machine.
#include "aether/devnet/devnet.hpp"
#include "option_tree.hpp"

namespace aether::cli {

void Tree::devnet(CLI::App& app) {
  auto& devnet = group(app, "devnet", "A network of validators on this machine, for developers and tests");
  const auto in_directory = [this](CLI::App* command) {
    command->add_option("--dir", arguments_.folder, "Its directory (default ~/.aether/devnet)");
    return command;
  };
  const auto of_nodes = [&](CLI::App* command) {
    in_directory(command)->add_option("NODE", arguments_.nodes, "Numbers of nodes, from 0")->required();
  };

  const devnet::Plan plan;
  auto* up = in_directory(add(
      devnet, "up",
      "Makes the network if there is none, starts every node that is down, and waits until a block is final on all. "
      "Nothing is lost between down and up",
      &devnet_up,
      "aetherctl devnet up\n         aetherctl devnet up -n 7 --dir /tmp/seven --slot-ms 100 --fund aeth1...:1000:50"));
  up->add_option("-n,--nodes", arguments_.nodes_wanted, "Validators (default " + std::to_string(plan.nodes) + ")")
      ->check(CLI::Range(1U, devnet::kNodesMax));
  up->add_option("--slot-ms", arguments_.slot_ms,
                 "Least time between two slots; 0: as fast as they come (default " + std::to_string(plan.slot_ms) + ")")
      ->check(CLI::Range(std::uint64_t{0}, devnet::kSlotMsMax));
  up->add_option("--delta-ms", arguments_.delta_ms,
                 "How long a proposer waits for the one before it (default " + std::to_string(plan.delta_ms) + ")")
      ->check(CLI::Range(std::uint64_t{1}, devnet::kDeltaMsMax));
  up->add_option("--fund", arguments_.funds, "ADDRESS:SWR:AIC in whole units, beside the development keys; repeatable")
      ->allow_extra_args(false);

  in_directory(add(devnet, "down", "Ends every node; what is final is kept", &devnet_down,
                   "aetherctl devnet down\n         aetherctl devnet down --erase"))
      ->add_flag("--erase", arguments_.erase, "Then remove the directory");
  in_directory(add(devnet, "status",
                   "Each node with the newest slot that is final on it, and its state root where all have one; 1 if "
                   "they differ",
                   &devnet_status, "aetherctl devnet status --output json"));

  auto* logs = in_directory(add(devnet, "logs", "What the nodes said", &devnet_logs,
                                "aetherctl devnet logs 2\n         aetherctl devnet logs --follow --tail 5"));
  logs->add_option("NODE", arguments_.nodes, "Numbers of nodes, from 0 (default: all)");
  logs->add_option("--tail", arguments_.tail, "Only the last so many lines of each");
  logs->add_flag("-f,--follow", arguments_.follow, "Go on with lines as they come");

  of_nodes(add(devnet, "kill", "Ends nodes by SIGKILL, at once and anywhere", &devnet_kill, "aetherctl devnet kill 2"));
  of_nodes(add(devnet, "restart", "Ends nodes that run, starts them, and waits until they answer", &devnet_restart,
               "aetherctl devnet restart 2"));
  of_nodes(add(devnet, "pause", "Stops nodes in their tracks, by SIGSTOP", &devnet_pause, "aetherctl devnet pause 2"));
  of_nodes(add(devnet, "resume", "Lets nodes that are paused go on", &devnet_resume, "aetherctl devnet resume 2"));
}

}  // namespace aether::cli
