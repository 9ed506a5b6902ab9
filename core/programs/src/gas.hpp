// What an instruction costs: a fixed number of steps, its bytes as hashed, multiply-adds, and what a contract asks for.
#pragma once

#include "aether/ledger/program.hpp"

namespace aether::programs {

// Charged before the instruction is decoded: its own cost and the hashing of its bytes.
[[nodiscard]] ledger::Outcome<void> charge_instruction(ledger::Context& context, std::uint64_t bytes);
[[nodiscard]] ledger::Outcome<void> charge_multiply_adds(ledger::Context& context, std::uint64_t count);
// Bytes: a begun KiB counts where the parameter is one of KiB.
[[nodiscard]] ledger::Outcome<void> charge_hashed(ledger::Context& context, std::uint64_t bytes);
[[nodiscard]] ledger::Outcome<void> charge_copied(ledger::Context& context, std::uint64_t bytes);
[[nodiscard]] ledger::Outcome<void> charge_stored(ledger::Context& context, std::uint64_t bytes);
[[nodiscard]] ledger::Outcome<void> charge_judged(ledger::Context& context, std::uint64_t bytes);

}  // namespace aether::programs
