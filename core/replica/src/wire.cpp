#include "aether/replica/wire.hpp"

#include "aether/base/planted.hpp"

namespace aether::replica {

const Header* header_of(const NetMessage& message) {
  if (const auto* block = std::get_if<Block>(&message)) return &block->header;
  return std::get_if<Header>(&message);
}

Bytes encoded_transactions(std::span<const IdentifiedTransaction> transactions) {
  AETHER_ASSERT(transactions.size() <= kGossipTransactionsMax);
  codec::Writer writer;
  writer.length(NetMessage(Transactions{}).index());
  writer.length(transactions.size());
  for (const IdentifiedTransaction& each : transactions) writer.put(each.transaction());
  return writer.take();
}

bool fits(const Header& header, const Body& body, const CpuFeatures& cpu) {
  const auto* sealer = std::get_if<BftSealer>(&header.body.sealer);
  if (planted(Planted::body_unchecked)) return true;
  return sealer != nullptr && header.body.transactions_root == transactions_root(body.transactions, cpu) &&
         sealer->evidence_root == evidence_root(body.evidence);
}

std::shared_ptr<const erasure::ShreddedBlock> shredded(const Block& block, const CpuFeatures& cpu) {
  const HeaderBody& header = block.header.body;
  const auto* sealer = std::get_if<BftSealer>(&header.sealer);
  if (sealer == nullptr) return nullptr;
  auto shreds = erasure::ShreddedBlock::make(header.chain_id, header.slot,
                                             codec::encode(Body{block.transactions, block.evidence}), cpu);
  if (!shreds || shreds->root() != sealer->shred_root) return nullptr;
  return std::make_shared<const erasure::ShreddedBlock>(std::move(*shreds));
}

}  // namespace aether::replica
