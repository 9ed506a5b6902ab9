#include "aether/types/block.hpp"

#include <algorithm>
#include <array>

#include "aether/crypto/merkle.hpp"
#include "aether/crypto/sha256.hpp"

namespace aether {
namespace {

constexpr std::size_t kEncodedAtOnce = 64;  // bounds what lies encoded, and fills the widest kernel twice

template <class T>
Hash list_root(std::string_view tag, std::span<const T> items, const CpuFeatures& cpu) {
  std::vector<Hash> leaves(items.size());
  std::array<Bytes, kEncodedAtOnce> encoded;
  std::array<ByteView, kEncodedAtOnce> views;
  for (std::size_t at = 0; at < items.size(); at += kEncodedAtOnce) {
    const std::size_t count = std::min(kEncodedAtOnce, items.size() - at);
    for (std::size_t i = 0; i < count; ++i) views[i] = encoded[i] = codec::encode(items[at + i]);
    crypto::merkle_leaves(std::span(views).first(count), std::span(leaves).subspan(at, count), cpu);
  }
  return crypto::merkle_list_root(tag, leaves, cpu);
}

}  // namespace

Hash transactions_root(std::span<const Transaction> transactions, const CpuFeatures& cpu) {
  return list_root(kTransactionsTag, transactions, cpu);
}

Hash receipts_root(std::span<const Receipt> receipts, const CpuFeatures& cpu) {
  return list_root(kReceiptsTag, receipts, cpu);
}

Hash evidence_root(const BlockEvidence& evidence) {
  const Hash offences = list_root<Evidence>(kEvidenceListTag, evidence.offences, {});
  const Hash late_votes = list_root<LateVotes>(kLateVotesTag, evidence.late_votes, {});
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
