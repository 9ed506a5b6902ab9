// The clocks of a job: pure functions of the job, the parameters and a slot. The escrow, agents and clients ask these
// and nothing else, so each rule stands here once (AI page section 4).
//
//   open ──accept──> running ──submit_vcr──> submitted (window, then settle) ──> closed
//     │ accept_end      │ hard_end                │ a verdict, or a worker's clock that ran out
//     └──expire─────────┴──expire: next attempt or refund
#pragma once

#include "aether/params/chain_params.hpp"
#include "aether/programs/objects.hpp"

namespace aether::programs {

// Bound of every number of slots in terms and of a window, so that no sum of slots overflows.
inline constexpr std::uint64_t kJobSlotsMax = std::uint64_t{1} << 32;

enum class Phase : std::uint8_t { open, running, submitted };
[[nodiscard]] Phase phase(const Job& job);

[[nodiscard]] Slot accept_end(const Job& job);  // the last slot that may hold accept
[[nodiscard]] Slot due(const Job& job);         // later is late; needs an acceptance
[[nodiscard]] Slot hard_end(const Job& job);    // the last slot that may hold submit_vcr; needs an acceptance

// W: the window's length in slots.
[[nodiscard]] std::uint64_t window_slots(const JobParams& params, std::uint64_t units);
// The last slot of the window, seen at `now`: it moves on while the session table is full. Needs a submission.
[[nodiscard]] Slot window_end(const Job& job, const JobParams& params, Slot now);
// The first slot that may hold settle, if no session is open then. Needs a submission.
[[nodiscard]] Slot settle_from(const Job& job, const JobParams& params, Slot now);

// The slots, both included, that may hold the proof of a commit.
struct SlotRange {
  Slot first;
  Slot last;
};
[[nodiscard]] SlotRange prove_slots(const Commit& commit, const JobParams& params);

// The last slot in which whose turn it is may move.
[[nodiscard]] Slot clock_end(const Session& session);

// The session that `bond` would take the place of when the table is full: the lowest bond without a move, if `bond` is
// at least its double. An index; none: no session yields.
[[nodiscard]] std::optional<std::size_t> yielding_session(const Job& job, Amount bond);

// The next way in which time alone lets anyone move the job on.
struct TimedExit {
  bool settle = false;                   // settle; else expire
  std::optional<std::uint32_t> session;  // of expire
  Slot from;                             // the first slot
};
[[nodiscard]] TimedExit next_exit(const Job& job, const JobParams& params, Slot now);

}  // namespace aether::programs
