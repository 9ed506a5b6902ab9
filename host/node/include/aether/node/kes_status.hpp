// How long a validator's KES key signs headers, and whether that is looked after.
#pragma once

#include <optional>
#include <string>

#include "aether/keystore/validator.hpp"

namespace aether::node {

struct KesStatus {
  std::uint64_t epoch = 0;                        // of the newest final block, which the rest is of
  bool is_in_set = false;                         // of that epoch's validators
  bool is_held = true;                            // the folder has the key that the set names
  std::optional<std::uint64_t> last_epoch = {};   // in which that key signs
  std::optional<crypto::KesPublicKey> next = {};  // the folder's next key
  std::optional<std::uint64_t> next_epoch = {};   // from which it counts; none: it is not registered
};

// What keeps the validator from signing headers, and what to do; none: nothing.
[[nodiscard]] std::optional<std::string> kes_obstacle(const KesStatus& status);
// The same of what will, within twice kKesWarnPeriods epochs.
[[nodiscard]] std::optional<std::string> kes_warning(const KesStatus& status);

}  // namespace aether::node
