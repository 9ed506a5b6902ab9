#include "aether/devnet/devnet.hpp"

#include <signal.h>

#include <algorithm>
#include <map>

#include "aether/config/node.hpp"
#include "aether/faults/proxy.hpp"
#include "aether/keystore/keystore.hpp"
#include "node.hpp"
#include "plan_file.hpp"

namespace aether::devnet {

namespace {

constexpr std::uint32_t kStopMs = 20'000;
constexpr std::uint32_t kKillMs = 20'000;  // the kernel needs it only to give back much memory
constexpr std::uint32_t kAskMs = 2'000;
constexpr std::uint32_t kProxyRestMs = 10;

Error environment(std::string message) { return {ErrorKind::environment, std::move(message)}; }

Outcome<std::vector<Process>> running(const Devnet& net, const std::vector<NodeIndex>& nodes) {
  std::vector<Process> out;
  for (const NodeIndex node : nodes) {
    AETHER_CHECK(net.facts(node));
    auto process = process_of(node_pid_file(net.directory(), node));
    if (!process) return fail(Error{ErrorKind::not_running, "node " + std::to_string(node) + " is not running"});
    out.push_back(std::move(*process));
  }
  return out;
}

// What has ended meanwhile is fine.
Outcome<void> signal_all(const std::vector<Process>& processes, int number) {
  for (const Process& process : processes)
    if (!process.signal(number) && !process.ends_within(0))
      return fail(environment("the system refuses to signal process " + std::to_string(process.pid())));
  return {};
}

bool ask_root(const client::Rpc& rpc, Slot slot, NodeAnswer& answer) {
  const auto root = rpc.call(api::GetStateRoot{slot});
  if (!root) return false;
  answer.root_slot = root->at.slot;
  answer.state_root = root->state_root;
  return true;
}

}  // namespace

std::string_view to_string(NodeState state) {
  switch (state) {
    case NodeState::down: return "down";
    case NodeState::paused: return "paused";
    case NodeState::running: return "running";
  }
  return "unknown";
}

bool roots_agree(const std::vector<NodeStatus>& nodes) {
  std::map<Slot, Hash> roots;
  for (const NodeStatus& node : nodes)
    if (node.answer &&
        roots.emplace(node.answer->root_slot, node.answer->state_root).first->second != node.answer->state_root)
      return false;
  return true;
}

std::optional<env::Path> default_directory() {
  const auto keys = keystore::default_directory();
  if (!keys) return std::nullopt;
  return keys->parent_path() / "devnet";
}

Outcome<env::Path> find_aetherd() {
  std::error_code error;
  const env::Path self = std::filesystem::read_symlink("/proc/self/exe", error);
  const env::Path aetherd = self.parent_path() / "aetherd";
  if (!error && std::filesystem::exists(aetherd, error)) return aetherd;
  return fail(Error{ErrorKind::no_program, "there is no " + aetherd.string()});
}

Outcome<Devnet> Devnet::open(const env::Path& given, Use use) {
  const env::Path directory = full_path(given);
  const auto text = env::read_file(directory / kPlanFile, kPlanBytesMax);
  std::error_code ignored;
  if (!text && text.error().kind == env::ErrorKind::not_found) {
    const bool is_foreign =
        std::filesystem::exists(directory, ignored) && !std::filesystem::is_empty(directory, ignored);
    if (is_foreign)
      return fail(Error{ErrorKind::foreign, directory.string() + " holds no network of aetherctl devnet"});
    return fail(Error{ErrorKind::absent, "there is no network in " + directory.string()});
  }
  if (!text) return fail(environment(text.error().message));
  const auto plan = plan_from_text(as_text(*text));
  if (!plan)
    return fail(Error{ErrorKind::foreign, (directory / kPlanFile).string() + " is damaged, or of another version"});
  std::optional<env::FileLock> lock;
  if (use == Use::change) {
    auto taken = env::FileLock::acquire(directory / "lock");
    if (!taken && taken.error().kind == env::ErrorKind::locked)
      return fail(Error{ErrorKind::busy, "another program changes " + directory.string() + " now"});
    if (!taken) return fail(environment(taken.error().message));
    lock = std::move(*taken);
  }
  return Devnet(directory, *plan, std::move(lock));
}

std::vector<NodeIndex> Devnet::all() const {
  std::vector<NodeIndex> out;
  for (NodeIndex node = 0; node < plan_.nodes; ++node) out.push_back(node);
  return out;
}

env::Path Devnet::keys() const { return keys_directory(directory_); }
env::Path Devnet::password_file() const { return devnet::password_file(directory_); }

Outcome<NodeFacts> Devnet::facts(NodeIndex node) const {
  if (node >= plan_.nodes)
    return fail(Error{ErrorKind::unknown_node, "there is no node " + std::to_string(node) + ": the nodes are 0 to " +
                                                   std::to_string(plan_.nodes - 1)});
  const env::Path file = node_home(directory_, node) / config::kNodeConfigFile;
  const auto text = env::read_file(file, kSmallFileBytesMax);
  if (!text) return fail(environment(text.error().message));
  const auto config = config::node_config(as_text(*text), file.string(), {});
  if (!config) return fail(environment(config.error().message));
  NodeFacts out;
  out.index = node;
  out.rpc.host = config->config.rpc_address;
  out.rpc.port = static_cast<std::uint16_t>(config->config.rpc_port);
  out.log = node_log(directory_, node);
  if (const auto process = process_of(node_pid_file(directory_, node))) {
    out.state = process->is_stopped() ? NodeState::paused : NodeState::running;
    out.pid = process->pid();
  }
  return out;
}

Outcome<std::vector<NodeStatus>> Devnet::status() const {
  std::vector<NodeStatus> out;
  std::vector<client::Rpc> rpcs;
  std::optional<Slot> common;
  for (const NodeIndex node : all()) {
    AETHER_TRY(auto found, facts(node));
    rpcs.emplace_back(found.rpc, client::HttpOptions{.deadline_ms = kAskMs});
    NodeStatus status{std::move(found), std::nullopt};
    const auto health = status.facts.state == NodeState::running ? ask_health(rpcs.back()) : std::nullopt;
    if (health) {
      const auto newest = rpcs.back().call(api::GetSlotNumber{});
      const Slot slot = newest ? newest->at.slot : health->final_slot;
      const auto peers = rpcs.back().call(api::GetPeers{});
      const auto count = peers ? static_cast<std::uint32_t>(peers->peers.size()) : 0;
      status.answer = NodeAnswer{slot, health->final_slot, health->final_slot, {}, health->is_ready, count};
      common = std::min(common.value_or(health->final_slot), health->final_slot);
    }
    out.push_back(std::move(status));
  }
  for (NodeStatus& status : out) {
    if (!status.answer) continue;
    const client::Rpc& rpc = rpcs[status.facts.index];
    // A node that began at a snapshot lacks the blocks before.
    if (!ask_root(rpc, *common, *status.answer) && !ask_root(rpc, status.answer->final_slot, *status.answer))
      status.answer.reset();
  }
  return out;
}

Outcome<faults::Rules> Devnet::faults() const {
  if (!plan_.faults)
    return fail(Error{ErrorKind::no_faults, "the network in " + directory_.string() + " has no fault proxy"});
  auto rules = faults::read_rules(directory_);
  if (!rules) return fail(environment(rules.error().message));
  return std::move(*rules);
}

Outcome<void> Devnet::set_faults(const faults::Rules& rules) {
  AETHER_ASSERT(lock_.has_value());
  AETHER_TRY(auto next, faults());
  const std::vector<faults::Gate> gates = std::move(next.gates);
  next = rules;
  next.gates = gates;
  const auto written = faults::write_rules(directory_, next);
  if (!written) return fail(environment(written.error().message));
  if (!process_of(proxy_pid_file(directory_))) return {};
  if (const auto done = faults::reload(directory_); !done) return fail(environment(done.error().message));
  return {};
}

Outcome<void> Devnet::start_proxy(const env::Path& program) {
  const env::Path pid_file = proxy_pid_file(directory_), log = directory_ / "faults.log";
  if (process_of(pid_file)) return {};
  std::error_code ignored;
  if (!std::filesystem::exists(program, ignored))
    return fail(Error{ErrorKind::no_program, "there is no " + program.string()});
  AETHER_CHECK(start_process(pid_file, program, {directory_.string()}, log));
  // Before it answers no gate is sure to be open.
  while (!faults::reload(directory_)) {
    const auto process = process_of(pid_file);
    if (!process || process->ends_within(kProxyRestMs))
      return fail(Error{ErrorKind::not_ready, "the fault proxy has ended; " + log.string() + " says why"});
  }
  return {};
}

Outcome<void> Devnet::start(const std::vector<NodeIndex>& nodes, const env::Path& aetherd) {
  AETHER_ASSERT(lock_.has_value());
  for (const NodeIndex node : nodes) AETHER_CHECK(facts(node));
  if (plan_.faults) AETHER_CHECK(start_proxy(aetherd.parent_path() / "aether-faults"));
  for (const NodeIndex node : nodes) {
    if (const auto process = process_of(node_pid_file(directory_, node))) {
      if (process->is_stopped()) (void)process->signal(SIGCONT);
      continue;
    }
    const std::vector<std::string> words{"run", "--home", node_home(directory_, node).string()};
    AETHER_CHECK(start_process(node_pid_file(directory_, node), aetherd, words, node_log(directory_, node)));
  }
  return {};
}

Outcome<std::vector<NodeIndex>> Devnet::stop(const std::vector<NodeIndex>& nodes) {
  AETHER_ASSERT(lock_.has_value());
  std::vector<std::pair<NodeIndex, Process>> processes;
  for (const NodeIndex node : nodes) {
    AETHER_CHECK(facts(node));
    if (auto process = process_of(node_pid_file(directory_, node))) processes.emplace_back(node, std::move(*process));
  }
  for (const auto& [node, process] : processes) {
    (void)process.signal(SIGTERM);
    (void)process.signal(SIGCONT);  // one that is paused would not hear it
  }
  std::vector<NodeIndex> out;
  for (const auto& [node, process] : processes) {
    if (process.ends_within(kStopMs)) continue;
    out.push_back(node);
    if (!process.signal(SIGKILL) || !process.ends_within(kKillMs))
      return fail(environment("process " + std::to_string(process.pid()) + " does not end"));
  }
  const auto is_down = [this](NodeIndex node) { return !process_of(node_pid_file(directory_, node)); };
  const auto proxy = process_of(proxy_pid_file(directory_));
  if (!proxy || !std::ranges::all_of(all(), is_down)) return out;
  if (!proxy->signal(SIGTERM) || !proxy->ends_within(kStopMs))
    return fail(environment("process " + std::to_string(proxy->pid()) + " does not end"));
  return out;
}

Outcome<void> Devnet::kill(const std::vector<NodeIndex>& nodes) {
  AETHER_ASSERT(lock_.has_value());
  AETHER_TRY(const auto processes, running(*this, nodes));
  AETHER_CHECK(signal_all(processes, SIGKILL));
  for (const Process& process : processes)
    if (!process.ends_within(kKillMs))
      return fail(environment("process " + std::to_string(process.pid()) + " does not end"));
  return {};
}

Outcome<void> Devnet::pause(const std::vector<NodeIndex>& nodes) {
  AETHER_ASSERT(lock_.has_value());
  AETHER_TRY(const auto processes, running(*this, nodes));
  AETHER_CHECK(signal_all(processes, SIGSTOP));
  for (const Process& process : processes)
    for (std::uint32_t waited_ms = 0; !process.is_stopped() && !process.ends_within(1); ++waited_ms)
      if (waited_ms > kKillMs) return fail(environment("process " + std::to_string(process.pid()) + " does not stop"));
  return {};
}

Outcome<void> Devnet::resume(const std::vector<NodeIndex>& nodes) {
  AETHER_ASSERT(lock_.has_value());
  AETHER_TRY(const auto processes, running(*this, nodes));
  return signal_all(processes, SIGCONT);
}

Outcome<void> Devnet::erase() && {
  AETHER_ASSERT(lock_.has_value());
  // Under another name first, so that what an interruption leaves is not taken for a network.
  const env::Path condemned = unused_beside(directory_, "old");
  const auto moved = env::move_directory(directory_, condemned);
  if (!moved) return fail(environment(moved.error().message));
  std::error_code error;
  std::filesystem::remove_all(condemned, error);
  if (error) return fail(environment("cannot remove " + condemned.string() + ": " + error.message()));
  return {};
}

}  // namespace aether::devnet
