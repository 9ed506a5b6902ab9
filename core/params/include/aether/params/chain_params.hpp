// The parameters of a chain: what genesis fixes. Money in base units (6 decimals), time in slots unless the name says
// otherwise, shares in basis points of 10 000. validate() checks each against the maxima and against each other.
#pragma once

#include <cstdint>
#include <string_view>

#include "aether/base/checked.hpp"
#include "aether/base/result.hpp"

namespace aether {

inline constexpr std::uint32_t kBpsWhole = 10'000;
inline constexpr std::uint32_t kPpmWhole = 1'000'000;
inline constexpr std::uint32_t kCongestionMultiplierMax = 100;

// Fee = base + per_byte·bytes + per_step·steps + per_memory_byte·memory (protocol section 4), in SWR.
struct FeeParams {
  u128 base = 10'000;
  u128 per_byte = 5;
  u128 per_step = 2;
  u128 per_memory_byte = 1;
  std::uint32_t priority_proposer_bps = 6'000;  // the rest of a priority fee goes to the treasury

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("base", self.base);
    visit("per_byte", self.per_byte);
    visit("per_step", self.per_step);
    visit("per_memory_byte", self.per_memory_byte);
    visit("priority_proposer_bps", self.priority_proposer_bps);
  }
};

// What native instructions cost: fixed steps, steps per KiB hashed, steps per 1 024 multiply-adds.
struct GasParams {
  std::uint64_t instruction = 1'000;
  std::uint64_t per_kib_hashed = 100;
  std::uint64_t per_kilo_multiply_add = 20;
  std::uint64_t per_state_access = 200;
  std::uint64_t per_import = 40;       // a contract's call of a host function
  std::uint64_t per_kib_copied = 100;  // between a contract's memory and the host, and into the state; begun KiB count
  std::uint64_t per_signature = 40'000;  // ed25519_verify
  std::uint64_t per_instance = 10'000;   // a contract's call: its fresh instance
  std::uint64_t per_judged_byte = 100;   // of a module; what compiling it costs is the verdict's to say
  std::uint64_t per_stored_byte =
      50;  // of a log, a storage value or a chunk of a module: what a block makes nodes keep

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("instruction", self.instruction);
    visit("per_kib_hashed", self.per_kib_hashed);
    visit("per_kilo_multiply_add", self.per_kilo_multiply_add);
    visit("per_state_access", self.per_state_access);
    visit("per_import", self.per_import);
    visit("per_kib_copied", self.per_kib_copied);
    visit("per_signature", self.per_signature);
    visit("per_instance", self.per_instance);
    visit("per_judged_byte", self.per_judged_byte);
    visit("per_stored_byte", self.per_stored_byte);
  }
};

struct BlockParams {
  std::uint32_t bytes_max = 2 * 1024 * 1024;
  std::uint64_t gas_max = 1'000'000'000;
  std::uint32_t transactions_max = 16 * 1024;
  std::uint32_t dispute_lane_bps = 2'500;  // share of bytes_max kept for dispute instructions
  std::uint64_t slot_ms = 500;             // between the starts of slots at least; 0: unpaced
  std::uint64_t epoch_slots = 43'200;      // epoch e: slots e·epoch_slots to (e + 1)·epoch_slots − 1
  std::uint64_t future_ms_max = 500;       // a block further ahead than this waits

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("bytes_max", self.bytes_max);
    visit("gas_max", self.gas_max);
    visit("transactions_max", self.transactions_max);
    visit("dispute_lane_bps", self.dispute_lane_bps);
    visit("slot_ms", self.slot_ms);
    visit("epoch_slots", self.epoch_slots);
    visit("future_ms_max", self.future_ms_max);
  }
};

// What a popular object costs its users (spec/fees.md). Shares in basis points.
struct CongestionParams {
  std::uint32_t object_share_bps = 2'500;  // of a block's bytes, and of its gas, for the users of one object
  std::uint32_t target_bps = 7'500;        // of that share: used more than this on average, the multiplier grows
  std::uint32_t step_bps = 1'250;          // at most so much up or down a block
  std::uint32_t multiplier_max = 100;      // 1 turns it off

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("object_share_bps", self.object_share_bps);
    visit("target_bps", self.target_bps);
    visit("step_bps", self.step_bps);
    visit("multiplier_max", self.multiplier_max);
  }
};

// What stored state costs (spec/rent.md), in SWR.
struct RentParams {
  u128 per_byte_epoch = 2;            // 0 turns it off
  std::uint32_t deposit_epochs = 12;  // who writes an object leaves a deposit of so many epochs' rent
  std::uint32_t exempt_epochs = 12;   // from a deposit of so many on, nothing is drawn

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("per_byte_epoch", self.per_byte_epoch);
    visit("deposit_epochs", self.deposit_epochs);
    visit("exempt_epochs", self.exempt_epochs);
  }
};

