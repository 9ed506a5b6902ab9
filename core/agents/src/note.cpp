#include "aether/agents/note.hpp"

namespace aether::agents {

std::string_view to_string(NoteKind kind) {
  switch (kind) {
    case NoteKind::sent: return "sent";
    case NoteKind::done: return "done";
    case NoteKind::refused: return "refused";
    case NoteKind::expired: return "expired";
    case NoteKind::run_failed: return "run_failed";
    case NoteKind::receipt_wrong: return "receipt_wrong";
    case NoteKind::missed: return "missed";
    case NoteKind::audit_honest: return "audit_honest";
    case NoteKind::audit_fraud: return "audit_fraud";
    case NoteKind::audit_not_served: return "audit_not_served";
    case NoteKind::audit_failed: return "audit_failed";
    case NoteKind::audit_wrong: return "audit_wrong";
    case NoteKind::descent_over: return "descent_over";
    case NoteKind::trace_missing: return "trace_missing";
    case NoteKind::closed: return "closed";
  }
  return "unknown";
}

}  // namespace aether::agents
