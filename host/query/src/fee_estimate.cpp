#include "aether/query/fee_estimate.hpp"

#include <algorithm>

namespace aether::query {
namespace {

constexpr int kBlocksOfGrowth = 4;

ledger::Multiplier with_headroom(ledger::Multiplier now, const CongestionParams& params) {
  if (now == ledger::kMultiplierAtRest) return now;
  std::uint64_t grown = now.raw();
  for (int block = 0; block < kBlocksOfGrowth; ++block) grown += grown * params.step_bps / kBpsWhole;
  return ledger::Multiplier{std::min(grown, ledger::kMultiplierAtRest.raw() * params.multiplier_max)};
}

VerifiedTransaction unsigned_transaction(const TransactionBody& body) { return assume_verified({body, {}}); }

// Whoever declares shared objects may reserve at most an object's share.
std::uint64_t gas_limit_max(const TransactionBody& body, const ChainParams& params) {
  return ledger::declares_shared(unsigned_transaction(body)) ? ledger::object_gas_max(params) : params.block.gas_max;
}

}  // namespace

std::optional<FeeEstimate> estimate_fee(const ledger::StateView& state, ledger::Programs programs,
                                        const ledger::BlockFacts& facts, TransactionBody body) {
  const ChainParams& params = facts.params;
  body.reads = {};
  body.writes = {};
  body.max_fee = 0;
  body.gas_limit = Gas{params.block.gas_max};
  FeeEstimate out;
  out.simulation = ledger::simulate(state, programs, facts, unsigned_transaction(body));
  if (out.simulation.receipt.code == kSuccess) {
    body.reads = out.simulation.reads;
    body.writes = out.simulation.writes;
    const std::uint64_t used = out.simulation.receipt.gas_used.raw();
    body.gas_limit = Gas{std::min(used + used / 4, gas_limit_max(body, params))};
    out.simulation = ledger::simulate(state, programs, facts, unsigned_transaction(body));
  }
  out.gas_limit = body.gas_limit;
  const auto fee = ledger::base_fee(params.fees, unsigned_transaction(body).byte_size(), body.gas_limit.raw(),
                                    with_headroom(out.simulation.multiplier, params.congestion));
  const auto max_fee = fee ? checked_add(*fee, body.priority_fee) : std::nullopt;
  if (!max_fee) return std::nullopt;
  out.max_fee = *max_fee;
  return out;
}

}  // namespace aether::query
