// The search for the bad items of a batch whose pairing equation does not hold.
//
// E(S), the equation's value on the items S after the final exponentiation, is one iff the sum of S verifies, and
// E(S ∪ T) = E(S)·E(T) for disjoint S and T. So of two halves only one is evaluated. With the weighted value
// W(S) = ∏ E({i})^i a part with a single bad item names it: W = E^i (the method of Law and Matt, "Finding invalid
// signatures in pairing-based batches", 2007); one more evaluation, of item i alone, proves it.
#pragma once

#include <blst.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "aether/base/task_pool.hpp"

namespace aether::crypto {

// Values of the items [first, last), asked by several tasks at once; none if they have no meaning, because a sum in
// them is outside its subgroup.
using BlsValue = std::function<std::optional<blst_fp12>(std::size_t first, std::size_t last)>;

struct BlsSearch {
  std::vector<std::size_t> bad;  // ascending
  bool meaningful = true;        // false: a value was asked that has no meaning; `bad` is then not complete
  std::size_t evaluations = 0;
};

// Of `count` items with E = `value` ≠ 1. Without `weighted` it bisects only. Evaluations: at most 2·⌈log2 count⌉ + 2
// for each bad item, unless items are made to mislead the naming, and then 3.
[[nodiscard]] BlsSearch bls_search(std::size_t count, const blst_fp12& value, const BlsValue& evaluate,
                                   const BlsValue& weighted, TaskPool& pool);

}  // namespace aether::crypto
