// The bytes of the snapshot that was chosen.
#include <algorithm>

#include "aether/sync/snapshot_sync.hpp"

namespace aether::sync {

namespace {

constexpr unsigned kPatienceDoublings = 4;
constexpr unsigned kFailuresMax = 3;

std::size_t piece_size(std::uint32_t manifest_bytes, std::size_t piece) {
  return std::min(kManifestPieceBytes, manifest_bytes - piece * kManifestPieceBytes);
}

}  // namespace

bool SnapshotSync::offers(const Peer& peer, const Identity& identity) {
  return std::ranges::any_of(peer.offers, [&](const Offered& offered) { return offered.identity == identity; });
}

// One that has room: who failed less, has less to answer, was asked longer ago. Who failed often waits until nobody
// else offers it.
std::optional<PeerId> SnapshotSync::pick_source() const {
  const auto rank = [](const Peer& peer) {
    return std::tuple(std::min(peer.failures, kFailuresMax), peer.pieces, peer.asked_order);
  };
  std::optional<PeerId> best;
  bool reliable = false;
  for (const auto& [id, peer] : peers_) {
    if (!offers(peer, fetching_->identity)) continue;
    reliable = reliable || peer.failures < kFailuresMax;
    if (peer.pieces < kPiecesOfPeerMax && (!best || rank(peer) < rank(peers_.at(*best)))) best = id;
  }
  if (best && reliable && peers_.at(*best).failures >= kFailuresMax) return std::nullopt;
  return best;
}

void SnapshotSync::fetch(Now now, Effects& out) {
  if (!fetching_->target) return fetch_manifest(now, out);
  if (fetching_->done < fetching_->chunks.size()) return fetch_chunks(now, out);
  finished_ = true;
  withdraw([](const Question&) { return true; });
  out.emplace_back(Restored{fetching_->target});
}

// --- The manifest, piece after piece of one peer

void SnapshotSync::forget_manifest() {
  if (!fetching_ || fetching_->target) return;
  fetching_->manifest_from = std::nullopt;
  fetching_->manifest.clear();
}

void SnapshotSync::fetch_manifest(Now now, Effects& out) {
  Fetching& fetching = *fetching_;
  const bool asks = std::ranges::any_of(
      open_, [](const auto& entry) { return std::holds_alternative<ManifestRequest>(entry.second.request); });
  if (asks) return;
  if (!fetching.manifest_from) fetching.manifest_from = pick_source();
  if (!fetching.manifest_from) return;
  const auto piece = static_cast<std::uint32_t>(fetching.manifest.size() / kManifestPieceBytes);
  ask(*fetching.manifest_from, ManifestRequest{0, fetching.identity.name, piece}, patience(), now, out);
}

void SnapshotSync::manifest_came(PeerId from, ByteView bytes, Now now, Effects& out) {
  if (!fetching_ || fetching_->target || fetching_->manifest_from != from) return;
  Fetching& fetching = *fetching_;
  if (bytes.empty()) {
    ++peers_.at(from).failures;
    drop_offer(from, fetching.identity);
    return forget_manifest();
  }
  const std::size_t piece = fetching.manifest.size() / kManifestPieceBytes;
  if (bytes.size() != piece_size(fetching.identity.manifest_bytes, piece)) return blame(from, out);
  append(fetching.manifest, bytes);
  fetching.progress_us = now.steady_us;
  if (fetching.manifest.size() < fetching.identity.manifest_bytes) return;
  if (snapshot::trailer_of(fetching.manifest).digest != fetching.identity.name) return blame(from, out);
  peers_.at(from).failures = 0;
  begin(out);
}

// The manifest is the one that was offered: if it does not hold, everybody who offers it lies.
void SnapshotSync::begin(Effects& out) {
  Fetching& fetching = *fetching_;
  auto manifest = codec::decode<snapshot::Manifest>(fetching.manifest);
  fetching.manifest = {};
  if (!manifest || !snapshot::check(*manifest) || !is_of(*manifest, fetching.proof) ||
      genesis_hash(manifest->genesis) != params_.genesis)
    return accuse_all(out);
  fetching.chunks.assign(manifest->chunks.size(), ChunkState::missing);
  fetching.target =
      std::make_shared<const Target>(Target{fetching.identity.name, std::move(*manifest), fetching.proof});
  out.emplace_back(BeginRestore{fetching.target});
}

// --- Chunks, from everybody who offers the snapshot

void SnapshotSync::fetch_chunks(Now now, Effects& out) {
  Fetching& fetching = *fetching_;
  for (std::size_t& at = fetching.first_missing; at < fetching.chunks.size(); ++at) {
    if (fetching.chunks[at] != ChunkState::missing) continue;
    if (fetching.in_flight == kChunksAtOnce) return;
    const auto source = pick_source();
    if (!source) return;
    fetching.chunks[at] = ChunkState::asked;
    ++fetching.in_flight;
    ask(*source, ChunkRequest{0, fetching.identity.name, static_cast<std::uint32_t>(at)}, patience(), now, out);
  }
}

void SnapshotSync::miss(std::uint32_t chunk) {
  if (!fetching_ || chunk >= fetching_->chunks.size() || fetching_->chunks[chunk] != ChunkState::asked) return;
  fetching_->chunks[chunk] = ChunkState::missing;
  fetching_->first_missing = std::min<std::size_t>(fetching_->first_missing, chunk);
  --fetching_->in_flight;
}

void SnapshotSync::chunk_came(PeerId from, std::uint32_t index, ByteView bytes, Now now, Effects& out) {
  if (!fetching_ || !fetching_->target) return;
  Fetching& fetching = *fetching_;
  Peer& peer = peers_.at(from);
  if (bytes.empty()) {
    ++peer.failures;
    return drop_offer(from, fetching.identity);
  }
  const snapshot::Manifest& manifest = fetching.target->manifest;
  auto chunk = snapshot::Chunk::open(bytes, manifest.chunks[index], snapshot::first_key(manifest, index),
                                     manifest.state_root, params_.cpu);
  if (!chunk) {
    const bool is_other =
        chunk.error() == snapshot::Error::stored_size || chunk.error() == snapshot::Error::stored_digest;
    return is_other ? blame(from, out) : accuse_all(out);
  }
  peer.failures = 0;
  fetching.progress_us = now.steady_us;
  fetching.chunks[index] = ChunkState::storing;
  ++fetching.in_flight;
  out.emplace_back(
      StoreChunk{fetching.identity.name, index, std::make_shared<const snapshot::Chunk>(std::move(*chunk))});
}

std::vector<SnapshotEffect> SnapshotSync::stored(const Hash& snapshot, std::uint32_t chunk, Now now) {
  Effects out;
  if (fetching_ && fetching_->identity.name == snapshot && chunk < fetching_->chunks.size() &&
      fetching_->chunks[chunk] == ChunkState::storing) {
    fetching_->chunks[chunk] = ChunkState::done;
    --fetching_->in_flight;
    ++fetching_->done;
  }
  advance(now, out);
  return out;
}

// --- The end of it

void SnapshotSync::accuse_all(Effects& out) {
  const Identity identity = fetching_->identity;
  abandon(out);
  for (const auto& [id, peer] : peers_)
    if (offers(peer, identity)) blame(id, out);
}

void SnapshotSync::abandon(Effects& out) {
  if (fetching_->target) out.emplace_back(AbandonRestore{fetching_->identity.name});
  fetching_.reset();
  withdraw([](const Question& question) { return is_piece(question.request); });
}

std::uint64_t SnapshotSync::patience() const {
  return params_.ask_again_us << std::min(fetching_->tries, kPatienceDoublings);
}

}  // namespace aether::sync
