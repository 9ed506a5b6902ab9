#include <algorithm>

#include "aether/api/json.hpp"
#include "aether/devnet/devnet.hpp"
#include "aether/env/clock.hpp"
#include "devnet_faults.hpp"

namespace aether::cli {

namespace {

namespace json = boost::json;
using devnet::Devnet;

std::string rpc_text(const devnet::NodeFacts& node) {
  return "http://" + node.rpc.host + ":" + std::to_string(node.rpc.port);
}

json::object describe(const devnet::NodeFacts& node) {
  return {{"node", node.index},
          {"state", to_string(node.state)},
          {"pid", node.pid ? json::value(*node.pid) : json::value(nullptr)},
          {"rpc", rpc_text(node)},
          {"log", node.log.string()}};
}

Result<Output, Failure> show(const Devnet& net, const std::vector<devnet::NodeIndex>& nodes) {
  std::vector<std::vector<std::string>> rows{{"node", "state", "pid", "rpc", "log"}};
  json::array list;
  for (const auto node : nodes) {
    CLI_TRY(const auto facts, net.facts(node));
    rows.push_back({std::to_string(node), std::string(to_string(facts.state)),
                    facts.pid ? std::to_string(*facts.pid) : "-", rpc_text(facts), facts.log.string()});
    list.push_back(describe(facts));
  }
  return Output{table(rows), json::object{{"dir", net.directory().string()}, {"nodes", std::move(list)}}};
}

// What exists, as far as the command line does not ask for something else.
Result<devnet::Plan, Failure> planned(const Arguments& arguments, const devnet::Plan* existing) {
  devnet::Plan plan = existing != nullptr ? *existing : devnet::Plan{};
  plan.nodes = arguments.nodes_wanted.value_or(plan.nodes);
  plan.slot_ms = arguments.slot_ms.value_or(plan.slot_ms);
  plan.delta_ms = arguments.delta_ms.value_or(plan.delta_ms);
  if (!arguments.preset.empty()) plan.demo = arguments.preset == "demo";
  plan.faults |= asks_for_faults(arguments);
  if (!arguments.funds.empty()) plan.funds = arguments.funds;
  if (plan.faults && plan.nodes > faults::kNodesMax)
    return usage("too_many_nodes", "the fault proxy takes at most " + std::to_string(faults::kNodesMax) + " nodes");
  if (existing == nullptr || plan == *existing) return plan;
  return fail(
      Failure{kUsage, "other_plan",
              "the network there was made with -n " + std::to_string(existing->nodes) + " --slot-ms " +
                  std::to_string(existing->slot_ms) + " --delta-ms " + std::to_string(existing->delta_ms) +
                  (existing->demo ? " --preset demo" : " --preset standard") +
                  (existing->faults ? " --faults" : ", without --faults") + " and " +
                  std::to_string(existing->funds.size()) + " --fund",
              "leave these options out to start it again, name another --dir, or aetherctl devnet down --erase"});
}

// The network in the directory, which is made if there is none.
Result<Devnet, Failure> made(const Arguments& arguments, const env::Path& directory, const env::Path& aetherd) {
  auto existing = Devnet::open(directory, devnet::Use::change);
  if (!existing && existing.error().kind == devnet::ErrorKind::absent) {
    AETHER_TRY(const auto plan, planned(arguments, nullptr));
    note("making keys, a genesis and homes of " + std::to_string(plan.nodes) + " validators in " + directory.string());
    CLI_CHECK(Devnet::make(directory, plan, aetherd));
    existing = Devnet::open(directory, devnet::Use::change);
  }
  CLI_TRY(auto net, std::move(existing));
  AETHER_CHECK(planned(arguments, &net.plan()));
  return net;
}

}  // namespace

CommandResult devnet_up(const Arguments& arguments) {
  const env::SystemClock clock;
  const std::uint64_t begin_ms = clock.monotonic_ms();
  AETHER_TRY(const auto directory, devnet_directory(arguments));
  CLI_TRY(const auto aetherd, devnet::find_aetherd());
  AETHER_TRY(auto net, made(arguments, directory, aetherd));
  if (asks_for_faults(arguments)) AETHER_CHECK(change_faults(arguments, net));
  note("starting what does not run, and waiting until a block is final on all nodes");
  CLI_CHECK(net.start(net.all(), aetherd));
  CLI_CHECK(net.wait_for_finality(net.all()));
  AETHER_TRY(auto out, show(net, net.all()));
  const std::uint64_t ready_ms = clock.monotonic_ms() - begin_ms;
  CLI_TRY(const auto first, net.facts(0));
  const std::string options = "aetherctl --rpc " + rpc_text(first) + " --keys " + net.keys().string() +
                              " --password-file " + net.password_file().string();
  auto& object = out.json.as_object();
  object.emplace("keys", net.keys().string());
  object.emplace("password_file", net.password_file().string());
  object.emplace("ready_ms", ready_ms);
  out.text += "ready in " + seconds_text(ready_ms) + "\nnext: " + options +
              " transfer --from dev-alice --to dev-bob --amount 1.5\n";
  return out;
}

CommandResult devnet_down(const Arguments& arguments) {
  AETHER_TRY(auto net, open_devnet(arguments, devnet::Use::change));
  note("ending every node");
  CLI_TRY(const auto killed, net.stop(net.all()));
  for (const auto node : killed) note("node " + std::to_string(node) + " did not end by itself, and was killed");
  if (!arguments.erase) return show(net, net.all());
  const std::string directory = net.directory().string();
  CLI_CHECK(std::move(net).erase());
  return Output{"erased " + directory + "\n", json::object{{"dir", directory}, {"nodes", json::array{}}}};
}

CommandResult devnet_status(const Arguments& arguments) {
  AETHER_TRY(const auto net, open_devnet(arguments, devnet::Use::look));
  CLI_TRY(const auto nodes, net.status());
  std::vector<std::vector<std::string>> rows{
      {"node", "state", "pid", "rpc", "peers", "final", "root of", "state root"}};
  json::array list;
  for (const auto& [facts, answer] : nodes) {
    json::object entry = describe(facts);
    entry.emplace("answers", answer.has_value());
    entry.emplace("ready", answer && answer->is_ready);
    entry.emplace("peers", answer ? json::value(answer->peers) : json::value(nullptr));
    entry.emplace("slot", answer ? api::to_json(answer->slot) : json::value(nullptr));
    entry.emplace("finalized_slot", answer ? api::to_json(answer->final_slot) : json::value(nullptr));
    entry.emplace("root_slot", answer ? api::to_json(answer->root_slot) : json::value(nullptr));
    entry.emplace("state_root", answer ? api::to_json(answer->state_root) : json::value(nullptr));
    list.push_back(std::move(entry));
    const std::string state = facts.state != devnet::NodeState::running ? std::string(to_string(facts.state))
                              : !answer                                 ? "no answer"
                              : answer->is_ready                        ? "ready"
                                                                        : "behind";
    rows.push_back(
        {std::to_string(facts.index), state, facts.pid ? std::to_string(*facts.pid) : "-", rpc_text(facts),
         answer ? std::to_string(answer->peers) : "-", answer ? std::to_string(answer->final_slot.raw()) : "-",
         answer ? std::to_string(answer->root_slot.raw()) : "-", answer ? to_hex0x(answer->state_root.bytes) : "-"});
  }
  const bool agree = devnet::roots_agree(nodes);
  std::string text = table(rows);
  json::value what_proxy_does;
  if (net.plan().faults) {
    CLI_TRY(const auto rules, net.faults());
    text += text_of(rules);
    what_proxy_does = json_of(rules);
  }
  if (!agree) text += "the nodes DIFFER: the same slot has several state roots\n";
  return Output{std::move(text),
                json::object{{"dir", net.directory().string()},
                             {"roots_agree", agree},
                             {"faults", std::move(what_proxy_does)},
                             {"nodes", std::move(list)}},
                agree ? kDone : kFailed};
}

CommandResult devnet_logs(const Arguments& arguments) {
  AETHER_TRY(const auto net, open_devnet(arguments, devnet::Use::look));
  const auto nodes = arguments.nodes.empty() ? net.all() : arguments.nodes;
  std::vector<env::Path> files;
  for (const auto node : nodes) {
    CLI_TRY(const auto facts, net.facts(node));
    files.push_back(facts.log);
  }
  json::array lines;
  bool written = true;
  devnet::read_logs(files, arguments.tail, arguments.follow, [&](std::size_t i, std::string_view line) {
    const json::object entry{{"node", nodes[i]}, {"line", to_utf8(as_bytes(line))}};
    if (arguments.json && !arguments.follow) {
      lines.push_back(entry);
    } else {
      const std::string prefix = files.size() > 1 ? "[" + std::to_string(nodes[i]) + "] " : "";
      written = write_stdout(arguments.json ? json::serialize(entry) + "\n" : prefix + std::string(line) + "\n");
    }
    return written;
  });
  if (!written) return fail(stdout_failure());
  return Output{"", json::object{{"lines", std::move(lines)}}};
}

CommandResult devnet_kill(const Arguments& arguments) {
  AETHER_TRY(auto net, open_devnet(arguments, devnet::Use::change));
  CLI_CHECK(net.kill(arguments.nodes));
  return show(net, arguments.nodes);
}

CommandResult devnet_restart(const Arguments& arguments) {
  AETHER_TRY(auto net, open_devnet(arguments, devnet::Use::change));
  CLI_TRY(const auto aetherd, devnet::find_aetherd());
  CLI_TRY(const auto killed, net.stop(arguments.nodes));
  for (const auto node : killed) note("node " + std::to_string(node) + " did not end by itself, and was killed");
  note("starting, and waiting until it answers");
  CLI_CHECK(net.start(arguments.nodes, aetherd));
  CLI_CHECK(net.wait_for_answers(arguments.nodes));
  return show(net, arguments.nodes);
}

CommandResult devnet_pause(const Arguments& arguments) {
  AETHER_TRY(auto net, open_devnet(arguments, devnet::Use::change));
  CLI_CHECK(net.pause(arguments.nodes));
  return show(net, arguments.nodes);
}

CommandResult devnet_resume(const Arguments& arguments) {
  AETHER_TRY(auto net, open_devnet(arguments, devnet::Use::change));
  CLI_CHECK(net.resume(arguments.nodes));
  return show(net, arguments.nodes);
}

}  // namespace aether::cli
