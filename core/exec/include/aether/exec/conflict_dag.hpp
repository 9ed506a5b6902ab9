// Which transactions of a block must wait for which, from what each declares to read and write (protocol section 3):
// two conflict iff one writes what the other reads or writes. The one that stands first in the block goes first.
//
//   object   last writer   readers since        a new reader waits for the last writer,
//     A          3            5, 6              a new writer for the readers since, or, where there
//     B          –            –                 are none, for the last writer
//
// So an edge stands for each pair of neighbours in an object's history, and every other conflict is a path: at most two
// edges for each access, never the square of an object's users.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace aether::exec {

using TransactionIndex = std::uint32_t;  // in the block

// By its number in an ObjectIndex.
struct Access {
  std::uint32_t object = 0;
  bool writes = false;
};

class ConflictDag {
 public:
  // The next transaction of the block, with its accesses in any order, also twice.
  void add(std::span<const Access> accesses);
  // All were added.
  void finish();

  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  // How many edges lead to the transaction; several may come from the same one.
  [[nodiscard]] std::uint32_t edges_to(TransactionIndex at) const { return nodes_[at].edges_to; }
  // The number of transactions of the longest path that begins here, itself included; after finish().
  [[nodiscard]] std::uint32_t chain(TransactionIndex at) const { return nodes_[at].chain; }

  // use(successor), once for each edge.
  template <class Use>
  void successors(TransactionIndex at, const Use& use) const {
    for (std::uint32_t e = nodes_[at].first_edge; e != kNone; e = edges_[e].next) use(edges_[e].to);
  }

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  struct Node {
    std::uint32_t first_edge = kNone;
    std::uint32_t edges_to = 0;
    std::uint32_t chain = 1;
  };
  struct Edge {
    TransactionIndex to;
    std::uint32_t next;  // of the same origin
  };
  struct History {
    TransactionIndex writer = kNone;
    std::uint32_t reader = kNone;  // the newest of the readers since, in readers_
  };
  struct Reader {
    TransactionIndex reader;
    std::uint32_t before;
  };
  void connect(TransactionIndex from, TransactionIndex to);
  void write(History& object, TransactionIndex by);
  void read(History& object, TransactionIndex by);

  std::vector<Node> nodes_;
  std::vector<Edge> edges_;
  std::vector<History> objects_;
  std::vector<Reader> readers_;
};

}  // namespace aether::exec
