// The search for the forgeries of a batch: a part that does not hold is cut where groups meet, then by halves, until
// its only forgery can be named or few are left. Those get single verdicts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace aether::crypto {

inline constexpr std::size_t kPartsMax = 8;    // of a part with several groups
inline constexpr std::size_t kNamedMax = 64;   // a part up to this size is asked for its only forgery
inline constexpr std::size_t kSinglesMax = 2;  // a part of this size gets single verdicts

struct NamesNone {
  std::optional<std::size_t> operator()(std::size_t, std::size_t) const { return std::nullopt; }
};
inline constexpr NamesNone kNamesNone;

// Items [first, last) of a batch whose groups (none: all in one) lie together. `holds(first, last)` says whether a part
// is good as a whole, `only_forgery(first, last)` which item keeps a part from holding, if all others do, or nothing,
// `single(i)` the verdict on one item; each is asked only about what it decides. Sets verdicts[i].
//
// With one forging group of m among n items, `holds` sees n items for the whole, at most n + n/8 + n/64 + … and m a
// level for the parts down to that group, and m a level within it; `only_forgery` sees some of these parts once more,
// none above kNamedMax; `single` sees members of that group alone, each at most once.
template <class Holds, class Single, class OnlyForgery = NamesNone>
class Settler {
 public:
  Settler(std::span<const std::uint32_t> groups, const Holds& holds, const Single& single,
          std::span<std::uint8_t> verdicts, const OnlyForgery& only_forgery = kNamesNone)
      : groups_(groups), holds_(holds), single_(single), only_forgery_(only_forgery), verdicts_(verdicts) {}

  void settle(std::size_t first, std::size_t last) {
    if (first == last) return;
    if (last - first > kSinglesMax && holds_(first, last)) return accept(first, last);
    search(first, last);
  }

 private:
  void accept(std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) verdicts_[i] = 1;
  }

  // Something in [first, last) is forged.
  void search(std::size_t first, std::size_t last) {
    if (last - first <= kSinglesMax) {
      for (std::size_t i = first; i < last; ++i) verdicts_[i] = single_(i) ? 1 : 0;
      return;
    }
    if (last - first <= kNamedMax) {
      if (const std::optional<std::size_t> forgery = only_forgery_(first, last)) {
        accept(first, last);
        verdicts_[*forgery] = single_(*forgery) ? 1 : 0;
        return;
      }
    }
    const bool one_group = groups_.empty() || groups_[first] == groups_[last - 1];
    const std::size_t parts = one_group ? 2 : kPartsMax;
    bool all_good = true;
    for (std::size_t p = 0, from = first; from < last; ++p) {
      const std::size_t even = first + (last - first) * (p + 1) / parts;
      const std::size_t to = one_group ? even : cut_between_groups(even, last);
      if (to <= from) continue;
      if (to == last && all_good) return search(from, last);  // the forgery is here
      if (to - from > kSinglesMax && holds_(from, to)) {
        accept(from, to);
      } else {
        all_good = false;
        search(from, to);
      }
      from = to;
    }
  }

  // Where a group ends at or after `at`; where the last group starts, when only it is left.
  std::size_t cut_between_groups(std::size_t at, std::size_t last) const {
    if (at == last) return last;
    const auto within = [&](std::size_t i) { return i > 0 && groups_[i] == groups_[i - 1]; };
    std::size_t cut = at;
    while (cut < last && within(cut)) ++cut;
    if (cut < last) return cut;
    for (cut = at; within(cut);) --cut;
    return cut;
  }

  std::span<const std::uint32_t> groups_;
  const Holds& holds_;
  const Single& single_;
  const OnlyForgery& only_forgery_;
  std::span<std::uint8_t> verdicts_;
};

}  // namespace aether::crypto
