#include "aether/params/chain_params.hpp"

#include <initializer_list>

#include "aether/params/limits.hpp"

namespace aether {
namespace {

// Sums of 2^20 such amounts fit u128.
constexpr u128 kAmountMax = u128{1} << 100;

// A multiplier moves by 1 % to 12.5 % a block, so that few blocks bring the highest back to rest.
constexpr std::uint32_t kCongestionStepMinBps = 100;
constexpr std::uint32_t kCongestionStepMaxBps = 1'250;

// A deposit for the largest object is below 2^(40 + 20 + 21).
constexpr u128 kRentMax = u128{1} << 40;
constexpr std::uint32_t kRentEpochsMax = 1 << 20;

constexpr std::uint64_t kSlotsMax = std::uint64_t{1} << 32;

// A descent has at most 8 moves by the worker (AI page section 2).
constexpr u128 kRespondsMax = 8;

Result<void, ParamsError> check_congestion(const ChainParams& p) {
  const auto& c = p.congestion;
  if (c.object_share_bps > kBpsWhole) return fail(ParamsError::share_above_whole);
  const auto bytes = mul_div(p.block.bytes_max, c.object_share_bps, kBpsWhole);
  const auto gas = mul_div(p.block.gas_max, c.object_share_bps, kBpsWhole);
  if (*bytes < limits::kTransactionBytesMax || *gas == 0) return fail(ParamsError::object_share);
  if (c.target_bps == 0 || c.target_bps >= kBpsWhole || c.step_bps < kCongestionStepMinBps ||
      c.step_bps > kCongestionStepMaxBps || c.multiplier_max == 0 || c.multiplier_max > kCongestionMultiplierMax)
    return fail(ParamsError::congestion);
  return {};
}

Result<void, ParamsError> check_rent(const RentParams& p) {
  if (p.per_byte_epoch > kRentMax) return fail(ParamsError::rent);
  for (const std::uint32_t epochs : {p.deposit_epochs, p.exempt_epochs})
    if (epochs == 0 || epochs > kRentEpochsMax) return fail(ParamsError::rent);
  return {};
}

// The window is counted in 16 bits.
constexpr std::uint32_t kDowntimeWindowMax = 65'535;

Result<void, ParamsError> check_stake(const StakeParams& p) {
  if (p.slash_bps > kBpsWhole || p.downtime_missed_bps > kBpsWhole) return fail(ParamsError::share_above_whole);
  if (p.downtime_window_slots == 0 || p.downtime_window_slots > kDowntimeWindowMax ||
      p.leak_epoch_max_ppm > kPpmWhole || p.leak_ppm > p.leak_epoch_max_ppm)
    return fail(ParamsError::stake);
  return {};
}

}  // namespace

std::string_view to_string(ParamsError error) {
  switch (error) {
    case ParamsError::block_bytes: return "block.bytes_max must hold one transaction and be at most 2 MiB";
    case ParamsError::block_transactions: return "block.transactions_max must be 1 to 16384";
    case ParamsError::block_gas: return "block.gas_max must be positive";
    case ParamsError::object_share:
      return "congestion.object_share_bps leaves an object less than 64 KiB of block.bytes_max, or no gas";
    case ParamsError::congestion:
      return "congestion: target_bps must be 1 to 9999, step_bps 100 to 1250, multiplier_max 1 to 100";
    case ParamsError::rent:
      return "rent: per_byte_epoch must be at most 2^40, deposit_epochs and exempt_epochs 1 to 2^20";
    case ParamsError::stake:
      return "stake: downtime_window_slots must be 1 to 65535, leak_ppm at most leak_epoch_max_ppm, which is at most "
             "1000000";
    case ParamsError::share_above_whole: return "a share, or shares of one whole together, exceed 10000 basis points";
    case ParamsError::zero_clock: return "a window, clock or rate is zero";
    case ParamsError::prove_window: return "jobs.commit_prove_min_slots must be at least 1 and below the maximum";
    case ParamsError::amount_above_bound: return "an amount is above 2^100 base units";
    case ParamsError::respond_above_bond: return "jobs.session_bond_min must cover 8 respond fees";
    case ParamsError::slots_above_bound: return "a window or clock is above 2^32";
  }
  return "unknown";
}

Result<void, ParamsError> validate(const ChainParams& p) {
  if (p.block.bytes_max < limits::kTransactionBytesMax || p.block.bytes_max > limits::kBlockBytesMax)
    return fail(ParamsError::block_bytes);
  if (p.block.transactions_max == 0 || p.block.transactions_max > limits::kBlockTransactionsMax)
    return fail(ParamsError::block_transactions);
  if (p.block.gas_max == 0) return fail(ParamsError::block_gas);
  AETHER_CHECK(check_congestion(p));
  AETHER_CHECK(check_rent(p.rent));
  AETHER_CHECK(check_stake(p.stake));
  for (const std::uint64_t share :
       {std::uint64_t{p.fees.priority_proposer_bps}, std::uint64_t{p.block.dispute_lane_bps},
        std::uint64_t{p.jobs.burn_bps}, std::uint64_t{p.jobs.silent_bps},
        std::uint64_t{p.jobs.fraud_buyer_bps} + p.jobs.fraud_challenger_bps})
    if (share > kBpsWhole) return fail(ParamsError::share_above_whole);
  for (const std::uint64_t clock : {p.block.epoch_slots, p.jobs.window_slots, p.jobs.recompute_units_per_slot,
                                    p.jobs.worker_clock_slots, p.jobs.challenger_clock_slots, p.jobs.dispute_slots_max})
    if (clock == 0) return fail(ParamsError::zero_clock);
  if (p.jobs.commit_prove_min_slots == 0 || p.jobs.commit_prove_min_slots >= p.jobs.commit_prove_max_slots)
    return fail(ParamsError::prove_window);
  for (const std::uint64_t slots :
       {p.block.slot_ms, p.block.epoch_slots, p.jobs.window_slots, p.jobs.commit_prove_max_slots,
        p.jobs.worker_clock_slots, p.jobs.challenger_clock_slots, p.jobs.dispute_slots_max})
    if (slots > kSlotsMax) return fail(ParamsError::slots_above_bound);
  for (const u128 amount :
       {p.fees.base, p.fees.per_byte, p.fees.per_step, p.fees.per_memory_byte, p.jobs.exit_fee, p.jobs.commit_deposit,
        p.jobs.session_bond_min, p.jobs.respond_fee, p.jobs.worker_bond_min, p.jobs.model_fee})
    if (amount > kAmountMax) return fail(ParamsError::amount_above_bound);
  if (p.jobs.session_bond_min < kRespondsMax * p.jobs.respond_fee) return fail(ParamsError::respond_above_bond);
  return {};
}

}  // namespace aether
