#include "aether/sync/sync.hpp"

#include <limits>
#include <tuple>

namespace aether::sync {

namespace {

constexpr unsigned kPatienceDoublings = 4;
constexpr unsigned kFailuresMax = 3;
constexpr unsigned kUselessMax = 3;
// Blocks handed in and not final yet: two answers' worth.
constexpr std::uint64_t kUnfinalMax = 2 * kReplyBlocksMax;

// Whether the blocks are those of the slots behind `after`, each on the one before.
bool is_chain(const std::vector<Block>& blocks, Slot after) {
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const HeaderBody& header = blocks[i].header.body;
    if (header.slot.raw() != after.raw() + 1 + i) return false;
    if (i > 0 && header.parent_hash != block_hash(blocks[i - 1].header.body)) return false;
  }
  return true;
}

}  // namespace

void Sync::gone(PeerId peer) {
  peers_.erase(peer);
  const auto reopen = [&](auto& asked) {
    if (asked.open && asked.open->to == peer) {
      asked.open = std::nullopt;
      asked.due_us = 0;
    }
  };
  for (auto& [hash, wanted] : wanted_) reopen(wanted);
  for (Range& range : ranges_) reopen(range);
}

void Sync::heard(PeerId peer, Slot slot) {
  const auto known = peers_.find(peer);
  if (known != peers_.end()) known->second.heard = std::max(known->second.heard, slot);
}

Slot Sync::highest() const {
  Slot highest;
  for (const auto& [id, peer] : peers_) highest = std::max(highest, peer.heard);
  return highest;
}

std::uint64_t Sync::patience(unsigned tries) const {
  return params_.ask_again_us << std::min(tries, kPatienceDoublings);
}

// --- Asking

std::optional<PeerId> Sync::pick(Slot at_least) const {
  const auto rank = [&](const Peer& peer) {
    return std::tuple(peer.lacks_after == final_, peer.useless, peer.heard < at_least, peer.failures, peer.asked,
                      peer.asked_order);
  };
  std::optional<PeerId> best;
  for (const auto& [id, peer] : peers_)
    if (!best || rank(peer) < rank(peers_.at(*best))) best = id;
  return best;
}

Sync::Question Sync::ask(PeerId peer, Request request, std::vector<Effect>& out) {
  const RequestId id = next_id_++;
  std::visit([&](auto& kind) { kind.id = id; }, request);
  Peer& asked = peers_.at(peer);
  ++asked.asked;
  asked.asked_order = ++order_;
  out.push_back(Ask{peer, request});
  return {peer, id};
}

void Sync::close(std::optional<Question>& question, bool failed) {
  if (!question) return;
  if (const auto peer = peers_.find(question->to); peer != peers_.end()) {
    --peer->second.asked;
    peer->second.failures = failed ? peer->second.failures + 1 : 0;
    // It does not show what it claims to be ahead by.
    if (peer->second.failures >= kFailuresMax) peer->second.heard = {};
  }
  question = std::nullopt;
}

void Sync::ask_for(const Hash& block, Wanted& wanted, std::uint64_t now_us, std::vector<Effect>& out) {
  close(wanted.open, true);
  wanted.above = std::max(wanted.above, final_);
  wanted.due_us = now_us + patience(wanted.tries++);
  if (const auto peer = pick(wanted.slot)) wanted.open = ask(*peer, BranchRequest{0, block, wanted.above}, out);
}

void Sync::ask_for(Range& range, std::uint64_t now_us, std::vector<Effect>& out) {
  close(range.open, true);
  range.due_us = now_us + patience(range.tries++);
  if (const auto peer = pick(next(range.after)))
    range.open = ask(*peer, ChainRequest{0, range.after, range.count}, out);
}

std::vector<Effect> Sync::want(const Hash& block, Slot slot, Slot above, std::uint64_t now_us) {
  std::vector<Effect> out;
  // Ranges bring it as well.
  if (is_behind() && slot <= highest()) return out;
  if (wanted_.size() >= kWantedMax) return out;
  const auto [entry, is_new] = wanted_.try_emplace(block);
  if (!is_new) return out;
  entry->second.slot = slot;
  entry->second.above = above;
  ask_for(block, entry->second, now_us, out);
  return out;
}

