// Room on the native stack. A run with all contracts that it calls needs a known amount; where the thread at hand has
// less, the run gets a thread of its own, so that no stack that a host chose decides how a run ends.
#pragma once

#include <cstddef>
#include <functional>

namespace aether::wasm {

// Calls `task` on this thread, or on a new one with `bytes` of stack, and returns when it is done.
void with_stack(std::size_t bytes, const std::function<void()>& task);

}  // namespace aether::wasm
