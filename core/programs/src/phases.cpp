#include "aether/programs/phases.hpp"

#include <algorithm>

namespace aether::programs {

namespace {

// Slots that are far from 2^64: heights grow by one, and every addend is bounded.
Slot after(Slot slot, std::uint64_t slots) {
  const auto sum = checked_add(slot.raw(), slots);
  AETHER_ASSERT(sum.has_value());
  return Slot{*sum};
}

}  // namespace

Phase phase(const Job& job) {
  if (job.submission) return Phase::submitted;
  return job.acceptance ? Phase::running : Phase::open;
}

Slot accept_end(const Job& job) { return after(job.open_since, job.terms.accept_slots); }

Slot due(const Job& job) {
  AETHER_ASSERT(job.acceptance.has_value());
  return after(job.acceptance->slot, job.terms.sla_slots);
}

Slot hard_end(const Job& job) {
  AETHER_ASSERT(job.acceptance.has_value());
  return after(job.acceptance->slot, job.terms.max_slots);
}

std::uint64_t window_slots(const JobParams& params, std::uint64_t units) {
  const std::uint64_t rate = params.recompute_units_per_slot;
  return params.window_slots + units / rate + (units % rate != 0 ? 1 : 0);
}

Slot window_end(const Job& job, const JobParams& params, Slot now) {
  AETHER_ASSERT(job.submission.has_value());
  std::uint64_t paused = job.paused_slots;
  if (job.full_since && now > *job.full_since) paused += now.raw() - job.full_since->raw();
  paused = std::min(paused, params.dispute_slots_max);
  return after(after(job.submission->slot, window_slots(params, job.submission->units)), paused);
}

Slot settle_from(const Job& job, const JobParams& params, Slot now) {
  return after(window_end(job, params, now), params.commit_prove_max_slots + 1);
}

SlotRange prove_slots(const Commit& commit, const JobParams& params) {
  return {after(commit.slot, params.commit_prove_min_slots), after(commit.slot, params.commit_prove_max_slots)};
}

Slot clock_end(const Session& session) {
  return after(session.turn_since,
               session.state.turn == vcr::Turn::worker ? session.worker_left : session.challenger_left);
}

std::optional<std::size_t> yielding_session(const Job& job, Amount bond) {
  std::optional<std::size_t> lowest;
  for (std::size_t i = 0; i < job.sessions.size(); ++i) {
    if (job.sessions[i].state.moves != 0) continue;
    if (!lowest || job.sessions[i].bond < job.sessions[*lowest].bond) lowest = i;
  }
  if (!lowest || bond / 2 < job.sessions[*lowest].bond) return std::nullopt;
  return lowest;
}

TimedExit next_exit(const Job& job, const JobParams& params, Slot now) {
  switch (phase(job)) {
    case Phase::open: return {false, std::nullopt, next(accept_end(job))};
    case Phase::running: return {false, std::nullopt, next(hard_end(job))};
    case Phase::submitted: break;
  }
  if (job.sessions.empty()) return {true, std::nullopt, settle_from(job, params, now)};
  const auto first = std::min_element(job.sessions.begin(), job.sessions.end(), [](const Session& a, const Session& b) {
    return std::pair(clock_end(a), a.id) < std::pair(clock_end(b), b.id);
  });
  return {false, first->id, next(clock_end(*first))};
}

}  // namespace aether::programs