// What validators lose (spec/stake.md). Parts of a million, unless in basis points.
struct StakeParams {
  std::uint32_t slash_bps = 500;                 // of the stake that stood at an offence
  std::uint32_t downtime_window_slots = 10'000;  // the newest slots whose attendance counts
  std::uint32_t downtime_missed_bps = 5'000;     // of the window: missed more, the stake leaks
  std::uint32_t leak_ppm = 10;                   // of the stake, a slot
  std::uint32_t leak_epoch_max_ppm = 10'000;     // of the stake, an epoch

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("slash_bps", self.slash_bps);
    visit("downtime_window_slots", self.downtime_window_slots);
    visit("downtime_missed_bps", self.downtime_missed_bps);
    visit("leak_ppm", self.leak_ppm);
    visit("leak_epoch_max_ppm", self.leak_epoch_max_ppm);
  }
};

// AI jobs (AI page section 4). Genesis of a demo shortens the windows; the relations must hold.
struct JobParams {
  std::uint64_t window_slots = 240;                        // W without its part by units
  std::uint64_t recompute_units_per_slot = 5'000'000'000;  // the slowest rate the window allows for; W += units / this
  std::uint64_t commit_prove_min_slots = 2;                // prove from this many slots after the commit …
  std::uint64_t commit_prove_max_slots = 8;                // … to this many
  std::uint64_t worker_clock_slots = 60;                   // to answer in a descent
  std::uint64_t challenger_clock_slots = 40;
  std::uint64_t dispute_slots_max = 1'000;  // bound of any dispute after the window's end
  std::uint32_t burn_bps = 1'000;           // of the cost, at settlement
  std::uint32_t fraud_buyer_bps = 6'000;    // of the bond, on conviction; remainders burn
  std::uint32_t fraud_challenger_bps = 2'000;
  std::uint32_t silent_bps = 2'000;    // of min(bond, escrow), to the buyer when a worker vanishes
  u128 exit_fee = 50'000;              // SWR for who sends settle or expire
  u128 commit_deposit = 1'000'000;     // AIC, burned, repaid from the bond on conviction
  u128 session_bond_min = 10'000'000;  // AIC
  u128 respond_fee = 500'000;          // AIC per respond, from the session's bond
  u128 worker_bond_min = 10'000'000;   // AIC
  u128 model_fee = 1'000'000;          // SWR burned by register_model

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("window_slots", self.window_slots);
    visit("recompute_units_per_slot", self.recompute_units_per_slot);
    visit("commit_prove_min_slots", self.commit_prove_min_slots);
    visit("commit_prove_max_slots", self.commit_prove_max_slots);
    visit("worker_clock_slots", self.worker_clock_slots);
    visit("challenger_clock_slots", self.challenger_clock_slots);
    visit("dispute_slots_max", self.dispute_slots_max);
    visit("burn_bps", self.burn_bps);
    visit("fraud_buyer_bps", self.fraud_buyer_bps);
    visit("fraud_challenger_bps", self.fraud_challenger_bps);
    visit("silent_bps", self.silent_bps);
    visit("exit_fee", self.exit_fee);
    visit("commit_deposit", self.commit_deposit);
    visit("session_bond_min", self.session_bond_min);
    visit("respond_fee", self.respond_fee);
    visit("worker_bond_min", self.worker_bond_min);
    visit("model_fee", self.model_fee);
  }
};

struct ChainParams {
  FeeParams fees;
  GasParams gas;
  BlockParams block;
  CongestionParams congestion;
  RentParams rent;
  StakeParams stake;
  JobParams jobs;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("fees", self.fees);
    visit("gas", self.gas);
    visit("block", self.block);
    visit("congestion", self.congestion);
    visit("rent", self.rent);
    visit("stake", self.stake);
    visit("jobs", self.jobs);
  }
};

enum class ParamsError : std::uint8_t {
  block_bytes,         // bytes_max is 0, above the maximum, or below one transaction
  block_transactions,  // transactions_max is 0 or above the maximum
  block_gas,           // gas_max is 0
  object_share,        // one transaction of the largest size, or of gas 1, does not fit an object's share
  congestion,          // a target, step or maximum outside its bounds
  rent,                // a rate or a number of epochs outside its bounds
  stake,               // a window or a part outside its bounds
  share_above_whole,   // a share, or the sum of two of one whole, exceeds 10 000 basis points
  zero_clock,          // a window or clock of 0 slots, or a zero rate
  prove_window,        // commit_prove_min ≥ commit_prove_max, or min < 1
  amount_above_bound,  // an amount above 2^100, which could overflow a sum
  respond_above_bond,  // a session's bond cannot pay its responds
  slots_above_bound,   // a window or clock above 2^32, which could overflow a sum or product
};
std::string_view to_string(ParamsError error);

[[nodiscard]] Result<void, ParamsError> validate(const ChainParams& params);

}  // namespace aether
