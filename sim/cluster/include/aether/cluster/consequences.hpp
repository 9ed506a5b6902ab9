// What withheld votes and slow executions led to, told by their causes: a withheld vote matters to an honest node that
// got the certificate later than it would have with that vote, had it travelled as long as a message may without
// trouble; a slow execution, where something waited for its outcome.
#pragma once

#include <map>
#include <set>
#include <tuple>

#include "aether/cluster/faults.hpp"
#include "aether/cluster/packet.hpp"
#include "aether/world/event_queue.hpp"

namespace aether::sim {

class Consequences {
 public:
  explicit Consequences(FaultCounts& counts) : counts_(counts) {}

  // A faulty validator keeps the vote from an honest node, which would have had it by `at`.
  void withheld(FaultKind way, NodeIndex from, const Vote& vote, Micros at);
  // A vote came to an honest node, or is its own.
  void heard(NodeIndex node, const Vote& vote, Micros at);
  // An honest node holds the certificate.
  void certified(NodeIndex node, const VoteBody& body, const ValidatorSet& set, Micros at);

  // A proposer keeps its block's data from somebody. It matters once: when an honest node has to fetch the block, or
  // when another block of the slot has C1.
  void data_withheld(Slot slot, const Hash& block);
  void fetched(Slot slot, const Hash& block);
  void prevoted(Slot slot, const Hash& block);

  // An honest node executes the block, slowly, from `at` until `until`.
  void executes_slowly(NodeIndex node, const Hash& block, Micros at, Micros until);
  // Something at the node needs the block's outcome: a header on top of it, or its certificate.
  void outcome_wanted(NodeIndex node, const Hash& block, Micros at);

 private:
  struct Heard {
    Micros at = 0;
    std::optional<FaultKind> way;  // of who withheld it; none: it came
  };
  using Poll = std::map<ValidatorIndex, Heard>;
  using Key = std::tuple<Slot, VoteKind, Hash, NodeIndex>;

  FaultCounts& counts_;
  std::map<Key, Poll> polls_;
  std::map<Slot, std::set<Hash>> without_data_;        // gone once it mattered
  std::map<std::pair<NodeIndex, Hash>, Micros> slow_;  // until when; gone once it mattered
};

}  // namespace aether::sim
