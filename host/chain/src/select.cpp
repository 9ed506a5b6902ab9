#include "select.hpp"

#include <set>

#include "aether/programs/programs.hpp"

namespace aether::chain {
namespace {

bool is_dispute(const VerifiedTransaction& tx) {
  const auto& call = tx.body().call;
  if (!call) return false;
  for (const ledger::Program* program : programs::all_programs())
    if (program->id() == call->program) return program->is_dispute(call->data);
  return false;
}

// What is left of a block's limits. Dispute instructions may use all bytes, the others all but the lane (section 4).
struct Room {
  explicit Room(const BlockParams& params)
      : lane(std::uint64_t{params.bytes_max} * params.dispute_lane_bps / kBpsWhole),
        bytes(params.bytes_max - kHeaderBytes),
        gas(params.gas_max),
        count(params.transactions_max) {}

  bool take(const VerifiedTransaction& tx) {
    const std::uint64_t reserved = is_dispute(tx) ? 0 : lane;
    const std::uint64_t wanted_gas = tx.body().gas_limit.raw();
    if (count == 0 || wanted_gas > gas || bytes < reserved || tx.byte_size() > bytes - reserved) return false;
    --count;
    gas -= wanted_gas;
    bytes -= tx.byte_size();
    return true;
  }

  static constexpr std::uint64_t kHeaderBytes = 512;  // header, seal and the list's length
  std::uint64_t lane;
  std::uint64_t bytes;
  std::uint64_t gas;
  std::uint64_t count;
};

}  // namespace

Selection select(const ledger::StateView& parent, const ledger::BlockFacts& facts,
                 std::span<const VerifiedTransaction> candidates) {
  Selection out;
  Room room(facts.params.block);
  std::set<std::pair<Address, std::uint64_t>> nonces;
  std::map<Address, Amount> owed;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const VerifiedTransaction& tx = candidates[i];
    auto verdict = ledger::preflight(facts.params, facts.chain_id, tx);
    if (verdict) verdict = ledger::preclaim(parent, facts.slot, tx);
    if (verdict && nonces.contains({tx.sender(), tx.body().nonce})) verdict = fail(ledger::Reject::nonce_repeated);
    Amount& sum = owed[tx.sender()];
    const auto total = checked_add<Amount>(sum, tx.body().max_fee);
    if (verdict) {
      const auto account = ledger::load_or_default<Account>(parent, account_object(tx.sender()));
      if (!total || *total > account.balance.swr) verdict = fail(ledger::Reject::cannot_pay);
    }
    if (!verdict) {
      out.refused.emplace_back(i, verdict.error());
      continue;
    }
    if (!room.take(tx)) continue;
    sum = *total;
    nonces.insert({tx.sender(), tx.body().nonce});
    out.included.push_back(i);
  }
  return out;
}

}  // namespace aether::chain
