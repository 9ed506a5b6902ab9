#include "aether/types/block.hpp"

#include "aether/crypto/merkle.hpp"
#include "aether/crypto/sha256.hpp"

namespace aether {
namespace {

template <class T>
Hash list_root(std::string_view tag, std::span<const T> items) {
  std::vector<Hash> leaves;
  leaves.reserve(items.size());
  for (const T& item : items) leaves.push_back(crypto::merkle_leaf(codec::encode(item)));
  return crypto::merkle_list_root(tag, leaves);
}

}  // namespace

Hash transactions_root(std::span<const Transaction> transactions) { return list_root(kTransactionsTag, transactions); }

Hash receipts_root(std::span<const Receipt> receipts) { return list_root(kReceiptsTag, receipts); }

Hash evidence_root(const BlockEvidence& evidence) {
  const Hash offences = list_root<Evidence>(kEvidenceListTag, evidence.offences);
  const Hash late_votes = list_root<LateVotes>(kLateVotesTag, evidence.late_votes);
  return crypto::Tag(kEvidenceRootTag)(offences.bytes, late_votes.bytes);
}

std::string_view to_string(RecallError error) {
  switch (error) {
    case RecallError::other_header: return "the stored header has another hash";
    case RecallError::other_transactions: return "the stored transactions are not those of the header";
  }
  return "unknown";
}

Result<std::vector<VerifiedTransaction>, RecallError> recall(Block block, const Hash& hash) {
  if (block_hash(block.header.body) != hash) return fail(RecallError::other_header);
  if (transactions_root(block.transactions) != block.header.body.transactions_root)
    return fail(RecallError::other_transactions);
  std::vector<VerifiedTransaction> out;
  out.reserve(block.transactions.size());
  for (Transaction& transaction : block.transactions) out.push_back(assume_verified(std::move(transaction)));
  return out;
}

}  // namespace aether
