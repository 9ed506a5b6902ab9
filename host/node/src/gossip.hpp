// Transactions as gossip: which messages of peers are passed on, and what this node's users sent, a few to a message.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <vector>

#include "aether/replica/events.hpp"
#include "aether/transport/network.hpp"

namespace aether::node {

// A message is passed on as soon as every transaction in it was judged here: if one of them was taken and none is of
// the kind that no honest node passes on. Not for two threads at once.
class GossipJudge {
 public:
  using Judge = std::function<void(transport::MessageId, transport::Verdict)>;
  explicit GossipJudge(Judge judge) : judge_(std::move(judge)) {}

  void received(replica::PeerId from, transport::MessageId id, std::span<const IdentifiedTransaction> transactions);
  // Nothing of that peer will be judged any more.
  void gone(replica::PeerId peer);
  // A transaction of that peer was judged, whether or not it came by gossip.
  void admitted(replica::PeerId from, const Hash& transaction) { judged(from, transaction, Mark::good); }
  void refused(replica::PeerId from, const Hash& transaction, bool is_fault) {
    judged(from, transaction, is_fault ? Mark::bad : Mark::unused);
  }

 private:
  enum class Mark : std::uint8_t { unused, good, bad };
  struct Open {
    std::size_t left = 0;
    bool any_good = false;
    bool any_bad = false;
  };
  using Key = std::pair<replica::PeerId, Hash>;
  void judged(replica::PeerId from, const Hash& transaction, Mark mark);

  Judge judge_;
  std::map<transport::MessageId, Open> open_;
  std::multimap<Key, transport::MessageId> waiting_;  // transactions that were not judged
};

// Collects what this node's users sent.
class GossipBatch {
 public:
  // True: take() it now.
  bool add(IdentifiedTransaction transaction);
  [[nodiscard]] bool empty() const { return transactions_.empty(); }
  // The message, encoded; none is left.
  [[nodiscard]] Bytes take();

 private:
  std::vector<IdentifiedTransaction> transactions_;
  std::size_t bytes_ = 0;
};

}  // namespace aether::node
