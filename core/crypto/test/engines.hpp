// The batch engines that this processor runs.
#pragma once

#include <vector>

#include "aether/crypto/ed25519_batch.hpp"

namespace aether::crypto::cases {

inline std::vector<BatchEngine> engines() { return {BatchEngine::zebra, BatchEngine::commonware}; }

inline const char* name(BatchEngine engine) {
  constexpr const char* kNames[] = {" zebra", " commonware"};
  return kNames[static_cast<std::size_t>(engine)];
}

}  // namespace aether::crypto::cases
