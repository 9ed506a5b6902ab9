#include "aether/ledger/block_admission.hpp"

#include <algorithm>

namespace aether::ledger {
namespace {

std::unexpected<Refusal> full(Limit limit) { return std::unexpected(Refusal{limit, Reject::too_large}); }
std::unexpected<Refusal> refuse(Reject reject) { return std::unexpected(Refusal{Limit::transaction, reject}); }

}  // namespace

Room BlockAdmission::room(bool dispute) const {
  const auto& limits = facts_.params.block;
  if (count_ == limits.transactions_max) return {};
  const std::uint64_t lane = std::uint64_t{limits.bytes_max} * limits.dispute_lane_bps / kBpsWhole;
  const std::uint64_t whole = limits.bytes_max - bytes_, ordinary = limits.bytes_max - lane - ordinary_bytes_;
  return {dispute ? whole : std::min(whole, ordinary), limits.gas_max - gas_};
}

Result<void, Refusal> BlockAdmission::check_room(const VerifiedTransaction& tx, bool dispute) const {
  if (count_ == facts_.params.block.transactions_max) return full(Limit::count);
  const Room left = room(dispute);
  if (tx.byte_size() > left.bytes) return full(Limit::bytes);
  if (tx.body().gas_limit.raw() > left.gas) return full(Limit::gas);
  if (!congestion_.has_room(tx, dispute)) return full(Limit::object_share);
  return {};
}

Result<void, Refusal> BlockAdmission::admit(const VerifiedTransaction& tx) {
  const auto at = senders_.find(tx.sender());
  if (at != senders_.end()) return admit(tx, at->second);
  Sender fresh;
  fresh.account = parent_.account(tx.sender());
  AETHER_CHECK(admit(tx, fresh));
  senders_.emplace(tx.sender(), std::move(fresh));
  return {};
}

Result<void, Refusal> BlockAdmission::admit(const VerifiedTransaction& tx, Sender& sender) {
  if (const auto ok = preflight(facts_.params, facts_.chain_id, tx); !ok) return refuse(ok.error());
  return admit_preflighted(tx, sender);
}

Result<void, Refusal> BlockAdmission::admit_preflighted(const VerifiedTransaction& tx, Sender& sender) {
  const auto& body = tx.body();
  if (const auto ok = preclaim(sender.account, facts_.slot, tx); !ok) return refuse(ok.error());
  if (std::find(sender.nonces.begin(), sender.nonces.end(), body.nonce) != sender.nonces.end())
    return refuse(Reject::nonce_repeated);
  if (body.max_fee > sender.account.balance.swr - sender.max_fees) return refuse(Reject::cannot_pay);
  const Multiplier multiplier = congestion_.multiplier(tx);
  if (!covers_fee(facts_.params.fees, tx, multiplier)) return refuse(Reject::fee_below_congestion);
  const bool dispute = is_dispute(programs_, tx);
  AETHER_CHECK(check_room(tx, dispute));

  sender.max_fees += body.max_fee;
  sender.nonces.push_back(body.nonce);
  ++count_;
  bytes_ += tx.byte_size();
  if (!dispute) ordinary_bytes_ += tx.byte_size();
  gas_ += body.gas_limit.raw();
  congestion_.add(tx, dispute);
  multipliers_.push_back(multiplier);
  return {};
}

}  // namespace aether::ledger
