#include "aether/mempool/rank.hpp"

#include "aether/ledger/admission.hpp"

namespace aether::mempool {
namespace {

std::uint64_t part(std::uint64_t of, std::uint64_t whole) {
  const auto weight = mul_div(of, kWholeBlock, whole, Rounding::up);
  AETHER_ASSERT(weight && *weight <= kWholeBlock);
  return static_cast<std::uint64_t>(*weight);
}

}  // namespace

std::uint64_t weight(const BlockParams& block, const VerifiedTransaction& tx) {
  return std::max(part(tx.byte_size(), block.bytes_max), part(tx.body().gas_limit.raw(), block.gas_max));
}

Amount price(const BlockParams& block, const VerifiedTransaction& tx) {
  const auto price = mul_div(tx.body().priority_fee, kPricedWeight, weight(block, tx));
  AETHER_ASSERT(price.has_value());
  return *price;
}

ledger::Multiplier affordable(const FeeParams& fees, const VerifiedTransaction& tx) {
  const auto& body = tx.body();
  const auto at_rest = ledger::base_fee(fees, tx.byte_size(), body.gas_limit.raw(), ledger::kMultiplierAtRest);
  AETHER_ASSERT(at_rest && body.priority_fee <= body.max_fee);
  if (*at_rest == 0) return ledger::kMultiplierHighest;
  // ⌈fee · m / rest⌉ ≤ left exactly when m ≤ ⌊left · rest / fee⌋. A quotient beyond 2^128 is beyond the highest too.
  const auto most = mul_div(body.max_fee - body.priority_fee, ledger::kMultiplierAtRest.raw(), *at_rest);
  if (!most || *most >= ledger::kMultiplierHighest.raw()) return ledger::kMultiplierHighest;
  return ledger::Multiplier{static_cast<std::uint64_t>(*most)};
}

}  // namespace aether::mempool
