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
      "aetherctl devnet up\n         aetherctl devnet up -n 7 --dir /tmp/seven --slot-ms 100 --fund aeth1...:1000:50\n"
      "         aetherctl devnet up --delay-ms 50 --jitter-ms 10 --loss 1%"));
  up->add_option("-n,--nodes", arguments_.nodes_wanted, "Validators (default " + std::to_string(plan.nodes) + ")")
      ->check(CLI::Range(1U, devnet::kNodesMax));
  up->add_option("--slot-ms", arguments_.slot_ms,
                 "Least time between two slots; 0: as fast as they come (default " + std::to_string(plan.slot_ms) + ")")
      ->check(CLI::Range(std::uint64_t{0}, devnet::kSlotMsMax));
  up->add_option("--delta-ms", arguments_.delta_ms,
                 "How long a proposer waits for the one before it (default " + std::to_string(plan.delta_ms) + ")")
      ->check(CLI::Range(std::uint64_t{1}, devnet::kDeltaMsMax));
  up->add_option("--preset", arguments_.preset, "standard, or demo with short windows of jobs (default standard)")
      ->check(CLI::IsMember({"standard", "demo"}));
  up->add_option("--fund", arguments_.funds, "ADDRESS:SWR:AIC in whole units, beside the development keys; repeatable")
      ->allow_extra_args(false);

  up->add_flag(
      "--faults", arguments_.faults,
      "Put a proxy between each two nodes, for `devnet faults`, `partition` and `heal`; so do the options below");
  const auto faulty = [this](CLI::App* command) {
    command->add_option("--delay-ms", arguments_.delay_ms, "How long everything takes from node to node, one way")
        ->check(CLI::Range(std::uint64_t{0}, faults::kDelayUsMax / 1'000));
    command->add_option("--jitter-ms", arguments_.jitter_ms, "By how much that varies up and down")
        ->check(CLI::Range(std::uint64_t{0}, faults::kDelayUsMax / 1'000));
    command->add_option("--loss", arguments_.loss, "Share of datagrams that is lost, such as 1%");
    command->add_option("--reorder", arguments_.reorder, "Share that overtakes others, such as 0.5%");
    command->add_option("--duplicate", arguments_.duplicate, "Share that comes twice, such as 0.5%");
    command->add_option("--seed", arguments_.seed, "Of all chance in it, when it starts next (default 1)");
    return command;
  };
  faulty(up);
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

  auto* change = in_directory(
      faulty(add(devnet, "faults",
                 "What the fault proxy does; with options, has it do so from now on, everywhere or in one direction",
                 &devnet_faults,
                 "aetherctl devnet faults\n         aetherctl devnet faults --delay-ms 150 --jitter-ms 50 --loss 1%\n"
                 "         aetherctl devnet faults --from 0 --to 1 --loss 100%")));
  auto* from = change->add_option("--from", arguments_.from_node, "Only what this node sends");
  from->needs(change->add_option("--to", arguments_.to_node, "to this one")->needs(from));
  in_directory(
      add(devnet, "partition",
          "Cuts the network: nodes of different groups do not hear each other. Who is in no group is in one with "
          "the others that are not",
          &devnet_partition, "aetherctl devnet partition 0,1 2,3\n         aetherctl devnet partition 3"))
      ->add_option("GROUP", arguments_.groups, "Numbers of nodes with commas")
      ->required();
  in_directory(add(devnet, "heal", "Ends every cut; delay and losses stay", &devnet_heal, "aetherctl devnet heal"));

  of_nodes(add(devnet, "kill", "Ends nodes by SIGKILL, at once and anywhere", &devnet_kill, "aetherctl devnet kill 2"));
  of_nodes(add(devnet, "restart", "Ends nodes that run, starts them, and waits until they answer", &devnet_restart,
               "aetherctl devnet restart 2"));
  of_nodes(add(devnet, "pause", "Stops nodes in their tracks, by SIGSTOP", &devnet_pause, "aetherctl devnet pause 2"));
  of_nodes(add(devnet, "resume", "Lets nodes that are paused go on", &devnet_resume, "aetherctl devnet resume 2"));
}

}  // namespace aether::cli
