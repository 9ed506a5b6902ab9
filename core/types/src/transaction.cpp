#include "aether/types/transaction.hpp"

#include "aether/crypto/sha256.hpp"

namespace aether {

Hash transaction_id(const TransactionBody& body) { return crypto::tagged_hash(kTransactionTag, codec::encode(body)); }

Transaction sign(TransactionBody body, const crypto::Seed& seed) {
  const Hash id = transaction_id(body);
  return {std::move(body), crypto::sign_id(seed, kTransactionTag, id)};
}

VerifiedTransaction assume_verified(Transaction transaction) {
  VerifiedTransaction out;
  const Bytes body = codec::encode(transaction.body);
  out.id_ = crypto::tagged_hash(kTransactionTag, body);
  out.sender_ = address_of(transaction.body.sender);
  out.byte_size_ = body.size() + transaction.signature.size();
  out.transaction_ = std::move(transaction);
  return out;
}

std::optional<VerifiedTransaction> verify(Transaction transaction) {
  VerifiedTransaction out = assume_verified(std::move(transaction));
  const auto& key = std::get<crypto::PublicKey>(out.body().sender);
  if (!crypto::verify_id(key, kTransactionTag, out.id(), out.transaction().signature)) return std::nullopt;
  return out;
}

}  // namespace aether
