#include "false_blocks.hpp"

#include "aether/cluster/identities.hpp"
#include "aether/crypto/ed25519.hpp"
#include "aether/crypto/merkle_list.hpp"
#include "aether/crypto/sha256.hpp"
#include "aether/erasure/shred.hpp"

namespace aether::sim {

namespace {

Transaction pay_oneself(Forger& forger, Gas gas_limit) {
  constexpr Amount kFee = 100'000'000;
  constexpr Slot kLast{100'000};
  TransactionBody body;
  body.chain_id = kChain;
  body.valid_until = kLast;
  body.nonce = ++forger.nonce;
  body.sender = crypto::ed25519_public_key(forger.account);
  body.outputs.push_back({address_of(body.sender), Asset::swr, 1, OutputKind::account, std::nullopt});
  body.gas_limit = gas_limit;
  body.max_fee = kFee;
  return sign(std::move(body), forger.account);
}

Hash leaf_of(Slot slot, const erasure::Layout& layout, std::uint32_t set, std::uint32_t index, ByteView bytes) {
  Bytes message;
  const auto put = [&](std::uint64_t number, int size) {
    for (; size > 0; --size, number >>= 8) message.push_back(static_cast<std::uint8_t>(number));
  };
  put(kChain.raw(), 8);
  put(slot.raw(), 8);
  put(layout.block_bytes, 4);
  put(set, 2);
  put(index, 1);
  message.insert(message.end(), bytes.begin(), bytes.end());
  return crypto::merkle_leaf(crypto::tagged_hash(erasure::kShredTag, message).bytes);
}

// Shreds of `bytes`, the last of which is damaged before the tree is made where `damaged`; no block is named yet.
struct Cut {
  Hash root;
  std::vector<Shred> shreds;
};
Cut cut(Slot slot, ByteView bytes, bool damaged) {
  const auto made = erasure::ShreddedBlock::make(kChain, slot, bytes);
  AETHER_ASSERT(made.has_value());
  const erasure::Layout& layout = made->layout();
  Cut out;
  std::vector<Hash> leaves;
  for (std::uint32_t set = 0; set < layout.sets; ++set)
    for (std::uint32_t index = 0; index < layout.set_shards(); ++index) {
      const ByteView shard = made->bytes(set, index);
      Shred& shred = out.shreds.emplace_back();
      shred.chain_id = kChain;
      shred.slot = slot;
      shred.block_bytes = layout.block_bytes;
      shred.set = static_cast<std::uint16_t>(set);
      shred.index = static_cast<std::uint8_t>(index);
      shred.bytes.assign(shard.begin(), shard.end());
      if (damaged && out.shreds.size() == layout.shreds()) shred.bytes[0] ^= 1;
      leaves.push_back(leaf_of(slot, layout, set, index, shred.bytes));
    }
  const crypto::MerkleList tree(leaves);
  for (std::size_t leaf = 0; leaf < leaves.size(); ++leaf) {
    const auto path = tree.path(leaf);
    out.shreds[leaf].path.assign(path.begin(), path.end());
  }
  out.root = crypto::merkle_list_root(erasure::kShredsTag, leaves);
  AETHER_ASSERT(damaged || out.root == made->root());
  return out;
}

// A pair that convicts nobody: one header twice, or an honest one beside another of the same signature.
Evidence false_pair(const Header& header, Random& random) {
  HeaderPair pair{header, header};
  if (random.below(2) == 0) {
    ++pair.second.body.time_ms;
    return header_evidence(pair.first, pair.second);
  }
  return pair;
}

// Votes that nobody cast, of all in the certificate's set; or the certificate itself, of others than signed.
bool make_attendance_false(HeaderBody& header, replica::Body& body, Random& random) {
  auto& certificate = std::get<BftSealer>(header.sealer).parent_certificate;
  if (!certificate) return false;
  if (random.below(2) == 0) {
    certificate->signers[0] ^= static_cast<std::uint8_t>(1 << random.below(4));
    return true;
  }
  if (certificate->slot < Slot{2}) return false;
  body.evidence.late_votes = {
      LateVotes{Slot{certificate->slot.raw() - 1}, VoteKind::prevote, certificate->signers, certificate->aggregate}};
  return true;
}

}  // namespace

Transaction forged_transaction(Forger& forger) {
  Transaction forged = pay_oneself(forger, Gas{10'000});
  --forger.nonce;  // it counts for nothing
  forged.signature[forged.signature.size() / 2] ^= 1;
  return forged;
}

std::optional<FalseBlock> make_false(Misdeed misdeed, const Block& block, Forger& forger, Random& random) {
  HeaderBody header = block.header.body;
  auto& sealer = std::get<BftSealer>(header.sealer);
  replica::Body body{block.transactions, block.evidence};
  const std::uint64_t nonce = forger.nonce;
  switch (misdeed) {
    case Misdeed::two_blocks:
      if (!body.transactions.empty()) body.transactions.pop_back();
      ++header.time_ms;
      break;
    case Misdeed::wrong_state: header.parent_state_root.bytes[random.below(32)] ^= 1; break;
    case Misdeed::forged_signature: body.transactions.push_back(forged_transaction(forger)); break;
    case Misdeed::too_much_gas:
      for (int i = 0; i < 2; ++i) body.transactions.push_back(pay_oneself(forger, Gas{forger.gas_max.raw() / 2 + 1}));
      break;
    case Misdeed::spent_twice:
      body.transactions.push_back(pay_oneself(forger, Gas{10'000}));
      body.transactions.push_back(body.transactions.back());
      break;
    case Misdeed::false_evidence:
      body.evidence.offences = {false_pair(forger.victim.value_or(block.header), random)};
      break;
    case Misdeed::false_attendance:
      if (!make_attendance_false(header, body, random)) return std::nullopt;
      break;
    default: break;
  }
  forger.nonce = nonce;  // none of these transactions may become final
  header.transactions_root = transactions_root(body.transactions);
  sealer.evidence_root = evidence_root(body.evidence);
  if (misdeed == Misdeed::wrong_transactions) header.transactions_root.bytes[random.below(32)] ^= 1;
  Bytes bytes = codec::encode(body);
  if (misdeed == Misdeed::no_block) bytes.push_back(0);
  Cut made = cut(header.slot, bytes, misdeed == Misdeed::wrong_encoding);
  sealer.shred_root = made.root;
  auto sealed = forger.signer.seal(std::move(header), forger.me);
  if (!sealed) return std::nullopt;
  const Hash hash = block_hash(sealed->body);
  for (Shred& shred : made.shreds) shred.block = hash;
  return FalseBlock{
      std::make_shared<const Block>(Block{std::move(*sealed), std::move(body.transactions), std::move(body.evidence)}),
      std::move(made.shreds)};
}

}  // namespace aether::sim
