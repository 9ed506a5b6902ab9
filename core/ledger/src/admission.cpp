#include "aether/ledger/admission.hpp"

#include <algorithm>
#include <set>
#include <span>

namespace aether::ledger {
namespace {

// Σ amounts of the outputs in `asset` is within the bound; each already is, and there are at most 64.
bool sum_in_bound(const TransactionBody& body, Asset asset) {
  Amount sum = 0;
  for (const auto& output : body.outputs)
    if (output.asset == asset) sum += output.amount;
  return sum <= kAmountMax;
}

Result<void, Reject> check_outputs(const TransactionBody& body) {
  for (const auto& output : body.outputs) {
    if (output.script && output.kind == OutputKind::account) return fail(Reject::script_on_account);
    if (output.amount == 0) return fail(Reject::zero_output);
    if (output.amount > kAmountMax) return fail(Reject::amount_above_bound);
  }
  if (!sum_in_bound(body, Asset::swr) || !sum_in_bound(body, Asset::aic)) return fail(Reject::amount_above_bound);
  return {};
}

bool has_duplicate(std::span<const TransactionInput> inputs) {
  std::set<Hash> seen;
  return std::any_of(inputs.begin(), inputs.end(), [&](const auto& input) { return !seen.insert(input.utxo).second; });
}

bool disjoint(const AccessSet& a, const AccessSet& b) {
  return std::none_of(a.begin(), a.end(), [&](const ObjectId& id) { return b.contains(id); });
}

bool get_bit(const Account& account, std::uint64_t i) { return (account.nonce_bitmap[i / 8] >> (i % 8) & 1) != 0; }
void set_bit(Account& account, std::uint64_t i) {
  auto& byte = account.nonce_bitmap[i / 8];
  byte = static_cast<std::uint8_t>(byte | 1u << (i % 8));
}

}  // namespace

std::optional<Amount> base_fee(const FeeParams& fees, std::uint64_t bytes, std::uint64_t steps, Multiplier multiplier) {
  const auto for_bytes = checked_mul<Amount>(fees.per_byte, bytes);
  const auto for_steps = checked_mul<Amount>(fees.per_step, steps);
  if (!for_bytes || !for_steps) return std::nullopt;
  const auto variable = checked_add(*for_bytes, *for_steps);
  if (!variable) return std::nullopt;
  const auto sum = checked_add(fees.base, *variable);
  if (!sum || multiplier == kMultiplierAtRest) return sum;
  return mul_div(*sum, multiplier.raw(), kMultiplierAtRest.raw(), Rounding::up);
}

bool covers_fee(const FeeParams& fees, const VerifiedTransaction& tx, Multiplier multiplier) {
  const auto fee = base_fee(fees, tx.byte_size(), tx.body().gas_limit.raw(), multiplier);
  const auto whole = fee ? checked_add(*fee, tx.body().priority_fee) : std::nullopt;
  return whole && *whole <= tx.body().max_fee;
}

Result<void, Reject> check_form(const TransactionBody& body) {
  if (body.inputs.empty() && body.outputs.empty() && !body.call) return fail(Reject::nothing_to_do);
  if (has_duplicate(body.inputs)) return fail(Reject::duplicate_input);
  AETHER_CHECK(check_outputs(body));
  if (!disjoint(body.reads, body.writes)) return fail(Reject::sets_overlap);
  return {};
}

Result<void, Reject> preflight(const ChainParams& params, ChainId chain, const VerifiedTransaction& tx) {
  const auto& body = tx.body();
  if (tx.byte_size() > limits::kTransactionBytesMax) return fail(Reject::too_large);
  if (body.chain_id != chain) return fail(Reject::wrong_chain);
  AETHER_CHECK(check_form(body));
  if (body.gas_limit.raw() > params.block.gas_max) return fail(Reject::gas_above_block);
  if (body.gas_limit.raw() > object_gas_max(params) && declares_shared(tx)) return fail(Reject::gas_above_share);
  if (body.max_fee > kAmountMax || body.priority_fee > kAmountMax) return fail(Reject::amount_above_bound);
  if (!covers_fee(params.fees, tx, kMultiplierAtRest)) return fail(Reject::fee_too_low);
  return {};
}

Result<void, Reject> preclaim(const Account& sender, Slot slot, const VerifiedTransaction& tx) {
  const auto& body = tx.body();
  if (body.valid_until < slot) return fail(Reject::expired);
  if (body.valid_until.raw() - slot.raw() > kValidityMax) return fail(Reject::valid_until_too_far);
  AETHER_CHECK(check_nonce(sender, body.nonce));
  if (body.max_fee > sender.balance.swr) return fail(Reject::cannot_pay);
  return {};
}

Result<void, Reject> preclaim(const StateView& parent, const ChainParams& params, Slot slot,
                              const VerifiedTransaction& tx) {
  AETHER_CHECK(preclaim(load_or_default<Account>(parent, account_object(tx.sender())), slot, tx));
  const Multiplier multiplier = BlockCongestion(parent, params, slot).multiplier(tx);
  if (!covers_fee(params.fees, tx, multiplier)) return fail(Reject::fee_below_congestion);
  return {};
}

Result<void, Reject> check_nonce(const Account& account, std::uint64_t nonce) {
  if (nonce > account.nonce_top) {
    if (nonce - account.nonce_top > limits::kNonceWindow) return fail(Reject::nonce_too_far);
    return {};
  }
  const std::uint64_t behind = account.nonce_top - nonce;
  if (behind >= limits::kNonceWindow) return fail(Reject::nonce_too_old);
  if (get_bit(account, behind)) return fail(Reject::nonce_used);
  return {};
}

void mark_nonce(Account& account, std::uint64_t nonce) {
  if (nonce <= account.nonce_top) {
    // Below the window when an earlier one of the same block moved it: refused from then on without a mark.
    const std::uint64_t behind = account.nonce_top - nonce;
    if (behind < limits::kNonceWindow) set_bit(account, behind);
    return;
  }
  const std::uint64_t shift = nonce - account.nonce_top;
  Account moved = account;
  moved.nonce_top = nonce;
  moved.nonce_bitmap = {};
  for (std::uint64_t i = 0; i + shift < limits::kNonceWindow; ++i)
    if (get_bit(account, i)) set_bit(moved, i + shift);
  set_bit(moved, 0);
  account = moved;
}

}  // namespace aether::ledger
