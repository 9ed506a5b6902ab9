// What a run is charged for the machine code of its contract: the time that it takes to map it from disk, to know its
// types, and to begin an instance. It is charged whether the code is at hand or not, so that no price depends on what a
// node remembers, and before it is done.
#pragma once

#include <cstdint>

#include "aether/base/bytes.hpp"

namespace aether::wasm {

// Steps; part of the protocol (spec/contracts.md). judge() has accepted the module.
[[nodiscard]] std::uint64_t load_price(ByteView module);

}  // namespace aether::wasm
