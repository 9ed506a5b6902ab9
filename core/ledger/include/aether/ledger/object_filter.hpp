// Which objects a Diff may change: a no is certain, a yes is wrong in one of some sixteen cases. So a view over many
// diffs looks into the few that matter. Who makes objects whose ids share bits makes it say yes more often, no more.
#pragma once

#include <bit>
#include <vector>

#include "aether/ledger/state_view.hpp"

namespace aether::ledger {

class ObjectFilter {
 public:
  // Of a diff that nothing is known of: always yes.
  ObjectFilter() = default;
  explicit ObjectFilter(const Diff& diff) : words_(std::bit_ceil(diff.size() * kBitsPerObject / 64 + 1)) {
    for (const auto& [id, value] : diff) words_[word(mixed(id))] |= bit(mixed(id));
  }

  [[nodiscard]] bool may_hold(const ObjectId& id) const {
    return words_.empty() || (words_[word(mixed(id))] & bit(mixed(id))) != 0;
  }

 private:
  static constexpr std::size_t kBitsPerObject = 16;

  // Keys are hashes, but for those of single objects, which the domain tells apart.
  static std::uint64_t mixed(const ObjectId& id) {
    std::uint64_t out = static_cast<std::uint64_t>(id.domain) * 0x9e37'79b9'7f4a'7c15;
    for (std::size_t i = 0; i < 8; ++i) out ^= std::uint64_t{id.key.bytes[i]} << (8 * i);
    return out;
  }
  std::size_t word(std::uint64_t mixed) const { return mixed >> 6 & (words_.size() - 1); }
  static std::uint64_t bit(std::uint64_t mixed) { return std::uint64_t{1} << (mixed & 63); }

  std::vector<std::uint64_t> words_;  // a power of two
};

}  // namespace aether::ledger
