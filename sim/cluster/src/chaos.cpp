// The faults of networks and machines in a run: a time of chaos, then calm until every honest node finalizes again, and
// so on until the run's time is over.
#include "aether/cluster/cluster.hpp"

namespace aether::sim {

Report Cluster::run() {
  start();
  while (now_ < options_.duration_us && !checker_.violation()) {
    begin_chaos();
    run_until(now_ + options_.chaos_us);
    if (checker_.violation() || !calms_down()) break;
  }
  return report();
}

NetworkOptions Cluster::trouble_of_network() {
  NetworkOptions trouble;
  const auto drawn = [&](FaultKind kind, std::uint64_t max) {
    const std::uint64_t rate = random_.between(max / 20, max);
    return options_.faults.has(kind) ? rate : 0;
  };
  trouble.loss_pm = drawn(FaultKind::loss, 200'000);
  trouble.duplicate_pm = drawn(FaultKind::duplication, 200'000);
  trouble.reorder_pm = drawn(FaultKind::reorder, 200'000);
  trouble.reorder_us_max = 20 * options_.latency_us;
  const std::uint64_t uplink = random_.between(200'000, 2'000'000);
  if (options_.faults.has(FaultKind::narrow_uplink)) trouble.uplink_bytes_s = uplink;
  return trouble;
}

void Cluster::begin_chaos() {
  is_chaos_ = true;
  network_.trouble(trouble_of_network());
  at(now_ + 1, [this] { trouble(); });
}

// One fault, and the next one later.
void Cluster::trouble() {
  if (!is_chaos_) return;
  constexpr std::array kKinds{FaultKind::partition,   FaultKind::one_way_cut, FaultKind::clog,
                              FaultKind::crash,       FaultKind::pause,       FaultKind::power_failure,
                              FaultKind::lost_record, FaultKind::clock_step,  FaultKind::slow_execution};
  const FaultKind kind = kKinds[random_.below(kKinds.size())];
  if (options_.faults.has(kind)) {
    switch (kind) {
      case FaultKind::partition: cut_in_two(); break;
      case FaultKind::one_way_cut: cut_one_way(); break;
      case FaultKind::clog: {
        const NodeIndex node = random_.below(nodes_.size());
        const Micros until = now_ + random_.between(100'000, 3'000'000);
        for (NodeIndex other = 0; other < nodes_.size(); ++other) network_.clog(node, other, until);
        break;
      }
      case FaultKind::crash: crash_one(); break;
      case FaultKind::pause: pause_one(); break;
      case FaultKind::power_failure: fail_power(); break;
      case FaultKind::lost_record:
        if (forgetful_ && nodes_[*forgetful_]->is_up()) {
          report_.faults.count(kind, nodes_[*forgetful_]->has_voted_in_open_slot());
          crash_with_counts(*forgetful_);
          nodes_[*forgetful_]->lose_record();
          at(now_ + kMillion, [this, node = *forgetful_] { boot(node); });
        }
        break;
      case FaultKind::clock_step: step_clock(); break;
      default: {
        const NodeIndex node = random_.below(nodes_.size());
        nodes_[node]->execute_slowly(random_.between(2, 40));
        break;
      }
    }
  }
  at(now_ + random_.between(100'000, 4'000'000), [this] { trouble(); });
}

void Cluster::cut(FaultKind kind, NodeIndex from, NodeIndex to) {
  network_.cut(from, to, true);
  cut_by_[from * nodes_.size() + to] = kind;
}

void Cluster::cut_in_two() {
  std::vector<bool> side;
  for (NodeIndex i = 0; i < nodes_.size(); ++i) side.push_back(random_.below(2) == 0);
  for (NodeIndex a = 0; a < nodes_.size(); ++a)
    for (NodeIndex b = 0; b < nodes_.size(); ++b)
      if (side[a] != side[b]) cut(FaultKind::partition, a, b);
  report_.faults.count(FaultKind::partition, false);  // a message that it stops matters
  at(now_ + random_.between(500'000, 12'000'000), [this] { network_.join(); });
}

void Cluster::cut_one_way() {
  const NodeIndex node = random_.below(nodes_.size());
  const bool outward = random_.below(2) == 0;
  for (NodeIndex other = 0; other < nodes_.size(); ++other) {
    if (random_.below(3) == 0) continue;
    if (outward)
      cut(FaultKind::one_way_cut, node, other);
    else
      cut(FaultKind::one_way_cut, other, node);
  }
  report_.faults.count(FaultKind::one_way_cut, false);
  at(now_ + random_.between(500'000, 8'000'000), [this] { network_.join(); });
}

void Cluster::crash(NodeIndex node) { static_cast<void>(nodes_[node]->crash(true, true)); }

void Cluster::boot(NodeIndex node) {
  if (!nodes_[node]->is_up()) nodes_[node]->boot();
}

void Cluster::pause(NodeIndex node) { held_[node].emplace(); }

void Cluster::resume(NodeIndex node) {
  if (!held_[node]) return;
  std::vector<Happening> held = std::move(*held_[node]);
  held_[node].reset();
  const bool matters = std::ranges::any_of(held, [&](const Happening& happening) {
    const auto* delivery = std::get_if<Delivery>(&happening);
    return delivery != nullptr && is_open(node, delivery->packet->slot);
  });
  if (matters) report_.faults.matter(FaultKind::pause);
  for (Happening& happening : held) happen(std::move(happening));
}

void Cluster::crash_with_counts(NodeIndex node) {
  const auto lost =
      nodes_[node]->crash(options_.faults.has(FaultKind::lost_write), options_.faults.has(FaultKind::torn_write));
  for (std::size_t i = 0; i < lost.lost; ++i) report_.faults.count(FaultKind::lost_write, true);
  for (std::size_t i = 0; i < lost.torn; ++i) report_.faults.count(FaultKind::torn_write, true);
}

void Cluster::crash_one() {
  const NodeIndex node = random_.below(nodes_.size());
  if (!nodes_[node]->is_up()) return;
  report_.faults.count(FaultKind::crash, nodes_[node]->has_voted_in_open_slot());
  crash_with_counts(node);
  at(now_ + random_.between(1'000, 10'000'000), [this, node] { boot(node); });
}

void Cluster::fail_power() {
  bool in_open_slot = false;
  for (const auto& node : nodes_) {
    if (!node->is_up()) continue;
    in_open_slot = in_open_slot || node->has_voted_in_open_slot();
    crash_with_counts(node->index());
    at(now_ + random_.between(1'000, 3'000'000), [this, index = node->index()] { boot(index); });
  }
  report_.faults.count(FaultKind::power_failure, in_open_slot);
}

void Cluster::pause_one() {
  const NodeIndex node = random_.below(nodes_.size());
  if (held_[node]) return;
  pause(node);
  report_.faults.count(FaultKind::pause, false);  // a message of an open slot that waited matters
  at(now_ + random_.between(50'000, 5'000'000), [this, node] { resume(node); });
}

void Cluster::step_clock() {
  constexpr std::int64_t kStepMax = 3'000;
  const NodeIndex node = random_.below(nodes_.size());
  const std::int64_t by = static_cast<std::int64_t>(random_.below(2 * kStepMax + 1)) - kStepMax;
  nodes_[node]->clock().step_wall(by);
  report_.faults.count(FaultKind::clock_step, false);  // a header for which somebody waits matters
}

// --- Calm

void Cluster::calm() {
  is_chaos_ = false;
  network_.heal();
  for (const auto& node : nodes_) {
    resume(node->index());
    node->clock().set_wall_right(now_);
    node->execute_slowly(1);
    boot(node->index());
  }
}

// How long it may take: the longest wait before what was said is said again, and some slots of the longest delays.
Micros Cluster::patience() const {
  Micros delta = options_.delta_us_min;
  for (const auto& node : nodes_)
    if (!is_faulty(node->index()) && node->is_up()) delta = std::max(delta, node->machine().delta_us());
  return (64 + 8 * nodes_.size()) * delta + 20 * options_.slot_ms * 1'000 + 20 * kMillion;
}

bool Cluster::calms_down() {
  calm();
  const Micros began = now_;
  const Micros deadline = now_ + patience();
  const Slot target{highest_final().raw() + 5};
  constexpr Micros kLook = 100'000;
  while (lowest_final() < target && !checker_.violation()) {
    if (now_ >= deadline) {
      if (!options_.checks_liveness) break;
      bool waits_at_epoch = false;
      for (const auto& node : nodes_)
        waits_at_epoch = waits_at_epoch || (node->is_up() && node->machine().slot().raw() % options_.epoch_slots == 0);
      const Slot before{highest_slot().raw() - 1};
      const auto forgetful = forgetful_ ? std::optional(nodes_[*forgetful_]->address()) : std::nullopt;
      if (waits_at_epoch && lowest_final() == highest_final() && !checker_.is_settled(before, forgetful)) {
        report_.stopped_at_epoch = true;
        return false;
      }
      checker_.fail(0, "liveness: after the faults ended not all honest nodes finalize (slots " +
                           std::to_string(lowest_final().raw()) + " … " + std::to_string(highest_final().raw()) +
                           ", wanted " + std::to_string(target.raw()) + ")");
      return false;
    }
    run_until(now_ + kLook);
  }
  ++report_.calm_phases;
  report_.recovery_max = std::max(report_.recovery_max, now_ - began);
  return !checker_.violation();
}

}  // namespace aether::sim
