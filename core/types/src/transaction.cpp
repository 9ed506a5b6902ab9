#include "aether/types/transaction.hpp"

#include "aether/crypto/sha256.hpp"
#include "verifier.hpp"

namespace aether {

Hash transaction_id(const TransactionBody& body) { return crypto::tagged_hash(kTransactionTag, codec::encode(body)); }

Transaction sign(TransactionBody body, const crypto::Seed& seed) {
  const Hash id = transaction_id(body);
  return {std::move(body), crypto::sign_id(seed, kTransactionTag, id)};
}

VerifiedTransaction assume_verified(Transaction transaction) {
  const Bytes body = codec::encode(transaction.body);
  Facts<Transaction> facts{crypto::tagged_hash(kTransactionTag, body), address_of(transaction.body.sender),
                           body.size() + transaction.signature.size()};
  return VerifiedTransaction(Verifier::pass<Transaction>(std::move(transaction), std::move(facts)));
}

std::optional<VerifiedTransaction> verify(Unverified<Transaction> transaction) {
  VerifiedTransaction out = assume_verified(std::move(transaction).unchecked());
  const auto& key = std::get<crypto::PublicKey>(out.body().sender);
  if (!crypto::verify_id(key, kTransactionTag, out.id(), out.transaction().signature)) return std::nullopt;
  return out;
}

}  // namespace aether
