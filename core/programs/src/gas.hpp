// What an instruction costs: a fixed number of steps, its bytes as hashed, and multiply-adds.
#pragma once

#include "aether/ledger/program.hpp"

namespace aether::programs {

// Charged before the instruction is decoded: its own cost and the hashing of its bytes.
[[nodiscard]] ledger::Outcome<void> charge_instruction(ledger::Context& context, std::uint64_t bytes);
[[nodiscard]] ledger::Outcome<void> charge_multiply_adds(ledger::Context& context, std::uint64_t count);

}  // namespace aether::programs
