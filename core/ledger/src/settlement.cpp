#include "aether/ledger/settlement.hpp"

namespace aether::ledger {
namespace {

Amount sum_of(Amount a, Amount b) {
  const auto sum = aether::checked_add(a, b);
  AETHER_ASSERT(sum.has_value());
  return *sum;
}

}  // namespace

Account escrowed(const BlockAdmission::Sender& sender) {
  Account account = sender.account;
  account.balance.swr -= sender.max_fees;
  for (const std::uint64_t nonce : sender.nonces) mark_nonce(account, nonce);
  return account;
}

Amount fee_of(const BlockFacts& facts, const VerifiedTransaction& tx, std::uint64_t steps, Multiplier multiplier) {
  const auto base = base_fee(facts.params.fees, tx.byte_size(), steps, multiplier);
  AETHER_ASSERT(base.has_value());
  return sum_of(*base, tx.body().priority_fee);
}

Charge charge_for(const BlockFacts& facts, const VerifiedTransaction& tx, std::uint64_t steps, Multiplier multiplier) {
  const auto& body = tx.body();
  const auto share = mul_div(body.priority_fee, facts.params.fees.priority_proposer_bps, kBpsWhole);
  AETHER_ASSERT(share && *share <= body.priority_fee);
  const Amount fee = fee_of(facts, tx, steps, multiplier);
  AETHER_ASSERT(fee <= body.max_fee);
  return {fee, body.max_fee - fee, fee - body.priority_fee, *share, body.priority_fee - *share};
}

Receipt receipt_of(const VerifiedTransaction& tx, const Run& run, const Charge& charge) {
  return {1, tx.id(), run.code, Gas{run.steps}, charge.fee, run.logs};
}

void Totals::add(std::uint64_t run_steps, const Balance& run_burned, const Charge& charge) {
  to_proposer = sum_of(to_proposer, charge.to_proposer);
  to_treasury = sum_of(to_treasury, charge.to_treasury);
  add_credit(burned, run_burned);
  add_credit(burned, Asset::swr, charge.burned);
  steps += run_steps;
}

void Totals::add(const Totals& other) {
  to_proposer = sum_of(to_proposer, other.to_proposer);
  to_treasury = sum_of(to_treasury, other.to_treasury);
  add_credit(burned, other.burned);
  steps += other.steps;
}

void add_credit(Balance& sum, Asset asset, Amount amount) { sum.of(asset) = sum_of(sum.of(asset), amount); }

void add_credit(Balance& sum, const Balance& credit) {
  add_credit(sum, Asset::swr, credit.swr);
  add_credit(sum, Asset::aic, credit.aic);
}

Diff settle(const StateView& parent, const Totals& totals) {
  Diff diff;
  if (totals.to_treasury != 0) {
    auto treasury = load_or_default<Treasury>(parent, kTreasuryObject);
    add_credit(treasury.balance, Asset::swr, totals.to_treasury);
    diff[kTreasuryObject] = codec::encode(treasury);
  }
  if (!totals.burned.is_zero()) {
    auto supply = load_or_default<Supply>(parent, kSupplyObject);
    const auto total = checked_sub(supply.total, totals.burned);
    AETHER_ASSERT(total.has_value());
    supply.total = *total;
    add_credit(supply.burned, totals.burned);
    diff[kSupplyObject] = codec::encode(supply);
  }
  return diff;
}

}  // namespace aether::ledger
