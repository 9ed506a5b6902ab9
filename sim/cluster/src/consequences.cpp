#include "aether/cluster/consequences.hpp"

#include <algorithm>

namespace aether::sim {

namespace {

constexpr std::size_t kPollsKept = 4'096;
constexpr std::size_t kSlotsKept = 64;

}  // namespace

void Consequences::withheld(FaultKind way, NodeIndex from, const Vote& vote, Micros at) {
  const VoteBody& body = vote.body;
  polls_[{body.slot, body.kind, body.block, from}].try_emplace(vote.signer, Heard{at, way});
}

void Consequences::heard(NodeIndex node, const Vote& vote, Micros at) {
  const VoteBody& body = vote.body;
  Heard& heard = polls_[{body.slot, body.kind, body.block, node}].try_emplace(vote.signer, Heard{at, {}}).first->second;
  if (heard.at > at) heard = {at, {}};
  while (polls_.size() > kPollsKept) polls_.erase(polls_.begin());
}

void Consequences::certified(NodeIndex node, const VoteBody& body, const ValidatorSet& set, Micros at) {
  const auto found = polls_.find({body.slot, body.kind, body.block, node});
  if (found == polls_.end()) return;
  std::vector<std::pair<ValidatorIndex, Heard>> votes(found->second.begin(), found->second.end());
  polls_.erase(found);
  std::ranges::stable_sort(votes, {}, [](const auto& vote) { return vote.second.at; });
  u128 weight = 0;
  std::array<bool, kFaultKinds> needed{};
  for (const auto& [signer, heard] : votes) {
    if (heard.at >= at || signer >= set.size()) break;
    weight += set.at(signer).weight;
    if (heard.way) needed[static_cast<std::size_t>(*heard.way)] = true;
    if (!is_quorum(weight, set.total())) continue;
    for (std::size_t way = 0; way < kFaultKinds; ++way)
      if (needed[way]) counts_.matter(static_cast<FaultKind>(way));
    return;
  }
}

void Consequences::data_withheld(Slot slot, const Hash& block) {
  without_data_[slot].insert(block);
  while (without_data_.size() > kSlotsKept) without_data_.erase(without_data_.begin());
}

void Consequences::fetched(Slot slot, const Hash& block) {
  const auto found = without_data_.find(slot);
  if (found != without_data_.end() && found->second.erase(block) > 0) counts_.matter(FaultKind::withhold_data);
}

void Consequences::prevoted(Slot slot, const Hash& block) {
  const auto found = without_data_.find(slot);
  if (found == without_data_.end()) return;
  const std::size_t lost = std::erase_if(found->second, [&](const Hash& other) { return other != block; });
  for (std::size_t i = 0; i < lost; ++i) counts_.matter(FaultKind::withhold_data);
}

void Consequences::executes_slowly(NodeIndex node, const Hash& block, Micros at, Micros until) {
  std::erase_if(slow_, [&](const auto& entry) { return entry.second <= at; });
  slow_.insert_or_assign({node, block}, until);
  counts_.count(FaultKind::slow_execution, false);
}

void Consequences::outcome_wanted(NodeIndex node, const Hash& block, Micros at) {
  const auto found = slow_.find({node, block});
  if (found == slow_.end()) return;
  if (at < found->second) counts_.matter(FaultKind::slow_execution);
  slow_.erase(found);
}

}  // namespace aether::sim
