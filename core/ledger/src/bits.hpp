// Bitmaps whose length may be less than the number of bits that are asked for.
#pragma once

#include "aether/crypto/bls_votes.hpp"

namespace aether::ledger {

[[nodiscard]] inline bool has_bit(ByteView bits, std::size_t i) {
  return i / 8 < bits.size() && crypto::has_signer(bits, i);
}

}  // namespace aether::ledger
