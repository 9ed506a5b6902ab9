// Conservation of value, per asset: issued − burned = accounts + treasury + UTxOs + stakes + deposits + what pruned
// objects held + held by programs. Genesis begins with the equation; a block keeps it when what its changed objects
// hold falls by exactly what it burned.
#pragma once

#include "aether/ledger/programs.hpp"

namespace aether::ledger {

// a + b; none above 2^128 − 1 in either asset.
[[nodiscard]] std::optional<Balance> checked_add(const Balance& a, const Balance& b);
[[nodiscard]] std::optional<Balance> checked_sub(const Balance& a, const Balance& b);

// What an object holds: the balance of an account or the treasury, the amount of a UTxO, a stake, a deposit, what
// a pruned object held, else what the programs say.
[[nodiscard]] std::optional<Balance> value_in(Programs programs, const ObjectId& id, ByteView value);

// What the objects that a block changed held before it and hold after it; none above 2^128 − 1. Additions commute.
struct HeldChange {
  std::optional<Balance> before = Balance{};
  std::optional<Balance> after = Balance{};

  void add(const HeldChange& other);
};

// Whether what is held fell by exactly what the supply counts as burned.
[[nodiscard]] bool conserves(const HeldChange& held, const Supply& before, const Supply& after);

// Whether `diff` on top of `parent` keeps the equation, and counts as burned in the supply exactly what left.
[[nodiscard]] bool conserves(const StateView& parent, Programs programs, const Diff& diff);

}  // namespace aether::ledger
