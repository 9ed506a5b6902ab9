// One transaction on top of a state: inputs, outputs, then the call, in an overlay that is kept only on success.
#pragma once

#include "aether/ledger/block_admission.hpp"
#include "aether/ledger/conservation.hpp"

namespace aether::ledger {

// Value on its way: to accounts, and out of existence.
struct Sums {
  std::map<Address, Balance> credits;
  Balance burned;

  // False on overflow, which leaves the sums as they were.
  [[nodiscard]] bool credit(const Address& to, Asset asset, Amount amount);
  [[nodiscard]] bool burn(Asset asset, Amount amount);
  [[nodiscard]] bool add(const Sums& other);
};

struct Run {
  ResultCode code;
  std::uint64_t steps = 0;  // done, also when it failed
  Diff diff;                // empty on failure, as are the sums
  Sums sums;
  AccessSet reads;  // when recording: the sets it needs
  AccessSet writes;
};

// The sender's max_fee is debited in `state` already.
[[nodiscard]] Run run_transaction(const StateView& state, Programs programs, const BlockFacts& facts,
                                  const VerifiedTransaction& tx, AccessMode mode);

}  // namespace aether::ledger
