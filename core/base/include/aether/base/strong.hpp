// Strong integers: Slot, Gas and their like do not mix. Arithmetic is on raw() by the checked functions.
#pragma once

#include <compare>
#include <cstdint>

namespace aether {

template <class Tag, class T>
class Strong {
 public:
  using Raw = T;
  constexpr Strong() = default;
  constexpr explicit Strong(T raw) : raw_(raw) {}
  constexpr T raw() const { return raw_; }
  constexpr auto operator<=>(const Strong&) const = default;

 private:
  T raw_{};
};

using Slot = Strong<struct SlotTag, std::uint64_t>;  // height in slots; genesis is 0
using Gas = Strong<struct GasTag, std::uint64_t>;    // steps
using ChainId = Strong<struct ChainIdTag, std::uint64_t>;

constexpr Slot next(Slot slot) { return Slot{slot.raw() + 1}; }

}  // namespace aether
