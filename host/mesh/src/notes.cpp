#include "notes.hpp"

#include "aether/api/json.hpp"
#include "aether/programs/codes.hpp"

namespace aether::mesh {
namespace {

using agents::NoteKind;
using telemetry::Level;

Level level_of(NoteKind kind) {
  switch (kind) {
    case NoteKind::sent: return Level::debug;
    case NoteKind::receipt_wrong:
    case NoteKind::audit_wrong: return Level::error;
    case NoteKind::refused:
    case NoteKind::expired:
    case NoteKind::run_failed:
    case NoteKind::missed:
    case NoteKind::audit_not_served:
    case NoteKind::audit_failed:
    case NoteKind::trace_missing: return Level::warn;
    default: return Level::info;
  }
}

std::string text_of(const agents::Note& note) {
  const std::string action = note.action ? std::string(to_string(*note.action)) : std::string();
  const std::string code(programs::code_name(ResultCode{static_cast<std::uint16_t>(note.number)}));
  switch (note.kind) {
    case NoteKind::sent: return "sends " + action;
    case NoteKind::done: return action + " is in block " + std::to_string(note.number);
    case NoteKind::refused: return action + " is refused: " + code;
    case NoteKind::expired: return action + " has expired: no block took it";
    case NoteKind::run_failed: return "the run failed; it is tried again";
    case NoteKind::receipt_wrong: return "the own receipt breaks a rule, " + code + ": it is not sent";
    case NoteKind::missed: return "the hard end passed without a receipt";
    case NoteKind::audit_honest: return "audited: the result is right";
    case NoteKind::audit_fraud: return "audited: the result is wrong, and a step proof convicts the worker";
    case NoteKind::audit_not_served: return "audited: the worker does not show its trace; it is asked on chain";
    case NoteKind::audit_failed: return "the audit failed; it is tried again";
    case NoteKind::audit_wrong: return "the accusation found does not convict: it is not sent";
    case NoteKind::descent_over: return "everything was shown on chain, and nothing is wrong";
    case NoteKind::trace_missing: return "a descent asks for a trace that is not at hand";
    case NoteKind::closed: return "closed";
  }
  return "unknown";
}

}  // namespace

std::string short_id(const Hash& id) { return to_hex0x(ByteView(id.bytes).first(4)) + "…"; }

void tell(Events& events, const agents::Note& note, const Seen& seen) {
  boost::json::object details{{"job", to_hex0x(note.job.bytes)}, {"slot", seen.observation.slot.raw()}};
  std::string text = "job " + short_id(note.job) + ": " + text_of(note);
  if (note.action) details["action"] = to_string(*note.action);
  switch (note.kind) {
    case NoteKind::done: details["block"] = note.number; break;
    case NoteKind::refused:
    case NoteKind::receipt_wrong:
      details["code"] = programs::code_name(ResultCode{static_cast<std::uint16_t>(note.number)});
      break;
    default: break;
  }
  const auto* object = seen.find(note.job);
  const auto* closed = object == nullptr ? nullptr : std::get_if<programs::ClosedJob>(&object->state);
  if (note.kind == NoteKind::closed && closed != nullptr) {
    const auto status = codec::enum_names<programs::JobStatus>[static_cast<std::size_t>(closed->status)];
    details["status"] = status;
    details["paid"] = to_decimal(closed->paid);
    details["burned"] = to_decimal(closed->burned);
    text += ", " + std::string(status) + ": " + amount_to_text(closed->paid) + " AIC to the worker, " +
            amount_to_text(closed->burned) + " AIC burned";
  }
  events.tell(to_string(note.kind), std::move(details), text, level_of(note.kind));
}

}  // namespace aether::mesh
