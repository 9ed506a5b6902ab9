#include "aether/client/obstacle.hpp"

#include <algorithm>

namespace aether::client {
namespace {

// Whoever used the nonce may lie further back than is looked, or where the chain does not keep blocks.
Outcome<void> find_user(const Rpc& rpc, const TransactionBody& body, Obstacle& obstacle) {
  const Hash own = transaction_id(body);
  auto block = rpc.call(api::GetBlockByNumber{});
  for (std::uint32_t blocks = 0, looked_at = 0; blocks < kBlocksLookedAtMax; ++blocks) {
    if (!block && block.error().kind == ErrorKind::refused) return {};
    if (!block) return fail(block.error());
    // One that came later is not what kept it out.
    if (block->at.slot <= body.valid_until) {
      for (const Hash& id : block->transactions) {
        if (++looked_at > kTransactionsLookedAtMax) return {};
        AETHER_TRY(const auto found, rpc.call(api::GetTransaction{id}));
        if (id == own || !found.transaction || found.transaction->body.sender != body.sender ||
            found.transaction->body.nonce != body.nonce)
          continue;
        obstacle.used_by = id;
        obstacle.used_in = block->at.slot;
        return {};
      }
    }
    if (!block->header) return {};
    block = rpc.call(api::GetBlockByHash{block->header->body.parent_hash});
  }
  return {};
}

}  // namespace

std::string to_text(const Obstacle& obstacle, const TransactionBody& body) {
  if (!obstacle.used_by || !obstacle.used_in) return std::string(ledger::to_string(obstacle.reject));
  return "nonce " + std::to_string(body.nonce) + " was used by transaction " + to_hex0x(obstacle.used_by->bytes) +
         " in slot " + std::to_string(obstacle.used_in->raw());
}

Outcome<std::optional<Obstacle>> find_obstacle(const Rpc& rpc, const Transaction& transaction) {
  const TransactionBody& body = transaction.body;
  const auto verified = verify(transaction);
  if (!verified) return Obstacle{ledger::Reject::bad_signature, {}, {}};
  AETHER_TRY(const auto chain, rpc.call(api::GetChainId{}));
  if (const auto fits = ledger::preflight(chain.params, chain.chain_id, *verified); !fits)
    return Obstacle{fits.error(), {}, {}};
  AETHER_TRY(const auto account, rpc.call(api::GetAccount{verified->sender()}));
  const Slot slot = std::min(next(account.at.slot), body.valid_until);
  if (const auto fits = ledger::preclaim(account.account, slot, *verified); !fits) {
    Obstacle out{fits.error(), {}, {}};
    if (out.reject == ledger::Reject::nonce_used || out.reject == ledger::Reject::nonce_too_old)
      AETHER_CHECK(find_user(rpc, body, out));
    return out;
  }
  AETHER_TRY(const auto demanded, rpc.call(api::EstimateFee{codec::encode(transaction)}));
  if (!ledger::covers_fee(chain.params.fees, *verified, demanded.multiplier))
    return Obstacle{ledger::Reject::fee_below_congestion, {}, {}};
  return std::nullopt;
}

}  // namespace aether::client
