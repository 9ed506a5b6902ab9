// One transaction on top of a state: inputs, outputs, then the call, in an overlay that is kept only on success. Every
// executor runs transactions by this function, and only puts them in order.
//
// What a run may read of `state`, when its sets are enforced: the sender's account, its inputs, and the objects in its
// declared sets. What it may change: the sender's account, its inputs, its new UTxOs, the objects that it declares to
// write, and the records of rent of all these (rent.hpp). So runs of transactions that do not conflict may be done at
// once, each over the same state.
#pragma once

#include "aether/ledger/programs.hpp"

namespace aether::ledger {

// Value on its way: to accounts, and out of existence.
struct Credit {
  Address to;
  Asset asset = Asset::swr;
  Amount amount = 0;
};
struct Sums {
  std::vector<Credit> credits;  // in the order they were made; an account may stand there often
  Balance burned;
};

// On failure sender, diff, sums, logs and output are empty.
struct Run {
  ResultCode code;
  std::uint64_t steps = 0;        // done, also when it failed
  std::optional<Account> sender;  // as it left its sender's account; none when that did not change
  Diff diff;                      // of all other objects, contracts' accounts among them
  Sums sums;
  codec::List<Log, limits::kLogsMax> logs;
  Amount deposit = 0;  // SWR that the sender left for what is stored now
  Bytes output;        // of the call
  AccessSet reads;     // when recording: the sets it needs
  AccessSet writes;
};

// The sender's max_fee is debited in `state` already.
[[nodiscard]] Run run_transaction(const StateView& state, Programs programs, const BlockFacts& facts,
                                  const VerifiedTransaction& tx, AccessMode mode);

}  // namespace aether::ledger
