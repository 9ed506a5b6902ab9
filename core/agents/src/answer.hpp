// What a descent asks of whoever answers.
#pragma once

#include "aether/agents/observation.hpp"
#include "aether/programs/instructions.hpp"
#include "aether/programs/phases.hpp"

namespace aether::agents {

// Sessions that wait at one node.
struct Waiting {
  vcr::Node node;
  codec::SortedSet<std::uint32_t, limits::kSessionsMax> sessions;
  Slot last;  // when the first of their clocks ends
};
// Those that can still be answered at slot `at`, by node.
[[nodiscard]] std::vector<Waiting> waiting_sessions(const programs::Job& job, Slot at);

// None if the source does not know what the node asks for, or what it says does not hash to it.
[[nodiscard]] std::optional<programs::Respond> answer(const Hash& id, const programs::Job& job,
                                                      const infer::Config& config, vcr::TraceSource& source,
                                                      const Waiting& waiting);

[[nodiscard]] inline vcr::TraceShape shape_of(const infer::Config& config, const programs::Job& job) {
  AETHER_ASSERT(job.submission.has_value());
  return {config, {job.n_prompt, job.submission->n_out}};
}

// The living job of an object.
[[nodiscard]] inline const programs::Job* living(const JobView& view) {
  return std::get_if<programs::Job>(&view.object.state);
}

}  // namespace aether::agents
