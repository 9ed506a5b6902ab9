// Another name for a file.
#pragma once

#include "aether/env/file.hpp"

namespace aether::env {

// Gives a file that is durable another name in its directory, durably. A file of that name is replaced. After an error
// it may be called again: where only the name that is wanted is there, it is made durable.
[[nodiscard]] Outcome<void> rename_durably(const Path& from, const Path& to);

}  // namespace aether::env
