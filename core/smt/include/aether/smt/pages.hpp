// How a tree is kept on disk: pages of leaves, rewritten in turn, and a log of what each block changed.
//
// Pages cut the key space; a page is the leaves from its bound up to the next one's, at most 4 KiB of them. A block
// writes its changes to the log, and one page for each kChangesPerPage changes, going round the key space. So a page on
// disk may be old, but never older than two rounds, and the log reaches back that far: all pages, then the log from
// Position::log_from on, give the newest tree. Inner hashes are not stored.
#pragma once

#include <map>
#include <set>

#include "aether/smt/tree.hpp"

namespace aether::smt {

inline constexpr std::size_t kPageLeavesMax = 64;  // 4 KiB
inline constexpr std::size_t kChangesPerPage = 16;

using Page = codec::List<Leaf, kPageLeavesMax>;  // by key

// Where the rewriting stands; stored with every block.
struct Position {
  Hash cursor;                   // the bound of the page whose turn is next
  std::uint64_t log_from = 0;    // the first version whose changes some page may lack
  std::uint64_t round_from = 0;  // the first version whose changes a page of this round may lack

  bool operator==(const Position&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("cursor", self.cursor);
    visit("log_from", self.log_from);
    visit("round_from", self.round_from);
  }
};

class Pages {
 public:
  // Pages to write, by bound, none = to erase.
  using Writes = std::map<Hash, std::optional<Page>>;
  // The page on disk with this bound; none when there is none.
  using Read = std::function<std::optional<Page>(const Hash& bound)>;

  struct Plan {
    Writes writes;
    Position position;
  };

  Pages() = default;
  Pages(std::set<Hash> bounds, const Position& position);

  [[nodiscard]] const Position& position() const { return position_; }

  // What to write with the block of version `version` that made `changes` changes and led to `tree`. `read` is asked
  // only for a page that grew by more than a block may write.
  [[nodiscard]] Plan plan(const Tree& tree, std::uint64_t version, std::size_t changes, const Read& read) const;
  // The plan was written.
  void done(const Plan& plan);

 private:
  std::set<Hash> bounds_{Hash{}};  // the lowest always
  Position position_;
};

// Puts a tree together again.
class Loader {
 public:
  Loader(TaskPool& pool, const CpuFeatures& cpu) : pool_(pool), cpu_(cpu) {}

  // First the pages, by bound; false for one whose leaves are not in order, or not behind its bound and the page
  // before.
  [[nodiscard]] bool page(const Hash& bound, const Page& page);
  // Then what versions changed, in their order.
  void changed(std::span<const Changed> changed);
  [[nodiscard]] Tree finish();

 private:
  void flush();

  TaskPool& pool_;
  const CpuFeatures cpu_;
  Tree tree_;
  std::optional<Hash> newest_key_;  // of the pages so far
  std::vector<Change> waiting_;
};

// What leads back: of versions' changes, newest version first.
[[nodiscard]] Tree undone(const Tree& newest, std::span<const std::vector<Changed>> changed, TaskPool& pool,
                          const CpuFeatures& cpu);

}  // namespace aether::smt
