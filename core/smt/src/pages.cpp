#include "aether/smt/pages.hpp"

#include "aether/base/result.hpp"

namespace aether::smt {
namespace {

// A page that is cut leaves room in each part; one with few leaves takes in the next.
constexpr std::size_t kLeavesOfCut = 48;
constexpr std::size_t kLeavesFew = 24;

class Planner {
 public:
  Planner(const Tree& tree, std::uint64_t version, const std::set<Hash>& bounds, const Position& position,
          const Pages::Read& read)
      : tree_(tree), version_(version), bounds_(bounds), read_(read), at_(bounds.find(position.cursor)) {
    AETHER_ASSERT(at_ != bounds_.end());
    plan_.position = position;
  }

  Pages::Plan run(std::size_t pages_max) {
    const Hash start = plan_.position.cursor;
    bool wrapped = false;
    for (left_ = pages_max; left_ > 0;) {
      rewrite();
      if (at_ != bounds_.end()) {
        if (wrapped && !(plan_.position.cursor < start)) break;
        continue;
      }
      at_ = bounds_.begin();
      plan_.position = {*at_, plan_.position.round_from, version_ + 1};
      if (wrapped || start == *at_) break;
      wrapped = true;
    }
    return std::move(plan_);
  }

 private:
  using Bound = std::set<Hash>::const_iterator;

  // The leaves from `from` up to the bound `end`, at most `count_max`.
  Page leaves(const Hash& from, Bound end, std::size_t count_max) const {
    Page out;
    tree_.visit(from, [&](const Leaf& leaf) {
      if (end != bounds_.end() && !(leaf.key < *end)) return false;
      out.push_back(leaf);
      return out.size() < count_max;
    });
    return out;
  }

  // Writes the page whose turn it is, and moves on.
  void rewrite() {
    const Hash bound = plan_.position.cursor;
    Bound end = std::next(at_);
    Page page = leaves(bound, end, left_ * kLeavesOfCut + kPageLeavesMax);
    while (page.size() < kLeavesFew && end != bounds_.end()) {
      const Page next = leaves(*end, std::next(end), kPageLeavesMax + 1);
      if (page.size() + next.size() > kPageLeavesMax) break;
      page.insert(page.end(), next.begin(), next.end());
      plan_.writes[*end] = std::nullopt;
      ++end;
    }
    write(bound, page);
    if (cut_at_) {
      plan_.position.cursor = *cut_at_;
      cut_at_.reset();
      return;
    }
    at_ = end;
    if (at_ != bounds_.end()) plan_.position.cursor = *at_;
  }

  void write(const Hash& bound, const Page& page) {
    if (page.size() <= kPageLeavesMax) {
      --left_;
      plan_.writes[bound] = page.empty() ? std::nullopt : std::optional(page);
      return;
    }
    std::span<const Leaf> rest = page;
    for (bool first = true; !rest.empty() && left_ > 0; first = false, --left_) {
      const std::size_t n = std::min(rest.size(), kLeavesOfCut);
      plan_.writes[first ? bound : rest.front().key] =
          Page(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(n));
      rest = rest.subspan(n);
    }
    if (rest.empty()) return;
    // The rest keeps what it has on disk, under a bound of its own.
    cut_at_ = rest.front().key;
    auto old = read_(bound);
    if (!old) old.emplace();
    std::erase_if(*old, [&](const Leaf& leaf) { return leaf.key < *cut_at_; });
    plan_.writes[*cut_at_] = std::move(*old);
  }

  const Tree& tree_;
  std::uint64_t version_;
  const std::set<Hash>& bounds_;
  const Pages::Read& read_;
  Bound at_;
  std::size_t left_ = 0;
  std::optional<Hash> cut_at_;
  Pages::Plan plan_;
};

}  // namespace

Pages::Pages(std::set<Hash> bounds, const Position& position) : bounds_(std::move(bounds)), position_(position) {
  bounds_.insert(Hash{});
}

Pages::Plan Pages::plan(const Tree& tree, std::uint64_t version, std::size_t changes, const Read& read) const {
  if (changes == 0) return {{}, position_};
  return Planner(tree, version, bounds_, position_, read).run((changes + kChangesPerPage - 1) / kChangesPerPage);
}

void Pages::done(const Plan& plan) {
  for (const auto& [bound, page] : plan.writes) {
    if (page) {
      bounds_.insert(bound);
    } else if (!bound.is_zero()) {
      bounds_.erase(bound);
    }
  }
  position_ = plan.position;
}

}  // namespace aether::smt
