// Scripted clusters, each with a bound in time or slots that one rule of the protocol alone keeps: what chance would
// hardly find, since other rules mend it before anybody is stuck for long. sim/planted takes the rules away. A
// violation that begins with "script: " says that what the script is about did not come about, and nothing of the
// machine.
#pragma once

#include "aether/cluster/cluster.hpp"

namespace aether::sim {

struct Script {
  std::string_view name;
  std::string_view what;
  std::optional<Violation> (*run)(Identities& identities);
};

[[nodiscard]] std::span<const Script> scripts();

}  // namespace aether::sim