void Sync::found(const Hash& block) {
  const auto wanted = wanted_.find(block);
  if (wanted == wanted_.end()) return;
  close(wanted->second.open, false);
  wanted_.erase(wanted);
}

// --- Ranges

void Sync::stop_ranges() {
  for (Range& range : ranges_) close(range.open, false);
  ranges_.clear();
  sources_.clear();
  peeked_ = {};
  behind_ = false;
}

void Sync::pause(bool paused) {
  paused_ = paused;
  if (paused) stop_ranges();
}

// Somebody says so, and nobody is left who may have it: who does not answer, or whose blocks lead nowhere, three times
// in a row, is not believed to.
bool Sync::is_next_gone() const {
  bool is_said = false;
  for (const auto& [id, peer] : peers_) {
    if (peer.lacks_after == final_)
      is_said = true;
    else if (peer.heard > final_ && peer.useless < kUselessMax && peer.failures < kFailuresMax)
      return false;
  }
  return is_said;
}

std::optional<Slot> Sync::wants_snapshot() const {
  if (stalled_ && is_next_gone()) return final_;
  if (highest().raw() < final_.raw() + params_.snapshot_slots) return std::nullopt;
  return Slot{final_.raw() + params_.snapshot_slots / 2};
}

void Sync::plan_ranges(std::uint64_t now_us, std::vector<Effect>& out) {
  const Slot goal = highest();
  if (paused_) return;
  if (!behind_) {
    if (goal.raw() <= final_.raw() + kSlotsBehind) return;
    behind_ = true;
    handed_in_ = final_;
    progress_us_ = now_us;
  }
  Slot planned = ranges_.empty() ? handed_in_ : Slot{ranges_.back().after.raw() + ranges_.back().count};
  while (ranges_.size() < kRangesMax && planned < goal) {
    const auto count = static_cast<std::uint16_t>(std::min<std::uint64_t>(kReplyBlocksMax, goal.raw() - planned.raw()));
    ranges_.push_back({.after = planned, .count = count, .due_us = {}, .open = {}, .blocks = {}});
    ask_for(ranges_.back(), now_us, out);
    planned = Slot{planned.raw() + count};
  }
}

void Sync::hand_in(std::uint64_t now_us, std::vector<Effect>& out) {
  while (!ranges_.empty() && !ranges_.front().blocks.empty() && handed_in_.raw() <= final_.raw() + kUnfinalMax) {
    Range& front = ranges_.front();
    const auto now_known = known_ > front.after ? known_.raw() - front.after.raw() : 0;
    if (now_known < front.blocks.size()) {
      const auto unknown = front.blocks.begin() + static_cast<std::ptrdiff_t>(now_known);
      HandIn part{front.from, {std::make_move_iterator(front.blocks.begin()), std::make_move_iterator(unknown)}};
      front.blocks.erase(front.blocks.begin(), unknown);
      front.after = Slot{front.after.raw() + now_known};
      front.count = static_cast<std::uint16_t>(front.count - now_known);
      handed_in_ = front.after;
      if (now_known > 0) sources_.push_back({front.from, handed_in_});
      if (next(handed_in_) > peeked_) {
        peeked_ = next(handed_in_);
        part.blocks.push_back(front.blocks.front());
      }
      if (!part.blocks.empty()) out.push_back(std::move(part));
      return;
    }
    Range range = std::move(front);
    ranges_.pop_front();
    const std::size_t came = range.blocks.size();
    handed_in_ = Slot{range.after.raw() + came};
    sources_.push_back({range.from, handed_in_});
    out.push_back(HandIn{range.from, std::move(range.blocks)});
    if (came < range.count) {
      ranges_.push_front({.after = handed_in_,
                          .count = static_cast<std::uint16_t>(range.count - came),
                          .due_us = {},
                          .open = {},
                          .blocks = {}});
      ask_for(ranges_.front(), now_us, out);
    }
  }
}

