// What a node keeps for others to begin at, and how it begins at what others keep.
#include "aether/replicas/node.hpp"

namespace aether::sim {

namespace {

constexpr std::size_t kSnapshotsKept = 2;
constexpr std::size_t kChunkObjects = 2;
// A restore takes longer than a sync: the state is put together.
constexpr Micros kSwitchUs = 50'000;

}  // namespace

// --- Made and served

// Blocks are kept from the oldest snapshot that may be offered on: who restores it goes on by them.
void ReplicaNode::keep_snapshot(const CommittedBlock& block, const DurableState& state) {
  snapshot::Manifest manifest;
  manifest.genesis = context_.genesis;
  manifest.slot = block.header->body.slot;
  manifest.hash = block.hash;
  manifest.time_ms = block.header->body.time_ms;
  manifest.state_root = block.state_root;
  manifest.receipts_root = block.receipts_root;
  manifest.gas_used = block.gas_used;
  manifest.header = block.header;
  snapshots_.push_back(make_snapshot(std::move(manifest), state, kChunkObjects));
  if (snapshots_.size() > kSnapshotsKept) snapshots_.pop_front();
  if (context_.prunes) chain_.erase(chain_.begin(), chain_.lower_bound(snapshots_.front().manifest.slot));
}

void ReplicaNode::on(replica::OfferSnapshot& effect) {
  context_.world.later(context_.index, context_.world.now() + context_.costs.fsync, [this, shown = effect] {
    for (KeptSnapshot& snapshot : snapshots_)
      if (snapshot.manifest.hash == shown.block) snapshot.proof = shown.proof;
  });
}

void ReplicaNode::on(replica::KeepEpoch& effect) {
  epochs_.try_emplace(effect.header->header.body.epoch, *effect.header);
}

void ReplicaNode::on(replica::ServeSnapshot& effect) {
  struct Visitor {
    const ReplicaNode& self;
    replica::NetMessage operator()(const sync::OffersRequest& request) const { return self.offers(request); }
    replica::NetMessage operator()(const sync::EpochsRequest& request) const { return self.epochs(request); }
    replica::NetMessage operator()(const sync::ManifestRequest& request) const { return self.piece(request); }
    replica::NetMessage operator()(const sync::ChunkRequest& request) const { return self.piece(request); }
  };
  context_.world.send(context_.index, effect.to,
                      std::make_shared<const replica::NetMessage>(std::visit(Visitor{*this}, effect.request)));
}

sync::Offers ReplicaNode::offers(const sync::OffersRequest& request) const {
  sync::Offers out{request.id, {}};
  for (const KeptSnapshot& snapshot : snapshots_)
    if (snapshot.proof && snapshot.manifest.slot > request.above)
      out.offers.push_back(
          {snapshot.name, static_cast<std::uint32_t>(snapshot.manifest_bytes.size()), *snapshot.proof});
  return out;
}

sync::Epochs ReplicaNode::epochs(const sync::EpochsRequest& request) const {
  sync::Epochs out{request.id, {}};
  auto kept = epochs_.find(request.epoch);
  for (; kept != epochs_.end() && out.headers.size() < sync::kEpochsMax; ++kept) {
    if (kept->first != request.epoch + out.headers.size()) break;
    out.headers.push_back(kept->second);
  }
  return out;
}

const KeptSnapshot* ReplicaNode::kept(const Hash& name) const {
  for (const KeptSnapshot& snapshot : snapshots_)
    if (snapshot.name == name) return &snapshot;
  return nullptr;
}

sync::Piece ReplicaNode::piece(const sync::ManifestRequest& request) const {
  const KeptSnapshot* snapshot = kept(request.name);
  const std::size_t from = request.piece * sync::kManifestPieceBytes;
  if (snapshot == nullptr || from >= snapshot->manifest_bytes.size()) return {request.id, {}};
  const ByteView rest = ByteView(snapshot->manifest_bytes).subspan(from);
  const ByteView bytes = rest.first(std::min(rest.size(), sync::kManifestPieceBytes));
  return {request.id, Bytes(bytes.begin(), bytes.end())};
}

sync::Piece ReplicaNode::piece(const sync::ChunkRequest& request) const {
  const KeptSnapshot* snapshot = kept(request.name);
  if (snapshot == nullptr || request.chunk >= snapshot->chunks.size()) return {request.id, {}};
  return {request.id, snapshot->chunks[request.chunk]};
}

// --- Restored

void ReplicaNode::on(replica::BeginRestore& effect) { restore_ = Restore{effect.target, {}}; }

void ReplicaNode::on(replica::StoreChunk& effect) {
  context_.world.later(context_.index, context_.world.now() + context_.costs.fsync, [this, stored = effect] {
    if (!restore_ || restore_->target->name != stored.snapshot) return;
    ledger::Diff& objects = restore_->chunks[stored.index];
    stored.chunk->visit([&](const snapshot::Chunk::Object& object) {
      objects[object.id] = Bytes(object.value.begin(), object.value.end());
    });
    step(replica::ChunkStored{stored.snapshot, stored.index});
  });
}

void ReplicaNode::on(replica::AbandonRestore& effect) {
  if (restore_ && restore_->target->name == effect.snapshot) restore_.reset();
}

void ReplicaNode::on(replica::Restored& effect) {
  context_.world.later(context_.index, context_.world.now() + kSwitchUs, [this, target = effect.target] {
    if (restore_ && restore_->target == target) go_on_from(*target);
  });
}

// The replica ends, its record does not: what was written of it is durable before the next one begins.
void ReplicaNode::go_on_from(const sync::Target& target) {
  auto state = std::make_shared<DurableState>();
  for (const auto& [index, objects] : restore_->chunks) state->apply(objects);
  const snapshot::Manifest& manifest = target.manifest;
  tree_ = state->tree();
  AETHER_ASSERT(tree_.root() == manifest.state_root);
  state_ = std::move(state);
  certificate_ = target.proof.certificate;
  chain_.clear();
  chain_.emplace(manifest.slot, CommittedBlock{manifest.hash, nullptr, manifest.header, manifest.state_root,
                                               manifest.receipts_root, manifest.gas_used});
  snapshots_.clear();
  std::erase_if(stored_, [&](const auto& entry) { return entry.second->header.body.slot <= manifest.slot; });
  restore_.reset();
  while (!record_.is_synced()) record_.sync_one();
  end_life();
  context_.world.restored(context_.index, chain_.begin()->second);
  boot();
}

}  // namespace aether::sim
