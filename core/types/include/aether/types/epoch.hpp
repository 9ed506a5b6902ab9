// Epochs as ranges of slots: epoch e has the slots e·epoch_slots to (e + 1)·epoch_slots − 1 (spec/consensus.md).
#pragma once

#include "aether/base/strong.hpp"

namespace aether {

// The first slot of an epoch's last third, in which the set and randomness of the next epoch are settled.
[[nodiscard]] constexpr Slot last_third(std::uint64_t epoch, std::uint64_t epoch_slots) {
  return Slot{epoch * epoch_slots + epoch_slots - epoch_slots / 3};
}

}  // namespace aether
