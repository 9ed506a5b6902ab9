#include "aether/types/transaction.hpp"

#include "aether/crypto/ed25519_batch.hpp"
#include "aether/crypto/sha256.hpp"
#include "verifier.hpp"

namespace aether {

Hash transaction_id(const TransactionBody& body) { return crypto::tagged_hash(kTransactionTag, codec::encode(body)); }

Transaction sign(TransactionBody body, const crypto::Seed& seed) {
  const Hash id = transaction_id(body);
  return {std::move(body), crypto::sign_id(seed, kTransactionTag, id)};
}

namespace {

VerifiedTransaction unchecked(Transaction transaction, const crypto::Tag& tag) {
  const Bytes body = codec::encode(transaction.body);
  Facts<Transaction> facts{tag(body), address_of(transaction.body.sender), body.size() + transaction.signature.size()};
  return VerifiedTransaction(Verifier::pass<Transaction>(std::move(transaction), std::move(facts)));
}

}  // namespace

VerifiedTransaction assume_verified(Transaction transaction) {
  return unchecked(std::move(transaction), crypto::Tag(kTransactionTag));
}

std::optional<VerifiedTransaction> verify(Unverified<Transaction> transaction) {
  VerifiedTransaction out = assume_verified(std::move(transaction).unchecked());
  const auto& key = std::get<crypto::PublicKey>(out.body().sender);
  if (!crypto::verify_id(key, kTransactionTag, out.id(), out.transaction().signature)) return std::nullopt;
  return out;
}

std::vector<std::optional<VerifiedTransaction>> verify(std::span<const Transaction> transactions,
                                                       const CpuFeatures& cpu, TaskPool& pool) {
  constexpr std::size_t kPerTask = 64;
  std::vector<std::optional<VerifiedTransaction>> out(transactions.size());
  std::vector<crypto::SignedId> signatures(transactions.size());
  pool.run((out.size() + kPerTask - 1) / kPerTask, [&](std::size_t task) {
    const crypto::Tag tag(kTransactionTag);
    for (std::size_t i = task * kPerTask; i < std::min(out.size(), (task + 1) * kPerTask); ++i) {
      out[i] = unchecked(transactions[i], tag);
      signatures[i] = {std::get<crypto::PublicKey>(out[i]->body().sender), out[i]->id(), transactions[i].signature};
    }
  });
  const auto verdicts = crypto::verify_ids(kTransactionTag, signatures, {}, cpu, pool);
  for (std::size_t i = 0; i < out.size(); ++i)
    if (!verdicts[i]) out[i].reset();
  return out;
}

}  // namespace aether
