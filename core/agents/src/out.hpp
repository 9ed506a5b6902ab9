// Collects an agent's effects in their order.
#pragma once

#include "aether/agents/desk.hpp"
#include "aether/agents/note.hpp"
#include "aether/programs/phases.hpp"

namespace aether::agents {

template <class Effect>
class Out {
 public:
  Out(Desk& desk, const Observation& now) : desk_(desk), tip_(now.slot) {}

  template <class One>
  void add(One effect) {
    effects_.emplace_back(std::in_place_type<One>, std::move(effect));
  }
  void note(const Hash& job, NoteKind kind, std::uint64_t number = 0, std::optional<Action> action = std::nullopt) {
    add(Note{job, kind, action, number});
  }
  // Sends what is wanted unless it is under way.
  void send(const Intent& intent, programs::EscrowInstruction instruction, const Hash& model_id,
            std::optional<Slot> last, Balance locks = {}) {
    if (!desk_.free(intent, tip_)) return;
    add(desk_.send(intent, std::move(instruction), model_id, last, locks));
    note(intent.job, NoteKind::sent, intent.number, intent.action);
  }
  void expire(const Hash& id, const programs::Job& job, std::optional<std::uint32_t> session) {
    send({id, Action::expire, session ? *session : kWholeJob}, programs::Expire{id, session}, job.terms.model_id,
         std::nullopt);
  }
  void settle(const Hash& id, const programs::Job& job) {
    send({id, Action::settle}, programs::Settle{id}, job.terms.model_id, std::nullopt);
  }
  // By the exit that time gives to anyone.
  void leave(const Hash& id, const programs::Job& job, const programs::TimedExit& way) {
    if (way.settle) return settle(id, job);
    expire(id, job, way.session);
  }
  std::optional<Intent> ended(const SendEnded& event) {
    const std::optional<Intent> intent = desk_.ended(event);
    if (!intent) return intent;
    if (!event.code) {
      note(intent->job, NoteKind::expired, event.slot.raw(), intent->action);
    } else if (*event.code == kSuccess) {
      note(intent->job, NoteKind::done, event.slot.raw(), intent->action);
    } else {
      note(intent->job, NoteKind::refused, event.code->raw(), intent->action);
    }
    return intent;
  }
  // The end of a tracked job; `object`: its closed form, if the host showed it.
  void closed(const Hash& job, const programs::JobObject* object) {
    const auto* form = object == nullptr ? nullptr : std::get_if<programs::ClosedJob>(&object->state);
    if (form != nullptr) note(job, NoteKind::closed, static_cast<std::uint64_t>(form->status));
    desk_.forget(job);
  }
  std::vector<Effect> take() { return std::move(effects_); }

 private:
  Desk& desk_;
  Slot tip_;
  std::vector<Effect> effects_;
};

}  // namespace aether::agents
