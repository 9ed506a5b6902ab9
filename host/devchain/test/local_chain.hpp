// A DevChain in memory with four rich users. It seals only when told, unless the options say otherwise.
#pragma once

#include <chrono>

#include "../../query/test/local_chain.hpp"
#include "aether/devchain/devchain.hpp"

namespace aether::devchain::testing {

using query::testing::kSwrOfUser;
using query::testing::user;
using query::testing::user_seed;

inline constexpr std::uint64_t kHour = 3'600'000;

// A condition that other threads bring about; the deadline only ends a hang.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

struct LocalOptions {
  std::optional<std::uint64_t> seal_interval_ms = kHour;
  PendingLimits pending = {};
};

struct LocalChain final : query::testing::ChainInMemory {
  explicit LocalChain(const LocalOptions& options = {})
      : ChainInMemory({}),
        dev(*chain, clock,
            {.seal_interval_ms = options.seal_interval_ms,
             .pending = options.pending,
             .seed = config::dev_sealer_seed()}) {}
  api::ChainService& service() override { return dev; }

  env::ManualClock clock{1'000};
  DevChain dev;
};

}  // namespace aether::devchain::testing
