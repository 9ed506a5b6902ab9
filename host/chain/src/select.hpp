// Which candidates the next block holds.
#pragma once

#include "aether/chain/chain.hpp"

namespace aether::chain {

struct Selection {
  std::vector<std::size_t> included;
  std::vector<std::pair<std::size_t, ledger::Reject>> refused;
};

// In the order of the candidates; one that does not fit does not keep later ones out.
[[nodiscard]] Selection select(const ledger::StateView& parent, const ledger::BlockFacts& facts,
                               std::span<const VerifiedTransaction> candidates);

}  // namespace aether::chain
