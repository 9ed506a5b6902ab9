// The order in which transactions get into blocks: by the price that they pay for the part of a block that they keep
// from others.
#pragma once

#include "aether/ledger/congestion.hpp"

namespace aether::mempool {

// A whole block, in units of weight.
inline constexpr std::uint64_t kWholeBlock = std::uint64_t{1} << 32;
// A price is the priority fee for this weight, a 32nd of a block: 2^100 · 2^27 still is an Amount.
inline constexpr std::uint64_t kPricedWeight = std::uint64_t{1} << 27;

// max(bytes / bytes_max, gas_limit / gas_max), in units of weight, rounded up: at least 1, at most kWholeBlock for a
// transaction that passed preflight.
[[nodiscard]] std::uint64_t weight(const BlockParams& block, const VerifiedTransaction& tx);

// ⌊priority_fee · kPricedWeight / weight⌋, in base units of SWR. The transaction passed preflight.
[[nodiscard]] Amount price(const BlockParams& block, const VerifiedTransaction& tx);

// The highest congestion multiplier at which max_fee still covers the fee. The transaction passed preflight.
[[nodiscard]] ledger::Multiplier affordable(const FeeParams& fees, const VerifiedTransaction& tx);

// A place in the order. It is total: no two transactions of a pool have the same arrival.
struct Rank {
  Amount price = 0;
  std::uint64_t arrival = 0;

  bool operator==(const Rank&) const = default;
  // Whether this one is served first: the dearer, of equals the earlier.
  bool operator<(const Rank& other) const {
    return price != other.price ? price > other.price : arrival < other.arrival;
  }
};

}  // namespace aether::mempool
