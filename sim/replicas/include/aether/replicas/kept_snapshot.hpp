// A state as a disk has it, and a snapshot of one, cut into small chunks.
#pragma once

#include "aether/ledger/apply.hpp"
#include "aether/smt/tree.hpp"
#include "aether/sync/snapshot_requests.hpp"

namespace aether::sim {

// The objects of a state, as a disk has them.
class DurableState final : public ledger::StateView {
 public:
  std::optional<Bytes> get(const ObjectId& id) const override;
  void apply(const ledger::Diff& diff);
  [[nodiscard]] const std::map<ObjectId, Bytes>& objects() const { return objects_; }
  [[nodiscard]] smt::Tree tree() const;

 private:
  std::map<ObjectId, Bytes> objects_;
};

struct KeptSnapshot {
  snapshot::Manifest manifest;
  Bytes manifest_bytes;
  Hash name;
  std::vector<Bytes> chunks;
  std::optional<sync::SnapshotProof> proof;  // once it may be offered
};

// `manifest` says what it is of; its chunks are made here, of at most `objects_max` objects.
[[nodiscard]] KeptSnapshot make_snapshot(snapshot::Manifest manifest, const DurableState& state,
                                         std::size_t objects_max);

}  // namespace aether::sim
