// How far this machine's clock is from the validators': by the times in their headers, which each takes from its own.
//
// A header comes late by its way, never early, so of each proposer the greatest difference of kWindowUs counts, and
// half a round trip is its way. Of these the median: fewer than half of the proposers cannot move it. While a node
// fetches what it missed, headers are old and say nothing.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "aether/types/validator_set.hpp"

namespace aether::node {

class ClockWatch {
 public:
  static constexpr std::uint64_t kWindowUs = 60'000'000;
  static constexpr std::size_t kProposersMin = 2;

  // A header of that time came at `wall_ms`, and at `steady_us` of a clock that does not jump.
  void header(ValidatorIndex proposer, std::uint64_t time_ms, std::uint64_t wall_ms, std::uint64_t steady_us) {
    const auto difference = static_cast<std::int64_t>(time_ms) - static_cast<std::int64_t>(wall_ms);
    Seen& seen = seen_[proposer];
    if (steady_us - seen.begin_us > kWindowUs / 2) seen = {steady_us, seen.newer, std::nullopt};
    seen.newer = std::max(seen.newer.value_or(difference), difference);
  }
  // The own clock was set: what came before counts no more.
  void forget() { seen_.clear(); }

  // What is to be added to this clock to have theirs; none while too few proposers were heard.
  [[nodiscard]] std::optional<std::int64_t> offset_ms(std::uint64_t round_trip_us, std::uint64_t steady_us) const {
    std::vector<std::int64_t> of_each;
    for (const auto& [proposer, seen] : seen_)
      if (steady_us - seen.begin_us <= kWindowUs)
        of_each.push_back(std::max(*seen.newer, seen.older.value_or(*seen.newer)));
    if (of_each.size() < kProposersMin) return std::nullopt;
    const auto middle = of_each.begin() + static_cast<std::ptrdiff_t>(of_each.size() / 2);
    std::ranges::nth_element(of_each, middle);
    return *middle + static_cast<std::int64_t>(round_trip_us / 2'000);
  }

 private:
  struct Seen {
    std::uint64_t begin_us = 0;         // of the newer half of the window
    std::optional<std::int64_t> older;  // the greatest difference of each half
    std::optional<std::int64_t> newer;
  };
  std::map<ValidatorIndex, Seen> seen_;  // of an epoch's set; a set that changes mixes two for a minute
};

}  // namespace aether::node
