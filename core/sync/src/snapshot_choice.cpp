// Which snapshot: the newest whose block is shown to be final.
#include <algorithm>

#include "aether/sync/snapshot_sync.hpp"

namespace aether::sync {

using light::FinalHeader;
using light::LightClient;
using light::LightError;

namespace {

// What no honest peer sends. Others may know an older chain than this node, or a newer version of it.
bool is_fault(LightError error) {
  return error != LightError::unknown_validators && error != LightError::old_slot && error != LightError::other_kind;
}

}  // namespace

bool SnapshotSync::all_answered() const {
  return std::ranges::all_of(peers_, [](const auto& entry) { return entry.second.has_answered; });
}

// The best offer is judged first, and alone: what others offer of the same needs no proof of their own.
void SnapshotSync::choose(Now now, Effects& out) {
  if (choose_us_ && now.steady_us < *choose_us_ && !all_answered()) return;
  choose_us_ = std::nullopt;
  while (const auto candidate = best_candidate()) {
    const Offered& offered = *candidate->offered;
    switch (judge(offered, now)) {
      case Verdict::final:
        fetching_ = Fetching{.identity = offered.identity,
                             .proof = offered.offer.proof,
                             .slot = offered.slot,
                             .progress_us = now.steady_us,
                             .manifest_from = {},
                             .manifest = {},
                             .target = {},
                             .chunks = {}};
        return;
      case Verdict::wrong: blame(candidate->peer, out); break;
      case Verdict::outdated: drop_offer(candidate->peer, Identity(offered.identity)); break;
      case Verdict::expired: return expire(out);
      case Verdict::unreached: {
        // Whoever offers it knows the way to it. One question at a time, whose answer may serve for other offers too.
        const bool asks = std::ranges::any_of(
            open_, [](const auto& entry) { return std::holds_alternative<EpochsRequest>(entry.second.request); });
        if (!asks)
          ask(candidate->peer, EpochsRequest{0, clients_.back().known_epoch()}, params_.ask_again_us, now, out);
        return;
      }
    }
  }
}

std::optional<SnapshotSync::Candidate> SnapshotSync::best_candidate() const {
  std::map<Identity, std::size_t> sources;
  for (const auto& [id, peer] : peers_)
    for (const Offered& offered : peer.offers) ++sources[offered.identity];
  const auto rank = [&](const Candidate& candidate) {
    const Identity& identity = candidate.offered->identity;
    const bool has_failed = std::ranges::find(failed_, identity) != failed_.end();
    return std::tuple(!has_failed, candidate.offered->slot, sources.at(identity));
  };
  std::optional<Candidate> best;
  for (const auto& [id, peer] : peers_) {
    for (const Offered& offered : peer.offers) {
      if (offered.slot <= std::max(above_, final_)) continue;
      const Candidate candidate{id, &offered};
      if (!best || rank(*best) < rank(candidate)) best = candidate;
    }
  }
  return best;
}

SnapshotSync::Verdict SnapshotSync::judge(const Offered& offered, Now now) const {
  const SnapshotProof& proof = offered.offer.proof;
  const FinalHeader last{proof.headers.back(), proof.certificate, std::nullopt};
  const std::uint64_t epoch = last.header.body.slot.raw() / params_.light.epoch_slots;
  if (epoch > clients_.back().known_epoch()) return Verdict::unreached;
  // The client that knows the epoch's set, and no header of it yet where there is a choice.
  for (const LightClient& client : clients_) {
    if (client.known_epoch() < epoch) continue;
    LightClient copy = client;
    const auto followed = copy.follow(last, now.wall_ms);
    if (followed) return Verdict::final;
    if (followed.error() == LightError::trust_expired) return Verdict::expired;
    return is_fault(followed.error()) ? Verdict::wrong : Verdict::outdated;
  }
  return Verdict::outdated;
}

void SnapshotSync::follow(PeerId from, const Epochs& epochs, Now now, Effects& out) {
  Peer& peer = peers_.at(from);
  if (epochs.headers.empty()) {
    ++peer.failures;
    return peer.offers.clear();
  }
  for (const FinalHeader& header : epochs.headers) {
    LightClient client = clients_.back();
    const std::uint64_t known = client.known_epoch();
    const auto followed = client.follow(header, now.wall_ms);
    if (!followed && followed.error() == LightError::trust_expired) return expire(out);
    if (!followed && !is_fault(followed.error())) return peer.offers.clear();
    if (!followed || client.known_epoch() != known + 1) return blame(from, out);
    peer.failures = 0;
    clients_.push_back(std::move(client));
    if (clients_.size() > kEpochsKept) clients_.pop_front();
    out.emplace_back(KeepEpoch{std::make_shared<const FinalHeader>(header)});
  }
}

void SnapshotSync::drop_offer(PeerId peer, const Identity& identity) {
  std::erase_if(peers_.at(peer).offers, [&](const Offered& offered) { return offered.identity == identity; });
}

void SnapshotSync::expire(Effects& out) {
  expired_ = true;
  withdraw([](const Question&) { return true; });
  out.emplace_back(CheckpointNeeded{});
}

}  // namespace aether::sync
