// The programs aether-worker and aether-watchtower, from their arguments to their exit code: 0 after a signal, 1 when
// they cannot go on, 2 for wrong usage, 4 for a file, key or password that does not do.
#pragma once

#include "aether/mesh/tampering.hpp"

namespace aether::mesh {

[[nodiscard]] int run_worker(int argc, const char* const* argv, const Tampering& tampering = {});
[[nodiscard]] int run_watchtower(int argc, const char* const* argv);

}  // namespace aether::mesh
