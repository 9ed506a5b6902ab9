// The money of a block: fees held back before its first transaction runs, and what it owes after the last one. Sums are
// exact and commute, so they need no order: credits of a failed transaction do not enter them, and 128 bits cannot
// overflow, because all value comes from a checked genesis (asserted).
#pragma once

#include "aether/ledger/block_admission.hpp"
#include "aether/ledger/conservation.hpp"
#include "aether/ledger/transaction_run.hpp"

namespace aether::ledger {

// The sender's account while the block runs: max fees debited, nonces marked.
[[nodiscard]] Account escrowed(const BlockAdmission::Sender& sender);

// How the max_fee of a transaction that did `steps` divides; its multiplier is in multipliers(). fee = burned +
// to_proposer + to_treasury; the rest returns.
struct Charge {
  Amount fee = 0;
  Amount refund = 0;
  Amount burned = 0;
  Amount to_proposer = 0;
  Amount to_treasury = 0;
};
// The fee alone, whatever max_fee says: of a simulation.
[[nodiscard]] Amount fee_of(const BlockFacts& facts, const VerifiedTransaction& tx, std::uint64_t steps,
                            Multiplier multiplier);
[[nodiscard]] Charge charge_for(const BlockFacts& facts, const VerifiedTransaction& tx, std::uint64_t steps,
                                Multiplier multiplier);

[[nodiscard]] Receipt receipt_of(const VerifiedTransaction& tx, const Run& run, const Charge& charge);

// What all transactions of a block owe together, without the credits and refunds of single accounts.
struct Totals {
  Amount to_proposer = 0;
  Amount to_treasury = 0;
  Balance burned;
  std::uint64_t steps = 0;

  void add(std::uint64_t run_steps, const Balance& run_burned, const Charge& charge);
  void add(const Totals& other);
};

void add_credit(Balance& sum, Asset asset, Amount amount);
void add_credit(Balance& sum, const Balance& credit);

// Treasury and supply after the block; no transaction reads or changes them before.
[[nodiscard]] Diff settle(const StateView& parent, const Totals& totals);

}  // namespace aether::ledger
