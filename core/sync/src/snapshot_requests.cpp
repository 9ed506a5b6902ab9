#include "aether/sync/snapshot_requests.hpp"

namespace aether::sync {

bool is_piece(const SnapshotRequest& request) {
  return std::holds_alternative<ManifestRequest>(request) || std::holds_alternative<ChunkRequest>(request);
}

bool is_chained(const SnapshotProof& proof) {
  if (proof.headers.size() < 2) return false;
  for (std::size_t i = 0; i < proof.headers.size(); ++i) {
    const HeaderBody& body = proof.headers[i].body;
    if (!std::holds_alternative<BftSealer>(body.sealer)) return false;
    if (i == 0) continue;
    const HeaderBody& parent = proof.headers[i - 1].body;
    if (body.slot.raw() != parent.slot.raw() + 1 || body.parent_hash != block_hash(parent)) return false;
  }
  const HeaderBody& last = proof.headers.back().body;
  return proof.certificate.slot == last.slot && proof.certificate.block == block_hash(last);
}

bool is_of(const snapshot::Manifest& manifest, const SnapshotProof& proof) {
  const HeaderBody& child = proof.headers[1].body;
  return manifest.hash == child.parent_hash && manifest.slot == proof.headers[0].body.slot &&
         manifest.state_root == child.parent_state_root && manifest.receipts_root == child.parent_receipts_root &&
         manifest.gas_used == child.parent_gas_used;
}

}  // namespace aether::sync
