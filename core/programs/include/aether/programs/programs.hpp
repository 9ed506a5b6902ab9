// Every native program of the chain.
#pragma once

#include "aether/ledger/programs.hpp"

namespace aether::programs {

// Programs without state of their own; they live as long as the process.
[[nodiscard]] ledger::Programs all_programs();

}  // namespace aether::programs
