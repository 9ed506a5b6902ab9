// Effect: a line for the timeline. Nothing depends on it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "aether/agents/desk.hpp"

namespace aether::agents {

enum class NoteKind : std::uint8_t {
  sent,              // `action`
  done,              // `action` had success; number: slot
  refused,           // `action`; number: result code
  expired,           // `action` stood in no block
  run_failed,        // the host could not run the job
  receipt_wrong,     // the own receipt breaks a rule of the chain: a bug of engine or host; not sent
  missed,            // the hard end passed without a receipt
  audit_honest,      // own and claimed trace are equal
  audit_fraud,       // a step proof convicts the worker
  audit_not_served,  // the worker shows too little of its trace: to be forced on chain
  audit_failed,      // the host could not audit
  audit_wrong,       // the claim that the host found does not convict; not sent
  descent_over,      // everything was shown, and nothing is wrong
  trace_missing,     // a session asks for a trace that the host does not hold
  closed,            // number: programs::JobStatus
};
[[nodiscard]] std::string_view to_string(NoteKind kind);

struct Note {
  Hash job;
  NoteKind kind = NoteKind::sent;
  std::optional<Action> action;
  std::uint64_t number = 0;
};

}  // namespace aether::agents
