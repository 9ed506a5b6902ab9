#include "aether/exec/conflict_dag.hpp"

#include <algorithm>

namespace aether::exec {

void ConflictDag::connect(TransactionIndex from, TransactionIndex to) {
  edges_.push_back({to, nodes_[from].first_edge});
  nodes_[from].first_edge = static_cast<std::uint32_t>(edges_.size() - 1);
  ++nodes_[to].edges_to;
}

void ConflictDag::write(History& object, TransactionIndex by) {
  if (object.writer == by) return;
  if (object.reader == kNone && object.writer != kNone) connect(object.writer, by);
  for (std::uint32_t r = object.reader; r != kNone; r = readers_[r].before)
    if (readers_[r].reader != by) connect(readers_[r].reader, by);
  object = {by, kNone};
}

// A transaction that reads what it wrote needs no edge to itself; one that reads first has its edge to the last writer
// already when it writes.
void ConflictDag::read(History& object, TransactionIndex by) {
  if (object.writer == by || (object.reader != kNone && readers_[object.reader].reader == by)) return;
  if (object.writer != kNone) connect(object.writer, by);
  readers_.push_back({by, object.reader});
  object.reader = static_cast<std::uint32_t>(readers_.size() - 1);
}

void ConflictDag::add(std::span<const Access> accesses) {
  const auto by = static_cast<TransactionIndex>(nodes_.size());
  nodes_.emplace_back();
  for (const Access& access : accesses) {
    if (access.object >= objects_.size())
      objects_.resize(std::max<std::size_t>(access.object + 1, 2 * objects_.size()));
    History& object = objects_[access.object];
    if (access.writes) {
      write(object, by);
    } else {
      read(object, by);
    }
  }
}

void ConflictDag::finish() {
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    Node& node = nodes_[i];
    for (std::uint32_t e = node.first_edge; e != kNone; e = edges_[e].next)
      node.chain = std::max(node.chain, nodes_[edges_[e].to].chain + 1);
  }
}

}  // namespace aether::exec
