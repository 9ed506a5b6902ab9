// Who gets what: every formula of money in a job's life (AI page section 4). Amounts are AIC base units unless named.
#pragma once

#include <vector>

#include "aether/params/chain_params.hpp"
#include "aether/programs/objects.hpp"

namespace aether::programs {

// Bound of price, bond and escrow; sums of 2^20 such amounts fit.
inline constexpr Amount kJobAmountMax = Amount{1} << 100;

// ⌈price·units/2^30⌉; none above kJobAmountMax.
[[nodiscard]] std::optional<Amount> cost_of(Amount price, std::uint64_t units);

// (2 + 2·attempts)·exit_fee, in SWR.
[[nodiscard]] Amount exit_reserve(const JobParams& params, std::uint32_t attempts);

struct Settlement {
  Amount cost = 0;    // burned + late + worker
  Amount burned = 0;  // ⌈cost·burn_bps/10⁴⌉
  Amount late = 0;    // of the pay, to the buyer
  Amount worker = 0;  // pay without the bond, which returns whole
  Amount buyer = 0;   // escrow − cost + late
};
[[nodiscard]] Settlement settlement(const Job& job, const JobParams& params);  // needs a submission

// What a silent worker pays to the buyer: a fifth (silent_bps) of min(bond, escrow).
[[nodiscard]] Amount silence_penalty(const Job& job, const JobParams& params);

// A conviction's division of the bond. The challenger's deposit and all sessions' respond fees are given back from what
// would burn, as far as it reaches: the winner's first, then in the order of the table. So a cheater who descends
// against himself may recover all but the buyer's share; a bond must deter by that share alone.
struct Repayment {
  Address to;
  Amount amount = 0;
};
struct Conviction {
  Amount buyer = 0;       // without the escrow, which returns whole
  Amount challenger = 0;  // without what is given back
  std::vector<Repayment> repayments;
  Amount burned = 0;
};
[[nodiscard]] Conviction conviction(const Job& job, const JobParams& params, const Address& challenger, Amount deposit);

// A challenger's timeout: half of what is left of the bond goes to the worker (floor), the rest burns.
[[nodiscard]] Amount timeout_share_of_worker(const Session& session);

}  // namespace aether::programs