std::vector<Effect> Sync::reached(Slot final, Slot known, std::uint64_t now_us) {
  std::vector<Effect> out;
  if (final > final_) {
    progress_us_ = now_us;
    ahead_us_ = std::nullopt;
    stalled_ = false;
  }
  final_ = final;
  known_ = known;
  if (!ahead_us_ && highest().raw() > final_.raw() + kSlotsBehind) ahead_us_ = now_us;
  if (ahead_us_ && now_us >= *ahead_us_ + params_.stalled_us) stalled_ = true;
  for (; !sources_.empty() && sources_.front().through <= final; sources_.pop_front())
    if (const auto peer = peers_.find(sources_.front().peer); peer != peers_.end()) peer->second.useless = 0;
  for (auto wanted = wanted_.begin(); wanted != wanted_.end();) {
    if (wanted->second.slot > final) {
      ++wanted;
      continue;
    }
    close(wanted->second.open, false);
    wanted = wanted_.erase(wanted);
  }
  if (is_behind() && highest().raw() <= final_.raw() + kSlotsBehind) stop_ranges();
  hand_in(now_us, out);
  plan_ranges(now_us, out);
  return out;
}

// --- Answers

std::vector<Effect> Sync::on_reply(PeerId from, Reply reply, std::uint64_t now_us) {
  std::vector<Effect> out;
  const auto answers = [&](const std::optional<Question>& open) {
    return open && open->to == from && open->id == reply.id;
  };
  for (auto& [hash, wanted] : wanted_) {
    if (!answers(wanted.open)) continue;
    const bool sound = is_chain(reply.blocks, wanted.above);
    close(wanted.open, reply.blocks.empty() || !sound);
    if (reply.blocks.empty()) return out;  // another peer's turn comes
    if (!sound) {
      out.push_back(BlamePeer{from});
      return out;
    }
    out.push_back(HandIn{from, std::move(reply.blocks)});
    return out;
  }
  for (Range& range : ranges_) {
    if (!answers(range.open)) continue;
    const bool sound = reply.blocks.size() <= range.count && is_chain(reply.blocks, range.after);
    Slot& heard = peers_.at(from).heard;
    // To have nothing of what one did not claim to have is no failure.
    const bool lacks = reply.blocks.empty() && heard > range.after;
    if (lacks && range.after == final_) peers_.at(from).lacks_after = final_;
    close(range.open, !sound || lacks);
    if (reply.blocks.empty()) {
      heard = std::min(heard, range.after);
      return out;
    }
    if (!sound) {
      out.push_back(BlamePeer{from});
      return out;
    }
    range.from = from;
    range.blocks = std::move(reply.blocks);
    hand_in(now_us, out);
    plan_ranges(now_us, out);
    return out;
  }
  return out;  // of a question that was given up
}

std::vector<Effect> Sync::on_timer(std::uint64_t now_us) {
  std::vector<Effect> out;
  for (auto& [hash, wanted] : wanted_)
    if (wanted.due_us <= now_us) ask_for(hash, wanted, now_us, out);
  if (is_behind() && now_us - progress_us_ >= params_.stalled_us) {
    // What was handed in did not lead further: begin again, with another peer where the first of it came from.
    if (const auto peer = sources_.empty() ? peers_.end() : peers_.find(sources_.front().peer); peer != peers_.end())
      ++peer->second.useless;
    stop_ranges();
    plan_ranges(now_us, out);
  }
  for (Range& range : ranges_)
    if (range.blocks.empty() && range.due_us <= now_us) ask_for(range, now_us, out);
  return out;
}

std::uint64_t Sync::next_timer() const {
  std::uint64_t due = std::numeric_limits<std::uint64_t>::max();
  for (const auto& [hash, wanted] : wanted_) due = std::min(due, wanted.due_us);
  for (const Range& range : ranges_)
    if (range.blocks.empty()) due = std::min(due, range.due_us);
  if (is_behind()) due = std::min(due, progress_us_ + params_.stalled_us);
  if (ahead_us_ && !stalled_) due = std::min(due, *ahead_us_ + params_.stalled_us);
  return due;
}

}  // namespace aether::sync
