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

Hash block_hash(const HeaderBody& header) { return crypto::tagged_hash(kHeaderTag, codec::encode(header)); }

Header seal(HeaderBody header, const crypto::Seed& seed) {
  const Hash hash = block_hash(header);
  return {std::move(header), crypto::sign_id(seed, kHeaderTag, hash)};
}

bool verify_seal(const Header& header) {
  const auto& sealer = std::get<DevSealer>(header.body.sealer);
  return crypto::verify_id(sealer.public_key, kHeaderTag, block_hash(header.body), header.signature);
}

Hash transactions_root(std::span<const Transaction> transactions) { return list_root(kTransactionsTag, transactions); }

Hash receipts_root(std::span<const Receipt> receipts) { return list_root(kReceiptsTag, receipts); }

}  // namespace aether
