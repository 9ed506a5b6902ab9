// A counter that anyone may advance: the smallest contract with storage.
#include "aether/contract.hpp"

namespace {

using aether::u64;

enum Code : aether::u32 { kNothingToAdd = 1 };

constexpr aether::Cell<u64> kCount{1};
constexpr auto kAdvanced = aether::topic("counter.advanced");

// 0: the new count.
u64 add(u64 by) {
  aether::require(by > 0, kNothingToAdd);
  const u64 count = aether::checked_add(kCount.get(), by);
  kCount.set(count);
  aether::log(kAdvanced, aether::caller(), count);
  return count;
}

// 1
u64 count() { return kCount.get(); }

}  // namespace

AETHER_CALL(add, count)
