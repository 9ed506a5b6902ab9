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

IdentifiedTransaction::IdentifiedTransaction(Transaction transaction) {
  const Bytes body = codec::encode(transaction.body);
  const Hash id = crypto::tagged_hash(kTransactionTag, body);
  const Address sender = address_of(transaction.body.sender);
  const std::size_t byte_size = body.size() + transaction.signature.size();
  content_ = std::make_shared<const Content>(Content{std::move(transaction), id, sender, byte_size});
}

VerifiedTransaction assume_verified(IdentifiedTransaction transaction) {
  return Verifier::pass(std::move(transaction));
}
VerifiedTransaction assume_verified(Transaction transaction) {
  return assume_verified(IdentifiedTransaction(std::move(transaction)));
}

std::optional<VerifiedTransaction> verify(IdentifiedTransaction transaction) {
  const auto& key = std::get<crypto::PublicKey>(transaction.body().sender);
  if (!crypto::verify_id(key, kTransactionTag, transaction.id(), transaction.signature())) return std::nullopt;
  return Verifier::pass(std::move(transaction));
}

std::vector<std::optional<VerifiedTransaction>> verify(std::span<const IdentifiedTransaction> transactions,
                                                       const CpuFeatures& cpu, TaskPool& pool) {
  std::vector<crypto::SignedId> signatures;
  signatures.reserve(transactions.size());
  for (const IdentifiedTransaction& each : transactions)
    signatures.push_back({std::get<crypto::PublicKey>(each.body().sender), each.id(), each.signature()});
  const auto verdicts = crypto::verify_ids(kTransactionTag, signatures, {}, cpu, pool);
  std::vector<std::optional<VerifiedTransaction>> out(transactions.size());
  for (std::size_t i = 0; i < out.size(); ++i)
    if (verdicts[i]) out[i] = Verifier::pass(transactions[i]);
  return out;
}

std::vector<std::optional<VerifiedTransaction>> verify(std::span<const Transaction> transactions,
                                                       const CpuFeatures& cpu, TaskPool& pool) {
  constexpr std::size_t kPerTask = 64;
  std::vector<std::optional<IdentifiedTransaction>> read(transactions.size());
  pool.run((read.size() + kPerTask - 1) / kPerTask, [&](std::size_t task) {
    for (std::size_t i = task * kPerTask; i < std::min(read.size(), (task + 1) * kPerTask); ++i)
      read[i].emplace(transactions[i]);
  });
  std::vector<IdentifiedTransaction> identified;
  identified.reserve(read.size());
  for (auto& each : read) identified.push_back(std::move(*each));
  return verify(identified, cpu, pool);
}

}  // namespace aether
