#include <poll.h>

#include <algorithm>

#include "aether/env/clock.hpp"
#include "node.hpp"

namespace aether::devnet {

namespace {

constexpr std::uint64_t kPatienceMs = 60'000;
constexpr std::uint32_t kAskMs = 1'000;
constexpr int kRestMs = 20;
constexpr std::size_t kLinesShown = 10;

struct Waited {
  NodeFacts facts;
  Process process;
  client::Rpc rpc;
  std::optional<Slot> first;  // final when it answered first
  bool is_done = false;
};

Error not_ready(const NodeFacts& node, const std::string& what) {
  std::string message = "node " + std::to_string(node.index) + " " + what + ". The end of " + node.log.string() + ":";
  read_logs({node.log}, kLinesShown, false, [&](std::size_t, std::string_view line) {
    message += "\n    " + std::string(line);
    return true;
  });
  return {ErrorKind::not_ready, std::move(message)};
}

Outcome<std::vector<Waited>> all_waited(const Devnet& net, const std::vector<NodeIndex>& nodes) {
  std::vector<Waited> out;
  for (const NodeIndex node : nodes) {
    AETHER_TRY(auto facts, net.facts(node));
    auto process = process_of(node_pid_file(net.directory(), node));
    if (!process) return fail(not_ready(facts, "has ended"));
    client::Rpc rpc(facts.rpc, {.deadline_ms = kAskMs});
    out.push_back({std::move(facts), std::move(*process), std::move(rpc), std::nullopt});
  }
  return out;
}

// Until a process ends, or some time has passed.
void rest(const std::vector<Waited>& nodes) {
  std::vector<pollfd> ends;
  for (const Waited& node : nodes) ends.push_back({node.process.descriptor(), POLLIN, 0});
  (void)::poll(&ends[0], ends.size(), kRestMs);
}

Outcome<void> wait(const Devnet& net, const std::vector<NodeIndex>& indices, bool for_finality) {
  if (indices.empty()) return {};
  AETHER_TRY(auto nodes, all_waited(net, indices));
  const env::SystemClock clock;
  for (const std::uint64_t end = clock.monotonic_ms() + kPatienceMs;; rest(nodes)) {
    const bool all_answered = std::ranges::all_of(nodes, [](const Waited& node) { return node.first.has_value(); });
    Slot known;  // whatever is final above it is new
    for (const Waited& node : nodes) known = std::max(known, node.first.value_or(Slot{}));
    for (Waited& node : nodes) {
      if (node.process.ends_within(0)) return fail(not_ready(node.facts, "has ended"));
      if (node.is_done) continue;
      const auto health = ask_health(node.rpc);
      if (!health) continue;
      if (!node.first) node.first = health->final_slot;
      node.is_done = !for_finality || (all_answered && health->is_ready && health->final_slot > known);
    }
    if (std::ranges::all_of(nodes, &Waited::is_done)) return {};
    if (clock.monotonic_ms() < end) continue;
    const Waited& late = *std::ranges::find(nodes, false, &Waited::is_done);
    const std::string seconds = " within " + std::to_string(kPatienceMs / 1'000) + " s";
    return fail(not_ready(late.facts, (late.first ? "had nothing new that is final" : "did not answer") + seconds));
  }
}

}  // namespace

Outcome<void> Devnet::wait_for_answers(const std::vector<NodeIndex>& nodes) const { return wait(*this, nodes, false); }
Outcome<void> Devnet::wait_for_finality(const std::vector<NodeIndex>& nodes) const { return wait(*this, nodes, true); }

}  // namespace aether::devnet
