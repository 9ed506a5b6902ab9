#include "answer.hpp"

#include <algorithm>

namespace aether::agents {

std::vector<Waiting> waiting_sessions(const programs::Job& job, Slot at) {
  std::vector<Waiting> out;
  for (const programs::Session& session : job.sessions) {
    const Slot end = programs::clock_end(session);
    if (session.state.turn != vcr::Turn::worker || at > end) continue;
    auto group = std::ranges::find(out, session.state.node, &Waiting::node);
    if (group == out.end()) group = out.insert(out.end(), {session.state.node, {}, end});
    group->sessions.insert(session.id);
    group->last = std::min(group->last, end);
  }
  return out;
}

std::optional<programs::Respond> answer(const Hash& id, const programs::Job& job, const infer::Config& config,
                                        vcr::TraceSource& source, const Waiting& waiting) {
  const vcr::TraceShape shape = shape_of(config, job);
  auto reveal = vcr::make_reveal(shape, source, waiting.node);
  if (!reveal) return std::nullopt;
  const auto session =
      std::ranges::find_if(job.sessions, [&](const programs::Session& s) { return waiting.sessions.contains(s.id); });
  if (session == job.sessions.end() || !vcr::respond(shape, session->state, *reveal)) return std::nullopt;
  return programs::Respond{id, waiting.sessions, waiting.node, std::move(*reveal)};
}

}  // namespace aether::agents
