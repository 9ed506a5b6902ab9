#include "aether/sync/snapshot_sync.hpp"

#include <algorithm>
#include <limits>

namespace aether::sync {

namespace {

constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

// Whether an honest peer may say so: each offer has a form that holds, and is of a block above.
bool is_sound(const Offers& offers, Slot above) {
  return std::ranges::all_of(offers.offers, [&](const Offer& offer) {
    return offer.manifest_bytes > 0 && is_chained(offer.proof) && offer.proof.headers[0].body.slot > above;
  });
}

}  // namespace

// --- What it is about

std::vector<SnapshotEffect> SnapshotSync::resume(TargetPointer target, const std::vector<bool>& stored, Now now) {
  AETHER_ASSERT(!fetching_ && stored.size() == target->manifest.chunks.size());
  Effects out;
  const auto manifest_bytes = static_cast<std::uint32_t>(codec::encode(target->manifest).size());
  Fetching fetching{.identity = {target->name, manifest_bytes, target->manifest.hash},
                    .proof = target->proof,
                    .slot = target->manifest.slot,
                    .progress_us = now.steady_us,
                    .manifest_from = {},
                    .manifest = {},
                    .target = target,
                    .chunks = {}};
  for (const bool is_stored : stored) {
    fetching.chunks.push_back(is_stored ? ChunkState::done : ChunkState::missing);
    if (is_stored) ++fetching.done;
  }
  fetching_ = std::move(fetching);
  advance(now, out);
  return out;
}

std::vector<SnapshotEffect> SnapshotSync::seek(light::Checkpoint checkpoint, Slot above, Now now) {
  Effects out;
  seeking_ = true;
  expired_ = false;
  above_ = above;
  choose_us_ = now.steady_us + params_.gather_us;
  clients_.clear();
  for (auto& [id, peer] : peers_) peer.has_answered = peer.is_blamed;
  if (auto client = light::LightClient::make(params_.light, std::move(checkpoint)))
    clients_.push_back(std::move(*client));
  else
    expire(out);
  advance(now, out);
  return out;
}

void SnapshotSync::stop() {
  seeking_ = false;
  clients_.clear();
  failed_.clear();
  if (fetching_) return;
  withdraw([](const Question&) { return true; });
  for (auto& [id, peer] : peers_) peer.offers.clear();
}

std::vector<SnapshotEffect> SnapshotSync::reached(Slot final, Now now) {
  Effects out;
  final_ = final;
  if (fetching_ && fetching_->slot <= final) {
    finished_ = false;
    abandon(out);
  }
  advance(now, out);
  return out;
}

bool SnapshotSync::is_active() const { return !finished_ && (fetching_ || (seeking_ && !expired_)); }

void SnapshotSync::advance(Now now, Effects& out) {
  if (!is_active()) return;
  ask_for_offers(now, out);
  if (!fetching_) choose(now, out);
  if (fetching_) fetch(now, out);
}

// --- Questions

void SnapshotSync::ask(PeerId peer, SnapshotRequest request, std::uint64_t patience_us, Now now, Effects& out) {
  const RequestId id = next_id_++;
  std::visit([&](auto& kind) { kind.id = id; }, request);
  Peer& asked = peers_.at(peer);
  asked.asked_order = ++order_;
  if (is_piece(request)) ++asked.pieces;
  out.emplace_back(AskSnapshot{peer, request});
  open_.emplace(id, Question{peer, now.steady_us + patience_us, std::move(request)});
}

void SnapshotSync::ask_for_offers(Now now, Effects& out) {
  for (auto& [id, peer] : peers_) {
    if (peer.is_blamed || peer.is_asked_for_offers || peer.offers_due_us > now.steady_us) continue;
    peer.is_asked_for_offers = true;
    peer.offers_due_us = now.steady_us + params_.offers_again_us;
    ask(id, OffersRequest{0, std::max(above_, final_)}, params_.ask_again_us, now, out);
  }
}

// The question that this answers, if it is one.
std::optional<SnapshotRequest> SnapshotSync::answered(PeerId from, RequestId id) {
  const auto open = open_.find(id);
  if (open == open_.end() || open->second.to != from) return std::nullopt;
  SnapshotRequest request = std::move(open->second.request);
  open_.erase(open);
  unasked(from, request);
  return request;
}

// The question is not open any more, with or without an answer.
void SnapshotSync::unasked(PeerId peer, const SnapshotRequest& request) {
  Peer& asked = peers_.at(peer);
  if (is_piece(request)) --asked.pieces;
  if (std::holds_alternative<OffersRequest>(request)) asked.is_asked_for_offers = false;
  if (const auto* chunk = std::get_if<ChunkRequest>(&request)) miss(chunk->chunk);
}

void SnapshotSync::withdraw(const std::function<bool(const Question&)>& which) {
  for (auto open = open_.begin(); open != open_.end();) {
    if (!which(open->second)) {
      ++open;
      continue;
    }
    const Question question = std::move(open->second);
    open = open_.erase(open);
    unasked(question.to, question.request);
  }
}

void SnapshotSync::gone(PeerId peer) {
  withdraw([&](const Question& question) { return question.to == peer; });
  if (fetching_ && fetching_->manifest_from == peer) forget_manifest();
  peers_.erase(peer);
}

void SnapshotSync::blame(PeerId peer, Effects& out) {
  Peer& liar = peers_.at(peer);
  if (liar.is_blamed) return;
  liar.is_blamed = liar.has_answered = true;
  liar.offers.clear();
  withdraw([&](const Question& question) { return question.to == peer; });
  if (fetching_ && fetching_->manifest_from == peer) forget_manifest();
  out.emplace_back(BlamePeer{peer});
}

// --- Answers

std::vector<SnapshotEffect> SnapshotSync::on_reply(PeerId from, Offers offers, Now now) {
  Effects out;
  const auto question = answered(from, offers.id);
  if (!question) return out;
  const auto* request = std::get_if<OffersRequest>(&*question);
  if (request == nullptr || !is_sound(offers, request->above)) {
    blame(from, out);
  } else {
    Peer& peer = peers_.at(from);
    peer.has_answered = true;
    peer.offers.clear();
    for (Offer& offer : offers.offers) {
      if (offer.manifest_bytes > params_.manifest_bytes_max) continue;
      const HeaderBody& body = offer.proof.headers[0].body;
      const Identity identity{offer.name, offer.manifest_bytes, block_hash(body)};
      const Slot slot = body.slot;
      peer.offers.push_back({std::move(offer), identity, slot});
    }
  }
  advance(now, out);
  return out;
}

std::vector<SnapshotEffect> SnapshotSync::on_reply(PeerId from, Epochs epochs, Now now) {
  Effects out;
  const auto question = answered(from, epochs.id);
  if (!question) return out;
  const auto* request = std::get_if<EpochsRequest>(&*question);
  if (request == nullptr) {
    blame(from, out);
  } else if (!clients_.empty() && request->epoch == clients_.back().known_epoch()) {
    follow(from, epochs, now, out);
  }
  advance(now, out);
  return out;
}

std::vector<SnapshotEffect> SnapshotSync::on_reply(PeerId from, Piece piece, Now now) {
  Effects out;
  const auto question = answered(from, piece.id);
  if (!question) return out;
  if (std::holds_alternative<ManifestRequest>(*question)) {
    manifest_came(from, piece.bytes, now, out);
  } else if (const auto* chunk = std::get_if<ChunkRequest>(&*question)) {
    chunk_came(from, chunk->chunk, piece.bytes, now, out);
  } else {
    blame(from, out);
  }
  advance(now, out);
  return out;
}

// --- Time

std::vector<SnapshotEffect> SnapshotSync::on_timer(Now now) {
  Effects out;
  std::vector<RequestId> late;
  for (const auto& [id, question] : open_)
    if (question.due_us <= now.steady_us) late.push_back(id);
  for (const RequestId id : late) {
    const PeerId to = open_.at(id).to;
    const auto request = answered(to, id);
    Peer& peer = peers_.at(to);
    ++peer.failures;
    if (std::holds_alternative<OffersRequest>(*request)) peer.has_answered = true;
    if (std::holds_alternative<EpochsRequest>(*request)) peer.offers.clear();  // it does not show the way to them
    if (std::holds_alternative<ManifestRequest>(*request)) forget_manifest();
    if (fetching_ && is_piece(*request)) ++fetching_->tries;
  }
  if (!finished_ && fetching_ && now.steady_us >= fetching_->progress_us + params_.give_up_us) {
    failed_.push_back(fetching_->identity);
    if (failed_.size() > kFailedKept) failed_.pop_front();
    abandon(out);
  }
  advance(now, out);
  return out;
}

std::uint64_t SnapshotSync::next_timer() const {
  std::uint64_t due = kNever;
  for (const auto& [id, question] : open_) due = std::min(due, question.due_us);
  if (!is_active()) return due;
  for (const auto& [id, peer] : peers_)
    if (!peer.is_blamed && !peer.is_asked_for_offers) due = std::min(due, peer.offers_due_us);
  if (fetching_) return std::min(due, fetching_->progress_us + params_.give_up_us);
  return choose_us_ ? std::min(due, *choose_us_) : due;
}

}  // namespace aether::sync
