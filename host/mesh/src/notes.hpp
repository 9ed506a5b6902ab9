// An agent's notes as events.
#pragma once

#include "aether/agents/note.hpp"
#include "aether/mesh/events.hpp"
#include "aether/mesh/observer.hpp"

namespace aether::mesh {

void tell(Events& events, const agents::Note& note, const Seen& seen);

// "0x0123abcd…", enough to tell jobs apart in a log.
[[nodiscard]] std::string short_id(const Hash& id);

}  // namespace aether::mesh
