// Which validator relays which shred of a block (protocol section 8): shares are equal and interleaved, so that the
// loss of one relay is spread evenly over all sets, and begin at a place drawn from the block's hash.
#pragma once

#include "aether/types/validator_set.hpp"

namespace aether::dissem {

// `leaf` counts the shreds of all sets. The proposer itself is the relay of its share. validators > 0.
[[nodiscard]] inline ValidatorIndex relay_of(const Hash& block, std::uint32_t leaf, std::size_t validators) {
  std::uint64_t first = 0;
  for (std::size_t i = 0; i < 8; ++i) first = first << 8 | block.bytes[i];
  return static_cast<ValidatorIndex>((first % validators + leaf) % validators);
}

}  // namespace aether::dissem
