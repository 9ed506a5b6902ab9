// The sets, gas limit and max_fee that a transaction should have.
#pragma once

#include "aether/ledger/apply.hpp"

namespace aether::query {

struct FeeEstimate {
  ledger::Simulation simulation;  // with sets and gas limit as estimated
  Gas gas_limit;                  // a quarter more than it used, at most what it may reserve
  Amount max_fee = 0;             // for all of gas_limit, and the priority fee
};

// `body` passed check_form; its sets, gas limit and max_fee do not count. None when the fee exceeds 128 bits.
//
// It is simulated once for its sets and gas, and once more with them, since both are in the bytes that are paid for and
// the sets decide the multiplier. Where a declared object is in demand, max_fee also covers four blocks of growth.
[[nodiscard]] std::optional<FeeEstimate> estimate_fee(const ledger::StateView& state, ledger::Programs programs,
                                                      const ledger::BlockFacts& facts, TransactionBody body);

}  // namespace aether::query
