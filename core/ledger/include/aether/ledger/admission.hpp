// Whether a transaction may stand in a block: preflight needs no state, preclaim reads the sender's account after the
// parent. Both are run by whoever admits, and by every validator of a block (protocol section 3).
#pragma once

#include "aether/ledger/code.hpp"
#include "aether/ledger/congestion.hpp"

namespace aether::ledger {

// No amount, and no sum of a transaction's or of genesis, is above this: sums of sums then stay below 2^128.
inline constexpr Amount kAmountMax = Amount{1} << 100;

// How far valid_until may lie ahead of the slot, in slots: one day at 500 ms.
inline constexpr std::uint64_t kValidityMax = 172'800;

// The fee of a transaction of `bytes` that did `steps`, without priority fee, rounded up; none on overflow.
[[nodiscard]] std::optional<Amount> base_fee(const FeeParams& fees, std::uint64_t bytes, std::uint64_t steps,
                                             Multiplier multiplier);

// Whether max_fee covers the fee at gas_limit and the priority fee.
[[nodiscard]] bool covers_fee(const FeeParams& fees, const VerifiedTransaction& tx, Multiplier multiplier);

// The part of preflight that judges inputs, outputs and sets alone: no chain, no size, no gas, no fee.
[[nodiscard]] Result<void, Reject> check_form(const TransactionBody& body);

// The fee is judged as if no object were congested.
[[nodiscard]] Result<void, Reject> preflight(const ChainParams& params, ChainId chain, const VerifiedTransaction& tx);

// `slot` is the slot of the block that would hold it. With the state at hand also the congested fee is judged.
[[nodiscard]] Result<void, Reject> preclaim(const StateView& parent, const ChainParams& params, Slot slot,
                                            const VerifiedTransaction& tx);
[[nodiscard]] Result<void, Reject> preclaim(const Account& sender, Slot slot, const VerifiedTransaction& tx);

// The replay window of an account (protocol section 3).
[[nodiscard]] Result<void, Reject> check_nonce(const Account& account, std::uint64_t nonce);
void mark_nonce(Account& account, std::uint64_t nonce);  // the nonce passed check_nonce

}  // namespace aether::ledger
