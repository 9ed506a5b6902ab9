// Conservation of value, per asset: issued − burned = accounts + treasury + UTxOs + held by programs. Genesis begins
// with the equation; a block keeps it when what its changed objects hold falls by exactly what it burned.
#pragma once

#include "aether/ledger/program.hpp"

namespace aether::ledger {

// a + b; none above 2^128 − 1 in either asset.
[[nodiscard]] std::optional<Balance> checked_add(const Balance& a, const Balance& b);
[[nodiscard]] std::optional<Balance> checked_sub(const Balance& a, const Balance& b);

// What an object holds: the balance of an account or the treasury, the amount of a UTxO, else what the programs say.
[[nodiscard]] std::optional<Balance> value_in(Programs programs, const ObjectId& id, ByteView value);

// Whether `diff` on top of `parent` keeps the equation, and counts as burned in the supply exactly what left.
[[nodiscard]] bool conserves(const StateView& parent, Programs programs, const Diff& diff);

}  // namespace aether::ledger
