// What a node says that lies about snapshots: each answer of an honest one, altered.
#pragma once

#include "aether/replica/wire.hpp"

namespace aether::sim {

enum class SnapshotLiar : std::uint8_t {
  chunks,     // other bytes
  offers,     // another manifest
  forks,      // the block's child names another state
  quorums,    // a certificate that does not hold
  headers,    // an epoch's next validators are others
  withholds,  // nothing of what it offers
  boasts,     // a block of slots that nobody has reached
};
inline constexpr std::size_t kSnapshotLiars = 7;

[[nodiscard]] replica::MessagePointer altered(SnapshotLiar liar, const replica::MessagePointer& message);

}  // namespace aether::sim
