#include "aether/programs/payouts.hpp"

#include <algorithm>

#include "aether/programs/phases.hpp"

namespace aether::programs {

namespace {

constexpr Amount kPriceUnits = Amount{1} << 30;

// Operands are bounded by 2^100 and shares by their whole, so these cannot fail.
Amount share(Amount amount, Amount part, Amount whole, Rounding rounding = Rounding::down) {
  const std::optional<Amount> out = mul_div(amount, part, whole, rounding);
  AETHER_ASSERT(out.has_value());
  return *out;
}

Amount minus(Amount a, Amount b) {
  const std::optional<Amount> out = checked_sub(a, b);
  AETHER_ASSERT(out.has_value());
  return *out;
}

}  // namespace

std::optional<Amount> cost_of(Amount price, std::uint64_t units) {
  const std::optional<Amount> cost = mul_div(price, units, kPriceUnits, Rounding::up);
  return cost && *cost <= kJobAmountMax ? cost : std::nullopt;
}

Amount exit_reserve(const JobParams& params, std::uint32_t attempts) {
  return share(params.exit_fee, 2 + 2 * Amount{attempts}, 1);
}

Settlement settlement(const Job& job, const JobParams& params) {
  AETHER_ASSERT(job.submission.has_value());
  const std::optional<Amount> cost = cost_of(job.terms.price, job.submission->units);
  AETHER_ASSERT(cost && *cost <= job.escrow);  // units grow with n_out ≤ max_new
  Settlement out;
  out.cost = *cost;
  out.burned = share(*cost, params.burn_bps, kBpsWhole, Rounding::up);
  const Amount pay = minus(*cost, out.burned);
  const std::uint64_t at = job.submission->slot.raw(), from = due(job).raw(), to = hard_end(job).raw();
  if (at > from) out.late = share(pay, Amount{job.terms.sla_bps} * (at - from), Amount{kBpsWhole} * (to - from));
  out.worker = minus(pay, out.late);
  out.buyer = minus(job.escrow, out.cost) + out.late;
  return out;
}

Amount silence_penalty(const Job& job, const JobParams& params) {
  return share(std::min(job.terms.bond, job.escrow), params.silent_bps, kBpsWhole);
}

Conviction conviction(const Job& job, const JobParams& params, const Address& challenger, Amount deposit) {
  const Amount bond = job.terms.bond;
  Conviction out;
  out.buyer = share(bond, params.fraud_buyer_bps, kBpsWhole);
  out.challenger = share(bond, params.fraud_challenger_bps, kBpsWhole);
  Amount left = minus(minus(bond, out.buyer), out.challenger);
  const auto repay = [&](const Address& to, Amount wanted) {
    const Amount amount = std::min(wanted, left);
    left = minus(left, amount);
    if (amount != 0) out.repayments.push_back({to, amount});
  };
  repay(challenger, deposit);
  for (const bool winner : {true, false}) {
    for (const Session& session : job.sessions) {
      if ((session.challenger == challenger) == winner) repay(session.challenger, session.fees_paid);
    }
  }
  out.burned = left;
  return out;
}

Amount timeout_share_of_worker(const Session& session) { return session.bond / 2; }

}  // namespace aether::programs
