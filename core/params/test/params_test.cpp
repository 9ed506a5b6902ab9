#include <gtest/gtest.h>

#include "aether/params/chain_params.hpp"

namespace aether {
namespace {

TEST(Params, defaults_are_valid) { EXPECT_TRUE(validate(ChainParams{}).has_value()); }

template <class Change>
ParamsError error_after(Change change) {
  ChainParams params;
  change(params);
  const auto out = validate(params);
  EXPECT_FALSE(out.has_value());
  return out ? ParamsError{} : out.error();
}

TEST(Params, each_relation_has_its_own_error) {
  EXPECT_EQ(error_after([](auto& p) { p.block.bytes_max = 3 << 20; }), ParamsError::block_bytes);
  EXPECT_EQ(error_after([](auto& p) { p.block.bytes_max = 100; }), ParamsError::block_bytes);
  EXPECT_EQ(error_after([](auto& p) { p.block.transactions_max = 0; }), ParamsError::block_transactions);
  EXPECT_EQ(error_after([](auto& p) { p.block.gas_max = 0; }), ParamsError::block_gas);
  EXPECT_EQ(error_after([](auto& p) { p.congestion.object_share_bps = 312; }), ParamsError::object_share);
  EXPECT_EQ(error_after([](auto& p) { p.block.gas_max = 3; }), ParamsError::object_share);
  EXPECT_EQ(error_after([](auto& p) { p.congestion.object_share_bps = 10'001; }), ParamsError::share_above_whole);
  EXPECT_EQ(error_after([](auto& p) { p.congestion.target_bps = 0; }), ParamsError::congestion);
  EXPECT_EQ(error_after([](auto& p) { p.congestion.target_bps = 10'000; }), ParamsError::congestion);
  EXPECT_EQ(error_after([](auto& p) { p.congestion.step_bps = 99; }), ParamsError::congestion);
  EXPECT_EQ(error_after([](auto& p) { p.congestion.step_bps = 1'251; }), ParamsError::congestion);
  EXPECT_EQ(error_after([](auto& p) { p.congestion.multiplier_max = 0; }), ParamsError::congestion);
  EXPECT_EQ(error_after([](auto& p) { p.congestion.multiplier_max = 101; }), ParamsError::congestion);
  EXPECT_EQ(error_after([](auto& p) { p.rent.per_byte_epoch = (u128{1} << 40) + 1; }), ParamsError::rent);
  EXPECT_EQ(error_after([](auto& p) { p.rent.deposit_epochs = 0; }), ParamsError::rent);
  EXPECT_EQ(error_after([](auto& p) { p.rent.deposit_epochs = (1 << 20) + 1; }), ParamsError::rent);
  EXPECT_EQ(error_after([](auto& p) { p.rent.exempt_epochs = 0; }), ParamsError::rent);
  EXPECT_EQ(error_after([](auto& p) { p.rent.exempt_epochs = (1 << 20) + 1; }), ParamsError::rent);
  EXPECT_EQ(error_after([](auto& p) { p.stake.slash_bps = 10'001; }), ParamsError::share_above_whole);
  EXPECT_EQ(error_after([](auto& p) { p.stake.downtime_missed_bps = 10'001; }), ParamsError::share_above_whole);
  EXPECT_EQ(error_after([](auto& p) { p.stake.downtime_window_slots = 0; }), ParamsError::stake);
  EXPECT_EQ(error_after([](auto& p) { p.stake.downtime_window_slots = 65'536; }), ParamsError::stake);
  EXPECT_EQ(error_after([](auto& p) { p.stake.leak_ppm = 10'001; }), ParamsError::stake);
  EXPECT_EQ(error_after([](auto& p) { p.stake.leak_epoch_max_ppm = 1'000'001; }), ParamsError::stake);
  EXPECT_EQ(error_after([](auto& p) { p.block.epoch_slots = 0; }), ParamsError::zero_clock);
  EXPECT_EQ(error_after([](auto& p) { p.block.slot_ms = ~std::uint64_t{0}; }), ParamsError::slots_above_bound);
  ChainParams unpaced;
  unpaced.block.slot_ms = 0;
  EXPECT_TRUE(validate(unpaced));
  EXPECT_EQ(error_after([](auto& p) { p.jobs.fraud_challenger_bps = 4'001; }), ParamsError::share_above_whole);
  EXPECT_EQ(error_after([](auto& p) { p.jobs.worker_clock_slots = 0; }), ParamsError::zero_clock);
  EXPECT_EQ(error_after([](auto& p) { p.jobs.commit_prove_min_slots = 8; }), ParamsError::prove_window);
  EXPECT_EQ(error_after([](auto& p) { p.jobs.exit_fee = ~u128{0}; }), ParamsError::amount_above_bound);
  EXPECT_EQ(error_after([](auto& p) { p.jobs.respond_fee = p.jobs.session_bond_min; }),
            ParamsError::respond_above_bond);
}

}  // namespace
}  // namespace aether
