// Products of up to 512 bits, exactly.
#pragma once

#include <array>
#include <compare>

#include "aether/base/bytes.hpp"
#include "aether/base/checked.hpp"
#include "aether/base/result.hpp"

namespace aether {

class Wide {
 public:
  constexpr explicit Wide(u128 number)
      : limbs_{static_cast<std::uint64_t>(number), static_cast<std::uint64_t>(number >> 64)} {}
  constexpr explicit Wide(const Hash& big_endian) {
    for (std::size_t i = 0; i < 32; ++i) limbs_[i / 8] |= std::uint64_t{big_endian.bytes[31 - i]} << (8 * (i % 8));
  }

  constexpr Wide operator*(u128 by) const {
    const std::uint64_t halves[] = {static_cast<std::uint64_t>(by), static_cast<std::uint64_t>(by >> 64)};
    Wide out(u128{0});
    for (std::size_t j = 0; j < 2; ++j) {
      if (halves[j] == 0) continue;
      u128 carry = 0;
      for (std::size_t i = 0; i < kLimbs; ++i) {
        const std::size_t at = i + j;
        if (at >= kLimbs) {
          AETHER_ASSERT(limbs_[i] == 0);
          continue;
        }
        carry += out.limbs_[at] + u128{limbs_[i]} * halves[j];
        out.limbs_[at] = static_cast<std::uint64_t>(carry);
        carry >>= 64;
      }
      AETHER_ASSERT(carry == 0);
    }
    return out;
  }

  constexpr Wide times_2_to_256() const {
    Wide out(u128{0});
    for (std::size_t i = 0; i < kLimbs; ++i) {
      if (i + 4 < kLimbs)
        out.limbs_[i + 4] = limbs_[i];
      else
        AETHER_ASSERT(limbs_[i] == 0);
    }
    return out;
  }

  constexpr bool operator==(const Wide&) const = default;
  constexpr std::strong_ordering operator<=>(const Wide& other) const {
    for (std::size_t i = kLimbs; i-- > 0;)
      if (limbs_[i] != other.limbs_[i]) return limbs_[i] <=> other.limbs_[i];
    return std::strong_ordering::equal;
  }

 private:
  static constexpr std::size_t kLimbs = 8;
  std::array<std::uint64_t, kLimbs> limbs_{};  // least significant first
};

}  // namespace aether
